//! A review and what can happen to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr, VariantNames};

use super::{Document, Subject};
use crate::domain::{
    attempt::{Attempt, Phase, Step},
    ids::{AccountId, KycReviewId},
    program::ProgramVersion,
};

/// One review of a customer's identity documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KycReview {
    /// How it stands.
    pub state: State,
    /// What is asked of the reviewer.
    pub attempt: Attempt,
    /// Its name.
    pub id: KycReviewId,
    /// Whose it is.
    pub account: AccountId,
    /// Whom the documents have to show.
    pub subject: Subject,
    /// What was submitted.
    pub documents: Vec<Document>,
    /// When.
    pub created: Timestamp,
    /// The rules it was submitted under (C1).
    pub program_version: ProgramVersion,
}

/// States of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum State {
    /// The reviewer looks at the documents.
    InReview,
    /// They show whom they have to.
    Approved { at: Timestamp },
    /// They don't.
    Rejected { reason: RejectionReason, at: Timestamp },
    /// A person has to look.
    Review { reason: String },
}

/// Why documents are rejected (A32).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumIter, EnumString, Serialize, Deserialize)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RejectionReason {
    /// They show somebody else.
    InconsistentWithRegistration,
    /// They can't be read.
    Blurry,
    /// They have expired.
    Expired,
}

impl RejectionReason {
    /// What the customer can do, in sentences.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::InconsistentWithRegistration => {
                "The documents do not show what the account was registered with. Correct the account's \
                 information, or submit documents that show it."
            }
            Self::Blurry => {
                "The documents can't be read. Submit sharper pictures, in which every corner is seen."
            }
            Self::Expired => "The documents have expired. Submit some that are valid.",
        }
    }
}

/// What can happen to a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum KycEvent {
    /// Documents were submitted.
    Submitted { review: Box<KycReview> },
    /// Asking the reviewer moved on.
    Advanced { step: Step },
    /// The documents were approved.
    Approved { at: Timestamp },
    /// They were rejected.
    Rejected { reason: RejectionReason, at: Timestamp },
    /// A person has to look.
    ReviewNeeded { reason: String },
}

impl KycReview {
    /// The review after what happened.
    pub fn evolve(&mut self, event: &KycEvent) {
        match event {
            KycEvent::Submitted { review } => *self = (**review).clone(),
            KycEvent::Advanced { step } => self.attempt.take(step),
            KycEvent::Approved { at } => self.state = State::Approved { at: *at },
            KycEvent::Rejected { reason, at } => {
                self.state = State::Rejected { reason: *reason, at: *at };
            }
            KycEvent::ReviewNeeded { reason } => self.state = State::Review { reason: reason.clone() },
        }
    }

    /// Its state's name.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        match self.state {
            State::InReview => "IN_REVIEW",
            State::Approved { .. } => "APPROVED",
            State::Rejected { .. } => "REJECTED",
            State::Review { .. } => "MANUAL_REVIEW",
        }
    }

    /// What is asked of the reviewer, while it is.
    #[must_use]
    pub fn running(&self) -> Option<&Attempt> {
        (!self.attempt.is_settled()).then_some(&self.attempt)
    }

    /// Whether decisions about the account need it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.running().is_some()
    }

    /// Whether a caller need not wait any longer: it is decided, or the reviewer takes their time.
    #[must_use]
    pub fn rests(&self) -> bool {
        !matches!(self.attempt.phase(), Phase::Calling(_))
    }
}
