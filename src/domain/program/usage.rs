//! Pay-as-you-go: who may use first and pay later, and when what was used is charged (A19 to A21, H9, H10).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::{methods::MethodKind, section::Section};
use crate::domain::money::Money;

const KINDS: &str = "a kind of method such as CARD";

/// The rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRules {
    /// The kinds of method of which one that is active gives the postpayment qualification (H9).
    pub qualifying_kinds: BTreeSet<MethodKind>,
    /// The day of the following month on which the bill is generated (H10).
    pub bill_day: u32,
    /// Whether a bill can be issued at once, on risk of arrears (H11).
    pub immediate_bills: bool,
    thresholds: BTreeMap<MethodKind, Threshold>,
}

/// From which amount on, before tax, usage is charged to the default method by itself (A19).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    /// Where none was set for the account.
    pub amount: Money,
    /// Within which limits one can be set for an account; `None` where it can't.
    pub bounds: Option<(Money, Money)>,
    /// For how long that much is held, at most, once usage has begun; `None` where nothing is (A21).
    pub preauthorized_for: Option<SignedDuration>,
}

impl UsageRules {
    /// Reads `[usage]`.
    pub(super) fn read(section: &Section<'_>) -> Self {
        let bill_day = section.count("bill_day");
        if bill_day > 28 {
            section.reject("bill_day", "expected a day that every month has, 1 to 28".to_owned());
        }
        let rules = Self {
            qualifying_kinds: section.set("qualifying_kinds", KINDS),
            bill_day,
            immediate_bills: section.flag("immediate_bills"),
            thresholds: BTreeMap::new(),
        };
        let Some(kinds) = section.optional_section("thresholds") else { return rules };
        let mut thresholds = BTreeMap::new();
        for (kind, key) in [(MethodKind::Card, "CARD"), (MethodKind::PayPal, "PAYPAL")] {
            if let Some(section) = kinds.optional_section(key) {
                thresholds.insert(kind, Threshold::read(&section));
            }
        }
        Self { thresholds, ..rules }
    }

    /// From which amount on usage is charged to a default method of that kind; `None`: only by the bill.
    #[must_use]
    pub fn threshold(&self, kind: MethodKind, set: Option<Money>) -> Option<Money> {
        let threshold = self.thresholds.get(&kind)?;
        Some(set.filter(|_| threshold.bounds.is_some()).unwrap_or(threshold.amount))
    }

    /// For how long, at most, the threshold of such a default method is held once usage has begun (A21).
    #[must_use]
    pub fn preauthorized_for(&self, kind: MethodKind) -> Option<SignedDuration> {
        self.thresholds.get(&kind)?.preauthorized_for
    }

    /// Within which limits a threshold can be set for an account.
    #[must_use]
    pub fn bounds(&self) -> Option<&(Money, Money)> {
        self.thresholds.values().find_map(|threshold| threshold.bounds.as_ref())
    }

    /// When the bill of a month is generated.
    #[must_use]
    pub fn bill_at(&self, following_month: Date, time_zone: &TimeZone) -> Timestamp {
        let day = i8::try_from(self.bill_day).unwrap_or(1);
        let date = following_month.with().day(day).build().unwrap_or(following_month);
        start_of(date, time_zone)
    }
}

impl Threshold {
    fn read(section: &Section<'_>) -> Self {
        let least = section.optional_amount("at_least_usd", "at_least");
        let most = section.optional_amount("at_most_usd", "at_most");
        let bounds = match (least, most) {
            (Some(least), Some(most)) => Some((least, most)),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                section.reject("amount", "has one bound; expected at_least and at_most, or none".to_owned());
                None
            }
        };
        let amount = section.amount("amount_usd", "amount");
        let another = |bound: &Money| bound.currency() != amount.currency();
        if bounds.as_ref().is_some_and(|(least, most)| another(least) || another(most)) {
            section
                .reject("amount", "is in another currency than its bounds; expected one for all".to_owned());
        }
        let outside = |(least, most): &(Money, Money)| {
            amount.compare(least).is_ok_and(|order| order.is_lt())
                || amount.compare(most).is_ok_and(|order| order.is_gt())
        };
        if bounds.as_ref().is_some_and(outside) {
            section.reject("amount", "is outside of its bounds; expected it within".to_owned());
        }
        Self { amount, bounds, preauthorized_for: section.optional_duration("preauthorized_for") }
    }
}

/// The first instant of a day.
pub(super) fn start_of(date: Date, time_zone: &TimeZone) -> Timestamp {
    date.to_zoned(time_zone.clone()).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}
