//! A verification and what can happen to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

pub use crate::domain::course::State;
use crate::domain::{
    attempt::{self, Attempt, Effect, Step},
    card::Expiry,
    country::Country,
    failure::Failure,
    ids::{AccountId, MethodId, PeriodId, VerificationId},
    program::{ProgramVersion, VerificationPlan},
};

/// A verification of a method.
///
/// What changes stands first: where two versions of a row end alike, PostgreSQL logs that end only once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// How it stands.
    pub state: State,
    /// The hold, charge or question.
    pub check: Attempt,
    /// The release or refund of it, once it has begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Attempt>,
    /// Set where the provider contradicts itself about what a person has to look at already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_late: Option<String>,
    /// Its name.
    pub id: VerificationId,
    /// Whose it is.
    pub account: AccountId,
    /// The method that it is about.
    pub method: MethodId,
    /// What for.
    pub purpose: Purpose,
    /// How it is done.
    pub plan: VerificationPlan,
    /// What the risk rules saw that nothing else here says (A11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Box<Seen>>,
    /// Where the customer is sent after a challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_url: Option<Box<str>>,
    /// When it was started.
    pub created: Timestamp,
    /// The rules it was decided under (C1).
    pub program_version: ProgramVersion,
}

/// What the risk rules saw, so that what they decided can be explained (A11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The billing address's country, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_country: Option<Country>,
    /// How many attempts to link had failed within the window of the limit (C15).
    pub failed_attempts: u32,
}

/// What a verification is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum Purpose {
    /// A card is linked.
    Link,
    /// A card gets another expiry (H14).
    ExpiryChange { expiry: Expiry, expires_at: Timestamp },
    /// What is used before it is billed: the hold stands until then (A21).
    Usage { period: PeriodId, until: Timestamp },
}

/// What can happen to a verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum VerificationEvent {
    /// It was started.
    Started { verification: Box<Verification> },
    /// The check moved on.
    CheckAdvanced { step: Step },
    /// The card is good.
    Succeeded { at: Timestamp },
    /// It failed.
    Failed { failure: Failure, at: Timestamp },
    /// The customer did not act in time.
    Expired { at: Timestamp },
    /// It was given up.
    Cancelled { at: Timestamp },
    /// A person has to look.
    ReviewNeeded { reason: String },
    /// The provider contradicts itself about what a person has to look at already.
    ApprovedLate { reason: String },
    /// What was taken is being given back.
    ReleaseStarted { release: Box<Attempt> },
    /// The release moved on.
    ReleaseAdvanced { step: Step },
    /// The provider has given it back.
    Released { at: Timestamp },
    /// The provider does not give it back; a person has to look.
    ReleaseReviewNeeded { reason: String },
}

impl Verification {
    /// The verification after what happened.
    pub fn evolve(&mut self, event: &VerificationEvent) {
        match event {
            VerificationEvent::Started { verification } => *self = (**verification).clone(),
            VerificationEvent::CheckAdvanced { step } => self.check.take(step),
            VerificationEvent::Succeeded { at } => self.state = State::Succeeded { at: *at },
            VerificationEvent::Failed { failure, at } => {
                self.state = State::Failed { failure: failure.clone(), at: *at };
            }
            VerificationEvent::Expired { at } => self.state = State::Expired { at: *at },
            VerificationEvent::Cancelled { at } => self.state = State::Cancelled { at: *at },
            VerificationEvent::ReviewNeeded { reason } => {
                self.state = State::Review { reason: reason.clone() };
            }
            VerificationEvent::ApprovedLate { reason } => self.approved_late = Some(reason.clone()),
            VerificationEvent::ReleaseStarted { release } => self.release = Some((**release).clone()),
            VerificationEvent::ReleaseAdvanced { step } => {
                if let Some(release) = &mut self.release {
                    release.take(step);
                }
            }
            // The release's own state says so already; these events are for watchers.
            VerificationEvent::Released { .. } | VerificationEvent::ReleaseReviewNeeded { .. } => {}
        }
    }

    /// Its state's name, the customer's turn included.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        match self.check.action() {
            Some(_) if self.is_checking() => "REQUIRES_ACTION",
            Some(_) | None => self.state.name("PENDING"),
        }
    }

    /// The attempt that may still move: the check, then the release.
    #[must_use]
    pub fn running(&self) -> Option<&Attempt> {
        let attempt = self.release.as_ref().unwrap_or(&self.check);
        (!attempt.is_settled()).then_some(attempt)
    }

    /// Whether anything may still move, or is held.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.running().is_some() || self.held_until().is_some()
    }

    /// Whether the card is still in question.
    #[must_use]
    pub fn is_checking(&self) -> bool {
        matches!(self.state, State::Open)
    }

    /// The call to a provider that is under way.
    #[must_use]
    pub fn call(&self) -> Option<Effect> {
        self.running().and_then(Attempt::call)
    }

    /// Its earliest timer.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        self.running().and_then(Attempt::due_at).or_else(|| self.held_until())
    }

    /// Whether a caller need not wait any longer.
    #[must_use]
    pub fn rests(&self) -> bool {
        !self.is_checking() || matches!(self.check.state, attempt::State::ActionRequired { .. })
    }
}
