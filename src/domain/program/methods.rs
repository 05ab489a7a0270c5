//! Which kinds of payment method are offered where, and which are refused by name (A2, A7).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoEnumIterator as _};

use super::{
    regions::{RegionId, Regions},
    section::Section,
};
use crate::domain::{country::Country, reason::Reason, rejection::Violation};

/// A kind of payment method (C4).
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
pub enum MethodKind {
    /// A credit or debit card.
    Card,
    /// A PayPal billing agreement.
    #[strum(serialize = "PAYPAL")]
    #[serde(rename = "PAYPAL")]
    PayPal,
    /// A redirect to a Chinese bank.
    ChinaBankRedirect,
    /// A transfer to the seller's bank account.
    BankTransfer,
}

/// What is offered and what is refused by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Methods {
    /// The regions that each kind is offered in.
    pub(super) offered: BTreeMap<MethodKind, BTreeSet<RegionId>>,
    /// Third-party methods within China, refused with a reason of their own (A7).
    pub(super) third_party_chinese: BTreeSet<String>,
    /// Countries of registration that no wallet may be of (A6).
    pub(super) wallet_countries_refused: BTreeSet<Country>,
}

impl Methods {
    /// Reads `[methods]`: the kinds offered, and the names refused.
    pub(super) fn read(section: &Section<'_>, regions: &Regions) -> Self {
        const EXPECTED: &str = "the name of a method in capitals, for example ALIPAY";
        let third_party_chinese = section.optional_set("third_party_chinese", EXPECTED).unwrap_or_default();
        let wallet_countries_refused =
            section.optional_set("wallet_countries_refused", COUNTRY).unwrap_or_default();
        let kinds = section.section("offered");
        let mut offered = BTreeMap::new();
        for (name, value) in kinds.entries() {
            match name.parse::<MethodKind>() {
                Ok(kind) => {
                    offered.insert(kind, regions.read_choice(&kinds, name, value));
                }
                Err(_) => kinds.reject(
                    name,
                    "is no kind of method; expected CARD, PAYPAL, CHINA_BANK_REDIRECT or BANK_TRANSFER"
                        .to_owned(),
                ),
            }
        }
        Self { offered, third_party_chinese, wallet_countries_refused }
    }

    /// Whether a kind is offered in a region.
    #[must_use]
    pub fn offers(&self, kind: MethodKind, region: &RegionId) -> bool {
        self.offered.get(&kind).is_some_and(|regions| regions.contains(region))
    }

    /// Every kind that is offered somewhere.
    pub fn kinds(&self) -> impl Iterator<Item = MethodKind> {
        self.offered.keys().copied()
    }

    /// The names that are refused by name (A7).
    pub fn refused_by_name(&self) -> impl Iterator<Item = &str> {
        self.third_party_chinese.iter().map(String::as_str)
    }

    /// Why a method of that name is refused in a region, or `None` where it is offered.
    #[must_use]
    pub fn refuse(&self, name: &str, region: &RegionId) -> Option<Violation> {
        let name: String = name
            .trim()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
            .collect();
        if self.third_party_chinese.contains(&name) {
            let sentence = format!(
                "{name} is a third-party payment method within China and is not accepted; {}.",
                self.instead(region)
            );
            let violation = Violation::new(Reason::MethodThirdPartyChinese, "A7", sentence);
            return Some(violation.fact("method", name));
        }
        if name.parse().is_ok_and(|kind| self.offers(kind, region)) {
            return None;
        }
        let sentence =
            format!("{name} is not offered for accounts of region {region}; {}.", self.instead(region));
        let violation = Violation::new(Reason::MethodKindNotSupported, "A2", sentence);
        Some(violation.fact("method", name).fact("region", region))
    }

    /// Why a wallet whose account is registered there is refused (A6); `None` where it is taken.
    #[must_use]
    pub fn refuse_wallet(&self, country: Option<Country>) -> Option<Violation> {
        let refused = country.filter(|country| self.wallet_countries_refused.contains(country))?;
        let sentence = format!(
            "Wallets whose account is registered in {refused} are not accepted; use one registered elsewhere, \
             or another way to pay."
        );
        Some(Violation::new(Reason::WalletCountryNotSupported, "A6", sentence).fact("region_code", refused))
    }

    /// Why what is offered otherwise is no wallet.
    #[must_use]
    pub fn no_wallet(&self, name: &str, region: &RegionId) -> Violation {
        let sentence = format!("{name} is not linked as a wallet; {}.", self.instead(region));
        Violation::new(Reason::MethodKindNotSupported, "A2", sentence).fact("method", name)
    }

    fn instead(&self, region: &RegionId) -> String {
        let kinds: Vec<_> = MethodKind::iter()
            .filter(|kind| self.offers(*kind, region))
            .map(|kind| kind.to_string())
            .collect();
        if kinds.is_empty() {
            "contact the seller for a way to pay".to_owned()
        } else {
            format!("use one of {}", kinds.join(", "))
        }
    }
}

const COUNTRY: &str = "an ISO 3166-1 alpha-2 country code such as CN";
