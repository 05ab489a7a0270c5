//! What is tried after an attempt that certainly took nothing (H13, C12).
//!
//! An attempt in doubt has not ended, so nothing here is ever asked about it: the next one is never tried
//! while the one before may still take the money (C8).

use jiff::Timestamp;

use crate::domain::{
    attempt::Attempt,
    facts::Facts,
    failure::Failure,
    ids::MethodId,
    invoice::Invoice,
    method::Method,
    payment::{
        Payment, Terms,
        charge::{self, Door, Wanted},
        collect::may_be_charged,
    },
    program::MethodKind,
};

/// The next attempt, if there is one.
pub(super) fn next(facts: &Facts<'_>, payment: &Payment, failure: &Failure) -> Option<(Attempt, Terms)> {
    match failure {
        // C12: an outage, and nothing was sent. The same card, at the next provider.
        Failure::ProviderUnavailable => elsewhere(facts, payment),
        // H13: the whole amount, with the next card.
        Failure::Declined { code } if payment.others_follow => {
            let decline = facts.rules.declines.explain(code);
            facts.edition().collection().cascades(&decline).then(|| another(facts, payment)).flatten()
        }
        Failure::Declined { .. }
        | Failure::ChallengeNotCompleted
        | Failure::ChallengeFailed
        | Failure::ChallengeAbandoned
        | Failure::ProviderRefused
        | Failure::AgreementNotApproved
        | Failure::AgreementEnded
        | Failure::RuleNotMet { .. }
        | Failure::Cancelled => None,
    }
}

/// The same method at the next provider of its plan.
fn elsewhere(facts: &Facts<'_>, payment: &Payment) -> Option<(Attempt, Terms)> {
    let method = facts.world.method(payment.method)?;
    let since = method.active_since(facts.now)?;
    let with_it = payment.tries().filter(|(_, with)| *with == payment.method);
    let tried: Vec<&str> = with_it.map(|(attempt, _)| attempt.provider.as_str()).collect();
    let doors = charge::doors(facts, method, payment.amount).ok()?;
    let door = doors.into_iter().find(|door| !tried.contains(&door.provider.as_str()))?;
    make(facts, payment, (method, since), door)
}

/// The first of the other cards, in the order they were added, that was not tried yet.
pub(super) fn another(facts: &Facts<'_>, payment: &Payment) -> Option<(Attempt, Terms)> {
    let tried: Vec<MethodId> = payment.tries().map(|(_, method)| method).collect();
    let invoices: Vec<&Invoice> = payment.invoices.iter().filter_map(|id| facts.world.invoice(*id)).collect();
    let collects = |method| invoices.iter().all(|invoice| may_be_charged(facts, method, invoice));
    active(facts)
        .into_iter()
        .filter(|(method, _)| method.instrument.kind() == MethodKind::Card && !tried.contains(&method.id))
        .filter(|(method, _)| payment.trigger.customer_present() || collects(method))
        // One that no provider serves is passed over.
        .find_map(|payer| {
            let door = charge::first_door(facts, payer.0, payment.amount).ok()?;
            make(facts, payment, payer, door)
        })
}

/// The methods that can pay now, each with since when, in the order they were added (H13).
pub(super) fn active<'a>(facts: &Facts<'a>) -> Vec<(&'a Method, Timestamp)> {
    let mut methods: Vec<_> =
        facts.world.methods().filter_map(|method| Some((method, method.active_since(facts.now)?))).collect();
    methods.sort_by_key(|(method, _)| (method.created, method.id));
    methods
}

fn make(
    facts: &Facts<'_>,
    payment: &Payment,
    payer: (&Method, Timestamp),
    door: Door,
) -> Option<(Attempt, Terms)> {
    let ordinal = payment.attempts.last()?.effect.ordinal.checked_add(1)?;
    let wanted = Wanted { id: payment.id, amount: payment.amount, trigger: payment.trigger };
    charge::attempt(facts, &wanted, ordinal, payer, door).ok()
}
