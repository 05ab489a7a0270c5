//! Sums that may be less than nothing.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::{currency::Currency, money::Money};

/// What there is in each currency. Only a return by the bank makes it less than nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Funds(BTreeMap<Currency, Decimal>);

impl Funds {
    /// What there is in a currency.
    #[must_use]
    pub fn in_currency(&self, currency: Currency) -> Decimal {
        self.0.get(&currency).copied().unwrap_or_else(|| Money::zero(currency).amount())
    }

    /// What can be paid with in a currency.
    #[must_use]
    pub fn available(&self, currency: Currency) -> Money {
        Money::new(self.in_currency(currency), currency).unwrap_or_else(|_| Money::zero(currency))
    }

    /// What is owed in the currencies that have less than nothing.
    pub fn debts(&self) -> impl Iterator<Item = Money> {
        self.0
            .iter()
            .filter_map(|(currency, sum)| Money::new(-sum, *currency).ok())
            .filter(|debt| !debt.is_zero())
    }

    /// Every currency that there ever was something in, with what there is now.
    pub fn all(&self) -> impl Iterator<Item = (Currency, Decimal)> {
        self.0.iter().map(|(currency, sum)| (*currency, *sum))
    }

    /// Whether there never was anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is anything to pay with.
    #[must_use]
    pub fn is_available(&self) -> bool {
        self.0.values().any(|sum| *sum > Decimal::ZERO)
    }

    /// Sets what there is in a currency.
    pub fn set(&mut self, currency: Currency, sum: Decimal) {
        self.0.insert(currency, sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_less_than_nothing_is_owed_and_pays_nothing() {
        let mut funds = Funds::default();
        assert!(funds.is_empty() && !funds.is_available());
        funds.set(Currency::USD, Decimal::new(-1050, 2));
        assert_eq!(funds.available(Currency::USD), Money::zero(Currency::USD));
        assert_eq!(funds.debts().collect::<Vec<_>>(), [Money::parse("10.50", Currency::USD).unwrap()]);
        assert!(!funds.is_available());
        funds.set(Currency::CNY, Decimal::new(7, 2));
        assert_eq!(funds.available(Currency::CNY), Money::parse("0.07", Currency::CNY).unwrap());
        assert!(funds.is_available());
        let json = serde_json::to_string(&funds).unwrap();
        assert_eq!(json, r#"{"CNY":"0.07","USD":"-10.50"}"#);
        assert_eq!(serde_json::from_str::<Funds>(&json).unwrap(), funds);
    }
}
