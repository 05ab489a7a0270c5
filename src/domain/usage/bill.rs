//! Bills of what was used.

use crate::domain::{
    decision::{Decided, Decision, Refusal},
    event::Event,
    facts::Facts,
    ids::{InvoiceId, PaymentId},
    invoice::{BillCause, Invoice, InvoiceEvent, Purpose},
    message::{self, Bill, Topic},
    payment,
    program::PaymentTrigger,
    reason::Reason,
    rejection::{Rejection, Violation},
    usage::{Period, PeriodEvent, preauthorization, products, threshold},
};

const REASON_MOST: usize = 256;

/// The names of what a bill makes.
#[derive(Clone, Copy)]
pub(super) struct Ids {
    /// The bill.
    pub invoice: InvoiceId,
    /// The payment that collects it.
    pub payment: PaymentId,
}

/// Puts what is on no bill yet on one, and collects it (H10). Nothing is done where there is nothing.
pub(super) fn issue(
    facts: &Facts<'_>,
    period: &Period,
    cause: BillCause,
    trigger: PaymentTrigger,
    ids: Ids,
    decision: &mut Decision,
) -> Result<(), Box<Refusal>> {
    let account = facts.account()?;
    let twice = planted!(MonthEndTwice) && cause == BillCause::Monthly;
    let charge = if twice { period.total } else { period.unbilled };
    if charge.net.is_zero() {
        return Ok(());
    }
    let amount = charge.gross().map_err(|error| {
        Rejection::field("amount", Reason::AmountOutOfRange, format!("{error}. Bill less at a time."))
    })?;
    let purpose = Purpose::Usage { period: period.id, tax: charge.tax, cause };
    let invoice = Invoice {
        purpose,
        description: format!("Usage of {}", facts.program.today(period.starts).strftime("%Y-%m")),
        // A25: who buys on credit pays by its date.
        due: facts.bill_due(account),
        ..Invoice::new(facts, ids.invoice, amount)?
    };
    let event = InvoiceEvent::Created { invoice: Box::new(invoice.clone()) };
    decision.push(ids.invoice.0, Event::Invoice(event));
    let event = PeriodEvent::BillIssued { invoice: ids.invoice };
    decision.push(period.id.0, Event::UsagePeriod(event));
    // Who buys on credit pays it, and who has no method that could be charged.
    let default = account.default_method.and_then(|id| facts.world.method(id));
    let charged = account.is_charged_automatically()
        && default.is_some_and(|method| method.active_since(facts.now).is_some());
    let told = Bill { amount, due: Some(invoice.due).filter(|_| !charged) };
    message::tell(facts, Topic::BillIssued { invoice: ids.invoice, bill: told }, None, decision);
    preauthorization::let_go(facts, period, decision);
    payment::collect(facts, &invoice, trigger, ids.payment, decision);
    Ok(())
}

/// H11: on reasonable risk of arrears the seller may bill at once. The oldest month that is not billed is; the next call bills the next.
pub fn issue_now(facts: &Facts<'_>, reason: &str) -> Decided {
    facts.account()?;
    if !products::rules(facts)?.immediate_bills {
        return Err(Rejection::rule(Violation::new(
            Reason::ImmediateBillNotOffered,
            "H11",
            "The program does not let the seller bill before the day of the bill. Wait for that day.",
        ))
        .into());
    }
    let length = reason.chars().count();
    if length == 0 || length > REASON_MOST || reason.chars().any(char::is_control) {
        return Err(Rejection::field(
            "reason",
            Reason::InvalidField,
            "Say in 1 to 256 characters, none of them a control character, why arrears are to be feared.",
        )
        .into());
    }
    // The oldest first; each has a bill of its own.
    let mut owing: Vec<&Period> =
        facts.world.periods().filter(|period| !period.unbilled.net.is_zero()).collect();
    owing.sort_by_key(|period| (period.starts, period.id));
    let Some(period) = owing.first() else {
        return Err(Rejection::rule(Violation::new(
            Reason::NothingToBill,
            "H11",
            "Nothing was used that is not on a bill. There is nothing to issue.",
        ))
        .into());
    };
    let mut decision = Decision::reply(facts.id(0));
    let ids = Ids { invoice: InvoiceId(facts.id(0)), payment: PaymentId(facts.id(1)) };
    let cause = BillCause::Arrears { reason: reason.to_owned() };
    issue(facts, period, cause, PaymentTrigger::Bill, ids, &mut decision)?;
    Ok(decision)
}

/// Bills are no longer owed: paid, or void. What has reached the threshold meanwhile is charged now (A19).
pub(in crate::domain) fn settled(facts: &Facts<'_>, invoices: &[InvoiceId], decision: &mut Decision) {
    let mut any = false;
    for period in facts.world.periods() {
        for invoice in period.unpaid.iter().filter(|bill| invoices.contains(bill)) {
            any = true;
            decision.push(period.id.0, Event::UsagePeriod(PeriodEvent::BillSettled { invoice: *invoice }));
        }
    }
    if !any {
        return;
    }
    let ids = Ids { invoice: InvoiceId(facts.id(0)), payment: PaymentId(facts.id(1)) };
    // One for each currency that the account had this month; while the first is collected, the others wait.
    for period in facts.world.periods().filter(|it| it.takes(it.total.net.currency(), facts.now)) {
        // Where no rate is known it waits for the bill: what was paid is paid all the same.
        let mut more = Decision::reply(decision.reply);
        if threshold::charge_if_reached(facts, period, invoices, ids, &mut more) == Ok(true) {
            decision.merge(more);
            return;
        }
    }
}
