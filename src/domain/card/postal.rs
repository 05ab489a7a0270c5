//! Which countries have no postal codes, and so may leave theirs out (A12).

use crate::domain::country::Country;

/// Countries and regions without a postal code in use, after the Universal Postal Union's list. An
/// address anywhere else needs one.
#[rustfmt::skip]
const WITHOUT: &[&str] = &[
    "AE", "AG", "AO", "AW", "BF", "BI", "BJ", "BO", "BS", "BW", "BZ", "CD", "CF", "CG", "CI", "CK", "CM",
    "CW", "DJ", "DM", "ER", "FJ", "GA", "GD", "GH", "GM", "GN", "GQ", "GY", "HK", "JM", "KI", "KM", "KN",
    "KP", "LC", "LY", "ML", "MO", "MR", "MW", "NR", "NU", "QA", "RW", "SB", "SC", "SL", "SR", "SS", "ST",
    "SX", "SY", "TD", "TG", "TK", "TO", "TL", "TV", "UG", "VU", "YE", "ZW",
];

/// Whether addresses in a country have a postal code.
pub(super) fn has_postal_codes(country: Country) -> bool {
    !WITHOUT.contains(&country.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_a_country_and_the_usual_ones_have_postal_codes() {
        for code in WITHOUT {
            assert!(!has_postal_codes(code.parse().unwrap()), "{code}");
        }
        for code in ["SG", "US", "MY", "DE", "CN", "CL", "GB"] {
            assert!(has_postal_codes(code.parse().unwrap()), "{code}");
        }
    }
}
