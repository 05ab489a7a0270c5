//! Currencies by their ISO 4217 codes (C2).

use std::{fmt, str::FromStr};

use super::country::Country;
use serde::{Deserialize, Serialize};

/// A currency that exists and has a minor unit (C2).
///
/// Gold, test codes and drawing rights are in ISO 4217 too but have no minor unit, so nothing can be
/// priced in them; they don't parse.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The United States dollar, in which the programs state their limits.
    pub const USD: Self = Self(iso_currency::Currency::USD);
    /// The euro, in which the European Central Bank quotes.
    pub const EUR: Self = Self(iso_currency::Currency::EUR);
    /// The Chinese renminbi (W1).
    pub const CNY: Self = Self(iso_currency::Currency::CNY);

    /// Whether a country uses it.
    #[must_use]
    pub fn is_used_in(self, country: Country) -> bool {
        self.0.used_by().iter().any(|user| user.to_string() == country.code())
    }

    /// The code in capitals, as `USD`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many digits follow the decimal point: 2 for USD, 0 for JPY, 3 for KWD.
    #[must_use]
    pub fn minor_digits(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }
}

/// A code that is no currency's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an ISO 4217 currency code such as USD")]
pub struct UnknownCurrency(pub String);

impl FromStr for Currency {
    type Err = UnknownCurrency;

    /// Takes any case (AIP-143).
    fn from_str(code: &str) -> Result<Self, Self::Err> {
        iso_currency::Currency::from_code(&code.to_ascii_uppercase())
            .filter(|currency| currency.exponent().is_some())
            .map(Self)
            .ok_or_else(|| UnknownCurrency(code.to_owned()))
    }
}

impl TryFrom<String> for Currency {
    type Error = UnknownCurrency;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        code.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_digits_are_those_of_iso_4217() {
        let rows = [
            (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
            (3, "BHD IQD JOD KWD LYD OMR TND"),
            (4, "CLF UYW"),
            (2, "USD CNY EUR GBP SGD MYR HKD HUF MGA INR BRL"),
        ];
        for (digits, codes) in rows {
            for code in codes.split(' ') {
                assert_eq!(code.parse::<Currency>().unwrap().minor_digits(), digits, "{code}");
            }
        }
    }

    #[test]
    fn a_code_parses_in_any_case_and_only_if_something_can_cost_it() {
        assert_eq!("usd".parse(), Ok(Currency::USD));
        assert_eq!("Cny".parse(), Ok(Currency::CNY));
        for code in ["", "US", "USDX", "ZZZ", "XAU", "XDR", "XXX", "US$", " USD"] {
            assert_eq!(code.parse::<Currency>(), Err(UnknownCurrency(code.to_owned())));
        }
        assert_eq!(serde_json::to_string(&Currency::USD).unwrap(), "\"USD\"");
        assert_eq!(serde_json::from_str::<Currency>("\"JPY\"").unwrap().code(), "JPY");
    }
}
