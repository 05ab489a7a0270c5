//! How what is owed is collected: which declines let the next card try (H13), and when it is tried again.

use std::{collections::BTreeSet, str::FromStr};

use jiff::{SignedDuration, Timestamp};

use super::{
    decline::{Decline, DeclineCategory},
    edition::Limit,
    section::Section,
};
use crate::domain::card::Brand;

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
    /// How long after each failure a bill is collected again.
    retry_after: Vec<SignedDuration>,
    /// After which declines of a card it is asked again.
    retry_categories: BTreeSet<Going>,
    retry_limits: Vec<RetryLimit>,
}

/// How often a network lets the same be asked of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
struct RetryLimit {
    /// Of which network; `None` for all.
    brand: Option<Brand>,
    limit: Limit,
}

impl RetryLimit {
    fn read(section: &Section<'_>) -> Self {
        let brand = section.has("brand").then(|| section.value("brand", "a brand such as VISA")).flatten();
        Self { brand, limit: Limit { count: section.count("count"), window: section.duration("window") } }
    }
}

/// A category of declines after which it goes on.
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
            retry_after: section.optional_durations("retry_after"),
            retry_categories: section.optional_set("retry_categories", CATEGORIES).unwrap_or_default(),
            retry_limits: section.sections("retry_limits").iter().map(RetryLimit::read).collect(),
        }
    }

    /// Whether any decline lets another card try.
    #[must_use]
    pub fn lets_others_follow(&self) -> bool {
        !self.cascade_categories.is_empty() || !self.cascade_codes.is_empty()
    }

    /// When a bill is collected again that has failed as often before; `None` where no more.
    #[must_use]
    pub fn next_try(&self, failures_before: u32, now: Timestamp) -> Option<Timestamp> {
        let after = self.retry_after.get(usize::try_from(failures_before).ok()?)?;
        now.checked_add(*after).ok()
    }

    /// Whether a card that was declined so may be asked for the same again, by itself.
    #[must_use]
    pub fn retries(&self, decline: &Decline) -> bool {
        !decline.is_for_good() && self.retry_categories.contains(&Going(decline.category))
    }

    /// Whether networks let a card be asked once more that was declined at these times.
    #[must_use]
    pub fn is_within_limits(&self, brand: Option<Brand>, declines: &[Timestamp], now: Timestamp) -> bool {
        self.retry_limits.iter().filter(|it| it.brand.is_none() || it.brand == brand).all(|it| {
            let from = now.checked_sub(it.limit.window).unwrap_or(Timestamp::MIN);
            let recent = declines.iter().filter(|at| **at > from).count();
            u32::try_from(recent).is_ok_and(|recent| recent < it.limit.count)
        })
    }

    /// Whether a decline of one card lets the next one try (H13).
    #[must_use]
    pub fn cascades(&self, decline: &Decline) -> bool {
        let code = decline.code.trim().to_ascii_uppercase();
        if decline.category == DeclineCategory::Fraud || NEVER.contains(&code.as_str()) {
            return false;
        }
        self.cascade_categories.contains(&Going(decline.category))
            || self.cascade_codes.contains(&GoingCode(code))
    }
}
