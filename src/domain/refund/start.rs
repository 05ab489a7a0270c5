//! A refund that the seller asks for.

use crate::domain::{
    command::RefundPayment,
    decision::{Decided, Decision},
    facts::Facts,
    ids::RefundId,
    money::Money,
    payment::{Payment, State},
    reason::Reason,
    refund::{Cause, Taken, give_back},
    rejection::{FieldViolation, Rejection, Violation},
};

const REASON_MOST: usize = 256;

/// Gives back what a payment took, or a part of it, to where it came from. Nothing is converted: a refund is in the
/// currency that was charged, and one without an amount takes exactly what is left.
pub fn refund(facts: &Facts<'_>, command: &RefundPayment) -> Decided {
    let payment = facts.payment(command.payment)?;
    check(payment, command)?;
    let taken = taken(payment)?;
    let left = payment.left_of(taken.effect, taken.amount);
    let amount = command.amount.unwrap_or(left);
    if amount.is_zero() || amount.amount() > left.amount() {
        return Err(exceeded(payment, amount, left).into());
    }
    let id = RefundId(facts.id(0));
    let mut decision = Decision::reply(id.0);
    let cause = Cause::Asked { reason: command.reason.clone() };
    give_back(facts, payment, taken, amount, (id, cause), &mut decision);
    Ok(decision)
}

/// What can't be right however much is left.
fn check(payment: &Payment, command: &RefundPayment) -> Result<(), Rejection> {
    let mut bad = Vec::new();
    let length = command.reason.chars().count();
    if length == 0 || length > REASON_MOST || command.reason.chars().any(char::is_control) {
        let sentence =
            "Say in 1 to 256 characters, none of them a control character, why the money is given back.";
        bad.push(FieldViolation::new("reason", Reason::InvalidField, sentence));
    }
    if command.amount.is_some_and(|amount| amount.is_zero()) {
        let sentence = "The amount is zero. Give one that is more, or none for all that is left.";
        bad.push(FieldViolation::new("amount", Reason::AmountOutOfRange, sentence));
    }
    let charged = payment.amount.currency();
    if command.amount.is_some_and(|amount| amount.currency() != charged) {
        let sentence = format!("The payment was in {charged}. Give the amount in {charged}.");
        bad.push(FieldViolation::new("amount", Reason::RefundCurrencyDiffers, sentence));
    }
    if bad.is_empty() { Ok(()) } else { Err(Rejection::bad_input(bad)) }
}

/// What the payment took, and by which attempt.
fn taken(payment: &Payment) -> Result<Taken, Rejection> {
    let succeeded = matches!(payment.state, State::Succeeded { .. });
    payment.taken().filter(|_| succeeded).ok_or_else(|| {
        Rejection::rule(
            Violation::new(
                Reason::PaymentNotRefundable,
                "C8",
                "The payment has taken nothing that could be given back. Only one that succeeded can be refunded.",
            )
            .fact("state", payment.state_name()),
        )
    })
}

/// More is asked for than is left, what other refunds are about to give back included.
fn exceeded(payment: &Payment, asked: Money, left: Money) -> Rejection {
    let sentence = if left.is_zero() {
        format!(
            "Nothing is left of the {} that were taken: refunds of all of it are done or under way.",
            payment.amount
        )
    } else {
        format!("{left} is left of the {} that were taken. Refund at most that.", payment.amount)
    };
    Rejection::rule(
        Violation::new(Reason::RefundAmountExceeded, "C8", sentence)
            .fact("asked", asked)
            .fact("left", left)
            .fact("taken", payment.amount),
    )
}
