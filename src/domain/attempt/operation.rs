//! What an effect does at the provider.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::domain::{
    card::Expiry,
    country::Country,
    ids::{AccountId, EffectId, RemittanceId},
    kyc::{Presented, Subject},
    message::Outgoing,
    money::Money,
    program::MethodKind,
    remittance::{Return, Transfer},
};

/// What is to be done, with everything that a repeat needs: it is stored with the attempt, so that
/// every repeat asks for the very same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Operation {
    /// Place a hold.
    Authorize { amount: Money, card: CardUse },
    /// Take money.
    Charge { amount: Money, card: CardUse, reference: String },
    /// Release a hold.
    Release { authorized: EffectId, amount: Money },
    /// Give a charge back, or a part of it. The provider knows the charge by its own reference for longer than by
    /// our id; what was written before that was kept has none.
    Refund {
        charged: EffectId,
        amount: Money,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reference: String,
    },
    /// Verify a card with no amount.
    Verify { card: CardUse },
    /// Send a message (A16, H2, H3).
    SendMessage { message: Box<Outgoing> },
    /// Have the customer agree to be charged by their wallet (A17).
    Agree { wallet: MethodKind, descriptor: String, page_seconds: i64 },
    /// End such an agreement.
    EndAgreement { agreed: EffectId },
    /// Have the customer pay at their bank: a request that the bank approves and that takes nothing yet (W7).
    AuthorizeRedirect { amount: Money, descriptor: String, reference: String, page_seconds: i64 },
    /// Make final what the bank has approved (W9).
    Capture { authorized: EffectId, amount: Money },
    /// Withdraw what the bank has approved (W9).
    Withdraw { authorized: EffectId },
    /// Credit a customer's account with what arrived by bank transfer (A27).
    CreditAccount { account: AccountId, remittance: RemittanceId, transfer: Box<Transfer> },
    /// Take it from there again.
    DebitAccount { account: AccountId, remittance: RemittanceId, returned: Box<Return>, amount: Money },
    /// Compare identity documents with whom they have to show (A32).
    ReviewIdentity { subject: Subject, country: Country, documents: Vec<Presented> },
}

impl Operation {
    /// Whether a customer pays it at their bank, which may take a day to answer (W8).
    #[must_use]
    pub fn is_at_bank(&self) -> bool {
        matches!(self, Self::AuthorizeRedirect { .. })
    }

    /// The amount it moves, if any.
    #[must_use]
    pub fn amount(&self) -> Option<&Money> {
        match self {
            Self::Authorize { amount, .. }
            | Self::Charge { amount, .. }
            | Self::Release { amount, .. }
            | Self::Refund { amount, .. }
            | Self::AuthorizeRedirect { amount, .. }
            | Self::Capture { amount, .. }
            | Self::DebitAccount { amount, .. } => Some(amount),
            Self::Verify { .. }
            | Self::SendMessage { .. }
            | Self::Agree { .. }
            | Self::EndAgreement { .. }
            | Self::Withdraw { .. }
            | Self::ReviewIdentity { .. } => None,
            Self::CreditAccount { transfer, .. } => Some(&transfer.amount),
        }
    }

    /// The effect that it undoes, if it does.
    #[must_use]
    pub fn undoes(&self) -> Option<EffectId> {
        match self {
            Self::Release { authorized: undone, .. }
            | Self::Refund { charged: undone, .. }
            | Self::EndAgreement { agreed: undone }
            | Self::Withdraw { authorized: undone } => Some(*undone),
            Self::Authorize { .. }
            | Self::Charge { .. }
            | Self::Verify { .. }
            | Self::SendMessage { .. }
            | Self::Agree { .. }
            | Self::AuthorizeRedirect { .. }
            | Self::Capture { .. }
            | Self::CreditAccount { .. }
            | Self::DebitAccount { .. }
            | Self::ReviewIdentity { .. } => None,
        }
    }

    /// Whether it undoes what another did. It is never given up (A13).
    #[must_use]
    pub fn gives_back(&self) -> bool {
        self.undoes().is_some()
    }
}

/// A card, or a wallet, and how it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardUse {
    /// The provider's token. The number itself is known to nobody here (C9).
    pub token: String,
    /// What the statement shows (A13).
    pub descriptor: String,
    /// Whether a challenge is demanded (A11, H8).
    pub authentication: Authentication,
    /// How long a challenge may stay open, in seconds (A16).
    pub challenge_seconds: i64,
    /// The expiry it is used with: not always the one that was tokenized (H14). A wallet has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry: Option<Expiry>,
}

impl CardUse {
    /// How long a challenge may stay open.
    #[must_use]
    pub fn challenge_lifetime(&self) -> SignedDuration {
        SignedDuration::from_secs(self.challenge_seconds)
    }
}

/// Whether the issuer has to challenge the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authentication {
    /// A challenge is mandated.
    Mandated,
    /// The issuer decides.
    IssuerDecides,
    /// The customer is not there to answer one.
    CustomerAbsent,
}
