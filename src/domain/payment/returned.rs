//! What a payment took, and what of it is given back.

use serde::{Deserialize, Serialize};

use crate::domain::{
    attempt::{Operation, State as Attempted},
    ids::{EffectId, PaymentId, RefundId},
    money::Money,
    payment::Payment,
    refund::Taken,
};

/// An amount that a refund gives back, or has given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// The refund.
    pub refund: RefundId,
    /// The effect whose money it is.
    pub of: EffectId,
    /// How much.
    pub amount: Money,
    /// Whether it has been given back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
}

/// Money that the provider took by an attempt that had ended without it (W9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateCharge {
    /// The attempt.
    pub effect: EffectId,
    /// How much.
    pub amount: Money,
    /// What became of it.
    pub goes: Goes,
}

/// Whose money that was taken too late is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum Goes {
    /// It pays the invoices after all, as a payment of its own.
    Invoices { payment: PaymentId },
    /// It goes back.
    Payer { refund: RefundId },
}

/// The attempt of another payment, at its end by then, by which a payment's money was taken (W9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateOf {
    /// That payment.
    pub payment: PaymentId,
    /// The attempt.
    pub effect: EffectId,
    /// Its provider.
    pub provider: String,
    /// The provider's own reference of it.
    pub reference: String,
}

impl Payment {
    /// What it took: the whole amount, by one effect. `None` where it took nothing.
    #[must_use]
    pub fn taken(&self) -> Option<Taken> {
        if let Some(LateOf { effect, provider, reference, .. }) = &self.late_of {
            return Some(Taken {
                effect: *effect,
                provider: provider.clone(),
                reference: reference.clone(),
                amount: self.amount,
                is_request: false,
            });
        }
        self.attempts.iter().find_map(|attempt| match (&attempt.operation, &attempt.state) {
            (Operation::Charge { .. } | Operation::Capture { .. }, Attempted::Approved(approval)) => {
                Some(Taken {
                    effect: attempt.effect,
                    provider: attempt.provider.clone(),
                    reference: approval.reference.clone(),
                    amount: self.amount,
                    is_request: false,
                })
            }
            (_, _) => None,
        })
    }

    /// What can still be given back of what an effect took: refunds that are under way count as those that are done.
    #[must_use]
    pub fn left_of(&self, effect: EffectId, taken: Money) -> Money {
        let counts = |it: &&Returned| it.of == effect && (it.done || !planted!(RefundSumNotLocked));
        self.returned.iter().filter(counts).fold(taken, |left, it| {
            left.checked_sub(&it.amount).unwrap_or_else(|_error| Money::zero(taken.currency()))
        })
    }

    /// What was given back of the money by which it succeeded; `None` where that is nothing.
    #[must_use]
    pub fn refunded(&self) -> Option<Money> {
        let taken = self.taken()?.effect;
        let done = self.returned.iter().filter(|it| it.of == taken && it.done).map(|it| it.amount);
        done.reduce(|sum, amount| sum.checked_add(&amount).unwrap_or(sum))
    }
}
