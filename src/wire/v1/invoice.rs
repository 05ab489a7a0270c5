//! Invoices.

use jiff::Timestamp;

use crate::{
    domain::invoice::{BillCause, Invoice, OrderKind, Purpose, State},
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
        State::Settled { at } => (pb::InvoiceState::Paid, None, Some(*at)),
        State::Voided { .. } => (pb::InvoiceState::Voided, None, None),
    };
    let collection = invoice.collection.as_ref();
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
        failed_collection_count: collection
            .map_or(0, |collection| i32::try_from(collection.rounds).unwrap_or(i32::MAX)),
        next_collection_time: invoice.due_at().map(time::timestamp),
        amount_due: Some(invoice.owed().into()),
        amount_from_balance: invoice.from_balance.map(Into::into),
        ..purpose(invoice)
    }
}

/// What an invoice is for.
fn purpose(invoice: &Invoice) -> pb::Invoice {
    let mut shown = pb::Invoice::default();
    let kind = match &invoice.purpose {
        Purpose::Other => pb::InvoiceKind::Other,
        Purpose::Order { kind } => {
            let kind = match kind {
                OrderKind::Purchase => pb::OrderKind::Purchase,
                OrderKind::Upgrade => pb::OrderKind::Upgrade,
                OrderKind::Renew => pb::OrderKind::Renew,
            };
            shown.set_order_kind(kind);
            pb::InvoiceKind::Order
        }
        Purpose::Usage { period, tax, cause } => {
            shown.usage_period = names::child(invoice.account, names::USAGE_PERIODS, period.0);
            shown.tax_amount = Some((*tax).into());
            let cause = match cause {
                BillCause::Threshold => pb::BillCause::Threshold,
                BillCause::Monthly => pb::BillCause::Monthly,
                BillCause::Arrears { reason } => {
                    shown.arrears_reason.clone_from(reason);
                    pb::BillCause::Arrears
                }
            };
            shown.set_bill_cause(cause);
            pb::InvoiceKind::Usage
        }
    };
    shown.set_kind(kind);
    shown
}
