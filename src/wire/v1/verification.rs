//! Verifications.

use crate::{
    domain::{
        attempt::Attempt,
        failure::{Ending, Failure, ending},
        program::{Challenge, VerificationMode},
        verification::{Purpose, State, Verification},
    },
    proto::v1 as pb,
    wire::{
        names, time,
        v1::common::{Showing, exchange_rate, failure},
    },
};

/// A verification as callers see it.
#[must_use]
pub fn verification(verification: &Verification, showing: &Showing<'_>) -> pb::Verification {
    let plan = &verification.plan;
    let mut action = None;
    let (state, why) = match &verification.state {
        State::Open => match verification.check.action() {
            Some((_, expire_at)) => {
                action = Some(showing.next_action(verification.account, verification.id.0, expire_at));
                (pb::VerificationState::RequiresAction, None)
            }
            None => (pb::VerificationState::Pending, None),
        },
        State::Succeeded { .. } => (pb::VerificationState::Succeeded, None),
        State::Failed { failure, .. } => (pb::VerificationState::Failed, Some(failure.clone())),
        State::Expired { .. } => (pb::VerificationState::Expired, Some(Failure::ChallengeNotCompleted)),
        State::Cancelled { .. } => (pb::VerificationState::Cancelled, Some(Failure::Cancelled)),
        State::Review { .. } => (pb::VerificationState::ManualReview, None),
    };
    pb::Verification {
        name: names::child(verification.account, names::VERIFICATIONS, verification.id.0),
        payment_method: names::child(verification.account, names::PAYMENT_METHODS, verification.method.0),
        mode: match plan.mode {
            VerificationMode::HoldThenRelease => pb::VerificationMode::HoldThenRelease,
            VerificationMode::ChargeThenRefund => pb::VerificationMode::ChargeThenRefund,
            VerificationMode::ZeroAmount => pb::VerificationMode::ZeroAmount,
        }
        .into(),
        state: state.into(),
        hold: (plan.mode != VerificationMode::ZeroAmount).then(|| hold(verification)),
        exchange_rate: plan.rate.as_ref().map(exchange_rate),
        challenge_rule: match (&plan.challenge_rule, plan.challenge) {
            (Some(rule), _) => rule.clone(),
            (None, Challenge::Mandated) => "region".to_owned(),
            (None, Challenge::IssuerDecides) => String::new(),
        },
        next_action: action,
        failure: why.map(|why| failure(&why, showing.declines)),
        new_expiry: match &verification.purpose {
            Purpose::Link | Purpose::Usage { .. } => String::new(),
            Purpose::ExpiryChange { expiry, .. } => expiry.to_string(),
        },
        review_reason: match &verification.state {
            State::Review { reason } => Some(reason),
            State::Open
            | State::Succeeded { .. }
            | State::Failed { .. }
            | State::Expired { .. }
            | State::Cancelled { .. } => verification.approved_late.as_ref(),
        }
        .cloned()
        .unwrap_or_default(),
        purpose: match &verification.purpose {
            Purpose::Link => pb::VerificationPurpose::Link,
            Purpose::ExpiryChange { .. } => pb::VerificationPurpose::ExpiryChange,
            Purpose::Usage { .. } => pb::VerificationPurpose::Usage,
        }
        .into(),
        usage_period: match &verification.purpose {
            Purpose::Usage { period, .. } => {
                names::child(verification.account, names::USAGE_PERIODS, period.0)
            }
            Purpose::Link | Purpose::ExpiryChange { .. } => String::new(),
        },
        create_time: Some(time::timestamp(verification.created)),
        program_version: verification.program_version.to_string(),
    }
}

fn hold(verification: &Verification) -> pb::Hold {
    let taken = ending(&verification.check) == Ending::Happened;
    let release = verification.release.as_ref();
    // What was taken after the check had ended is known of since then.
    let late = release.filter(|_| !taken).map(|release| release.created);
    let placed = verification.check.ended.filter(|_| taken).or(late);
    let released =
        release.filter(|release| ending(release) == Ending::Happened).and_then(|release| release.ended);
    // What may have been taken all the same, nobody gives back by itself.
    let doubtful =
        matches!(ending(&verification.check), Ending::Review(_)) || verification.approved_late.is_some();
    let state = match (placed, release) {
        (None, _) if doubtful => pb::HoldState::ManualReview,
        (None, _) => pb::HoldState::None,
        (Some(_), None) => pb::HoldState::Placed,
        (Some(_), Some(release)) => match ending(release) {
            Ending::Open => pb::HoldState::Releasing,
            Ending::Happened => pb::HoldState::Released,
            Ending::Failed(_) | Ending::Review(_) => pb::HoldState::ManualReview,
        },
    };
    pb::Hold {
        state: state.into(),
        amount: Some(verification.plan.amount.into()),
        statement_descriptor: verification.plan.descriptor.clone(),
        place_time: placed.map(time::timestamp),
        release_start_time: release.map(|release: &Attempt| time::timestamp(release.created)),
        release_time: released.map(time::timestamp),
        hold_until_time: match verification.purpose {
            Purpose::Usage { until, .. } => Some(time::timestamp(until)),
            Purpose::Link | Purpose::ExpiryChange { .. } => None,
        },
    }
}
