//! What is held for usage that is on no bill yet (A21).

use super::{Period, PeriodEvent, Preauthorization};
use crate::domain::{
    decision::Decision,
    event::Event,
    facts::Facts,
    ids::VerificationId,
    reason::Reason,
    rejection::{Rejection, Violation},
    verification::{self, Preauthorize},
};

/// A21: once something was used that is on no bill, the deduction threshold is held on a default method of a kind
/// for which the program says so. What was used is kept whether that is possible or not.
pub(super) fn place(facts: &Facts<'_>, period: &Period, id: VerificationId, decision: &mut Decision) {
    let Some(account) = facts.world.account().filter(|account| account.is_charged_automatically()) else {
        return;
    };
    let default = account.default_method.and_then(|id| facts.world.method(id));
    let Some(method) = default.filter(|method| method.active_since(facts.now).is_some()) else { return };
    if period.preauthorization.is_some_and(|it| it.method == method.id && stands(facts, it)) {
        return;
    }
    // It was for another default, which is not charged for it any more, or its time was over.
    let_go(facts, period, decision);
    let kind = method.instrument.kind();
    let held = facts.edition().usage().and_then(|usage| {
        let until = facts.now.checked_add(usage.preauthorized_for(kind)?).ok()?;
        Some((usage.threshold(kind, account.deduction_threshold)?, until))
    });
    let Some((amount, until)) = held else { return };
    let of = Preauthorize { id, period: period.id, amount, until };
    let Ok(started) = verification::preauthorize(facts, method, of) else { return };
    started.record(decision);
    let preauthorization = Preauthorization { verification: id, method: method.id, failed: false };
    let event = PeriodEvent::PreauthorizationStarted { preauthorization };
    decision.push(period.id.0, Event::UsagePeriod(event));
}

/// Whether it is asked for, holds, or has failed: asked again, it would fail again.
fn stands(facts: &Facts<'_>, preauthorization: Preauthorization) -> bool {
    let found = facts.world.verification(preauthorization.verification);
    preauthorization.failed || found.is_some_and(|it| it.is_checking() || it.held_until().is_some())
}

/// What was used is on a bill now: nothing needs to be held for it.
pub(super) fn let_go(facts: &Facts<'_>, period: &Period, decision: &mut Decision) {
    let held = period.preauthorization.and_then(|it| facts.world.verification(it.verification));
    let held = held.filter(|_| !planted!(UsageHoldKept));
    if let Some(verification) = held {
        verification::let_go(facts, verification, decision);
    }
}

/// A21: who could not be pre-authorized for what they use gets no more of it with that method.
pub(super) fn check(facts: &Facts<'_>) -> Result<(), Rejection> {
    let account = facts.account()?;
    let mut placed = facts.world.periods().filter_map(|period| period.preauthorization);
    let failed = placed.find(|it| it.failed && account.default_method == Some(it.method));
    let Some(failed) = failed else { return Ok(()) };
    Err(Rejection::rule(
        Violation::new(
            Reason::PreauthorizationFailed,
            "A21",
            "The default payment method could not be pre-authorized for what is used already. Set another \
             default method, or wait until that is billed.",
        )
        .fact("verification", format!("accounts/{}/verifications/{}", account.id, failed.verification)),
    ))
}
