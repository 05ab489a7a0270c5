//! Paying bills from the balance by hand, and switching automatic settlement (A30).

use std::{cmp::Ordering, collections::BTreeSet};

use crate::domain::{
    account::AccountEvent,
    balance::settle::{pay_part, sums},
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::InvoiceId,
    invoice::{self, Invoice, State},
    reason::Reason,
    rejection::{Rejection, Violation},
    usage,
};

const INVOICES_MAX: usize = 100;

/// Switches automatic settlement. On again, it pays at once what there is enough for.
pub fn set_auto_settlement(facts: &Facts<'_>, enabled: bool) -> Decided {
    let account = facts.account()?;
    let decision = Decision::reply(account.id.0);
    if account.settles_by_hand != enabled {
        return Ok(decision);
    }
    let event = AccountEvent::AutoSettlementChanged { enabled };
    Ok(decision.on(account.id.0, Event::Account(event)))
}

/// Pays bills whole: by hand, nobody pays a part.
pub fn pay(facts: &Facts<'_>, ids: &[InvoiceId]) -> Decided {
    let account = facts.account()?;
    let distinct: BTreeSet<_> = ids.iter().collect();
    if ids.is_empty() || ids.len() > INVOICES_MAX || distinct.len() != ids.len() {
        let message = "Name 1 to 100 invoices, none of them twice.";
        return Err(Rejection::field("invoices", Reason::InvalidField, message).into());
    }
    let mut invoices: Vec<&Invoice> = Vec::with_capacity(ids.len());
    for id in ids {
        let invoice = facts.invoice(*id)?;
        if !matches!(invoice.state, State::Open) {
            return Err(invoice::not_open(invoice).into());
        }
        invoices.push(invoice);
    }
    let sums = sums(&invoices).map_err(|error| {
        Rejection::field("invoices", Reason::AmountOutOfRange, format!("{error}. Pay fewer at a time."))
    })?;
    let short = |available: Ordering| available.is_lt();
    let violations = sums.values().filter_map(|sum| {
        let available = account.balance.available(sum.currency());
        available.compare(sum).is_ok_and(short).then(|| {
            Violation::new(
                Reason::BalanceInsufficient,
                "A30",
                "The balance is less than the invoices. Pay fewer of them, or transfer more first.",
            )
            .fact("balance", available)
            .fact("amount", sum)
        })
    });
    if let Some(rejection) = Rejection::rules(violations.collect()) {
        return Err(rejection.into());
    }
    let mut decision = Decision::reply(account.id.0);
    for invoice in invoices {
        pay_part(facts, &mut decision, invoice, invoice.unsettled())?;
    }
    usage::settled(facts, ids, &mut decision);
    Ok(decision)
}
