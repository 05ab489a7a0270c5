//! Refunds.

use crate::{
    domain::{
        attempt,
        refund::{Cause, Refund, State},
    },
    proto::v1 as pb,
    wire::{
        names, time,
        v1::common::{Showing, exchange_rate, failure},
    },
};

/// A refund as callers see it.
#[must_use]
pub fn refund(refund: &Refund, showing: &Showing<'_>) -> pb::Refund {
    let attempt = &refund.attempt;
    let (state, why, review, ended) = match &refund.state {
        State::Pending => (pb::RefundState::Pending, None, None, None),
        State::Succeeded { at } => (pb::RefundState::Succeeded, None, None, Some(*at)),
        State::Failed { failure, at } => {
            (pb::RefundState::Failed, Some(failure), refund.approved_late.as_ref(), Some(*at))
        }
        State::Review { reason } => (pb::RefundState::ManualReview, None, Some(reason), None),
    };
    let reference = if let attempt::State::Approved(approval) = &attempt.state {
        approval.reference.clone()
    } else {
        String::new()
    };
    let (cause, reason) = match &refund.cause {
        Cause::Asked { reason } => (pb::RefundCause::Requested, reason.clone()),
        Cause::TakenLate => (pb::RefundCause::TakenLate, String::new()),
    };
    pb::Refund {
        name: names::child(refund.account, names::REFUNDS, refund.id.0),
        state: state.into(),
        payment: names::child(refund.account, names::PAYMENTS, refund.payment.0),
        amount: Some(refund.amount.into()),
        cause: cause.into(),
        reason,
        provider: attempt.provider.clone(),
        effect_id: attempt.effect.to_string(),
        charged_effect_id: attempt.operation.undoes().map(|it| it.to_string()).unwrap_or_default(),
        provider_reference: reference,
        failure: why.map(|why| failure(why, showing.declines)),
        review_reason: review.cloned().unwrap_or_default(),
        payment_rate: refund.rate.as_ref().map(exchange_rate),
        send_count: i32::from(attempt.sends),
        create_time: Some(time::timestamp(refund.created)),
        end_time: ended.map(time::timestamp),
        program_version: refund.program_version.to_string(),
    }
}
