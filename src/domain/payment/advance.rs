//! What follows when something is learned about a payment's attempt.

use jiff::Timestamp;

use crate::domain::{
    attempt::{self, Advance, Approval, Attempt, CancelReason, Input, Operation, Step},
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    failure::{Ending, Failure, ending},
    ids::PaymentId,
    invoice::InvoiceEvent,
    message::{self, Topic},
    payment::{Payment, PaymentEvent, State, Terms, collect, ladder, late, redirect},
    program::PaymentTrigger,
    reason::Reason,
    rejection::{Rejection, Violation},
    usage,
};

/// Something was learned about an attempt, or its timer may have run out.
pub fn advance(facts: &Facts<'_>, id: PaymentId, ordinal: Option<u16>, input: Input) -> Decided {
    let payment = facts.payment(id)?;
    if let Some(decided) = redirect::lapse(facts, payment, &input) {
        return decided;
    }
    let mut decision = Decision::reply(id.0);
    let attempt = match ordinal {
        Some(ordinal) => payment.attempts.iter().find(|attempt| attempt.effect.ordinal == ordinal),
        None => payment.running(),
    };
    let Some(attempt) = attempt else { return Ok(decision) };
    // What the bank has approved has to be withdrawn, however long it is away.
    let policy = if attempt.operation.gives_back() {
        attempt::Policy { sends: u16::MAX, ..facts.policy(attempt) }
    } else {
        facts.policy(attempt)
    };
    match attempt::advance(attempt, input, &policy, facts.now, facts.jitter) {
        Advance::Nothing => {}
        Advance::Late(approval) => took_late(facts, payment, attempt, approval, &mut decision),
        Advance::To(next) => moved(facts, payment, &next, &mut decision),
    }
    Ok(decision)
}

/// The provider says that it took the money after all. Where a person was to find that out, this is the answer;
/// where the attempt is before a person for another reason, that person looks at this, too; else the money is
/// given an owner (W9).
fn took_late(
    facts: &Facts<'_>,
    payment: &Payment,
    attempt: &Attempt,
    approval: Approval,
    decision: &mut Decision,
) {
    if let Some(next) = late::answers(payment, attempt, &approval) {
        return moved(facts, payment, &Attempt { ended: Some(facts.now), ..next }, decision);
    }
    if !matches!(attempt.state, attempt::State::Review { .. }) {
        return late::taken(facts, payment, attempt, approval, decision);
    }
    let reason = format!("{} was approved after it had ended: {}", attempt.effect, approval.reference);
    // Providers repeat themselves; a person is called once.
    if payment.approved_late.as_ref() != Some(&reason) {
        push(decision, payment, PaymentEvent::ApprovedLate { reason });
    }
}

/// A payment that is not done yet can be given up; that ends it only by the provider's word (C8).
pub fn cancel(facts: &Facts<'_>, id: PaymentId) -> Decided {
    let payment = facts.payment(id)?;
    match payment.state {
        State::Open => match payment.running() {
            Some(attempt) if !facts.policy(attempt).can_cancel => Err(cant_withdraw(attempt).into()),
            // W9: what the bank has approved is made final or withdrawn, and that is not taken back.
            Some(attempt) if matches!(attempt.operation, Operation::Capture { .. } | Operation::Withdraw { .. }) => {
                Err(cant_withdraw(attempt).into())
            }
            None if payment.awaits_completion().is_some() => Err(Rejection::rule(Violation::new(
                Reason::PaymentNotCancellable,
                "W9",
                "The bank has approved the payment. Complete it, or leave it: it is withdrawn when its time is over.",
            ))
            .into()),
            Some(_) | None => advance(facts, id, None, Input::GiveUp(CancelReason::Requested)),
        },
        State::Cancelled { .. } => Ok(Decision::reply(id.0)),
        State::Succeeded { .. } | State::Failed { .. } | State::Expired { .. } | State::Review { .. } => {
            Err(Rejection::rule(
                Violation::new(
                    Reason::PaymentNotCancellable,
                    "C8",
                    "The payment has come to its end; there is nothing to cancel.",
                )
                .fact("state", payment.state_name()),
            )
            .into())
        }
    }
}

/// A provider that can't promise to refuse an effect can only be waited for (C8).
pub(in crate::domain) fn cant_withdraw(attempt: &Attempt) -> Rejection {
    Rejection::rule(
        Violation::new(
            Reason::PaymentNotCancellable,
            "C8",
            "The provider can't withdraw what it was asked for. Wait for its outcome.",
        )
        .fact("provider", &attempt.provider),
    )
}

fn push(decision: &mut Decision, payment: &Payment, event: PaymentEvent) {
    decision.push(payment.id.0, Event::Payment(event));
}

fn go_on(decision: &mut Decision, payment: &Payment, attempt: Attempt, terms: Terms) {
    decision.call(&attempt);
    push(decision, payment, PaymentEvent::AttemptStarted { attempt: Box::new(attempt), terms });
}

/// What was to be paid is owed again; but an order that was not paid when it was placed does not come about
/// (A18).
fn owed_again(payment: &Payment, at: Timestamp, decision: &mut Decision) {
    for invoice in &payment.invoices {
        let event = match payment.trigger {
            PaymentTrigger::Order => InvoiceEvent::Voided { at },
            PaymentTrigger::Invoice | PaymentTrigger::Threshold | PaymentTrigger::Bill => {
                InvoiceEvent::Reopened {}
            }
        };
        decision.push(invoice.0, Event::Invoice(event));
    }
}

fn moved(facts: &Facts<'_>, payment: &Payment, next: &Attempt, decision: &mut Decision) {
    let at = facts.now;
    push(decision, payment, PaymentEvent::AttemptAdvanced { step: Step::from(next) });
    decision.call(next);
    let topic = Topic::PaymentWaits { payment: payment.id };
    match next.action() {
        // A16: the page can be opened again from the account's messages.
        Some((_, expire_at)) => message::waits(facts, topic, expire_at, decision),
        None if next.is_settled() => message::close(facts, &topic, decision),
        None => {}
    }
    match ending(next) {
        Ending::Open if planted!(NextCardInDoubt) && next.maybe_sent && payment.others_follow => {
            if let Some((attempt, terms)) = ladder::another(facts, payment) {
                go_on(decision, payment, attempt, terms);
            }
        }
        Ending::Open if planted!(ReopenedInDoubt) && next.maybe_sent => {
            owed_again(payment, at, decision);
        }
        Ending::Open => {}
        // W9: the bank has approved a request; the customer makes it final.
        Ending::Happened if matches!(next.operation, Operation::AuthorizeRedirect { .. }) => {}
        Ending::Happened if matches!(next.operation, Operation::Withdraw { .. }) => {
            push(decision, payment, PaymentEvent::Expired { at });
            owed_again(payment, at, decision);
        }
        Ending::Happened => {
            push(decision, payment, PaymentEvent::Succeeded { at });
            for invoice in &payment.invoices {
                let paid = InvoiceEvent::Paid { payment: payment.id, at };
                decision.push(invoice.0, Event::Invoice(paid));
            }
            collect::succeeded(facts, payment, decision);
            usage::settled(facts, &payment.invoices, decision);
        }
        // What the bank has approved stands until it says otherwise: a person has to look.
        Ending::Failed(_) if matches!(next.operation, Operation::Withdraw { .. }) => {
            let reason = "the bank does not withdraw what it has approved".to_owned();
            push(decision, payment, PaymentEvent::ReviewNeeded { reason });
        }
        // It never left, so the customer can complete it again.
        Ending::Failed(Failure::ProviderUnavailable)
            if matches!(next.operation, Operation::Capture { .. }) => {}
        Ending::Failed(failure) => {
            if let Some((attempt, terms)) = ladder::next(facts, payment, &failure) {
                return go_on(decision, payment, attempt, terms);
            }
            push(
                decision,
                payment,
                match failure {
                    Failure::Cancelled => PaymentEvent::Cancelled { at },
                    Failure::ChallengeNotCompleted => PaymentEvent::Expired { at },
                    Failure::Declined { .. }
                    | Failure::ChallengeFailed
                    | Failure::ChallengeAbandoned
                    | Failure::ProviderUnavailable
                    | Failure::ProviderRefused
                    | Failure::AgreementNotApproved
                    | Failure::AgreementEnded
                    | Failure::RuleNotMet { .. } => PaymentEvent::Failed { failure, at },
                },
            );
            owed_again(payment, at, decision);
            collect::failed(facts, payment, next, decision);
        }
        // The invoices stay reserved: nobody may pay them while this one may have.
        Ending::Review(reason) => push(decision, payment, PaymentEvent::ReviewNeeded { reason }),
    }
}
