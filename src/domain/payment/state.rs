//! A payment and what can happen to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

pub use crate::domain::course::State;
use crate::domain::{
    attempt::{self, Attempt, Effect, Operation, Step},
    country::Country,
    exchange::Rate,
    failure::Failure,
    ids::{AccountId, EffectId, InvoiceId, MethodId, PaymentId, RefundId},
    money::Money,
    payment::{LateCharge, LateOf, Returned},
    program::{PaymentTrigger, ProgramVersion},
};

/// A payment of one or several invoices.
///
/// What changes stands first: where two versions of a row end alike, PostgreSQL logs that end only once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// How it stands.
    pub state: State,
    /// What was tried. Only the last one is under way: the next is never tried while one is in doubt.
    pub attempts: Vec<Attempt>,
    /// Set where the provider contradicts itself about a payment that a person has to look at already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_late: Option<String>,
    /// What the provider took after the attempts had ended without it, and what became of that (W9).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<LateCharge>,
    /// What is given back: a fact of the payment, so that refunds that race can't exceed it together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<Returned>,
    /// What it is, or was last, tried with.
    pub method: MethodId,
    /// What the attempts before the last were made with, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_methods: Vec<MethodId>,
    /// Its name.
    pub id: PaymentId,
    /// Who pays.
    pub account: AccountId,
    /// What is paid.
    pub invoices: Vec<InvoiceId>,
    /// Their sum.
    pub amount: Money,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "is_invoice")]
    pub trigger: PaymentTrigger,
    /// Whether other cards follow where one is declined (H13).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub others_follow: bool,
    /// Until when the customer completes it, for one by bank redirect (W9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_by: Option<Timestamp>,
    /// The rate by which it is within the redirect's limit (W6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_rate: Option<Rate>,
    /// By what it succeeded, where its money was taken by an attempt of a payment that had ended (W9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_of: Option<LateOf>,
    /// The risk rule that demanded a challenge (A11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge_rule: Option<String>,
    /// Whether the issuer may charge a conversion fee (A15).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conversion_fee_possible: bool,
    /// What the risk rules saw that nothing else here says (A11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
    /// Where the customer is sent after a challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_url: Option<String>,
    /// When it was started.
    pub created: Timestamp,
    /// The rules it was decided under (C1).
    pub program_version: ProgramVersion,
}

/// With what an attempt is made, and what follows from that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The method.
    pub method: MethodId,
    /// The risk rule that demanded a challenge (A11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge_rule: Option<String>,
    /// Whether the issuer may charge a conversion fee (A15).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conversion_fee_possible: bool,
    /// What the risk rules saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
}

/// What the risk rules saw of the method, so that what they decided can be explained (A11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Since when it was active.
    pub active_since: Timestamp,
    /// Where it was issued, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_country: Option<Country>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
fn is_invoice(trigger: &PaymentTrigger) -> bool {
    *trigger == PaymentTrigger::Invoice
}

/// What can happen to a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PaymentEvent {
    /// It was started.
    Started { payment: Box<Payment> },
    /// An attempt moved on.
    AttemptAdvanced { step: Step },
    /// The next attempt was made: with another method, or at another provider (H13, C12).
    AttemptStarted { attempt: Box<Attempt>, terms: Terms },
    /// The bank's transaction request is made final, or withdrawn (W9).
    Followed { attempt: Box<Attempt> },
    /// The money was taken.
    Succeeded { at: Timestamp },
    /// No money was taken.
    Failed { failure: Failure, at: Timestamp },
    /// The customer did not act in time.
    Expired { at: Timestamp },
    /// It was given up.
    Cancelled { at: Timestamp },
    /// A person has to look.
    ReviewNeeded { reason: String },
    /// The provider contradicts itself about a payment that a person has to look at already.
    ApprovedLate { reason: String },
    /// The provider took money by an attempt that had ended without it; it pays the invoices by another payment,
    /// or goes back (W9).
    TakenLate { late: LateCharge },
    /// So much of what was taken is being given back.
    RefundStarted { returned: Returned },
    /// It has been given back.
    Refunded { refund: RefundId },
    /// It was not given back, and is left.
    RefundFailed { refund: RefundId },
    /// It was given back after all.
    RefundedLate { returned: Returned },
}

impl Payment {
    /// The payment after what happened.
    pub fn evolve(&mut self, event: &PaymentEvent) {
        match event {
            PaymentEvent::Started { payment } => *self = (**payment).clone(),
            PaymentEvent::AttemptAdvanced { step } => {
                for attempt in self.attempts.iter_mut().filter(|attempt| attempt.effect == step.effect) {
                    attempt.take(step);
                }
            }
            PaymentEvent::AttemptStarted { attempt, terms } => {
                self.earlier_methods.push(self.method);
                self.attempts.push((**attempt).clone());
                self.method = terms.method;
                self.challenge_rule.clone_from(&terms.challenge_rule);
                self.conversion_fee_possible = terms.conversion_fee_possible;
                self.seen.clone_from(&terms.seen);
            }
            PaymentEvent::Followed { attempt } => {
                self.earlier_methods.push(self.method);
                self.attempts.push((**attempt).clone());
            }
            PaymentEvent::Succeeded { at } => self.state = State::Succeeded { at: *at },
            PaymentEvent::Failed { failure, at } => {
                self.state = State::Failed { failure: failure.clone(), at: *at };
            }
            PaymentEvent::Expired { at } => self.state = State::Expired { at: *at },
            PaymentEvent::Cancelled { at } => self.state = State::Cancelled { at: *at },
            PaymentEvent::ReviewNeeded { reason } => {
                self.state = State::Review { reason: reason.clone() };
            }
            // An end is an end; what came after it stands beside it.
            PaymentEvent::ApprovedLate { reason } => self.approved_late = Some(reason.clone()),
            PaymentEvent::TakenLate { late } => self.late.push(late.clone()),
            PaymentEvent::RefundStarted { returned } | PaymentEvent::RefundedLate { returned } => {
                self.returned.push(returned.clone());
            }
            PaymentEvent::Refunded { refund } => {
                for it in self.returned.iter_mut().filter(|it| it.refund == *refund) {
                    it.done = true;
                }
            }
            PaymentEvent::RefundFailed { refund } => self.returned.retain(|it| it.refund != *refund),
        }
    }

    /// Its state's name, the customer's turn included.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        match self.running().and_then(Attempt::action) {
            Some(_) => "REQUIRES_ACTION",
            None if self.awaits_completion().is_some() => "REQUIRES_COMPLETION",
            None => self.state.name("PROCESSING"),
        }
    }

    /// What was tried, each with its method.
    pub fn tries(&self) -> impl Iterator<Item = (&Attempt, MethodId)> {
        let methods = self.earlier_methods.iter().copied().chain(std::iter::repeat(self.method));
        self.attempts.iter().zip(methods)
    }

    /// What the bank has approved and the customer has not completed yet (W9).
    #[must_use]
    pub fn awaits_completion(&self) -> Option<EffectId> {
        let last = self.attempts.last().filter(|_| matches!(self.state, State::Open))?;
        match (&last.operation, &last.state) {
            (Operation::AuthorizeRedirect { .. }, attempt::State::Approved(_)) => Some(last.effect),
            // It never left; the bank's approval stands.
            (Operation::Capture { authorized, .. }, attempt::State::NeverSent) => Some(*authorized),
            (_, _) => None,
        }
    }

    /// The attempt that is under way.
    #[must_use]
    pub fn running(&self) -> Option<&Attempt> {
        self.attempts.last().filter(|attempt| !attempt.is_settled())
    }

    /// Whether it is not at its end.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.state {
            State::Open | State::Review { .. } => true,
            State::Succeeded { .. }
            | State::Failed { .. }
            | State::Expired { .. }
            | State::Cancelled { .. } => false,
        }
    }

    /// The call to a provider that is under way.
    #[must_use]
    pub fn call(&self) -> Option<Effect> {
        self.running().and_then(Attempt::call)
    }

    /// Its earliest timer.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        let attempt = self.running().and_then(Attempt::due_at);
        // While a call is under way, its answer comes first.
        let completes = self.complete_by.filter(|_| self.waits_to_lapse());
        attempt.into_iter().chain(completes).min().filter(|_| !planted!(TimerLost))
    }

    /// Whether its time to be completed still runs out (W9).
    fn waits_to_lapse(&self) -> bool {
        matches!(self.state, State::Open)
            && self.running().is_none_or(|running| {
                matches!(running.operation, Operation::AuthorizeRedirect { .. })
                    && running.giving_up().is_none()
                    && running.call().is_none()
            })
    }

    /// Whether a caller need not wait any longer.
    #[must_use]
    pub fn rests(&self) -> bool {
        match self.running() {
            Some(attempt) => {
                // A bank may take a day: nobody waits for it on the line (W8).
                let bank_works = matches!(attempt.operation, Operation::AuthorizeRedirect { .. })
                    && matches!(attempt.phase(), attempt::Phase::Timer(_));
                bank_works || matches!(attempt.state, attempt::State::ActionRequired { .. })
            }
            None => true,
        }
    }
}
