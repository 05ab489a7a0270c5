//! A hold for what is used before it is billed (A21). It stands until the bill, or as long as the program says.

use jiff::Timestamp;

use super::{
    Purpose, Started, State, Verification,
    advance::{give_back, start_release},
    start::{Start, begin},
};
use crate::domain::{
    decision::{Decision, Refusal},
    facts::Facts,
    ids::{MethodId, PeriodId, VerificationId},
    method::Method,
    money::Money,
    program::{Challenge, VerificationMode, VerificationPlan},
    usage::Period,
};

/// What a pre-authorization is made of.
pub struct Preauthorize {
    /// Its name.
    pub id: VerificationId,
    /// What is used.
    pub period: PeriodId,
    /// How much is held, at most.
    pub amount: Money,
    /// Until when, where no bill comes first.
    pub until: Timestamp,
}

/// A21: holds the amount, in the account's currency.
pub fn preauthorize(facts: &Facts<'_>, method: &Method, of: Preauthorize) -> Result<Started, Box<Refusal>> {
    let account = facts.account()?;
    let edition = facts.edition();
    let held = facts
        .rules
        .rates
        .convert_half_even(&of.amount, account.currency, facts.today())
        .map_err(|error| facts.rate_missing(&error))?;
    let plan = VerificationPlan {
        mode: VerificationMode::HoldThenRelease,
        amount: held.money,
        rate: held.rate,
        descriptor: edition.descriptor().to_owned(),
        challenge: Challenge::IssuerDecides,
        challenge_rule: None,
        challenge_lifetime: edition.challenge_lifetime(),
        release_within: of.until.duration_since(facts.now),
    };
    let purpose = Purpose::Usage { period: of.period, until: of.until };
    let risk = facts.link_risk(account, None);
    begin(facts, method, Start { id: of.id, purpose, return_url: None, risk }, plan)
}

/// Whether what was used is still to be billed, and could be taken from the method.
pub(super) fn is_needed(facts: &Facts<'_>, verification: &Verification, method: &Method) -> bool {
    let Purpose::Usage { until, .. } = verification.purpose else { return false };
    period(facts, verification).is_some() && facts.now < until && method.active_since(facts.now).is_some()
}

/// The period whose unbilled usage it is for; `None` once that is billed.
pub(super) fn period<'a>(facts: &Facts<'a>, verification: &Verification) -> Option<&'a Period> {
    let Purpose::Usage { period, .. } = verification.purpose else { return None };
    let is_for = |it: &&Period| it.preauthorization.is_some_and(|of| of.verification == verification.id);
    facts.world.period(period).filter(is_for)
}

/// Gives back what is held, if it is.
pub fn let_go(facts: &Facts<'_>, verification: &Verification, decision: &mut Decision) {
    if verification.held_until().is_some()
        && let Some(operation) = give_back(verification, &verification.check, verification.plan.amount)
    {
        start_release(facts, verification, operation, decision);
    }
}

/// Gives back what is held on a method that can't be charged any more.
pub(in crate::domain) fn let_go_of_method(facts: &Facts<'_>, method: MethodId, decision: &mut Decision) {
    for verification in facts.world.verifications().filter(|it| it.method == method) {
        let_go(facts, verification, decision);
    }
}

impl Verification {
    /// Until when what it holds stays held, where usage is what it is for.
    #[must_use]
    pub fn held_until(&self) -> Option<Timestamp> {
        let Purpose::Usage { until, .. } = self.purpose else { return None };
        (matches!(self.state, State::Succeeded { .. }) && self.release.is_none()).then_some(until)
    }
}
