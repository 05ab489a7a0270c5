//! How the collection of an invoice stands that nobody has to ask for.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::{InvoiceId, MethodId, PaymentId},
    invoice::InvoiceEvent,
    payment,
    program::PaymentTrigger,
};

/// What was tried, and when it is tried again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// How often it failed.
    pub rounds: u32,
    /// What issuers have said, oldest first: networks limit how often the same is asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declines: Vec<Declined>,
    /// When it is tried again; `None` where the program tries no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_try: Option<Timestamp>,
}

/// A decline while it was collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declined {
    /// With which method.
    pub method: MethodId,
    /// The issuer's code.
    pub code: String,
    /// When.
    pub at: Timestamp,
}

/// The time to try again may have come.
pub fn retry(facts: &Facts<'_>, id: InvoiceId) -> Decided {
    let mut decision = Decision::reply(id.0);
    let Some(invoice) = facts.world.invoice(id) else { return Ok(decision) };
    let account = facts.account()?;
    let is_due = invoice.due_at().is_some_and(|due| due <= facts.now);
    if is_due && !account.is_charged_automatically() {
        decision.push(id.0, Event::Invoice(InvoiceEvent::CollectionEnded {}));
    } else if is_due {
        let payment = PaymentId(facts.id(0));
        payment::collect(facts, invoice, PaymentTrigger::Bill, payment, &mut decision);
    }
    Ok(decision)
}
