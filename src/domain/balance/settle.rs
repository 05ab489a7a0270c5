//! Automatic settlement: what there is pays open bills, oldest first (A30).

use std::{cmp::Ordering, collections::BTreeMap};

use crate::domain::{
    account::AccountEvent,
    balance::{Funds, entry},
    currency::Currency,
    decision::{Decided, Decision, Refusal},
    event::Event,
    facts::Facts,
    invoice::{Invoice, InvoiceEvent, State},
    money::{Money, MoneyError},
    usage,
    world::World,
};

/// What a command has brought about, and then what it has paid: whatever adds to the balance, brings up a
/// bill or frees one is followed by settlement, unless it is switched off.
pub fn settled(facts: &Facts<'_>, mut decision: Decision) -> Decided {
    let Some(world) = world_after(facts, &decision) else { return Ok(decision) };
    let Some(account) = world.account().filter(|account| !account.settles_by_hand) else {
        return Ok(decision);
    };
    let mut funds = account.balance.clone();
    let mut whole = Vec::new();
    for invoice in oldest_first(&world) {
        let amount = part(&funds, invoice);
        if amount.is_zero() {
            continue;
        }
        let currency = amount.currency();
        funds.set(currency, funds.in_currency(currency) - amount.amount());
        pay_part(facts, &mut decision, invoice, amount)?;
        if amount == invoice.unsettled() {
            whole.push(invoice.id);
        }
    }
    if !whole.is_empty() {
        let after = Facts { world: &world, ids: facts.ids.map(entry::aside), ..*facts };
        usage::settled(&after, &whole, &mut decision);
    }
    Ok(decision)
}

/// Pays a part of a bill, or all of it.
pub(super) fn pay_part(
    facts: &Facts<'_>,
    decision: &mut Decision,
    invoice: &Invoice,
    amount: Money,
) -> Result<(), Box<Refusal>> {
    let settled = InvoiceEvent::Settled { amount, at: facts.now };
    decision.push(invoice.id.0, Event::Invoice(settled));
    entry::enter(facts, decision, entry::EntryKind::Settlement { invoice: invoice.id }, amount)
}

/// The account's entities once the decision has happened; `None` where there is nothing to settle with, or
/// nothing has changed that settlement looks at.
fn world_after(facts: &Facts<'_>, decision: &Decision) -> Option<World> {
    let had = facts.world.account()?.balance.is_available();
    let matters = decision.events.iter().any(|happened| changes_what_is_settled(&happened.event, had));
    if !matters {
        return None;
    }
    let mut world = facts.world.clone();
    decision.events.iter().try_for_each(|happened| world.apply(happened)).ok()?;
    Some(world)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no other event brings up a bill or a balance")]
fn changes_what_is_settled(event: &Event, had_funds: bool) -> bool {
    match event {
        Event::Account(AccountEvent::BalanceMoved { .. }) => true,
        Event::Account(AccountEvent::AutoSettlementChanged { .. })
        | Event::Invoice(InvoiceEvent::Created { .. } | InvoiceEvent::Reopened {}) => had_funds,
        _ => false,
    }
}

/// Bills that nobody is paying, by due time, then by when they came up.
fn oldest_first(world: &World) -> Vec<&Invoice> {
    let mut open: Vec<&Invoice> =
        world.invoices().filter(|invoice| matches!(invoice.state, State::Open)).collect();
    open.sort_by_key(|invoice| (invoice.due, invoice.created, invoice.id));
    open
}

/// How much of a bill there is enough for.
fn part(funds: &Funds, invoice: &Invoice) -> Money {
    let (due, available) = (invoice.unsettled(), funds.available(invoice.amount.currency()));
    let is_enough = available.compare(&due).is_ok_and(Ordering::is_ge);
    if is_enough || (planted!(PartPaysWhole) && !available.is_zero()) { due } else { available }
}

/// What bills come to, currency by currency.
pub(super) fn sums(invoices: &[&Invoice]) -> Result<BTreeMap<Currency, Money>, MoneyError> {
    let mut sums = BTreeMap::new();
    for invoice in invoices {
        let due = invoice.unsettled();
        let sum = sums.entry(due.currency()).or_insert_with(|| Money::zero(due.currency()));
        *sum = sum.checked_add(&due)?;
    }
    Ok(sums)
}
