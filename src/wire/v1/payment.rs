//! Payments and their attempts.

use jiff::Timestamp;

use crate::{
    domain::{
        attempt::{self, Attempt, SettledBy},
        failure::Failure,
        ids::MethodId,
        payment::{Goes, LateCharge, Payment, State},
        program::PaymentTrigger,
    },
    proto::v1 as pb,
    wire::{
        names, time,
        v1::common::{Showing, exchange_rate, failure},
    },
};

/// A15.
const CONVERSION_NOTICE: &str =
    "The card's issuer may charge a fee for converting the amount to the card's currency.";

/// A payment as callers see it.
#[must_use]
pub fn payment(payment: &Payment, showing: &Showing<'_>) -> pb::Payment {
    let mut action = None;
    let (state, why, ended) = match &payment.state {
        State::Open => match payment.running().and_then(Attempt::action) {
            Some((_, expire_at)) => {
                action = Some(showing.next_action(payment.account, payment.id.0, expire_at));
                (pb::PaymentState::RequiresAction, None, None)
            }
            None if payment.awaits_completion().is_some() => {
                (pb::PaymentState::RequiresCompletion, None, None)
            }
            None => (pb::PaymentState::Processing, None, None),
        },
        State::Succeeded { at } => (pb::PaymentState::Succeeded, None, Some(*at)),
        State::Failed { failure, at } => (pb::PaymentState::Failed, Some(failure.clone()), Some(*at)),
        State::Expired { at } => (pb::PaymentState::Expired, Some(Failure::ChallengeNotCompleted), Some(*at)),
        State::Cancelled { at } => (pb::PaymentState::Cancelled, Some(Failure::Cancelled), Some(*at)),
        State::Review { .. } => (pb::PaymentState::ManualReview, None, None),
    };
    let review = match &payment.state {
        State::Review { reason } => Some(reason),
        State::Open
        | State::Succeeded { .. }
        | State::Failed { .. }
        | State::Expired { .. }
        | State::Cancelled { .. } => payment.approved_late.as_ref(),
    };
    let method = |id: MethodId| names::child(payment.account, names::PAYMENT_METHODS, id.0);
    pb::Payment {
        name: names::child(payment.account, names::PAYMENTS, payment.id.0),
        state: state.into(),
        invoices: payment
            .invoices
            .iter()
            .map(|invoice| names::child(payment.account, names::INVOICES, invoice.0))
            .collect(),
        amount: Some(payment.amount.into()),
        attempts: payment.tries().map(|(attempt, with)| shown(attempt, &method(with))).collect(),
        payment_method: method(payment.method),
        next_action: action,
        failure: why.map(|why| at_bank(payment, ended, failure(&why, showing.declines))),
        challenge_rule: payment.challenge_rule.clone().unwrap_or_default(),
        conversion_notice: if payment.conversion_fee_possible {
            CONVERSION_NOTICE.to_owned()
        } else {
            String::new()
        },
        review_reason: review.cloned().unwrap_or_default(),
        create_time: Some(time::timestamp(payment.created)),
        end_time: ended.map(time::timestamp),
        program_version: payment.program_version.to_string(),
        complete_expire_time: payment.complete_by.map(time::timestamp),
        limit_rate: payment.limit_rate.as_ref().map(exchange_rate),
        refunded_amount: payment.refunded().map(Into::into),
        open_refunds: payment
            .returned
            .iter()
            .filter(|it| !it.done)
            .map(|it| names::child(payment.account, names::REFUNDS, it.refund.0))
            .collect(),
        late_charges: payment.late.iter().map(|late| late_charge(payment, late)).collect(),
        late_charge_of: payment
            .late_of
            .as_ref()
            .map(|late| names::child(payment.account, names::PAYMENTS, late.payment.0))
            .unwrap_or_default(),
        trigger: match payment.trigger {
            PaymentTrigger::Order => pb::PaymentTrigger::Order,
            PaymentTrigger::Invoice => pb::PaymentTrigger::Invoice,
            PaymentTrigger::Threshold => pb::PaymentTrigger::Threshold,
            PaymentTrigger::Bill => pb::PaymentTrigger::Bill,
        }
        .into(),
    }
}

fn late_charge(payment: &Payment, late: &LateCharge) -> pb::LateCharge {
    let (paid, refund) = match late.goes {
        Goes::Invoices { payment: paid } => {
            (names::child(payment.account, names::PAYMENTS, paid.0), String::new())
        }
        Goes::Payer { refund } => (String::new(), names::child(payment.account, names::REFUNDS, refund.0)),
    };
    let effect_id = late.effect.to_string();
    pb::LateCharge { effect_id, amount: Some(late.amount.into()), payment: paid, refund }
}

/// Why a payment by bank redirect came to nothing: there is a bank's page in place of the issuer's, and time to
/// complete what the bank has approved (W7, W9).
fn at_bank(payment: &Payment, ended: Option<Timestamp>, failure: pb::Failure) -> pb::Failure {
    use pb::FailureReason as Reason;
    let Some(complete_by) = payment.complete_by else { return failure };
    let (reason, advice) = match failure.reason() {
        Reason::ChallengeNotCompleted if ended.is_some_and(|at| at >= complete_by) => (
            Reason::CompletionExpired,
            "The payment was not completed in time and was withdrawn at the bank. Pay the invoices anew.",
        ),
        Reason::ChallengeNotCompleted => (
            Reason::ChallengeNotCompleted,
            "Nothing was paid on the bank's page in time. Pay the invoices anew.",
        ),
        Reason::ChallengeAbandoned => (
            Reason::ChallengeAbandoned,
            "The bank's page was left and nothing was paid. Pay the invoices anew.",
        ),
        Reason::Unspecified
        | Reason::CardDeclined
        | Reason::ChallengeFailed
        | Reason::ProviderUnavailable
        | Reason::ProviderRefused
        | Reason::Cancelled
        | Reason::AgreementNotApproved
        | Reason::AgreementEnded
        | Reason::RuleNotMet
        | Reason::CompletionExpired => return failure,
    };
    pb::Failure { reason: reason.into(), advice: advice.to_owned(), ..failure }
}

fn shown(attempt: &Attempt, method: &str) -> pb::PaymentAttempt {
    use attempt::State as Is;
    let mut shown = pb::PaymentAttempt {
        effect_id: attempt.effect.to_string(),
        provider: attempt.provider.clone(),
        payment_method: method.to_owned(),
        send_count: i32::from(attempt.sends),
        settled_by: settled(attempt.settled_by).into(),
        create_time: Some(time::timestamp(attempt.created)),
        end_time: attempt.ended.map(time::timestamp),
        ..pb::PaymentAttempt::default()
    };
    let state = match &attempt.state {
        Is::Sending | Is::NotSent { .. } => pb::AttemptState::Sending,
        Is::Unknown { .. } | Is::Inquiring => pb::AttemptState::OutcomeUnknown,
        Is::ActionRequired { .. } => pb::AttemptState::RequiresAction,
        Is::Pending { .. } => pb::AttemptState::Pending,
        Is::Cancelling { .. } | Is::CancelUnknown { .. } => pb::AttemptState::Cancelling,
        Is::Approved(approval) => {
            shown.authorization_code.clone_from(&approval.authorization_code);
            shown.provider_reference.clone_from(&approval.reference);
            pb::AttemptState::Approved
        }
        Is::Declined { code } => {
            shown.network_code.clone_from(code);
            pb::AttemptState::Declined
        }
        Is::Cancelled { .. } | Is::Refused { .. } => pb::AttemptState::Cancelled,
        Is::NeverSent => pb::AttemptState::NotSent,
        Is::Review { .. } => pb::AttemptState::ManualReview,
    };
    shown.state = state.into();
    shown
}

/// How an attempt's end became known.
pub(super) fn settled(by: Option<SettledBy>) -> pb::SettledBy {
    match by {
        None => pb::SettledBy::Unspecified,
        Some(SettledBy::Answer) => pb::SettledBy::Answer,
        Some(SettledBy::SendingAgain) => pb::SettledBy::SendingAgain,
        Some(SettledBy::Inquiry) => pb::SettledBy::Inquiry,
        Some(SettledBy::Notification) => pb::SettledBy::Notification,
        Some(SettledBy::Cancellation) => pb::SettledBy::Cancellation,
    }
}
