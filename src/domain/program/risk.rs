//! When a challenge is demanded because of risk (A11).
//!
//! A rule holds where all of its conditions do; the first rule that holds decides and is named in what it
//! decided.

use std::{cmp::Ordering, collections::BTreeSet};

use jiff::{SignedDuration, civil::Date};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

use super::section::Section;
use crate::domain::{country::Country, exchange::RateTable, money::Money};

/// What is known when a card is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkRiskFacts {
    /// Where the account was registered.
    pub account_country: Country,
    /// The billing address's country, where one was given.
    pub billing_country: Option<Country>,
    /// How many attempts to link failed on this account within the window of its limit (C15).
    pub failed_attempts: u32,
}

/// What is known when something is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentRiskFacts {
    /// How much.
    pub amount: Money,
    /// How long ago the method was linked.
    pub method_age: SignedDuration,
    /// Where the card was issued, where that is known.
    pub issuer_country: Option<Country>,
    /// Where the account was registered.
    pub account_country: Country,
    /// Who asked for the payment.
    pub trigger: PaymentTrigger,
}

/// Who asked for a payment, and thus whether a challenge can be answered.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Display,
    EnumIter,
    EnumString,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentTrigger {
    /// The customer, by an order to purchase, upgrade or renew (A18).
    Order,
    /// The customer, by paying invoices.
    #[default]
    Invoice,
    /// Usage that reached its threshold (A19).
    Threshold,
    /// A bill that was generated (A20, H10, H11).
    Bill,
}

impl PaymentTrigger {
    /// Whether the customer is there to answer a challenge.
    #[must_use]
    pub fn customer_present(self) -> bool {
        match self {
            Self::Order | Self::Invoice => true,
            Self::Threshold | Self::Bill => false,
        }
    }
}

/// A rule about linking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRule {
    pub(super) name: String,
    pub(super) billing_country_differs: Option<bool>,
    pub(super) failed_attempts_at_least: Option<u32>,
}

/// A rule about payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRule {
    pub(super) name: String,
    pub(super) amount_at_least: Option<Money>,
    pub(super) method_age_below: Option<SignedDuration>,
    pub(super) issuer_country_differs: Option<bool>,
    pub(super) triggers: Option<BTreeSet<PaymentTrigger>>,
}

/// All rules, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RiskRules {
    pub(super) linking: Vec<LinkRule>,
    pub(super) payments: Vec<PaymentRule>,
}

const NAME: &str = "a name, which is kept with what the rule decides";
const TRIGGERS: &str = "ORDER or INVOICE, where the customer is there to answer a challenge";
const NO_CONDITION: &str = "has no condition and would always hold; expected one at least";

impl RiskRules {
    /// Reads `[risk]`.
    pub(super) fn read(section: &Section<'_>) -> Self {
        Self {
            linking: section.sections("linking").iter().map(LinkRule::read).collect(),
            payments: section.sections("payments").iter().map(PaymentRule::read).collect(),
        }
    }

    /// The name of the rule that demands a challenge on linking.
    #[must_use]
    pub fn link_challenge(&self, facts: &LinkRiskFacts) -> Option<&str> {
        self.linking.iter().find(|rule| rule.holds(facts)).map(|rule| rule.name.as_str())
    }

    /// The name of the rule that demands a challenge on a payment. A customer who isn't there can't
    /// answer one, so an automatic payment never demands it.
    #[must_use]
    pub fn payment_challenge(&self, facts: &PaymentRiskFacts, rates: &RateTable, on: Date) -> Option<&str> {
        if !facts.trigger.customer_present() {
            return None;
        }
        self.payments.iter().find(|rule| rule.holds(facts, rates, on)).map(|rule| rule.name.as_str())
    }
}

impl LinkRule {
    fn read(section: &Section<'_>) -> Self {
        let rule = Self {
            name: section.text("name", NAME),
            billing_country_differs: section.optional_flag("billing_country_differs"),
            failed_attempts_at_least: section.optional_count("failed_attempts_at_least"),
        };
        if rule.billing_country_differs.is_none() && rule.failed_attempts_at_least.is_none() {
            section.reject("name", NO_CONDITION.to_owned());
        }
        rule
    }

    fn holds(&self, facts: &LinkRiskFacts) -> bool {
        let differs = facts.billing_country.is_some_and(|country| country != facts.account_country);
        self.billing_country_differs.is_none_or(|wanted| wanted == differs)
            && self.failed_attempts_at_least.is_none_or(|count| facts.failed_attempts >= count)
    }
}

impl PaymentRule {
    fn read(section: &Section<'_>) -> Self {
        let rule = Self {
            name: section.text("name", NAME),
            amount_at_least: section.optional_amount("amount_usd_at_least", "amount_at_least"),
            method_age_below: section.optional_duration("method_age_below"),
            issuer_country_differs: section.optional_flag("issuer_country_differs"),
            triggers: section.optional_set("triggers", TRIGGERS),
        };
        for trigger in rule.triggers.iter().flatten().filter(|trigger| !trigger.customer_present()) {
            section.reject("triggers", format!("expected {TRIGGERS}, found \"{trigger}\""));
        }
        if rule.amount_at_least.is_none()
            && rule.method_age_below.is_none()
            && rule.issuer_country_differs.is_none()
            && rule.triggers.is_none()
        {
            section.reject("name", NO_CONDITION.to_owned());
        }
        rule
    }

    fn holds(&self, facts: &PaymentRiskFacts, rates: &RateTable, on: Date) -> bool {
        // An issuer that isn't known is not a foreign one: most cards of small issuers would be.
        let differs = facts.issuer_country.is_some_and(|country| country != facts.account_country);
        // An amount that can't be compared for want of a rate counts as large: a challenge too many
        // harms less than one too few.
        let reaches = |limit: &Money| rates.compare(&facts.amount, limit, on) != Ok(Ordering::Less);
        self.amount_at_least.as_ref().is_none_or(reaches)
            && self.method_age_below.is_none_or(|age| facts.method_age < age)
            && self.issuer_country_differs.is_none_or(|wanted| wanted == differs)
            && self.triggers.as_ref().is_none_or(|triggers| triggers.contains(&facts.trigger))
    }
}
