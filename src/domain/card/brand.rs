//! Card brands, their number ranges and lengths.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// A card network, named as on the wire.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumIter,
    EnumString,
    IntoStaticStr,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Brand {
    /// Visa.
    Visa,
    /// Mastercard.
    Mastercard,
    /// American Express.
    AmericanExpress,
    /// JCB.
    Jcb,
    /// Discover.
    Discover,
    /// Diners Club.
    Diners,
    /// China UnionPay, the one network here that is not international (A3).
    #[strum(serialize = "UNIONPAY")]
    #[serde(rename = "UNIONPAY")]
    UnionPay,
}

/// One row: the first and last prefix of a range, its brand, and the lengths its numbers may have.
type Range = (&'static str, &'static str, Brand, &'static [usize]);

const SIXTEEN_TO_NINETEEN: &[usize] = &[16, 17, 18, 19];

/// Where two ranges overlap, the longer prefix decides. 622126 to 622925 is shared with Discover by
/// agreement of the networks, which is not a second logo on the card: it counts as UnionPay.
#[rustfmt::skip]
const RANGES: &[Range] = &[
    // first     last      brand                   lengths
    ("4",      "4",      Brand::Visa,            &[13, 16, 18, 19]),
    ("51",     "55",     Brand::Mastercard,      &[16]),
    ("2221",   "2720",   Brand::Mastercard,      &[16]),
    ("34",     "34",     Brand::AmericanExpress, &[15]),
    ("37",     "37",     Brand::AmericanExpress, &[15]),
    ("3528",   "3589",   Brand::Jcb,             SIXTEEN_TO_NINETEEN),
    ("2131",   "2131",   Brand::Jcb,             &[15]),
    ("1800",   "1800",   Brand::Jcb,             &[15]),
    ("6011",   "6011",   Brand::Discover,        SIXTEEN_TO_NINETEEN),
    ("644",    "649",    Brand::Discover,        SIXTEEN_TO_NINETEEN),
    ("65",     "65",     Brand::Discover,        SIXTEEN_TO_NINETEEN),
    ("300",    "305",    Brand::Diners,          &[14, 16, 19]),
    ("36",     "36",     Brand::Diners,          &[14, 16, 19]),
    ("38",     "39",     Brand::Diners,          &[14, 16, 19]),
    ("62",     "62",     Brand::UnionPay,        SIXTEEN_TO_NINETEEN),
    ("8100",   "8171",   Brand::UnionPay,        SIXTEEN_TO_NINETEEN),
];

impl Brand {
    /// The brand of a number by its range, and whether it has a length of that range.
    pub(super) fn of(digits: &str) -> Option<(Self, bool)> {
        RANGES
            .iter()
            .filter(|(first, last, _, _)| {
                digits.get(..first.len()).is_some_and(|prefix| (*first..=*last).contains(&prefix))
            })
            .max_by_key(|(first, _, _, _)| first.len())
            .map(|(_, _, brand, lengths)| (*brand, lengths.contains(&digits.len())))
    }

    /// How many digits the security code has.
    #[must_use]
    pub fn security_code_digits(self) -> usize {
        match self {
            Self::AmericanExpress => 4,
            Self::Visa | Self::Mastercard | Self::Jcb | Self::Discover | Self::Diners | Self::UnionPay => 3,
        }
    }

    /// Whether the network is international. A card with such a network beside UnionPay counts as
    /// that network's card (A3).
    #[must_use]
    pub fn is_international(self) -> bool {
        match self {
            Self::UnionPay => false,
            Self::Visa
            | Self::Mastercard
            | Self::AmericanExpress
            | Self::Jcb
            | Self::Discover
            | Self::Diners => true,
        }
    }

    /// The name as printed on cards, for sentences.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Visa => "Visa",
            Self::Mastercard => "Mastercard",
            Self::AmericanExpress => "American Express",
            Self::Jcb => "JCB",
            Self::Discover => "Discover",
            Self::Diners => "Diners Club",
            Self::UnionPay => "UnionPay",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_of_a_number_tells_its_brand_and_lengths() {
        #[rustfmt::skip]
        let rows = [
            ("4242424242424242",    Some((Brand::Visa, true))),
            ("4222222222222",       Some((Brand::Visa, true))),
            ("42424242424242",      Some((Brand::Visa, false))),
            ("5555555555554444",    Some((Brand::Mastercard, true))),
            ("5655555555554444",    None),
            ("2220999999999999",    None),
            ("2221000000000009",    Some((Brand::Mastercard, true))),
            ("2720999999999996",    Some((Brand::Mastercard, true))),
            ("2721000000000000",    None),
            ("378282246310005",     Some((Brand::AmericanExpress, true))),
            ("3782822463100050",    Some((Brand::AmericanExpress, false))),
            ("3527999999999999",    None),
            ("3528000000000007",    Some((Brand::Jcb, true))),
            ("3589000000000003",    Some((Brand::Jcb, true))),
            ("6011111111111117",    Some((Brand::Discover, true))),
            ("30569309025904",      Some((Brand::Diners, true))),
            ("6200000000000005",    Some((Brand::UnionPay, true))),
            ("6205500000000000004", Some((Brand::UnionPay, true))),
            ("6221260000000000",    Some((Brand::UnionPay, true))),
            ("8100000000000000",    Some((Brand::UnionPay, true))),
            ("8172000000000000",    None),
            ("9999999999999999",    None),
            ("4",                   Some((Brand::Visa, false))),
            ("",                    None),
        ];
        for (number, expected) in rows {
            assert_eq!(Brand::of(number), expected, "{number}");
        }
    }

    #[test]
    fn names_are_those_of_the_wire() {
        use strum::IntoEnumIterator as _;
        let names: Vec<_> = Brand::iter().map(|brand| brand.to_string()).collect();
        let expected = ["VISA", "MASTERCARD", "AMERICAN_EXPRESS", "JCB", "DISCOVER", "DINERS", "UNIONPAY"];
        assert_eq!(names, expected);
        for brand in Brand::iter() {
            assert_eq!(serde_json::to_string(&brand).unwrap(), format!("\"{brand}\""));
            assert_eq!(brand.to_string().parse(), Ok(brand));
        }
    }
}
