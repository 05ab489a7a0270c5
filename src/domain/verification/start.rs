//! Starting a verification.

use crate::domain::{
    attempt::{Attempt, Authentication, CardUse, Operation},
    decision::{Decision, Refusal},
    event::Event,
    facts::Facts,
    ids::{EffectId, VerificationId},
    method::Method,
    program::{Challenge, LinkRiskFacts, VerificationMode, VerificationPlan},
    verification::{Purpose, Seen, State, Verification, VerificationEvent},
};

/// What a verification is started with.
pub struct Start {
    /// Its name.
    pub id: VerificationId,
    /// What for.
    pub purpose: Purpose,
    /// Where the customer is sent after a challenge.
    pub return_url: Option<String>,
    /// What the risk rules look at (A11).
    pub risk: LinkRiskFacts,
}

/// A verification that is about to start.
#[derive(Debug)]
pub struct Started(Verification);

impl Started {
    /// Puts it into a decision, with the call that it makes.
    pub fn record(self, decision: &mut Decision) {
        decision.call(&self.0.check);
        let id = self.0.id.0;
        let event = VerificationEvent::Started { verification: Box::new(self.0) };
        decision.push(id, Event::Verification(event));
    }
}

/// A11, A13, H6, H8: by which movement, of how much, with a challenge or without.
pub fn start(facts: &Facts<'_>, method: &Method, start: Start) -> Result<Started, Box<Refusal>> {
    let account = facts.account()?;
    let edition = facts.edition();
    let mut plan = edition
        .verification(&account.region, account.currency, &start.risk, facts.rules.rates, facts.today())
        .map_err(|error| facts.rate_missing(&error))?;
    // 3-D Secure is of cards; a wallet has asked its holder when they agreed.
    if method.instrument.card().is_none() {
        (plan.challenge, plan.challenge_rule) = (Challenge::IssuerDecides, None);
    }
    begin(facts, method, start, plan)
}

/// Asks for what is planned.
pub(super) fn begin(
    facts: &Facts<'_>,
    method: &Method,
    start: Start,
    plan: VerificationPlan,
) -> Result<Started, Box<Refusal>> {
    let account = facts.account()?;
    let provider = facts.route(account, &method.instrument, plan.amount)?;
    let card = CardUse {
        token: facts.token(method, &provider)?,
        descriptor: plan.descriptor.clone(),
        authentication: match (&start.purpose, plan.challenge) {
            (Purpose::Usage { .. }, _) => Authentication::CustomerAbsent,
            (Purpose::Link | Purpose::ExpiryChange { .. }, Challenge::Mandated) => Authentication::Mandated,
            (Purpose::Link | Purpose::ExpiryChange { .. }, Challenge::IssuerDecides) => {
                Authentication::IssuerDecides
            }
        },
        challenge_seconds: plan.challenge_lifetime.as_secs(),
        expiry: match &start.purpose {
            Purpose::Link | Purpose::Usage { .. } => method.instrument.card().map(|card| card.facts.expiry),
            Purpose::ExpiryChange { expiry, .. } => Some(*expiry),
        },
    };
    let operation = match plan.mode {
        VerificationMode::HoldThenRelease => Operation::Authorize { amount: plan.amount, card },
        VerificationMode::ChargeThenRefund => {
            let reference = format!("card verification {}", start.id);
            Operation::Charge { amount: plan.amount, card, reference }
        }
        VerificationMode::ZeroAmount => Operation::Verify { card },
    };
    let effect = EffectId { entity: start.id.0, ordinal: 1 };
    Ok(Started(Verification {
        id: start.id,
        account: account.id,
        method: method.id,
        purpose: start.purpose,
        plan,
        seen: Some(Box::new(Seen {
            billing_country: start.risk.billing_country,
            failed_attempts: start.risk.failed_attempts,
        })),
        return_url: start.return_url.map(String::into_boxed_str),
        created: facts.now,
        program_version: facts.edition().version().clone(),
        check: Attempt::new(effect, &provider, operation, facts.now),
        release: None,
        approved_late: None,
        state: State::Open,
    }))
}
