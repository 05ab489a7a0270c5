//! From the program's own account to a customer's, and back: the other account is the provider of an attempt.

use jiff::SignedDuration;

use crate::domain::{
    attempt::{self, Advance, Attempt, Backoff, Input, Operation, Policy, Step},
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::{EffectId, RemittanceId},
    remittance::{Remittance, RemittanceEvent, Return, credited_id},
};

/// The name of the provider that is the other account.
pub const CROSSING: &str = "bursar";

/// What it promises: an account never forgets, knows at once, and is asked until it answers.
#[must_use]
pub fn crossing_policy() -> Policy {
    Policy {
        conclusive_after: SignedDuration::ZERO,
        retention: SignedDuration::MAX,
        can_cancel: false,
        sends: u16::MAX,
        backoff: Backoff { first: SignedDuration::from_millis(200), most: SignedDuration::from_mins(1) },
    }
}

/// The attempt that takes from a claimant what the bank has taken back.
pub(super) fn back(facts: &Facts<'_>, remittance: &Remittance, returned: &Return) -> Option<Attempt> {
    let claim = remittance.claim()?;
    let operation = Operation::DebitAccount {
        account: claim.account,
        remittance: credited_id(remittance.id),
        returned: Box::new(returned.clone()),
        amount: remittance.transfer.amount,
    };
    let effect = EffectId { entity: remittance.id.0, ordinal: 2 };
    Some(Attempt::new(effect, CROSSING, operation, facts.now))
}

/// Something was learned of a crossing, or its time has come.
pub fn advance(facts: &Facts<'_>, id: RemittanceId, ordinal: Option<u16>, input: Input) -> Decided {
    let remittance = facts.remittance(id)?;
    let mut decision = Decision::reply(id.0);
    let about = |attempt: &&Attempt| ordinal.is_none_or(|ordinal| attempt.effect.ordinal == ordinal);
    let Some(crossing) = remittance.crossings.last().filter(about) else { return Ok(decision) };
    let policy = facts.policy(crossing);
    let Advance::To(next) = attempt::advance(crossing, input, &policy, facts.now, facts.jitter) else {
        return Ok(decision);
    };
    let happened = matches!(next.state, attempt::State::Approved(_));
    let mut push = |event| decision.push(id.0, Event::Remittance(event));
    push(RemittanceEvent::CrossingAdvanced { step: Step::from(&next) });
    if !happened {
        decision.call(&next);
        return Ok(decision);
    }
    if crossing.effect.ordinal > 1 {
        push(RemittanceEvent::TakenBack { at: facts.now });
        return Ok(decision);
    }
    push(RemittanceEvent::Credited { at: facts.now });
    // The bank took it back while it was being credited.
    if let Some(returned) = &remittance.returned
        && let Some(back) = back(facts, remittance, returned)
    {
        let (returned, crossing) = (returned.clone(), Some(Box::new(back.clone())));
        push(RemittanceEvent::ReturnReported { returned, crossing });
        decision.call(&back);
    }
    Ok(decision)
}
