//! The one way in which a refund begins, whoever wants it.

use crate::domain::{
    attempt::{Attempt, Operation},
    decision::Decision,
    event::Event,
    facts::Facts,
    ids::{EffectId, RefundId},
    money::Money,
    payment::{Payment, PaymentEvent, Returned},
    refund::{Cause, Refund, RefundEvent, State},
};

/// What a provider took by one effect, or holds ready to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The effect.
    pub effect: EffectId,
    /// The provider, which is where it goes back to.
    pub provider: String,
    /// The provider's own reference of it, which it knows for longer than our ids.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// Whether the bank has only approved it: then there is a request to withdraw and no money to give back.
    pub is_request: bool,
}

/// Starts to give back so much of what was taken. The payment counts it from here on.
pub(in crate::domain) fn give_back(
    facts: &Facts<'_>,
    payment: &Payment,
    taken: Taken,
    amount: Money,
    (id, cause): (RefundId, Cause),
    decision: &mut Decision,
) {
    let operation = if taken.is_request {
        Operation::Withdraw { authorized: taken.effect }
    } else {
        Operation::Refund { charged: taken.effect, amount, reference: taken.reference }
    };
    let attempt = Attempt::new(EffectId { entity: id.0, ordinal: 1 }, &taken.provider, operation, facts.now);
    decision.call(&attempt);
    let refund = Refund {
        state: State::Pending,
        attempt,
        approved_late: None,
        id,
        account: payment.account,
        payment: payment.id,
        amount,
        cause,
        rate: payment.limit_rate.clone(),
        created: facts.now,
        program_version: facts.edition().version().clone(),
    };
    decision.push(id.0, Event::Refund(RefundEvent::Started { refund: Box::new(refund) }));
    let returned = Returned { refund: id, of: taken.effect, amount, done: false };
    decision.push(payment.id.0, Event::Payment(PaymentEvent::RefundStarted { returned }));
}
