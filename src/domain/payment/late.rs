//! Money that a provider took after bursar had ended the attempt as one that never does (W9). It always gets an
//! owner at once: an end stays an end, so it pays the invoices as a payment of its own, linked to the one that had
//! ended, or it goes back to the payer.

use crate::domain::{
    attempt::{Approval, Attempt, Operation, State as Attempted},
    decision::Decision,
    event::Event,
    facts::Facts,
    ids::{PaymentId, RefundId},
    invoice::{self, InvoiceEvent},
    money::Money,
    payment::{Goes, LateCharge, LateOf, Payment, PaymentEvent, State, collect},
    refund::{Cause, Taken, give_back},
    usage,
};

/// What the provider says is the answer that a payment before a person waits for: its invoices are reserved for it
/// still. `None` where it is not; then the money needs another owner.
pub(super) fn answers(payment: &Payment, attempt: &Attempt, approval: &Approval) -> Option<Attempt> {
    let waits = matches!(payment.state, State::Review { .. });
    let is_last = payment.attempts.last().is_some_and(|last| last.effect == attempt.effect);
    let fits = attempt.operation.amount() == approval.amount.as_ref();
    (waits && is_last && fits)
        .then(|| Attempt { state: Attempted::Approved(approval.clone()), ..attempt.clone() })
}

/// Sees to it that what was taken too late has an owner, once for each attempt however often it is told.
pub(super) fn taken(
    facts: &Facts<'_>,
    payment: &Payment,
    attempt: &Attempt,
    approval: Approval,
    decision: &mut Decision,
) {
    let is_request = match &attempt.operation {
        Operation::Charge { .. } | Operation::Capture { .. } => false,
        // The bank holds ready what was withdrawn, and has taken nothing yet.
        Operation::AuthorizeRedirect { .. } => true,
        // These take nothing.
        Operation::Authorize { .. }
        | Operation::Release { .. }
        | Operation::Refund { .. }
        | Operation::Verify { .. }
        | Operation::SendMessage { .. }
        | Operation::Agree { .. }
        | Operation::EndAgreement { .. }
        | Operation::Withdraw { .. }
        | Operation::CreditAccount { .. }
        | Operation::DebitAccount { .. }
        | Operation::ReviewIdentity { .. } => return,
    };
    let known = payment.late.iter().any(|late| late.effect == attempt.effect);
    if known || planted!(LateSuccessDropped) {
        return;
    }
    let amount = approval.amount.unwrap_or(payment.amount);
    let taken = Taken {
        effect: attempt.effect,
        provider: attempt.provider.clone(),
        reference: approval.reference,
        amount,
        is_request,
    };
    let goes = if !is_request && can_pay(facts, payment, amount) {
        let id = PaymentId(facts.id(2));
        pay(facts, payment, taken, id, decision);
        Goes::Invoices { payment: id }
    } else {
        let refund = RefundId(facts.id(2));
        give_back(facts, payment, taken, amount, (refund, Cause::TakenLate), decision);
        Goes::Payer { refund }
    };
    let late = LateCharge { effect: attempt.effect, amount, goes };
    decision.push(payment.id.0, Event::Payment(PaymentEvent::TakenLate { late }));
}

/// Whether the money pays what it was meant for: the payment has ended without it, and every invoice is owed still,
/// with nothing else about to pay it.
fn can_pay(facts: &Facts<'_>, payment: &Payment, amount: Money) -> bool {
    let ended = match payment.state {
        State::Failed { .. } | State::Expired { .. } | State::Cancelled { .. } => true,
        State::Open | State::Succeeded { .. } | State::Review { .. } => false,
    };
    // What the balance has paid of them since is not owed any more (A30).
    let mut owed = Money::zero(amount.currency());
    for id in &payment.invoices {
        let invoice = facts.world.invoice(*id).filter(|it| matches!(it.state, invoice::State::Open));
        match invoice.and_then(|invoice| owed.checked_add(&invoice.unsettled()).ok()) {
            Some(sum) => owed = sum,
            None => return false,
        }
    }
    ended && amount == payment.amount && amount == owed
}

/// A payment that succeeded by what was taken too late.
fn pay(facts: &Facts<'_>, ended: &Payment, taken: Taken, id: PaymentId, decision: &mut Decision) {
    let at = facts.now;
    let method = ended.tries().find(|(attempt, _)| attempt.effect == taken.effect).map(|(_, method)| method);
    let payment = Payment {
        state: State::Open,
        attempts: Vec::new(),
        approved_late: None,
        late: Vec::new(),
        returned: Vec::new(),
        method: method.unwrap_or(ended.method),
        earlier_methods: Vec::new(),
        id,
        late_of: Some(LateOf {
            payment: ended.id,
            effect: taken.effect,
            provider: taken.provider,
            reference: taken.reference,
        }),
        others_follow: false,
        complete_by: None,
        challenge_rule: None,
        return_url: None,
        created: at,
        program_version: facts.edition().version().clone(),
        ..ended.clone()
    };
    let started = PaymentEvent::Started { payment: Box::new(payment.clone()) };
    decision.push(id.0, Event::Payment(started));
    decision.push(id.0, Event::Payment(PaymentEvent::Succeeded { at }));
    for invoice in &payment.invoices {
        decision.push(invoice.0, Event::Invoice(InvoiceEvent::Paid { payment: id, at }));
    }
    collect::succeeded(facts, &payment, decision);
    usage::settled(facts, &payment.invoices, decision);
}
