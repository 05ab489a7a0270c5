//! An agreement and what can happen to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use crate::domain::{
    attempt::{Attempt, Step},
    failure::Failure,
    ids::{AccountId, AgreementId, MethodId},
    program::ProgramVersion,
};

/// A customer's leave to charge their wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// How it stands.
    pub state: State,
    /// How it is set up.
    pub setup: Attempt,
    /// How it is ended, once that has begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<Attempt>,
    /// Its name.
    pub id: AgreementId,
    /// Whose it is.
    pub account: AccountId,
    /// The method that is charged by it.
    pub method: MethodId,
    /// Where the customer is sent after the wallet's page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_url: Option<String>,
    /// When its setting-up began.
    pub created: Timestamp,
    /// The rules it was decided under (C1).
    pub program_version: ProgramVersion,
}

/// States of an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum State {
    /// The customer is asked.
    Open,
    /// The wallet can be charged.
    InForce { since: Timestamp },
    /// The customer has not agreed.
    Failed { failure: Failure, at: Timestamp },
    /// The customer agreed, and it is not wanted any more: the wallet is told.
    Ending { at: Timestamp },
    /// It has ended.
    Ended { at: Timestamp },
    /// A person has to look.
    Review { reason: String },
}

/// What can happen to an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AgreementEvent {
    /// The customer is to be asked.
    Started { agreement: Box<Agreement> },
    /// Its setting-up moved on.
    Advanced { step: Step },
    /// The customer has agreed.
    Agreed { at: Timestamp },
    /// The customer has not agreed.
    Failed { failure: Failure, at: Timestamp },
    /// It is not wanted any more.
    EndingStarted { ending: Box<Attempt>, at: Timestamp },
    /// Its ending moved on.
    EndingAdvanced { step: Step },
    /// It has ended: the wallet was told, or told us.
    Ended { at: Timestamp },
    /// A person has to look.
    ReviewNeeded { reason: String },
}

impl Agreement {
    /// The agreement after what happened.
    pub fn evolve(&mut self, event: &AgreementEvent) {
        match event {
            AgreementEvent::Started { agreement } => *self = (**agreement).clone(),
            AgreementEvent::Advanced { step } => self.setup.take(step),
            AgreementEvent::Agreed { at } => self.state = State::InForce { since: *at },
            AgreementEvent::Failed { failure, at } => {
                self.state = State::Failed { failure: failure.clone(), at: *at };
            }
            AgreementEvent::EndingStarted { ending, at } => {
                self.ending = Some((**ending).clone());
                self.state = State::Ending { at: *at };
            }
            AgreementEvent::EndingAdvanced { step } => {
                if let Some(ending) = &mut self.ending {
                    ending.take(step);
                }
            }
            AgreementEvent::Ended { at } => self.state = State::Ended { at: *at },
            AgreementEvent::ReviewNeeded { reason } => {
                self.state = State::Review { reason: reason.clone() };
            }
        }
    }

    /// Its state's name.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        match self.state {
            State::Open => match self.setup.action() {
                Some(_) => "REQUIRES_ACTION",
                None => "PENDING",
            },
            State::InForce { .. } => "IN_FORCE",
            State::Failed { .. } => "FAILED",
            State::Ending { .. } => "ENDING",
            State::Ended { .. } => "ENDED",
            State::Review { .. } => "MANUAL_REVIEW",
        }
    }

    /// The attempt that may still move.
    #[must_use]
    pub fn running(&self) -> Option<&Attempt> {
        let attempt = self.ending.as_ref().unwrap_or(&self.setup);
        (!attempt.is_settled()).then_some(attempt)
    }

    /// Whether its holder has not answered yet.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        matches!(self.state, State::Open)
    }

    /// Whether decisions about the account need it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.state {
            State::Open | State::InForce { .. } | State::Ending { .. } => true,
            State::Failed { .. } | State::Ended { .. } | State::Review { .. } => self.running().is_some(),
        }
    }
}
