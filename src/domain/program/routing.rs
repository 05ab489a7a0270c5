//! Which provider serves a payment (C12).

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use super::{methods::MethodKind, section::Section};
use crate::domain::{card::Brand, country::Country, currency::Currency, money::Money};

/// The name an adapter is registered under.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProviderName(pub String);

impl fmt::Display for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is known of a payment that needs a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteFacts {
    /// The kind of method.
    pub kind: MethodKind,
    /// The card's brand, where it is a card.
    pub brand: Option<Brand>,
    /// Where the account was registered.
    pub country: Country,
    /// How much, in which currency.
    pub amount: Money,
}

/// One rule: a provider and the payments it serves. A condition that isn't given always holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub(super) provider: ProviderName,
    pub(super) kinds: Option<BTreeSet<MethodKind>>,
    pub(super) brands: Option<BTreeSet<Brand>>,
    pub(super) currencies: Option<BTreeSet<Currency>>,
    pub(super) countries: Option<BTreeSet<Country>>,
    /// From this amount on, in its currency only.
    pub(super) amount_at_least: Option<Money>,
    /// Below this amount, in its currency only.
    pub(super) amount_below: Option<Money>,
}

impl Route {
    pub(super) fn read(section: &Section<'_>) -> Self {
        Self {
            provider: ProviderName(section.text("provider", "the name an adapter is registered under")),
            kinds: section.optional_set("kinds", "a kind of method such as CARD"),
            brands: section.optional_set("brands", "a brand such as VISA"),
            currencies: section.optional_set("currencies", "an ISO 4217 currency code such as USD"),
            countries: section.optional_set("countries", "an ISO 3166-1 alpha-2 country code such as SG"),
            amount_at_least: section.optional_money("amount_at_least"),
            amount_below: section.optional_money("amount_below"),
        }
    }

    fn serves(&self, facts: &RouteFacts) -> bool {
        let currency = facts.amount.currency();
        let order = |limit: &Money| facts.amount.compare(limit).ok();
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&facts.kind))
            && self
                .brands
                .as_ref()
                .is_none_or(|brands| facts.brand.is_some_and(|brand| brands.contains(&brand)))
            && self.currencies.as_ref().is_none_or(|currencies| currencies.contains(&currency))
            && self.countries.as_ref().is_none_or(|countries| countries.contains(&facts.country))
            && self
                .amount_at_least
                .as_ref()
                .is_none_or(|limit| order(limit).is_some_and(|order| order.is_ge()))
            && self.amount_below.as_ref().is_none_or(|limit| order(limit).is_some_and(|order| order.is_lt()))
    }
}

/// The providers that serve a payment, the first one first; the others are for its outages.
pub(super) fn plan(routes: &[Route], facts: &RouteFacts) -> Vec<ProviderName> {
    let mut providers: Vec<ProviderName> = Vec::new();
    for route in routes.iter().filter(|route| route.serves(facts)) {
        if !providers.contains(&route.provider) {
            providers.push(route.provider.clone());
        }
    }
    providers
}
