//! Orders (A18).

use crate::domain::{
    account::within_limit,
    command::{PayInvoices, PlaceOrder},
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::{InvoiceId, PaymentId},
    invoice::{Invoice, InvoiceEvent, Purpose, decide::check},
    payment,
};

/// A18: an order is charged when it is placed. Without a method that can pay it is refused, and nothing is
/// left of it. A25: who buys on credit, and names no method, is billed within the limit.
pub fn place(facts: &Facts<'_>, command: &PlaceOrder) -> Decided {
    let account = facts.account()?;
    check("amount", &command.amount, "description", &command.description)?;
    let id = InvoiceId(facts.id(0));
    let on_credit = account.credit().is_some() && command.method.is_none();
    let invoice = Invoice {
        description: command.description.clone(),
        purpose: Purpose::Order { kind: command.kind },
        due: if on_credit { facts.bill_due(account) } else { facts.now },
        ..Invoice::new(facts, id, command.amount)?
    };
    let created = Event::Invoice(InvoiceEvent::Created { invoice: Box::new(invoice) });
    if on_credit {
        within_limit(facts, &command.amount)?;
        return Ok(Decision::reply(id.0).on(id.0, created));
    }
    let payment = PaymentId(facts.id(1));
    let pay = PayInvoices {
        invoices: vec![id],
        method: command.method,
        others_follow: false,
        return_url: command.return_url.clone(),
    };
    let mut decision = Decision::reply(payment.0).on(id.0, created);
    payment::order(facts, payment, command.amount, &pay, &mut decision)?;
    Ok(decision)
}
