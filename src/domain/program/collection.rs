//! How what is owed is collected: which declines let the next card try (H13).

use std::{collections::BTreeSet, str::FromStr};

use super::{
    decline::{Decline, DeclineCategory},
    section::Section,
};

/// A stolen or lost card, and a suspicion of fraud, end the collection whatever a program says (H13): they
/// speak of the customer, not of one card's balance.
const NEVER: [&str; 7] = ["04", "07", "41", "43", "59", "63", "83"];

const CATEGORIES: &str = "a category of decline-codes.csv other than FRAUD, such as SOFT_FUNDS";
const CODES: &str = "an issuer's code such as \"51\", none of a stolen or lost card or of fraud";

/// The rules; by default, nothing follows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CollectionRules {
    cascade_categories: BTreeSet<Going>,
    cascade_codes: BTreeSet<GoingCode>,
}

/// A category that lets the next card try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Going(DeclineCategory);

impl FromStr for Going {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let category = text.parse().map_err(|_| ())?;
        if matches!(category, DeclineCategory::Fraud | DeclineCategory::Unknown) {
            return Err(());
        }
        Ok(Self(category))
    }
}

/// A code that lets the next card try.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct GoingCode(String);

impl FromStr for GoingCode {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let good = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let code = text.to_ascii_uppercase();
        if good && !NEVER.contains(&code.as_str()) { Ok(Self(code)) } else { Err(()) }
    }
}

impl CollectionRules {
    /// Reads `[collection]`.
    pub(super) fn read(section: &Section<'_>) -> Self {
        Self {
            cascade_categories: section.set("cascade_categories", CATEGORIES),
            cascade_codes: section.optional_set("cascade_codes", CODES).unwrap_or_default(),
        }
    }

    /// Whether a decline of one card lets the next one try (H13).
    #[must_use]
    pub fn cascades(&self, decline: &Decline) -> bool {
        let code = decline.code.trim().to_ascii_uppercase();
        if planted!(CascadesOnStolen) && NEVER.contains(&code.as_str()) {
            return true;
        }
        if decline.category == DeclineCategory::Fraud || NEVER.contains(&code.as_str()) {
            return false;
        }
        self.cascade_categories.contains(&Going(decline.category))
            || self.cascade_codes.contains(&GoingCode(code))
    }
}
