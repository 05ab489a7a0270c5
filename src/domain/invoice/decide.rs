//! Creating and voiding invoices.

use crate::domain::{
    account::within_limit,
    balance::{self, EntryKind},
    command::CreateInvoice,
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::InvoiceId,
    invoice::{Invoice, InvoiceEvent, Purpose, State},
    money::Money,
    reason::Reason,
    rejection::{FieldViolation, Rejection, Violation},
    usage,
};

const DESCRIPTION_MAX: usize = 256;

impl Invoice {
    /// An invoice of now, due at once, that says nothing more.
    pub(in crate::domain) fn new(facts: &Facts<'_>, id: InvoiceId, amount: Money) -> Result<Self, Rejection> {
        Ok(Self {
            state: State::Open,
            id,
            account: facts.account()?.id,
            amount,
            description: String::new(),
            due: facts.now,
            created: facts.now,
            purpose: Purpose::Other,
            collection: None,
            from_balance: None,
        })
    }
}

/// An invoice is more than nothing, within the credit limit if there is one, and due when its account's
/// bills are where no time is given (A25).
pub fn create(facts: &Facts<'_>, command: &CreateInvoice) -> Decided {
    let account = facts.account()?;
    check("invoice.amount", &command.amount, "invoice.description", &command.description)?;
    within_limit(facts, &command.amount)?;
    let id = InvoiceId(facts.id(0));
    let invoice = Invoice {
        description: command.description.clone(),
        due: command.due.unwrap_or_else(|| facts.bill_due(account)),
        ..Invoice::new(facts, id, command.amount)?
    };
    Ok(Decision::reply(id.0).on(id.0, Event::Invoice(InvoiceEvent::Created { invoice: Box::new(invoice) })))
}

/// An amount and what it is for, under the names that the caller knows them by.
pub(super) fn check(
    amount_field: &str,
    amount: &Money,
    description_field: &str,
    description: &str,
) -> Result<(), Rejection> {
    let mut bad = Vec::new();
    if amount.is_zero() {
        bad.push(FieldViolation::new(
            amount_field,
            Reason::AmountOutOfRange,
            "The amount is zero. Give one that is more.",
        ));
    }
    if description.chars().any(char::is_control) {
        bad.push(FieldViolation::new(
            description_field,
            Reason::InvalidField,
            "The description holds a control character. Leave it out.",
        ));
    }
    if description.chars().count() > DESCRIPTION_MAX {
        bad.push(FieldViolation::new(
            description_field,
            Reason::InvalidField,
            "The description is longer than 256 characters. Shorten it.",
        ));
    }
    if bad.is_empty() { Ok(()) } else { Err(Rejection::bad_input(bad)) }
}

/// An invoice that nobody is paying and nobody has paid can be voided. What the balance has paid of it goes
/// back there.
pub fn void(facts: &Facts<'_>, id: InvoiceId) -> Decided {
    let invoice = facts.invoice(id)?;
    match invoice.state {
        State::Reserved { .. } if planted!(VoidedWhilePaid) => {
            let event = InvoiceEvent::Voided { at: facts.now };
            Ok(Decision::reply(id.0).on(id.0, Event::Invoice(event)))
        }
        State::Open => {
            let event = InvoiceEvent::Voided { at: facts.now };
            let mut decision = Decision::reply(id.0).on(id.0, Event::Invoice(event));
            usage::settled(facts, &[id], &mut decision);
            if let Some(paid) = invoice.from_balance {
                let kind = EntryKind::SettlementReversal { invoice: id };
                balance::enter(facts, &mut decision, kind, paid)?;
            }
            Ok(decision)
        }
        State::Voided { .. } => Ok(Decision::reply(id.0)),
        State::Reserved { .. } | State::Paid { .. } | State::Settled { .. } => Err(not_open(invoice).into()),
    }
}

/// Why an invoice can't be paid or voided.
pub(in crate::domain) fn not_open(invoice: &Invoice) -> Rejection {
    let name = format!("accounts/{}/invoices/{}", invoice.account, invoice.id);
    Rejection::rule(match invoice.state {
        State::Reserved { payment } => Violation::new(
            Reason::InvoiceReserved,
            "C8",
            "A payment of the invoice is under way. Wait for its end, or cancel it.",
        )
        .fact("payment", format!("accounts/{}/payments/{payment}", invoice.account)),
        State::Open | State::Paid { .. } | State::Settled { .. } | State::Voided { .. } => Violation::new(
            Reason::InvoiceNotOpen,
            "C8",
            "The invoice is paid or void. Nothing is owed on it.",
        )
        .fact("state", invoice.state.name()),
    })
    .fact("invoice", &name)
}
