//! Amounts as the ledger keeps them.

use iso_currency::Currency;
use serde::{Deserialize, Serialize};

use super::error::Error;
use crate::proto::{provider::v1 as provider, sandbox::v1 as wire};

const NANOS_A_UNIT: i128 = 1_000_000_000;

/// A positive amount of money: whole units and billionths, as on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Amount {
    pub currency: String,
    pub units: i64,
    pub nanos: i32,
}

impl Amount {
    /// Reads an amount off the wire: of a known currency, positive, no finer than its minor unit.
    pub fn read(field: &'static str, money: Option<provider::Money>) -> Result<Self, Error> {
        let money = money.ok_or_else(|| Error::invalid(field, "an amount is needed"))?;
        let currency = Currency::from_code(&money.currency_code)
            .ok_or_else(|| Error::invalid(field, "the currency is not an ISO 4217 code"))?;
        let amount = Self { currency: money.currency_code, units: money.units, nanos: money.nanos };
        if !(0..1_000_000_000).contains(&amount.nanos) || amount.units < 0 || amount.total() == 0 {
            return Err(Error::invalid(field, "the amount must be positive, with nanos below one unit"));
        }
        if amount.total() % minor_unit(currency) != 0 {
            return Err(Error::invalid(field, "the amount is finer than the currency's minor unit"));
        }
        Ok(amount)
    }

    /// The amount in billionths of a unit.
    pub fn total(&self) -> i128 {
        i128::from(self.units) * NANOS_A_UNIT + i128::from(self.nanos)
    }

    /// Half of it, rounded down to the minor unit.
    pub fn half(&self) -> Self {
        let unit = Currency::from_code(&self.currency).map_or(1, minor_unit);
        let half = self.total() / 2 / unit * unit;
        Self {
            currency: self.currency.clone(),
            units: i64::try_from(half / NANOS_A_UNIT).unwrap_or(self.units),
            nanos: i32::try_from(half % NANOS_A_UNIT).unwrap_or(0),
        }
    }

    pub fn to_provider(&self) -> provider::Money {
        provider::Money { currency_code: self.currency.clone(), units: self.units, nanos: self.nanos }
    }

    pub fn to_wire(&self) -> wire::Money {
        wire::Money { currency_code: self.currency.clone(), units: self.units, nanos: self.nanos }
    }

    /// For people: `USD 1.00`, with the decimals that the currency has.
    pub fn to_text(&self) -> String {
        let places = Currency::from_code(&self.currency).and_then(Currency::exponent).unwrap_or(0).min(9);
        if places == 0 {
            return format!("{} {}", self.currency, self.units);
        }
        let fraction = i64::from(self.nanos) / 10_i64.pow(9 - u32::from(places));
        format!("{} {}.{fraction:0width$}", self.currency, self.units, width = usize::from(places))
    }
}

/// The currency's minor unit in billionths.
fn minor_unit(currency: Currency) -> i128 {
    let places = u32::from(currency.exponent().unwrap_or(0)).min(9);
    10_i128.pow(9 - places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_rounded_down_to_the_minor_unit() {
        for (currency, units, nanos, half) in [
            ("USD", 5, 0, "USD 2.50"),
            ("USD", 5, 10_000_000, "USD 2.50"),
            ("JPY", 151, 0, "JPY 75"),
            ("KWD", 0, 5_000_000, "KWD 0.002"),
        ] {
            assert_eq!(read(currency, units, nanos).unwrap().half().to_text(), half);
        }
    }

    fn read(currency: &str, units: i64, nanos: i32) -> Result<Amount, Error> {
        Amount::read("amount", Some(provider::Money { currency_code: currency.to_owned(), units, nanos }))
    }

    #[test]
    fn only_positive_amounts_of_known_currencies_are_read() {
        #[rustfmt::skip]
        let table = [
            ("USD", 1, 0,           Some("USD 1.00")),
            ("USD", 0, 10_000_000,  Some("USD 0.01")),
            ("USD", 0, 1_000_000,   None),
            ("JPY", 150, 0,         Some("JPY 150")),
            ("JPY", 1, 500_000_000, None),
            ("KWD", 1, 5_000_000,   Some("KWD 1.005")),
            ("USD", 0, 0,           None),
            ("USD", -1, 0,          None),
            ("USD", 1, -10_000_000, None),
            ("USD", 1, 1_000_000_000, None),
            ("usd", 1, 0,           None),
            ("ZZZ", 1, 0,           None),
        ];
        for (currency, units, nanos, expected) in table {
            let read = read(currency, units, nanos).ok().map(|amount| amount.to_text());
            assert_eq!(read.as_deref(), expected, "{currency} {units} {nanos}");
        }
    }
}
