//! A refund and what can happen to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use crate::domain::{
    attempt::{self, Attempt, Step},
    exchange::Rate,
    failure::Failure,
    ids::{AccountId, PaymentId, RefundId},
    money::Money,
    program::ProgramVersion,
};

/// Money of a payment on its way back.
///
/// What changes stands first: where two versions of a row end alike, PostgreSQL logs that end only once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// How it stands.
    pub state: State,
    /// The one effect by which it is given back.
    pub attempt: Attempt,
    /// Set where the provider gave it back after the refund had ended without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_late: Option<String>,
    /// Its name.
    pub id: RefundId,
    /// Who gets it.
    pub account: AccountId,
    /// The payment whose money it is.
    pub payment: PaymentId,
    /// How much, in the currency that was charged.
    pub amount: Money,
    /// Why there is one.
    pub cause: Cause,
    /// The rate that was stored with the payment (W6): it holds for what goes back, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// When it was started.
    pub created: Timestamp,
    /// The rules it was decided under (C1).
    pub program_version: ProgramVersion,
}

/// Why there is a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum Cause {
    /// The seller asked for it, for this reason.
    Asked { reason: String },
    /// The provider took the money when nothing could be paid with it any more (W9).
    TakenLate,
}

/// How it stands. While it is pending, the attempt's own state says more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
#[cfg_attr(
    test,
    derive(strum::EnumDiscriminants),
    strum_discriminants(name(RefundStanding), derive(strum::EnumIter))
)]
pub enum State {
    /// It is under way.
    Pending,
    /// The provider has given it back.
    Succeeded { at: Timestamp },
    /// Nothing was given back; it can be asked for anew.
    Failed { failure: Failure, at: Timestamp },
    /// A person has to look.
    Review { reason: String },
}

/// What can happen to a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RefundEvent {
    /// It was started.
    Started { refund: Box<Refund> },
    /// Its attempt moved on.
    AttemptAdvanced { step: Step },
    /// The provider has given it back.
    Succeeded { at: Timestamp },
    /// Nothing was given back.
    Failed { failure: Failure, at: Timestamp },
    /// A person has to look.
    ReviewNeeded { reason: String },
    /// The provider gave it back after the refund had ended without it.
    ApprovedLate { reason: String },
}

impl Refund {
    /// The refund after what happened.
    pub fn evolve(&mut self, event: &RefundEvent) {
        match event {
            RefundEvent::Started { refund } => *self = (**refund).clone(),
            RefundEvent::AttemptAdvanced { step } => self.attempt.take(step),
            RefundEvent::Succeeded { at } => self.state = State::Succeeded { at: *at },
            RefundEvent::Failed { failure, at } => {
                self.state = State::Failed { failure: failure.clone(), at: *at };
            }
            RefundEvent::ReviewNeeded { reason } => self.state = State::Review { reason: reason.clone() },
            RefundEvent::ApprovedLate { reason } => self.approved_late = Some(reason.clone()),
        }
    }

    /// Its state's name, for the tables.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        match self.state {
            State::Pending => "PENDING",
            State::Succeeded { .. } => "SUCCEEDED",
            State::Failed { .. } => "FAILED",
            State::Review { .. } => "MANUAL_REVIEW",
        }
    }

    /// The attempt, while it is under way.
    #[must_use]
    pub fn running(&self) -> Option<&Attempt> {
        (!self.attempt.is_settled()).then_some(&self.attempt)
    }

    /// Whether it is not at its end.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.state {
            State::Pending | State::Review { .. } => true,
            State::Succeeded { .. } | State::Failed { .. } => false,
        }
    }

    /// Whether a caller need not wait any longer: banks may take days to give something back.
    #[must_use]
    pub fn rests(&self) -> bool {
        self.attempt.is_settled() || matches!(self.attempt.state, attempt::State::Pending { .. })
    }
}
