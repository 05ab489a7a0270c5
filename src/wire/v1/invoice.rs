//! Invoices.

use jiff::Timestamp;

use crate::{
    domain::invoice::{Invoice, State},
    proto::v1 as pb,
    wire::{names, time},
};

/// An invoice as callers see it at an instant of the account's clock.
#[must_use]
pub fn invoice(invoice: &Invoice, now: Timestamp) -> pb::Invoice {
    let (state, payment, paid_at) = match &invoice.state {
        State::Open => (pb::InvoiceState::Open, None, None),
        State::Reserved { payment } => (pb::InvoiceState::Reserved, Some(*payment), None),
        State::Paid { payment, at } => (pb::InvoiceState::Paid, Some(*payment), Some(*at)),
        State::Voided { .. } => (pb::InvoiceState::Voided, None, None),
    };
    pb::Invoice {
        name: names::child(invoice.account, names::INVOICES, invoice.id.0),
        amount: Some(invoice.amount.into()),
        state: state.into(),
        due_time: Some(time::timestamp(invoice.due)),
        overdue: invoice.is_overdue(now),
        description: invoice.description.clone(),
        payment: payment
            .map(|payment| names::child(invoice.account, names::PAYMENTS, payment.0))
            .unwrap_or_default(),
        create_time: Some(time::timestamp(invoice.created)),
        pay_time: paid_at.map(time::timestamp),
    }
}
