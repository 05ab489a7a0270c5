//! What happened to one payment, in words: its events, one entry each.

use jiff::Timestamp;

use crate::{
    domain::{
        attempt::{Attempt, CancelReason, Operation, SettledBy, State, Step},
        ids::{EffectId, MethodId},
        payment::{Goes, Payment, PaymentEvent},
        program::{DeclineTable, PaymentTrigger},
    },
    proto::v1::{self as pb, TimelineEntryKind as Kind},
    wire::{
        names, time,
        v1::{common::failure, payment::settled},
    },
};

/// The row of the log that events stand in.
pub struct Origin<'a> {
    /// The account's count.
    pub sequence: i64,
    /// When, on the account's clock.
    pub time: Timestamp,
    /// Who, by which request.
    pub cause: &'a pb::Cause,
}

/// The entries of one event: two for the first, with which the first attempt starts.
#[must_use]
pub fn timeline(
    payment: &Payment,
    event: &PaymentEvent,
    origin: &Origin<'_>,
    declines: &DeclineTable,
) -> Vec<pb::TimelineEntry> {
    let entry = |kind: Kind, summary: String| pb::TimelineEntry {
        time: Some(time::timestamp(origin.time)),
        kind: kind.into(),
        summary,
        cause: Some(origin.cause.clone()),
        sequence: origin.sequence,
        ..pb::TimelineEntry::default()
    };
    let of_attempt = |effect: EffectId, (kind, summary): (Kind, String)| {
        let mut entry = entry(kind, summary);
        entry.effect_id = effect.to_string();
        if let Some((attempt, method)) = payment.tries().find(|(attempt, _)| attempt.effect == effect) {
            entry.provider.clone_from(&attempt.provider);
            entry.payment_method = names::child(payment.account, names::PAYMENT_METHODS, method.0);
        }
        entry
    };
    match event {
        PaymentEvent::Started { payment: started } => {
            let requested = entry(Kind::Requested, requested(started));
            let first = started.attempts.first().map(|attempt| {
                let text = format!("Sent to {}: {}.", attempt.provider, operation(&attempt.operation));
                of_attempt(attempt.effect, (Kind::AttemptStarted, text))
            });
            std::iter::once(requested).chain(first).collect()
        }
        PaymentEvent::AttemptStarted { attempt, .. } => {
            vec![of_attempt(attempt.effect, next(payment, attempt))]
        }
        PaymentEvent::Followed { attempt } => vec![of_attempt(attempt.effect, followed(attempt))],
        PaymentEvent::AttemptAdvanced { step } => {
            let mut advanced = of_attempt(step.effect, advanced(step, declines));
            if let State::Declined { code } = &step.state {
                advanced.network_code.clone_from(code);
            }
            advanced.settled_by = settled(step.settled_by).into();
            advanced.due_time = due(&step.state).map(time::timestamp);
            vec![advanced]
        }
        PaymentEvent::Succeeded { .. } => {
            vec![entry(Kind::Succeeded, "The money was taken; the invoices are paid.".to_owned())]
        }
        PaymentEvent::Failed { failure: why, .. } => {
            let advice = failure(why, declines).advice;
            vec![entry(Kind::Failed, format!("No money was taken. {advice}"))]
        }
        PaymentEvent::Expired { .. } => {
            vec![entry(Kind::Expired, "The customer did not act in time, and no money was taken.".to_owned())]
        }
        PaymentEvent::Cancelled { .. } => {
            vec![entry(Kind::Cancelled, "It was given up, and no money was taken.".to_owned())]
        }
        PaymentEvent::ReviewNeeded { reason } => {
            vec![entry(Kind::ReviewNeeded, format!("A person has to look: {reason}"))]
        }
        PaymentEvent::ApprovedLate { reason } => {
            vec![entry(Kind::ApprovedLate, format!("The money was taken after the end: {reason}"))]
        }
        PaymentEvent::TakenLate { late } => {
            let goes = match late.goes {
                Goes::Invoices { .. } => "it pays the invoices as a payment of its own",
                Goes::Payer { .. } => "it goes back, or is withdrawn where it has not left the bank",
            };
            let text = format!("The provider approved {} after the attempt had ended: {goes}.", late.amount);
            vec![of_attempt(late.effect, (Kind::ApprovedLate, text))]
        }
        PaymentEvent::RefundStarted { returned } => {
            let text = format!("{} is being given back.", returned.amount);
            vec![of_attempt(returned.of, (Kind::RefundStarted, text))]
        }
        PaymentEvent::Refunded { .. } => vec![entry(Kind::Refunded, "A refund was given back.".to_owned())],
        PaymentEvent::RefundFailed { .. } => {
            let text = "A refund was not given back; its amount is left again.".to_owned();
            vec![entry(Kind::RefundFailed, text)]
        }
        PaymentEvent::RefundedLate { returned } => {
            let text = format!("{} was given back after the refund had failed.", returned.amount);
            vec![of_attempt(returned.of, (Kind::Refunded, text))]
        }
    }
}

fn requested(payment: &Payment) -> String {
    let by = match payment.trigger {
        PaymentTrigger::Order => "an order",
        PaymentTrigger::Invoice => "the customer",
        PaymentTrigger::Threshold => "usage that reached its threshold",
        PaymentTrigger::Bill => "a bill",
    };
    let invoices = match payment.invoices.len() {
        1 => "one invoice".to_owned(),
        count => format!("{count} invoices"),
    };
    if payment.late_of.is_some() {
        return format!("{} for {invoices}, taken by the provider after all.", payment.amount);
    }
    format!("{} for {invoices}, asked for by {by}.", payment.amount)
}

fn operation(operation: &Operation) -> String {
    match operation {
        Operation::Charge { amount, .. } => format!("charge {amount}"),
        Operation::AuthorizeRedirect { amount, .. } => format!("ask the customer's bank for {amount}"),
        Operation::Authorize { amount, .. } => format!("hold {amount}"),
        Operation::Release { amount, .. } => format!("release the hold of {amount}"),
        Operation::Refund { amount, .. } => format!("refund {amount}"),
        Operation::Capture { amount, .. } => format!("make {amount} final"),
        Operation::Withdraw { .. } => "withdraw what the bank has approved".to_owned(),
        Operation::Verify { .. } => "verify the card".to_owned(),
        // No payment does any of these.
        Operation::SendMessage { .. }
        | Operation::Agree { .. }
        | Operation::EndAgreement { .. }
        | Operation::CreditAccount { .. }
        | Operation::DebitAccount { .. }
        | Operation::ReviewIdentity { .. } => "do what is no payment's".to_owned(),
    }
}

/// The same method elsewhere is a fail-over (C12), another method the ladder (H13).
fn next(payment: &Payment, attempt: &Attempt) -> (Kind, String) {
    let tries: Vec<(EffectId, MethodId)> =
        payment.tries().map(|(attempt, method)| (attempt.effect, method)).collect();
    let at = tries.iter().position(|(effect, _)| *effect == attempt.effect);
    let method = |at: usize| tries.get(at).map(|(_, method)| *method);
    let (provider, what) = (&attempt.provider, operation(&attempt.operation));
    match at {
        Some(at) if at > 0 && method(at) == method(at - 1) => {
            (Kind::FailedOver, format!("Sent with the same method to the next provider, {provider}: {what}."))
        }
        Some(_) | None => {
            (Kind::NextMethod, format!("Sent with the next payment method to {provider}: {what}."))
        }
    }
}

fn followed(attempt: &Attempt) -> (Kind, String) {
    let text = format!("Sent to {}: {}.", attempt.provider, operation(&attempt.operation));
    let withdraws = attempt.operation.gives_back();
    (if withdraws { Kind::WithdrawalStarted } else { Kind::CaptureStarted }, text)
}

fn advanced(step: &Step, declines: &DeclineTable) -> (Kind, String) {
    match &step.state {
        State::Sending => {
            (Kind::SentAgain, "Sent again with the same idempotency key, so that it happens once.".to_owned())
        }
        State::NotSent { .. } => (
            Kind::NotReached,
            "The provider could not be reached; nothing was sent. It is tried again.".to_owned(),
        ),
        State::Unknown { .. } => (
            Kind::NoAnswer,
            "No answer came, so what happened is unknown. The provider is asked; nothing is charged anew."
                .to_owned(),
        ),
        State::CancelUnknown { .. } => (
            Kind::NoAnswer,
            "No answer came to the cancellation. The provider is asked again to refuse it.".to_owned(),
        ),
        State::Inquiring => (Kind::Inquired, "The provider is asked what happened.".to_owned()),
        State::ActionRequired { .. } => {
            (Kind::Challenged, "The customer is asked to act on the issuer's or bank's page.".to_owned())
        }
        State::Pending { .. } => (Kind::Pending, "The provider works on it.".to_owned()),
        State::Cancelling { reason } => {
            (Kind::Cancelling, format!("The provider is asked never to do it: {}.", why_cancelled(*reason)))
        }
        State::Approved(approval) => {
            let amount = approval.amount.map(|amount| format!(" of {amount}")).unwrap_or_default();
            (Kind::Approved, format!("Approved{amount}, as known by {}.", known(step.settled_by)))
        }
        State::Declined { code } => {
            let meaning = declines.explain(code).meaning;
            (Kind::Declined, format!("Declined with code {code}. {meaning}"))
        }
        State::Cancelled { reason } => {
            (Kind::AttemptCancelled, format!("It never happens: {}.", why_cancelled(*reason)))
        }
        State::NeverSent => (
            Kind::NeverSent,
            "The provider was never reached, and is not asked any more. Nothing was done.".to_owned(),
        ),
        State::Refused { .. } => {
            (Kind::ProviderRefused, "The provider refused the request itself. Nothing was done.".to_owned())
        }
        State::Review { reason } => (Kind::AttemptInReview, format!("Asking can't settle it: {reason}")),
    }
}

fn why_cancelled(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::Requested => "it was given up by a call",
        CancelReason::ChallengeExpired => "the challenge was not completed in time",
        CancelReason::ChallengeFailed => "the challenge was failed",
        CancelReason::ChallengeAbandoned => "the customer left the challenge",
        CancelReason::ProviderRefused => "the provider refused to be asked again",
        CancelReason::AgreementNotApproved => "the agreement was not approved",
        CancelReason::AgreementEnded => "the agreement was ended",
    }
}

fn known(by: Option<SettledBy>) -> &'static str {
    match by {
        None | Some(SettledBy::Answer) => "the provider's answer",
        Some(SettledBy::SendingAgain) => "the answer to a repeated call",
        Some(SettledBy::Inquiry) => "inquiry",
        Some(SettledBy::Notification) => "the provider's notification",
        Some(SettledBy::Cancellation) => "the answer to a cancellation",
    }
}

fn due(state: &State) -> Option<Timestamp> {
    match state {
        State::NotSent { retry_at: at }
        | State::Unknown { inquire_at: at }
        | State::Pending { inquire_at: at }
        | State::CancelUnknown { retry_at: at, .. }
        | State::ActionRequired { expire_at: at, .. } => Some(*at),
        State::Sending
        | State::Inquiring
        | State::Cancelling { .. }
        | State::Approved(_)
        | State::Declined { .. }
        | State::Cancelled { .. }
        | State::NeverSent
        | State::Refused { .. }
        | State::Review { .. } => None,
    }
}
