//! Groups of countries that the rules tell apart (A1).

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

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
}
