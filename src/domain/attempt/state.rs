//! How an attempt stands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Operation;
use crate::domain::{country::Country, ids::EffectId, money::Money};

/// One effect at one provider.
///
/// What changes stands first: where two versions of a row end alike, PostgreSQL logs that end only once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// How it stands.
    pub state: State,
    /// How often the provider was asked to perform it.
    pub sends: u16,
    /// Whether a call that asked for it may have reached the provider without an answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub maybe_sent: bool,
    /// How many calls in a row brought no answer; it spaces out the next ones.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub silent: u16,
    /// How its end became known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<SettledBy>,
    /// When its end was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// Its name, and its idempotency key at the provider.
    pub effect: EffectId,
    /// The provider.
    pub provider: String,
    /// What is to be done.
    pub operation: Operation,
    /// When the intent was made.
    pub created: Timestamp,
}

/// States of an attempt. Each holds only what that state has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    test,
    derive(strum::EnumDiscriminants),
    strum_discriminants(name(Standing), derive(strum::EnumIter))
)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum State {
    /// The provider is being asked to perform it.
    Sending,
    /// The provider was certainly not reached; it is asked again at the time.
    NotSent { retry_at: Timestamp },
    /// The answer never came; the provider is asked what happened at the time.
    Unknown { inquire_at: Timestamp },
    /// The provider is being asked what happened.
    Inquiring,
    /// The customer has to act.
    ActionRequired { url: String, expire_at: Timestamp },
    /// The provider works on it; it is asked at the time.
    Pending { inquire_at: Timestamp },
    /// The provider is being asked to refuse it from now on.
    Cancelling { reason: CancelReason },
    /// That brought no answer; it is asked again at the time.
    CancelUnknown { reason: CancelReason, retry_at: Timestamp },
    /// It happened.
    Approved(Approval),
    /// The issuer declined it.
    Declined { code: String },
    /// It never happens.
    Cancelled { reason: CancelReason },
    /// The provider was never reached and is not asked again.
    NeverSent,
    /// The provider refused the request itself.
    Refused { message: String },
    /// A person has to look: what happened can't be settled by asking.
    Review { reason: String },
}

/// What is known of an effect that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The provider's own reference.
    pub reference: String,
    /// The amount it happened with; `None` for an operation without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The issuer's authorization code.
    pub authorization_code: String,
    /// Whether the customer was challenged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub challenged: bool,
    /// Who agreed, for an agreement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wallet_holder: Option<Box<ApprovedHolder>>,
}

/// Who agreed that their wallet is charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedHolder {
    /// The wallet's own id of their account.
    pub id: String,
    /// Where that account is registered.
    pub country: Option<Country>,
    /// Its e-mail address, shortened.
    pub masked_email: String,
}

/// Why an effect is, or was, made never to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// A caller asked for it.
    Requested,
    /// The challenge was not completed in time (A16).
    ChallengeExpired,
    /// The challenge was failed.
    ChallengeFailed,
    /// The customer left the challenge by its cancel button.
    ChallengeAbandoned,
    /// The provider refused to be asked again, while an earlier call may have arrived.
    ProviderRefused,
    /// The customer did not approve the agreement (A17).
    AgreementNotApproved,
    /// The customer ended the agreement.
    AgreementEnded,
}

/// How an attempt's end became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettledBy {
    /// By the answer to the first call.
    Answer,
    /// By the answer to a repeated call with the same id.
    SendingAgain,
    /// By inquiry.
    Inquiry,
    /// By notification.
    Notification,
    /// By the answer to a cancellation.
    Cancellation,
}

/// A call to a provider that was committed to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// Perform it.
    Perform,
    /// Ask what happened.
    Inquire,
    /// Ask that it never happen.
    Cancel,
}

/// A call and the effect it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Effect {
    /// The effect.
    pub id: EffectId,
    /// The call.
    pub call: Call,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
fn is_zero(count: &u16) -> bool {
    *count == 0
}

impl Attempt {
    /// A new attempt, about to be sent.
    #[must_use]
    pub fn new(effect: EffectId, provider: &str, operation: Operation, now: Timestamp) -> Self {
        Self {
            effect,
            provider: provider.to_owned(),
            operation,
            state: State::Sending,
            sends: 1,
            maybe_sent: false,
            silent: 0,
            settled_by: None,
            created: now,
            ended: None,
        }
    }

    /// What it waits for. Everything that asks for less than the whole state asks this.
    #[must_use]
    pub fn phase(&self) -> Phase<'_> {
        match &self.state {
            State::Sending => Phase::Calling(Call::Perform),
            State::Inquiring => Phase::Calling(Call::Inquire),
            State::Cancelling { .. } => Phase::Calling(Call::Cancel),
            State::NotSent { retry_at: at }
            | State::Unknown { inquire_at: at }
            | State::Pending { inquire_at: at }
            | State::CancelUnknown { retry_at: at, .. } => Phase::Timer(*at),
            State::ActionRequired { url, expire_at } => Phase::Customer { url, expire_at: *expire_at },
            State::Approved(_)
            | State::Declined { .. }
            | State::Cancelled { .. }
            | State::NeverSent
            | State::Refused { .. }
            | State::Review { .. } => Phase::Ended,
        }
    }

    /// The call that is under way, if any. It is read from the state alone, so that a crash loses no
    /// call: who finds the state finds the call.
    #[must_use]
    pub fn call(&self) -> Option<Effect> {
        if let Phase::Calling(call) = self.phase() { Some(Effect { id: self.effect, call }) } else { None }
    }

    /// What the customer has to do, if it is their turn: the page, and until when it can be used.
    #[must_use]
    pub fn action(&self) -> Option<(&str, Timestamp)> {
        if let Phase::Customer { url, expire_at } = self.phase() { Some((url, expire_at)) } else { None }
    }

    /// When it next moves by itself.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match self.phase() {
            Phase::Timer(at) | Phase::Customer { expire_at: at, .. } => Some(at),
            Phase::Calling(_) | Phase::Ended => None,
        }
    }

    /// Whether nothing more happens by itself.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.phase() == Phase::Ended
    }

    /// Why it is being given up, if it is.
    #[must_use]
    pub fn giving_up(&self) -> Option<CancelReason> {
        if let State::Cancelling { reason } | State::CancelUnknown { reason, .. } = self.state {
            Some(reason)
        } else {
            None
        }
    }
}

/// What an attempt waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase<'a> {
    /// A call to the provider is under way.
    Calling(Call),
    /// A timer.
    Timer(Timestamp),
    /// The customer, on this page, until then.
    Customer { url: &'a str, expire_at: Timestamp },
    /// Nothing any more.
    Ended,
}
