//! Invoices and payments: what is paid was paid once, by a payment of that sum (I1).

use super::{Check, Report};
use crate::domain::{
    invoice::{Invoice, State},
    money::Money,
    payment::{self, Payment},
    world::World,
};

/// Looks at all invoices and payments of an account.
pub(super) fn audit(world: &World, report: &mut Report) {
    for invoice in world.invoices() {
        if let Some(message) = wrong_invoice(world, invoice) {
            report.find(Check::Invoice, Some(world.account), format!("invoice {}", invoice.id), message);
        }
    }
    for payment in world.payments() {
        if let Some(message) = wrong_payment(world, payment) {
            report.find(Check::Invoice, Some(world.account), format!("payment {}", payment.id), message);
        }
    }
}

/// Whom an invoice names as its payer has to be that.
fn wrong_invoice(world: &World, invoice: &Invoice) -> Option<String> {
    let (payment, done) = match &invoice.state {
        State::Paid { payment, .. } => (*payment, "paid"),
        State::Reserved { payment } => (*payment, "reserved"),
        State::Settled { .. } if invoice.from_balance != Some(invoice.amount) => {
            return Some(format!(
                "paid whole from the balance, which paid {:?} of {}",
                invoice.from_balance, invoice.amount
            ));
        }
        State::Open | State::Settled { .. } | State::Voided { .. } => return None,
    };
    let Some(found) = world.payment(payment) else {
        return Some(format!("{done} by payment {payment}, which is not there"));
    };
    if !found.invoices.contains(&invoice.id) {
        return Some(format!("{done} by payment {payment}, which is not for it"));
    }
    let fits = match &found.state {
        payment::State::Succeeded { .. } => matches!(invoice.state, State::Paid { .. }),
        payment::State::Open | payment::State::Review { .. } => {
            matches!(invoice.state, State::Reserved { .. })
        }
        payment::State::Failed { .. } | payment::State::Expired { .. } | payment::State::Cancelled { .. } => {
            false
        }
    };
    (!fits).then(|| format!("{done} by payment {payment}, which is {}", found.state_name()))
}

/// What succeeded has paid each of its invoices, and no more than they are.
fn wrong_payment(world: &World, payment: &Payment) -> Option<String> {
    if !matches!(payment.state, payment::State::Succeeded { .. }) {
        return None;
    }
    let mut sum = Money::zero(payment.amount.currency());
    for id in &payment.invoices {
        let Some(invoice) = world.invoice(*id) else {
            return Some(format!("it has paid invoice {id}, which is not there"));
        };
        if !matches!(invoice.state, State::Paid { payment: by, .. } if by == payment.id) {
            let state = invoice.state.name();
            return Some(format!("it has succeeded, and its invoice {id} is {state} and not paid by it"));
        }
        sum = match sum.checked_add(&invoice.unsettled()) {
            Ok(sum) => sum,
            Err(error) => return Some(format!("its invoices can't be summed up: {error}")),
        };
    }
    (sum != payment.amount).then(|| format!("its invoices are {sum}, and it took {}", payment.amount))
}
