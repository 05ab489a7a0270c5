//! Amounts of money (C3): a decimal with its currency, never a float, never rounded in silence.

use std::{cmp::Ordering, fmt};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::currency::{Currency, UnknownCurrency};

/// The most whole units an amount may have. It keeps every sum of a bill far from overflow.
pub const UNITS_MAX: i64 = 1_000_000_000_000;

const NANOS_PER_UNIT: i64 = 1_000_000_000;

/// An amount that is not negative, no finer than its currency's minor unit and at most
/// [`UNITS_MAX`]. Always scaled to the minor unit, so equal amounts are equal values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Text", into = "Text")]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

/// Why an amount can't be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The currency code is unknown.
    #[error(transparent)]
    Currency(#[from] UnknownCurrency),
    /// Units and nanos have different signs.
    #[error("units ({units}) and nanos ({nanos}) have different signs; give both the same sign")]
    MixedSigns {
        /// Whole units as given.
        units: i64,
        /// Billionths as given.
        nanos: i32,
    },
    /// Nanos reach a whole unit.
    #[error("nanos ({0}) is out of range; give at most 999999999 and the rest as units")]
    NanosOutOfRange(i32),
    /// The amount is below zero.
    #[error("the amount is negative; give it without the sign")]
    Negative,
    /// The amount is finer than the currency's minor unit.
    #[error("{amount} is finer than {currency} allows; give at most {digits} digits after the point")]
    TooFine {
        /// The amount as given.
        amount: Decimal,
        /// Its currency.
        currency: Currency,
        /// How many digits the currency has.
        digits: u32,
    },
    /// The amount is above [`UNITS_MAX`].
    #[error("the amount is above {UNITS_MAX} units; give at most that")]
    TooLarge,
    /// Two amounts of different currencies were mixed.
    #[error("{left} and {right} can't be mixed; convert one first")]
    CurrencyMismatch {
        /// The currency of the first.
        left: Currency,
        /// The currency of the second.
        right: Currency,
    },
    /// The amount is no decimal number.
    #[error("{0:?} is not a decimal number such as 12.50")]
    NotANumber(String),
}

impl Money {
    /// An amount as google.type.Money has it on the wire (C3).
    pub fn from_parts(currency: Currency, units: i64, nanos: i32) -> Result<Self, MoneyError> {
        if i64::from(nanos).abs() >= NANOS_PER_UNIT {
            return Err(MoneyError::NanosOutOfRange(nanos));
        }
        if (units > 0 && nanos < 0) || (units < 0 && nanos > 0) {
            return Err(MoneyError::MixedSigns { units, nanos });
        }
        Self::new(Decimal::from(units) + Decimal::new(i64::from(nanos), 9), currency)
    }

    /// The amount as google.type.Money has it: whole units and billionths.
    #[must_use]
    pub fn to_parts(&self) -> (i64, i32) {
        // Both fit: an amount is at most UNITS_MAX and its fraction is below one.
        let units = i64::try_from(self.amount.trunc()).unwrap_or(UNITS_MAX);
        let nanos = i32::try_from(self.amount.fract() * Decimal::from(NANOS_PER_UNIT)).unwrap_or(0);
        (units, nanos)
    }

    /// An amount, checked.
    pub fn new(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        if amount < Decimal::ZERO {
            return Err(MoneyError::Negative);
        }
        if amount > Decimal::from(UNITS_MAX) {
            return Err(MoneyError::TooLarge);
        }
        let digits = currency.minor_digits();
        if amount.normalize().scale() > digits {
            return Err(MoneyError::TooFine { amount: amount.normalize(), currency, digits });
        }
        let mut amount = amount.abs();
        amount.rescale(digits);
        Ok(Self { amount, currency })
    }

    /// An amount written as `12.50`, checked.
    pub fn parse(amount: &str, currency: Currency) -> Result<Self, MoneyError> {
        let decimal =
            Decimal::from_str_exact(amount).map_err(|_| MoneyError::NotANumber(amount.to_owned()))?;
        Self::new(decimal, currency)
    }

    /// Nothing, in a currency.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self { amount: Decimal::new(0, currency.minor_digits()), currency }
    }

    /// The decimal.
    #[must_use]
    pub fn amount(&self) -> Decimal {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.amount.is_zero()
    }

    /// The sum.
    pub fn checked_add(&self, other: &Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        Self::new(self.amount + other.amount, self.currency)
    }

    /// What is left after taking `other`; [`MoneyError::Negative`] where there is less.
    pub fn checked_sub(&self, other: &Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        Self::new(self.amount - other.amount, self.currency)
    }

    /// Which is more. Amounts of two currencies have no order.
    pub fn compare(&self, other: &Self) -> Result<Ordering, MoneyError> {
        self.same_currency(other)?;
        Ok(self.amount.cmp(&other.amount))
    }

    fn same_currency(&self, other: &Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency })
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.amount)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How an amount is stored: `{"currency":"USD","amount":"1.00"}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    currency: Currency,
    amount: String,
}

impl From<Money> for Text {
    fn from(money: Money) -> Self {
        Self { currency: money.currency, amount: money.amount.to_string() }
    }
}

impl TryFrom<Text> for Money {
    type Error = MoneyError;

    fn try_from(text: Text) -> Result<Self, Self::Error> {
        Self::parse(&text.amount, text.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    fn money(text: &str) -> Money {
        let (code, amount) = text.split_once(' ').unwrap();
        Money::parse(amount, currency(code)).unwrap()
    }

    #[test]
    fn parts_from_the_wire_are_taken_exactly_or_refused() {
        #[rustfmt::skip]
        let rows = [
            // currency, units,       nanos           shown, or what is named
            ("USD", 1,                0,              "USD 1.00"),
            ("USD", 0,                10_000_000,     "USD 0.01"),
            ("USD", 0,                0,              "USD 0.00"),
            ("USD", 12,               990_000_000,    "USD 12.99"),
            ("JPY", 148,              0,              "JPY 148"),
            ("KWD", 3,                1_000_000,      "KWD 3.001"),
            ("CLF", 0,                100_000,        "CLF 0.0001"),
            ("USD", UNITS_MAX,        0,              "USD 1000000000000.00"),
            ("USD", 0,                1,              "finer than USD"),
            ("USD", 0,                5_000_000,      "finer than USD"),
            ("JPY", 0,                500_000_000,    "finer than JPY"),
            ("KWD", 0,                100_000,        "finer than KWD"),
            ("USD", 1,                -10_000_000,    "different signs"),
            ("USD", -1,               10_000_000,     "different signs"),
            ("USD", -1,               0,              "negative"),
            ("USD", 0,                -10_000_000,    "negative"),
            ("USD", -1,               -10_000_000,    "negative"),
            ("USD", i64::MIN,         0,              "negative"),
            ("USD", 0,                1_000_000_000,  "out of range"),
            ("USD", 0,                i32::MIN,       "out of range"),
            ("USD", UNITS_MAX,        10_000_000,     "above"),
            ("USD", i64::MAX,         0,              "above"),
        ];
        for (code, units, nanos, expected) in rows {
            match Money::from_parts(currency(code), units, nanos) {
                Ok(money) => {
                    assert_eq!(money.to_string(), expected);
                    assert_eq!(money.to_parts(), (units, nanos), "{expected}");
                }
                Err(error) => {
                    assert!(error.to_string().contains(expected), "{code} {units} {nanos}: {error}");
                }
            }
        }
    }

    #[test]
    fn sums_stay_within_a_currency_and_above_zero() {
        let (one, half) = (money("USD 1.00"), money("USD 0.50"));
        assert_eq!(one.checked_add(&half), Ok(money("USD 1.50")));
        assert_eq!(one.checked_sub(&half), Ok(half));
        assert_eq!(half.checked_sub(&one), Err(MoneyError::Negative));
        assert_eq!(half.compare(&one), Ok(Ordering::Less));
        assert!(one.checked_sub(&one).unwrap().is_zero());
        assert_eq!(money("USD 1000000000000").checked_add(&half), Err(MoneyError::TooLarge));
        let mismatch = MoneyError::CurrencyMismatch { left: currency("USD"), right: currency("EUR") };
        assert_eq!(one.checked_add(&money("EUR 1.00")), Err(mismatch.clone()));
        assert_eq!(one.compare(&money("EUR 1.00")), Err(mismatch));
    }

    #[test]
    fn equal_amounts_are_equal_values_and_are_stored_as_text() {
        assert_eq!(money("USD 1"), money("USD 1.00"));
        assert_eq!(money("USD 1.000"), money("USD 1.00"));
        assert_eq!(money("USD -0").to_string(), "USD 0.00");
        let json = serde_json::to_string(&money("USD 1")).unwrap();
        assert_eq!(json, r#"{"currency":"USD","amount":"1.00"}"#);
        assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money("USD 1.00"));
        for bad in [
            r#"{"currency":"USD","amount":"1.001"}"#,
            r#"{"currency":"USD","amount":"-1.00"}"#,
            r#"{"currency":"USD","amount":"1e3"}"#,
            r#"{"currency":"XXX","amount":"1.00"}"#,
            r#"{"currency":"USD","amount":"1.00","nanos":1}"#,
        ] {
            assert!(serde_json::from_str::<Money>(bad).is_err(), "{bad}");
        }
    }
}
