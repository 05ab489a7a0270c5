//! Payments that nobody asks for: what a bill is collected by (A19, A20, H10, H13).

use jiff::Timestamp;

use crate::domain::{
    account::{Account, AccountEvent},
    attempt::{Attempt, State as Attempted},
    decision::Decision,
    event::Event,
    facts::Facts,
    ids::PaymentId,
    invoice::{Declined, Invoice, InvoiceEvent},
    method::Method,
    payment::{
        Payment,
        charge::Wanted,
        ladder,
        pay::{Asked, start},
    },
    program::{MethodKind, PaymentTrigger},
};

/// Starts to collect an invoice: the default first, then the other cards (H13). Where nothing can be charged
/// it is tried again when the program says. A31: who buys on credit is never charged.
pub(in crate::domain) fn collect(
    facts: &Facts<'_>,
    invoice: &Invoice,
    trigger: PaymentTrigger,
    id: PaymentId,
    decision: &mut Decision,
) {
    let charged = facts.account().is_ok_and(|account| account.is_charged_automatically());
    if !charged {
        return;
    }
    let wanted = Wanted { id, amount: invoice.unsettled(), trigger };
    let asked = || Asked { invoices: vec![invoice.id], others_follow: true, return_url: None };
    let started = payers(facts, invoice).into_iter().any(|payer| {
        let mut payment = Decision::reply(decision.reply);
        let started = start(facts, &wanted, payer, asked(), &mut payment).is_ok();
        if started {
            decision.merge(payment);
        }
        started
    });
    if !started {
        put_off(facts, invoice, Vec::new(), decision);
    }
}

/// Who may be charged, in order: the default, then the other cards in the order they were added, where the
/// program lets them follow at all.
fn payers<'a>(facts: &Facts<'a>, invoice: &Invoice) -> Vec<(&'a Method, Timestamp)> {
    let default = facts.account().ok().and_then(|account| account.default_method);
    let (first, mut others): (Vec<_>, Vec<_>) =
        ladder::active(facts).into_iter().partition(|(method, _)| Some(method.id) == default);
    let follow = facts.edition().collection().lets_others_follow();
    others.retain(|(method, _)| follow && method.instrument.kind() == MethodKind::Card);
    let allowed = |(method, _): &(&Method, _)| may_be_charged(facts, method, invoice);
    first.into_iter().chain(others).filter(allowed).collect()
}

/// Whether a collection may try a method: its issuer has not ruled it out, for good or for this invoice, and the
/// network's limit on tries of the same amount is not reached.
pub(super) fn may_be_charged(facts: &Facts<'_>, method: &Method, invoice: &Invoice) -> bool {
    let barred = facts.account().is_ok_and(|account| account.barred_methods.contains_key(&method.id));
    let declines = invoice.collection.as_ref().map(|it| it.declines.as_slice()).unwrap_or_default();
    let declines: Vec<&Declined> = declines.iter().filter(|it| it.method == method.id).collect();
    let rules = facts.edition().collection();
    let softly = |it: &&Declined| rules.retries(&facts.rules.declines.explain(&it.code));
    let brand = method.instrument.card().map(|card| card.facts.brand);
    let times: Vec<Timestamp> = declines.iter().map(|it| it.at).collect();
    !barred && declines.iter().all(softly) && rules.is_within_limits(brand, &times, facts.now)
}

/// A payment that nobody asked for has failed, with `last` as its last attempt: what the issuers said is kept,
/// and it is tried again when the program says.
pub(super) fn failed(facts: &Facts<'_>, payment: &Payment, last: &Attempt, decision: &mut Decision) {
    if payment.trigger.customer_present() {
        return;
    }
    let mut declines = Vec::new();
    for (attempt, method) in payment.tries() {
        let attempt = if attempt.effect == last.effect { last } else { attempt };
        if let Attempted::Declined { code } = &attempt.state {
            let at = attempt.ended.unwrap_or(facts.now);
            declines.push(Declined { method, code: code.clone(), at });
        }
    }
    for it in declines.iter().filter(|it| facts.rules.declines.explain(&it.code).is_for_good()) {
        let event = AccountEvent::MethodBarred { method: it.method, code: it.code.clone() };
        decision.push(payment.account.0, Event::Account(event));
    }
    for invoice in payment.invoices.iter().filter_map(|id| facts.world.invoice(*id)) {
        put_off(facts, invoice, declines.clone(), decision);
    }
}

/// What has paid can be charged by itself again.
pub(super) fn succeeded(facts: &Facts<'_>, payment: &Payment, decision: &mut Decision) {
    let barred = |account: &Account| account.barred_methods.contains_key(&payment.method);
    if facts.account().is_ok_and(barred) {
        let event = AccountEvent::MethodUnbarred { method: payment.method };
        decision.push(payment.account.0, Event::Account(event));
    }
}

fn put_off(facts: &Facts<'_>, invoice: &Invoice, declines: Vec<Declined>, decision: &mut Decision) {
    let rounds = invoice.collection.as_ref().map_or(0, |collection| collection.rounds);
    let next_try = facts.edition().collection().next_try(rounds, facts.now);
    let event = InvoiceEvent::CollectionFailed { declines, next_try, at: facts.now };
    decision.push(invoice.id.0, Event::Invoice(event));
}
