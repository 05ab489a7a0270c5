//! The files under `programs/`, carried inside the binary. A directory given at start takes their place.

/// The exchange rates, for [`RateTable::parse`](crate::domain::exchange::RateTable::parse).
pub const EXCHANGE_RATES: (&str, &str) =
    ("programs/exchange-rates.csv", include_str!("../../../programs/exchange-rates.csv"));

/// The IIN table, for [`IinTable::parse`](crate::domain::card::IinTable::parse).
pub const IIN_TABLE: (&str, &str) = ("programs/iin.csv", include_str!("../../../programs/iin.csv"));

/// The decline codes, for [`DeclineTable::parse`](super::DeclineTable::parse).
pub const DECLINE_CODES: (&str, &str) =
    ("programs/decline-codes.csv", include_str!("../../../programs/decline-codes.csv"));

/// The programs that ship: the name of each file and its text.
#[must_use]
pub fn shipped() -> Vec<(&'static str, &'static str)> {
    vec![
        ("programs/alibaba-cloud-intl.toml", include_str!("../../../programs/alibaba-cloud-intl.toml")),
        ("programs/aws-inc.toml", include_str!("../../../programs/aws-inc.toml")),
        ("programs/huawei-cloud-intl.toml", include_str!("../../../programs/huawei-cloud-intl.toml")),
    ]
}
