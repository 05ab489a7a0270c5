//! Groups of countries that the rules tell apart (A1).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};

use toml::{Spanned, de::DeValue};

use super::section::Section;
use crate::domain::country::Country;

/// The name of a group, as the program file gives it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RegionId(pub(super) String);

impl RegionId {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RegionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which country belongs to which group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Regions {
    pub(super) names: BTreeSet<RegionId>,
    pub(super) listed: BTreeMap<Country, RegionId>,
    /// The group of every country that none lists.
    pub(super) rest: Option<RegionId>,
}

impl Regions {
    /// The group of a country; `None` where none lists it and there is none for the rest.
    #[must_use]
    pub fn of(&self, country: Country) -> Option<&RegionId> {
        self.listed.get(&country).or(self.rest.as_ref())
    }

    /// Reads `name = ["SG", …]`, and `name = "rest"` for the group of all others.
    pub(super) fn read(section: &Section<'_>) -> Self {
        const EXPECTED: &str = "an ISO 3166-1 alpha-2 country code such as SG";
        let mut regions = Self::default();
        for (name, value) in section.entries() {
            let region = RegionId(name.to_owned());
            regions.names.insert(region.clone());
            if value.get_ref().as_str() == Some("rest") {
                if let Some(first) = regions.rest.replace(region) {
                    section.reject(
                        name,
                        format!("is \"rest\", as {first} is; expected one region for the rest"),
                    );
                }
                continue;
            }
            for (item, text) in section.texts(name, value, EXPECTED) {
                let Ok(country) = text.parse::<Country>() else {
                    section.reject_item(name, item, format!("expected {EXPECTED}, found {text:?}"));
                    continue;
                };
                if let Some(first) = regions.listed.insert(country, region.clone()) {
                    let message = format!("lists {country}, which is in {first} already; expected it once");
                    section.reject_item(name, item, message);
                }
            }
        }
        if regions.names.is_empty() {
            section.reject(
                "",
                "declares no region; expected one at least, for example other = \"rest\"".to_owned(),
            );
        }
        regions
    }

    /// Reads a choice of these regions under a key that has to be there.
    pub(super) fn read_required(&self, section: &Section<'_>, key: &'static str) -> BTreeSet<RegionId> {
        let value = section.required(key, "\"everywhere\" or a list of regions");
        value.map(|value| self.read_choice(section, key, value)).unwrap_or_default()
    }

    /// Reads a choice of these regions: `"everywhere"`, or a list of their names.
    pub(super) fn read_choice<'t>(
        &self,
        section: &Section<'t>,
        key: &str,
        value: &'t Spanned<DeValue<'t>>,
    ) -> BTreeSet<RegionId> {
        if value.get_ref().as_str() == Some("everywhere") {
            return self.names.clone();
        }
        let mut chosen = BTreeSet::new();
        for (item, name) in section.texts(key, value, "a region, or \"everywhere\" in place of the list") {
            let region = RegionId(name.to_owned());
            if self.names.contains(&region) {
                chosen.insert(region);
            } else {
                let names: Vec<_> = self.names.iter().map(RegionId::as_str).collect();
                let message = format!("{name:?} is not declared; expected one of {}", names.join(", "));
                section.reject_item(key, item, message);
            }
        }
        chosen
    }
}
