//! A payment method and what can happen to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};
use uuid::Uuid;

use crate::domain::{
    card::Expiry,
    failure::Failure,
    ids::{AccountId, LinkAttemptId, MethodId, VerificationId},
    method::{Instrument, WalletHolder},
    program::ProgramVersion,
};

/// A payment method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    /// Its name.
    pub id: MethodId,
    /// Whose it is.
    pub account: AccountId,
    /// What it stands for.
    #[serde(flatten)]
    pub instrument: Instrument,
    /// The verification that decides, or decided last, on it; none before it begins, nor for what is not
    /// verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<VerificationId>,
    /// Its place in the link history (H12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_attempt: Option<LinkAttemptId>,
    /// When it was linked.
    pub created: Timestamp,
    /// The rules it was linked under (C1).
    pub program_version: ProgramVersion,
    /// How it stands.
    pub state: State,
}

/// States of a method (C4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
#[cfg_attr(
    test,
    derive(strum::EnumDiscriminants),
    strum_discriminants(name(MethodStanding), derive(strum::EnumIter))
)]
pub enum State {
    /// Its verification is under way.
    PendingVerification,
    /// Its verification waits for the customer.
    RequiresAction { expire_at: Timestamp },
    /// It can pay (A33).
    Active { since: Timestamp },
    /// Its verification failed.
    Failed { failure: Failure },
    /// The card's expiry has passed; `since` is when it was last active from.
    Expired { since: Timestamp },
    /// It was unlinked, here or by its holder at the wallet.
    Unlinked {
        at: Timestamp,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_holder: bool,
    },
}

impl State {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::PendingVerification => "PENDING_VERIFICATION",
            Self::RequiresAction { .. } => "REQUIRES_ACTION",
            Self::Active { .. } => "ACTIVE",
            Self::Failed { .. } => "FAILED",
            Self::Expired { .. } => "EXPIRED",
            Self::Unlinked { .. } => "UNLINKED",
        }
    }
}

/// What can happen to a method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MethodEvent {
    /// It was linked; its verification begins.
    Linked { method: Box<Method> },
    /// Its verification waits for the customer.
    ActionRequired { expire_at: Timestamp },
    /// Its verification goes on without the customer.
    ActionEnded {},
    /// Its verification succeeded: it can pay.
    Activated { at: Timestamp },
    /// Its verification failed.
    Failed { failure: Failure },
    /// A verification was begun, or another one for another expiry (H14).
    VerificationRestarted { verification: VerificationId },
    /// The new expiry was verified, where the program wants that (H14).
    ExpiryChanged { expiry: Expiry, expires_at: Timestamp, at: Timestamp },
    /// The card's expiry has passed.
    Expired {},
    /// It was unlinked.
    Unlinked { at: Timestamp },
    /// The wallet has told who agreed.
    HolderLearned { holder: Box<WalletHolder> },
    /// The holder of the wallet has ended the agreement there.
    EndedByHolder { at: Timestamp },
}

impl Method {
    /// The method after what happened.
    pub fn evolve(&mut self, event: &MethodEvent) {
        match event {
            MethodEvent::Linked { method } => *self = (**method).clone(),
            MethodEvent::ActionRequired { expire_at } => {
                self.state = State::RequiresAction { expire_at: *expire_at };
            }
            MethodEvent::ActionEnded {} => self.state = State::PendingVerification,
            MethodEvent::Activated { at } => self.state = State::Active { since: *at },
            MethodEvent::Failed { failure } => self.state = State::Failed { failure: failure.clone() },
            MethodEvent::VerificationRestarted { verification } => self.verification = Some(*verification),
            MethodEvent::ExpiryChanged { expiry, expires_at, at } => {
                if let Instrument::Card(card) = &mut self.instrument {
                    card.facts.expiry = *expiry;
                    card.expires_at = *expires_at;
                }
                let since = match self.state {
                    State::Active { since } | State::Expired { since } => since,
                    State::PendingVerification
                    | State::RequiresAction { .. }
                    | State::Failed { .. }
                    | State::Unlinked { .. } => *at,
                };
                self.state = State::Active { since };
            }
            MethodEvent::Expired {} => {
                if let State::Active { since } = self.state {
                    self.state = State::Expired { since };
                }
            }
            MethodEvent::Unlinked { at } => self.state = State::Unlinked { at: *at, by_holder: false },
            MethodEvent::HolderLearned { holder } => {
                if let Instrument::Wallet(wallet) = &mut self.instrument {
                    wallet.holder = Some((**holder).clone());
                }
            }
            MethodEvent::EndedByHolder { at } => {
                self.state = State::Unlinked { at: *at, by_holder: true };
            }
        }
    }

    /// Whether it is not at its end.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.state {
            State::PendingVerification
            | State::RequiresAction { .. }
            | State::Active { .. }
            | State::Expired { .. } => true,
            State::Failed { .. } | State::Unlinked { .. } => false,
        }
    }

    /// Whether a caller need not wait any longer.
    #[must_use]
    pub fn rests(&self) -> bool {
        !matches!(self.state, State::PendingVerification)
    }

    /// Where the customer is awaited, in `REQUIRES_ACTION`: what the agreement or the verification sends
    /// them away for.
    #[must_use]
    pub fn waits_at(&self) -> Option<Uuid> {
        let agreement = || self.instrument.wallet().map(|wallet| wallet.agreement.0);
        self.verification.map(|verification| verification.0).or_else(agreement)
    }

    /// Since when it can pay, if it can at that instant (A33). The card's expiry counts from the instant
    /// it is reached, not from the timer that tells of it a moment later.
    #[must_use]
    pub fn active_since(&self, now: Timestamp) -> Option<Timestamp> {
        match self.state {
            State::Active { since } => {
                self.instrument.expires_at().is_none_or(|expires_at| expires_at > now).then_some(since)
            }
            State::PendingVerification
            | State::RequiresAction { .. }
            | State::Expired { .. }
            | State::Failed { .. }
            | State::Unlinked { .. } => None,
        }
    }

    /// Its state's name at that instant.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> &'static str {
        match self.state {
            State::Active { since } if self.active_since(now).is_none() => State::Expired { since }.name(),
            State::Active { .. }
            | State::PendingVerification
            | State::RequiresAction { .. }
            | State::Expired { .. }
            | State::Failed { .. }
            | State::Unlinked { .. } => self.state.name(),
        }
    }

    /// When the card expires, while that matters.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match self.state {
            State::Active { .. } => self.instrument.expires_at(),
            State::PendingVerification
            | State::RequiresAction { .. }
            | State::Expired { .. }
            | State::Failed { .. }
            | State::Unlinked { .. } => None,
        }
    }
}
