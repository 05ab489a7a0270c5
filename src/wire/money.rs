//! Money, which every package has as a message of its own shape (C3).

use rust_decimal::Decimal;

use crate::{
    domain::{
        currency::Currency,
        money::{Money, MoneyError},
    },
    proto::{provider::v1 as provider, sandbox::v1 as sandbox, v1},
};

/// Why a message is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// The currency is not known.
    #[error("{0}")]
    Currency(String),
    /// The amount can't be one.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

fn read(code: &str, units: i64, nanos: i32) -> Result<Money, AmountError> {
    let currency: Currency = code.parse().map_err(|error: crate::domain::currency::UnknownCurrency| {
        AmountError::Currency(error.to_string())
    })?;
    Ok(Money::from_parts(currency, units, nanos)?)
}

macro_rules! money {
    ($message:ty) => {
        impl TryFrom<&$message> for Money {
            type Error = AmountError;

            fn try_from(money: &$message) -> Result<Self, AmountError> {
                read(&money.currency_code, money.units, money.nanos)
            }
        }

        impl From<Money> for $message {
            fn from(money: Money) -> Self {
                let (units, nanos) = money.to_parts();
                Self { currency_code: money.currency().code().to_owned(), units, nanos }
            }
        }
    };
}

/// A sum that may be less than nothing, as a balance is.
#[must_use]
pub fn signed(sum: Decimal, currency: Currency) -> v1::Money {
    let (units, nanos) = Money::new(sum.abs(), currency).unwrap_or_else(|_| Money::zero(currency)).to_parts();
    let (units, nanos) = if sum.is_sign_negative() { (-units, -nanos) } else { (units, nanos) };
    v1::Money { currency_code: currency.code().to_owned(), units, nanos }
}

money!(v1::Money);
money!(provider::Money);
money!(sandbox::Money);
