//! Starting a payment.

use std::collections::BTreeSet;

use crate::domain::{
    command::PayInvoices,
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::{InvoiceId, PaymentId},
    invoice::{self, InvoiceEvent},
    method::Method,
    money::Money,
    payment::{
        Payment, PaymentEvent, State,
        charge::{self, Wanted},
        redirect,
    },
    program::{MethodKind, PaymentTrigger},
    reason::Reason,
    rejection::{Rejection, Violation},
};

const INVOICES_MAX: usize = 100;

/// Pays invoices with one method at a time: reserves them and makes the first attempt (C8). A33: only an
/// active method can pay. Other cards follow only where the customer wants that: who is there can choose.
pub fn pay(facts: &Facts<'_>, command: &PayInvoices) -> Decided {
    let amount = sum(facts, command)?;
    let payer = payer(facts, command)?;
    if payer.0.instrument.kind() == MethodKind::ChinaBankRedirect {
        let id = PaymentId(facts.id(0));
        let mut decision = Decision::reply(id.0);
        let asked = Asked {
            invoices: command.invoices.clone(),
            others_follow: false,
            return_url: command.return_url.clone(),
        };
        redirect::start(facts, id, amount, payer.0, asked, &mut decision)?;
        return Ok(decision);
    }
    let wanted = Wanted { id: PaymentId(facts.id(0)), amount, trigger: PaymentTrigger::Invoice };
    let mut decision = Decision::reply(wanted.id.0);
    by_customer(facts, &wanted, command, &mut decision)?;
    Ok(decision)
}

/// Pays an order's invoice, which the decision makes (A18).
pub(in crate::domain) fn order(
    facts: &Facts<'_>,
    id: PaymentId,
    amount: Money,
    command: &PayInvoices,
    decision: &mut Decision,
) -> Result<(), Rejection> {
    by_customer(facts, &Wanted { id, amount, trigger: PaymentTrigger::Order }, command, decision)
}

fn by_customer(
    facts: &Facts<'_>,
    wanted: &Wanted,
    command: &PayInvoices,
    decision: &mut Decision,
) -> Result<(), Rejection> {
    let asked = Asked {
        invoices: command.invoices.clone(),
        others_follow: command.others_follow,
        return_url: command.return_url.clone(),
    };
    start(facts, wanted, payer(facts, command)?, asked, decision)
}

/// What is asked of a payment beside the money.
pub(super) struct Asked {
    /// What it pays.
    pub invoices: Vec<InvoiceId>,
    /// Whether other cards follow where one is declined (H13).
    pub others_follow: bool,
    /// Where the customer is sent after a challenge.
    pub return_url: Option<String>,
}

/// Reserves the invoices and makes the first attempt (C8).
pub(super) fn start(
    facts: &Facts<'_>,
    wanted: &Wanted,
    payer: (&Method, jiff::Timestamp),
    asked: Asked,
    decision: &mut Decision,
) -> Result<(), Rejection> {
    let (attempt, terms) = {
        let door = charge::first_door(facts, payer.0, wanted.amount)?;
        charge::attempt(facts, wanted, 1, payer, door)?
    };
    for invoice in &asked.invoices {
        decision.push(invoice.0, Event::Invoice(InvoiceEvent::Reserved { payment: wanted.id }));
    }
    decision.call(&attempt);
    let payment = Payment {
        id: wanted.id,
        account: facts.account()?.id,
        invoices: asked.invoices,
        amount: wanted.amount,
        method: terms.method,
        earlier_methods: Vec::new(),
        trigger: wanted.trigger,
        others_follow: asked.others_follow,
        challenge_rule: terms.challenge_rule,
        conversion_fee_possible: terms.conversion_fee_possible,
        seen: terms.seen,
        return_url: asked.return_url,
        created: facts.now,
        program_version: facts.edition().version().clone(),
        attempts: vec![attempt],
        approved_late: None,
        late: Vec::new(),
        returned: Vec::new(),
        late_of: None,
        complete_by: None,
        limit_rate: None,
        state: State::Open,
    };
    decision.push(wanted.id.0, Event::Payment(PaymentEvent::Started { payment: Box::new(payment) }));
    Ok(())
}

/// The invoices' sum: all open, none twice, of one currency.
fn sum(facts: &Facts<'_>, command: &PayInvoices) -> Result<Money, Rejection> {
    let distinct: BTreeSet<_> = command.invoices.iter().collect();
    let count = command.invoices.len();
    if count == 0 || count > INVOICES_MAX || distinct.len() != count {
        return Err(Rejection::field(
            "invoices",
            Reason::InvalidField,
            "Name 1 to 100 invoices, none of them twice.",
        ));
    }
    let mut total: Option<Money> = None;
    for id in &command.invoices {
        let invoice = facts.invoice(*id)?;
        let goes_on = planted!(ReservedPaidAgain) && matches!(invoice.state, invoice::State::Reserved { .. });
        if !matches!(invoice.state, invoice::State::Open) && !goes_on {
            return Err(invoice::not_open(invoice));
        }
        total = Some(match total {
            None => invoice.unsettled(),
            Some(total) if total.currency() != invoice.amount.currency() => {
                return Err(Rejection::field(
                    "invoices",
                    Reason::InvoiceCurrencyMixed,
                    "The invoices have different currencies. Pay those of one currency together.",
                ));
            }
            Some(total) => total.checked_add(&invoice.unsettled()).map_err(|error| {
                Rejection::field(
                    "invoices",
                    Reason::AmountOutOfRange,
                    format!("{error}. Pay fewer at a time."),
                )
            })?,
        });
    }
    total.ok_or_else(|| Rejection::field("invoices", Reason::InvalidField, "Name an invoice."))
}

/// The method that pays, and since when it has been active: the one named, else the default.
fn payer<'a>(facts: &Facts<'a>, command: &PayInvoices) -> Result<(&'a Method, jiff::Timestamp), Rejection> {
    let account = facts.account()?;
    let Some(id) = command.method.or(account.default_method) else {
        return Err(Rejection::rule(Violation::new(
            Reason::NoDefaultMethod,
            "A14",
            "The account has no default payment method. Link a card, or name a method.",
        )));
    };
    let method = facts.method(id)?;
    let since = method.active_since(facts.now).ok_or_else(|| {
        Rejection::rule(
            Violation::new(
                Reason::MethodNotActive,
                "A33",
                "The payment method is not active, so it can't pay. Finish its verification, or use another.",
            )
            .fact("state", method.state_at(facts.now))
            .fact("payment_method", format!("accounts/{}/paymentMethods/{id}", account.id)),
        )
    })?;
    Ok((method, since))
}
