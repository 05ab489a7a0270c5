//! The deduction threshold (A19).

use std::cmp::Ordering;

use crate::domain::{
    account::{Account, AccountEvent},
    decision::{Decided, Decision, Refusal},
    event::Event,
    exchange::ConversionError,
    facts::Facts,
    ids::InvoiceId,
    invoice::BillCause,
    money::Money,
    program::PaymentTrigger,
    reason::Reason,
    rejection::{Rejection, Violation},
    usage::{
        Period, State,
        bill::{Ids, issue},
        products,
    },
};

/// Charges what a period has accrued, if that reaches the threshold and no bill of usage is unpaid but those
/// that are settled by now: until then it waits (A19). Says whether it did.
pub(super) fn charge_if_reached(
    facts: &Facts<'_>,
    period: &Period,
    settled: &[InvoiceId],
    ids: Ids,
    decision: &mut Decision,
) -> Result<bool, Box<Refusal>> {
    let account = facts.account()?;
    let unpaid = |period: &Period| period.unpaid.iter().any(|bill| !settled.contains(bill));
    let waits = unpaid(period) || facts.world.periods().any(unpaid);
    if waits || !matches!(period.state, State::Open) || !account.is_charged_automatically() {
        return Ok(false);
    }
    let reached =
        is_reached(facts, account, &period.unbilled.net).map_err(|error| facts.rate_missing(&error))?;
    if reached {
        issue(facts, period, BillCause::Threshold, PaymentTrigger::Threshold, ids, decision)?;
    }
    Ok(reached)
}

/// Whether an amount before tax reaches the threshold of the account's default method. The exact amounts are
/// compared, whatever their currencies.
fn is_reached(facts: &Facts<'_>, account: &Account, net: &Money) -> Result<bool, ConversionError> {
    let default = account.default_method.and_then(|id| facts.world.method(id));
    let active = default.filter(|method| method.active_since(facts.now).is_some());
    let threshold = active.and_then(|method| {
        facts.edition().usage()?.threshold(method.instrument.kind(), account.deduction_threshold)
    });
    // Without a method there is none to reach: what accrues is on the month's bill.
    let Some(threshold) = threshold else { return Ok(false) };
    Ok(facts.rules.rates.compare(net, &threshold, facts.today())? != Ordering::Less)
}

/// A19: for PayPal, the threshold is set per account, within bounds.
pub fn set_threshold(facts: &Facts<'_>, threshold: Money) -> Decided {
    let account = facts.account()?;
    let Some((least, most)) = products::rules(facts)?.bounds() else {
        return Err(Rejection::rule(Violation::new(
            Reason::ThresholdNotSettable,
            "A19",
            "The program's deduction thresholds are the same for all accounts. Nothing can be set.",
        ))
        .into());
    };
    let order = |limit: &Money| {
        let compared = facts.rules.rates.compare(&threshold, limit, facts.today());
        compared.map_err(|error| facts.rate_missing(&error))
    };
    if order(least)? == Ordering::Less || order(most)? == Ordering::Greater {
        return Err(Rejection::field(
            "threshold",
            Reason::ThresholdOutOfRange,
            format!("The threshold is not between {least} and {most}. Give one that is."),
        )
        .fact("at_least", least)
        .fact("at_most", most)
        .into());
    }
    let event = AccountEvent::DeductionThresholdSet { threshold };
    Ok(Decision::reply(account.id.0).on(account.id.0, Event::Account(event)))
}
