//! Why something that was tried did not come about, as data (C6, A32).

use serde::{Deserialize, Serialize};

use super::{
    attempt::{Attempt, CancelReason, State},
    reason::Reason,
};

/// Why a method, a verification or a payment failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Failure {
    /// The issuer declined, with its code.
    Declined { code: String },
    /// The challenge was not completed in time.
    ChallengeNotCompleted,
    /// The challenge was failed.
    ChallengeFailed,
    /// The customer left the challenge by its cancel button.
    ChallengeAbandoned,
    /// The provider could not be reached and has done nothing.
    ProviderUnavailable,
    /// The provider refused the request itself.
    ProviderRefused,
    /// A caller asked for it.
    Cancelled,
    /// The customer logged on at the wallet and did not approve the agreement (A17).
    AgreementNotApproved,
    /// The customer ended the agreement at the wallet.
    AgreementEnded,
    /// A rule that could only be checked once the provider had answered is not met.
    RuleNotMet { reason: Reason, message: String },
}

impl Failure {
    /// C15: whether it counts as a failed attempt. What was no fault of the instrument's or the customer's
    /// does not; what was withdrawn at the provider does: that far, an issuer may have said already that
    /// it knows the card.
    #[must_use]
    pub fn counts(&self, attempt: &Attempt) -> bool {
        match self {
            Self::ProviderUnavailable => false,
            Self::Cancelled | Self::ProviderRefused => attempt.settled_by.is_some(),
            Self::Declined { .. }
            | Self::ChallengeNotCompleted
            | Self::ChallengeFailed
            | Self::ChallengeAbandoned
            | Self::AgreementNotApproved
            | Self::AgreementEnded
            | Self::RuleNotMet { .. } => true,
        }
    }
}

/// How an attempt came out for whoever wanted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It is not at its end.
    Open,
    /// It happened.
    Happened,
    /// It never happens, for this reason.
    Failed(Failure),
    /// A person has to look.
    Review(String),
}

/// Reads how an attempt came out.
#[must_use]
pub fn ending(attempt: &Attempt) -> Ending {
    match &attempt.state {
        State::Approved(_) => Ending::Happened,
        State::Declined { code } => Ending::Failed(Failure::Declined { code: code.clone() }),
        State::Cancelled { reason } => Ending::Failed(match reason {
            CancelReason::Requested => Failure::Cancelled,
            CancelReason::ChallengeExpired => Failure::ChallengeNotCompleted,
            CancelReason::ChallengeFailed => Failure::ChallengeFailed,
            CancelReason::ChallengeAbandoned => Failure::ChallengeAbandoned,
            CancelReason::ProviderRefused => Failure::ProviderRefused,
            CancelReason::AgreementNotApproved => Failure::AgreementNotApproved,
            CancelReason::AgreementEnded => Failure::AgreementEnded,
        }),
        State::NeverSent => Ending::Failed(Failure::ProviderUnavailable),
        State::Refused { .. } => Ending::Failed(Failure::ProviderRefused),
        State::Review { reason } => Ending::Review(reason.clone()),
        State::Sending
        | State::NotSent { .. }
        | State::Unknown { .. }
        | State::Inquiring
        | State::ActionRequired { .. }
        | State::Pending { .. }
        | State::Cancelling { .. }
        | State::CancelUnknown { .. } => Ending::Open,
    }
}
