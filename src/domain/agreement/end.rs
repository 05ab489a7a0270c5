//! Ending an agreement that is not wanted any more.

use super::{Agreement, AgreementEvent, State};
use crate::domain::{
    attempt::{Attempt, Operation},
    decision::Decision,
    event::Event,
    facts::Facts,
    ids::EffectId,
    method::Method,
};

/// Tells the wallet that a method's agreement is not wanted any more. It is never given up: what was
/// agreed and is not used would let money be taken by mistake.
pub(in crate::domain) fn end(facts: &Facts<'_>, method: &Method, decision: &mut Decision) {
    let agreement = method.instrument.wallet().and_then(|wallet| facts.world.agreement(wallet.agreement));
    if let Some(agreement) = agreement.filter(|it| matches!(it.state, State::InForce { .. })) {
        start(facts, agreement, decision);
    }
}

/// The same, for one that the customer has agreed to just now.
pub(super) fn start(facts: &Facts<'_>, agreement: &Agreement, decision: &mut Decision) {
    let agreed = agreement.setup.effect;
    let effect = EffectId { ordinal: agreed.ordinal + 1, ..agreed };
    let operation = Operation::EndAgreement { agreed };
    let ending = Attempt::new(effect, &agreement.setup.provider, operation, facts.now);
    decision.call(&ending);
    let event = AgreementEvent::EndingStarted { ending: Box::new(ending), at: facts.now };
    decision.push(agreement.id.0, Event::Agreement(event));
}
