//! What is known of a card once its number is gone (C9).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

use super::{brand::Brand, expiry::Expiry};
use crate::domain::country::Country;

/// Everything the rules may ask about a card. It may be stored and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardFacts {
    /// Every network whose logo the card bears.
    pub networks: BTreeSet<Brand>,
    /// The network it counts as: the international one where it has one (A3).
    pub brand: Brand,
    /// The first six digits.
    pub iin: String,
    /// The last four digits.
    pub last_four: String,
    /// Whose money it spends.
    pub funding: Funding,
    /// What kind of card it is.
    pub product: Product,
    /// Where it was issued, where that is known.
    pub issuer_country: Option<Country>,
    /// Whether it may be used abroad (A9).
    pub international_enabled: bool,
    /// Whether it may be used online (A9).
    pub online_enabled: bool,
    /// Whether its issuer offers 3-D Secure (A11).
    pub three_ds_capable: bool,
    /// Until when it is valid.
    pub expiry: Expiry,
}

/// Whose money a card spends.
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
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Funding {
    /// Lent by the issuer and paid back in parts.
    Credit,
    /// The holder's own account.
    Debit,
    /// Lent by the issuer and paid back at once.
    Charge,
    /// Loaded before.
    Prepaid,
    /// The IIN is not in the table.
    Unknown,
}

/// What kind of card it is.
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
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Product {
    /// A person's.
    Consumer,
    /// A company's.
    Commercial,
    /// A gift card.
    Gift,
    /// A virtual number for one payment.
    VirtualSingleUse,
    /// A virtual number for several payments.
    VirtualMultiUse,
    /// The IIN is not in the table.
    Unknown,
}
