//! What follows when something is learned about a refund's attempt.

use crate::domain::{
    attempt::{self, Advance, Approval, Attempt, Input, State as Attempted, Step},
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    failure::{Ending, ending},
    ids::RefundId,
    payment::{PaymentEvent, Returned},
    refund::{Cause, Refund, RefundEvent, State},
};

/// Something was learned about the attempt, or its timer may have run out. It is never given up: whoever is owed
/// money gets it, however long the provider is away (A13).
pub fn advance(facts: &Facts<'_>, id: RefundId, ordinal: Option<u16>, input: Input) -> Decided {
    let refund = facts.refund(id)?;
    let mut decision = Decision::reply(id.0);
    let attempt = &refund.attempt;
    if ordinal.is_some_and(|ordinal| ordinal != attempt.effect.ordinal) {
        return Ok(decision);
    }
    let policy = attempt::Policy { sends: u16::MAX, ..facts.policy(attempt) };
    match attempt::advance(attempt, input, &policy, facts.now, facts.jitter) {
        Advance::Nothing => {}
        Advance::Late(approval) => late(facts, refund, approval, &mut decision),
        Advance::To(next) => moved(facts, refund, &next, &mut decision),
    }
    Ok(decision)
}

fn push(decision: &mut Decision, refund: &Refund, event: RefundEvent) {
    decision.push(refund.id.0, Event::Refund(event));
}

fn on_payment(decision: &mut Decision, refund: &Refund, event: PaymentEvent) {
    decision.push(refund.payment.0, Event::Payment(event));
}

fn moved(facts: &Facts<'_>, refund: &Refund, next: &Attempt, decision: &mut Decision) {
    let at = facts.now;
    push(decision, refund, RefundEvent::AttemptAdvanced { step: Step::from(next) });
    decision.call(next);
    match ending(next) {
        Ending::Open => {}
        Ending::Happened => {
            push(decision, refund, RefundEvent::Succeeded { at });
            on_payment(decision, refund, PaymentEvent::Refunded { refund: refund.id });
        }
        Ending::Failed(failure) => match refund.cause {
            // Who asked is told, and can ask again.
            Cause::Asked { .. } => {
                push(decision, refund, RefundEvent::Failed { failure, at });
                on_payment(decision, refund, PaymentEvent::RefundFailed { refund: refund.id });
            }
            // Nobody asked, so nobody would ask again; it stays the customer's money.
            Cause::TakenLate => {
                let reason = "the provider does not give back what it took too late".to_owned();
                push(decision, refund, RefundEvent::ReviewNeeded { reason });
            }
        },
        // What may have been given back is not given back again: the payment goes on counting it.
        Ending::Review(reason) => push(decision, refund, RefundEvent::ReviewNeeded { reason }),
    }
}

/// The provider says that it has given back what was at its end without that. Where a person was to look, that is
/// the answer. Where the refund had failed, its amount was free to be given back anew: it counts from now on.
fn late(facts: &Facts<'_>, refund: &Refund, approval: Approval, decision: &mut Decision) {
    let fits = refund.attempt.operation.amount() == approval.amount.as_ref();
    if matches!(refund.state, State::Review { .. }) && fits {
        let state = Attempted::Approved(approval);
        let next = Attempt { state, ended: Some(facts.now), ..refund.attempt.clone() };
        return moved(facts, refund, &next, decision);
    }
    let reason = format!("{} was approved after it had ended: {}", refund.attempt.effect, approval.reference);
    // Providers repeat themselves; a person is called once.
    if refund.approved_late.as_ref() == Some(&reason) {
        return;
    }
    push(decision, refund, RefundEvent::ApprovedLate { reason });
    if let (State::Failed { .. }, Some(charged)) = (&refund.state, refund.attempt.operation.undoes()) {
        let amount = approval.amount.unwrap_or(refund.amount);
        let returned = Returned { refund: refund.id, of: charged, amount, done: true };
        on_payment(decision, refund, PaymentEvent::RefundedLate { returned });
    }
}
