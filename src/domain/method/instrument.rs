//! What a method stands for: a card, a wallet, or leave to be sent to one's bank.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    card::{BillingAddress, CardFacts, InstrumentFingerprint},
    country::Country,
    ids::AgreementId,
    program::MethodKind,
};

/// What a method stands for. To add a kind, add it here; the compiler lists what has to know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Instrument {
    /// A card.
    Card(Card),
    /// A wallet that the customer agreed to be charged.
    Wallet(Wallet),
    /// Leave to be sent to the bank for each payment (W1 to W5).
    BankRedirect(BankRedirect),
}

/// A card on file. Its number is known to nobody here (C9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// What the rules may ask about it.
    pub facts: CardFacts,
    /// The keyed fingerprint of its number (A8).
    pub instrument: InstrumentFingerprint,
    /// What each provider knows it as.
    pub tokens: BTreeMap<String, String>,
    /// The holder's name.
    pub holder_name: String,
    /// The company's name on the card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// The billing address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<BillingAddress>,
    /// The instant from which it has expired, in the program's time zone.
    pub expires_at: Timestamp,
}

/// A wallet at a provider (A17).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wallet {
    /// Whose wallet it is.
    pub kind: MethodKind,
    /// The agreement by which it is charged.
    pub agreement: AgreementId,
    /// Who agreed; nobody has yet while it is being set up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<WalletHolder>,
}

/// The wallet's holder, as the provider says once they have agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalletHolder {
    /// The provider.
    pub provider: String,
    /// What the provider knows the agreement as.
    pub token: String,
    /// The fingerprint of the holder's account there (A8).
    pub instrument: InstrumentFingerprint,
    /// Where that account is registered (A6).
    pub country: Option<Country>,
    /// The account's e-mail address, shortened so that its holder knows it again.
    pub masked_email: String,
}

/// Leave to be sent to the bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankRedirect {}

impl Instrument {
    /// Its kind (C4).
    #[must_use]
    pub fn kind(&self) -> MethodKind {
        match self {
            Self::Card(_) => MethodKind::Card,
            Self::Wallet(wallet) => wallet.kind,
            Self::BankRedirect(_) => MethodKind::ChinaBankRedirect,
        }
    }

    /// The card, if it is one.
    #[must_use]
    pub fn card(&self) -> Option<&Card> {
        if let Self::Card(card) = self { Some(card) } else { None }
    }

    /// The wallet, if it is one.
    #[must_use]
    pub fn wallet(&self) -> Option<&Wallet> {
        if let Self::Wallet(wallet) = self { Some(wallet) } else { None }
    }

    /// What is claimed with it, so that it is linked to one account at a time (A8).
    #[must_use]
    pub fn fingerprint(&self) -> Option<&InstrumentFingerprint> {
        match self {
            Self::Card(card) => Some(&card.instrument),
            Self::Wallet(wallet) => wallet.holder.as_ref().map(|holder| &holder.instrument),
            Self::BankRedirect(_) => None,
        }
    }

    /// What a provider knows it as.
    #[must_use]
    pub fn token(&self, provider: &str) -> Option<&str> {
        match self {
            Self::Card(card) => card.tokens.get(provider).map(String::as_str),
            Self::Wallet(wallet) => wallet
                .holder
                .as_ref()
                .filter(|holder| holder.provider == provider)
                .map(|holder| holder.token.as_str()),
            Self::BankRedirect(_) => None,
        }
    }

    /// Where it was issued, if that is known.
    #[must_use]
    pub fn issuer_country(&self) -> Option<Country> {
        match self {
            Self::Card(card) => card.facts.issuer_country,
            Self::Wallet(wallet) => wallet.holder.as_ref().and_then(|holder| holder.country),
            Self::BankRedirect(_) => None,
        }
    }

    /// The instant from which it can't be used any more, if there is one.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.card().map(|card| card.expires_at)
    }
}
