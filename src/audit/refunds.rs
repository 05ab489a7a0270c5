//! Refunds and money that was taken too late: what payments count agrees with the refunds there are, and what was
//! taken has one owner (I1, I6).

use super::{Check, Report};
use crate::domain::{
    money::Money,
    payment::{Goes, LateCharge, Payment},
    refund::{Refund, State},
    world::World,
};

/// Looks at all payments and refunds of an account.
pub(super) fn audit(world: &World, report: &mut Report) {
    for payment in world.payments() {
        let row = format!("payment {}", payment.id);
        for message in wrong_payment(world, payment) {
            report.find(Check::Refund, Some(world.account), row.clone(), message);
        }
    }
    for refund in world.refunds() {
        if let Some(message) = wrong_refund(world, refund) {
            report.find(Check::Refund, Some(world.account), format!("refund {}", refund.id), message);
        }
    }
}

fn wrong_payment(world: &World, payment: &Payment) -> Vec<String> {
    let mut wrong = Vec::new();
    for returned in &payment.returned {
        match world.refund(returned.refund) {
            None => wrong.push(format!("it counts refund {}, which is not there", returned.refund)),
            Some(refund) => {
                let done = gave_back(refund);
                if returned.done != done || returned.amount.currency() != refund.amount.currency() {
                    let id = refund.id;
                    wrong.push(format!(
                        "it counts refund {id} of {} (done: {})",
                        returned.amount, returned.done
                    ));
                }
            }
        }
    }
    wrong.extend(payment.taken().and_then(|taken| over(payment, taken.effect, taken.amount)));
    for late in &payment.late {
        wrong.extend(over(payment, late.effect, late.amount));
        if !is_owned(world, payment, late) {
            wrong.push(format!("{} was taken late by {}, and nobody has it", late.amount, late.effect));
        }
    }
    if let Some(of) = &payment.late_of {
        let goes = Goes::Invoices { payment: payment.id };
        let fits = |late: &LateCharge| {
            late.effect == of.effect && late.goes == goes && late.amount == payment.amount
        };
        if !world.payment(of.payment).is_some_and(|ended| ended.late.iter().any(fits)) {
            wrong.push(format!("its money is said to be that of {}, which says otherwise", of.effect));
        }
    }
    wrong
}

/// Whether the refund has given something back.
fn gave_back(refund: &Refund) -> bool {
    matches!(refund.state, State::Succeeded { .. }) || refund.approved_late.is_some()
}

/// More is given back of an effect than it took.
fn over(payment: &Payment, effect: crate::domain::ids::EffectId, taken: Money) -> Option<String> {
    let mut sum = Money::zero(taken.currency());
    for returned in payment.returned.iter().filter(|returned| returned.of == effect) {
        sum = match sum.checked_add(&returned.amount) {
            Ok(sum) => sum,
            Err(error) => return Some(format!("its refunds can't be summed up: {error}")),
        };
    }
    (sum.amount() > taken.amount())
        .then(|| format!("refunds of {sum} are counted, and {effect} took {taken}"))
}

/// Whether what was taken late pays, or goes back.
fn is_owned(world: &World, payment: &Payment, late: &LateCharge) -> bool {
    match late.goes {
        Goes::Invoices { payment: paid } => {
            let of = world.payment(paid).and_then(|paid| paid.late_of.as_ref());
            of.is_some_and(|of| of.effect == late.effect)
        }
        Goes::Payer { refund } => {
            let refund = world.refund(refund);
            refund.is_some_and(|it| it.payment == payment.id && it.amount == late.amount)
        }
    }
}

/// Whether its payment counts it: not where it failed, for then the amount is left.
fn wrong_refund(world: &World, refund: &Refund) -> Option<String> {
    let Some(payment) = world.payment(refund.payment) else {
        return Some(format!("it is of payment {}, which is not there", refund.payment));
    };
    let counted = payment.returned.iter().any(|returned| returned.refund == refund.id);
    let failed = matches!(refund.state, State::Failed { .. }) && refund.approved_late.is_none();
    let state = refund.state_name();
    (counted == failed).then(|| format!("it is {state}, and its payment counts it: {counted}"))
}
