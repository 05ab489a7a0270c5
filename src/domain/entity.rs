//! Entities of every kind, as the engine and the stores handle them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, FromRepr};
use uuid::Uuid;

use super::{
    account::Account,
    attempt::Effect,
    invoice::Invoice,
    link::{LinkAttempt, LinkResult},
    method::Method,
    payment::Payment,
    verification::Verification,
};

/// Kinds of entity. The numbers are stored: they never change.
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
    FromRepr,
    Serialize,
    Deserialize,
)]
#[repr(i16)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// The account itself.
    Account = 1,
    /// A payment method.
    Method = 2,
    /// A verification.
    Verification = 3,
    /// An invoice.
    Invoice = 4,
    /// A payment.
    Payment = 5,
    /// An attempt to link.
    LinkAttempt = 6,
}

/// An entity.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "entities are handed around behind an Arc")]
pub enum Entity {
    /// The account itself.
    Account(Account),
    /// A payment method.
    Method(Method),
    /// A verification.
    Verification(Verification),
    /// An invoice.
    Invoice(Invoice),
    /// A payment.
    Payment(Payment),
    /// An attempt to link.
    LinkAttempt(LinkAttempt),
}

impl Entity {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Account(_) => Kind::Account,
            Self::Method(_) => Kind::Method,
            Self::Verification(_) => Kind::Verification,
            Self::Invoice(_) => Kind::Invoice,
            Self::Payment(_) => Kind::Payment,
            Self::LinkAttempt(_) => Kind::LinkAttempt,
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        match self {
            Self::Account(account) => account.id.0,
            Self::Method(method) => method.id.0,
            Self::Verification(verification) => verification.id.0,
            Self::Invoice(invoice) => invoice.id.0,
            Self::Payment(payment) => payment.id.0,
            Self::LinkAttempt(attempt) => attempt.id.0,
        }
    }

    /// Its state's name, for the tables and for refusals.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match self {
            Self::Account(_) => "active",
            Self::Method(method) => method.state.name(),
            Self::Verification(verification) => verification.state_name(),
            Self::Invoice(invoice) => invoice.state.name(),
            Self::Payment(payment) => payment.state_name(),
            Self::LinkAttempt(attempt) => attempt.result.name(),
        }
    }

    /// Whether decisions about the account need it: it is not at its end.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self {
            // Found by its id, which everyone has.
            Self::Account(_) => false,
            Self::Method(method) => method.is_open(),
            Self::Verification(verification) => verification.is_open(),
            Self::Invoice(invoice) => invoice.is_open(),
            Self::Payment(payment) => payment.is_open(),
            Self::LinkAttempt(attempt) => matches!(attempt.result, LinkResult::Pending { .. }),
        }
    }

    /// Its earliest timer, on the account's clock.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match self {
            Self::Method(method) => method.due_at(),
            Self::Verification(verification) => verification.due_at(),
            Self::Payment(payment) => payment.due_at(),
            Self::Account(_) | Self::Invoice(_) | Self::LinkAttempt(_) => None,
        }
    }

    /// The call to a provider that is under way for it.
    #[must_use]
    pub fn call(&self) -> Option<Effect> {
        match self {
            Self::Verification(verification) => verification.call(),
            Self::Payment(payment) => payment.call(),
            Self::Account(_) | Self::Method(_) | Self::Invoice(_) | Self::LinkAttempt(_) => None,
        }
    }

    /// Whether a caller need not wait any longer: it is at its end, or it is the customer's turn.
    #[must_use]
    pub fn rests(&self) -> bool {
        match self {
            Self::Method(method) => method.rests(),
            Self::Verification(verification) => verification.rests(),
            Self::Payment(payment) => payment.rests(),
            Self::Account(_) | Self::Invoice(_) | Self::LinkAttempt(_) => true,
        }
    }
}
