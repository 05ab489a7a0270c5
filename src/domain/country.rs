//! Countries by their ISO 3166-1 alpha-2 codes (C2).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A country or region that ISO 3166-1 knows (C2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(&'static str);

impl Country {
    /// The code in capitals, as `SG`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0
    }

    /// The English short name, for sentences.
    #[must_use]
    pub fn name(self) -> &'static str {
        rust_iso3166::from_alpha2(self.0).map_or(self.0, |country| country.name)
    }
}

/// A code that is no country's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an ISO 3166-1 alpha-2 country code such as SG")]
pub struct UnknownCountry(pub String);

impl FromStr for Country {
    type Err = UnknownCountry;

    /// Takes any case (AIP-143).
    fn from_str(code: &str) -> Result<Self, Self::Err> {
        rust_iso3166::from_alpha2(&code.to_ascii_uppercase())
            .map(|country| Self(country.alpha2))
            .ok_or_else(|| UnknownCountry(code.to_owned()))
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_parses_in_any_case_and_only_if_iso_3166_has_it() {
        for code in ["SG", "sg", "Sg"] {
            assert_eq!(code.parse::<Country>().unwrap().code(), "SG");
        }
        assert_eq!("MY".parse::<Country>().unwrap().name(), "Malaysia");
        for code in ["", "S", "SGP", "XX", "UK", "EU", "ÅX", " SG"] {
            assert_eq!(code.parse::<Country>(), Err(UnknownCountry(code.to_owned())));
        }
        assert_eq!(serde_json::to_string(&"CL".parse::<Country>().unwrap()).unwrap(), "\"CL\"");
        assert!(serde_json::from_str::<Country>("\"XX\"").is_err());
    }
}
