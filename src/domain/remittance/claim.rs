//! Claims on what arrived in the shared account (A27).

use crate::domain::{
    attempt::{Attempt, Operation},
    command::{ClaimRemittance, RejectRemittanceClaim},
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::{EffectId, RemittanceId},
    reason::Reason,
    rejection::{FieldViolation, Rejection, Violation},
    remittance::{CROSSING, Claim, ClaimState, Remittance, RemittanceEvent, State, credited_id},
};

/// How long what people write may be.
const TEXT_MAX: usize = 512;

/// One claim at a time: of two, the first one wins, and a refused one frees the remittance.
pub fn claim(facts: &Facts<'_>, command: &ClaimRemittance) -> Decided {
    let remittance = facts.remittance(command.remittance)?;
    let claimant = principal(&command.claimant)?;
    let proof = text("proof", &command.proof)?;
    match remittance.state {
        State::Unapplied => {}
        State::Claimed if planted!(TwoClaims) => {}
        State::Claimed
        | State::Crediting
        | State::Credited { .. }
        | State::Returning
        | State::Returned { .. } => return Err(not_unapplied(remittance).into()),
    }
    let claim =
        Claim { account: command.account, claimant, proof, created: facts.now, state: ClaimState::Pending };
    Ok(happens(remittance, RemittanceEvent::Claimed { claim }))
}

/// Somebody else than the claimant approves. Then the claimant is credited.
pub fn approve(facts: &Facts<'_>, id: RemittanceId, by: &str) -> Decided {
    let remittance = facts.remittance(id)?;
    let (claim, by) = judged(remittance, by)?;
    let crossing = Attempt::new(
        EffectId { entity: id.0, ordinal: 1 },
        CROSSING,
        Operation::CreditAccount {
            account: claim.account,
            remittance: credited_id(id),
            transfer: Box::new(remittance.transfer.clone()),
        },
        facts.now,
    );
    let event = RemittanceEvent::ClaimApproved { by, at: facts.now, crossing: Box::new(crossing.clone()) };
    let mut decision = happens(remittance, event);
    decision.call(&crossing);
    Ok(decision)
}

/// A refused claim says why, and frees the remittance.
pub fn reject(facts: &Facts<'_>, command: &RejectRemittanceClaim) -> Decided {
    let remittance = facts.remittance(command.remittance)?;
    let reason = text("reason", &command.reason)?;
    let (_, by) = judged(remittance, &command.by)?;
    Ok(happens(remittance, RemittanceEvent::ClaimRejected { by, reason, at: facts.now }))
}

/// The claim that waits, and who judges it: somebody else than the claimant.
fn judged<'a>(remittance: &'a Remittance, by: &str) -> Result<(&'a Claim, String), Rejection> {
    let by = principal(by)?;
    let Some(claim) = remittance.claim().filter(|_| remittance.state == State::Claimed) else {
        return Err(Rejection::rule(
            Violation::new(
                Reason::RemittanceNotClaimed,
                "A27",
                "No claim on the remittance waits to be approved. Read what has become of it.",
            )
            .fact("state", remittance.state.name()),
        ));
    };
    if claim.claimant == by && !planted!(ClaimantApproves) {
        return Err(Rejection::rule(
            Violation::new(
                Reason::ClaimJudgedByClaimant,
                "A27",
                "Who claims a remittance can't judge the claim. Have the account manager do it.",
            )
            .fact("principal", &by),
        ));
    }
    Ok((claim, by))
}

fn happens(remittance: &Remittance, event: RemittanceEvent) -> Decision {
    Decision::reply(remittance.id.0).on(remittance.id.0, Event::Remittance(event))
}

fn not_unapplied(remittance: &Remittance) -> Rejection {
    Rejection::rule(
        Violation::new(
            Reason::RemittanceNotUnapplied,
            "A27",
            "The remittance is claimed, credited or returned already. Only one that is unapplied can be claimed.",
        )
        .fact("state", remittance.state.name()),
    )
}

/// Two people are needed, so each has to say who they are.
fn principal(name: &str) -> Result<String, Rejection> {
    if name.is_empty() {
        return Err(Rejection::rule(Violation::new(
            Reason::PrincipalRequired,
            "A27",
            "Nobody knows who calls. Name the principal in the metadata bursar-principal.",
        )));
    }
    Ok(name.to_owned())
}

fn text(field: &str, text: &str) -> Result<String, Rejection> {
    let long = text.chars().count() > TEXT_MAX;
    if text.trim().is_empty() || long || text.chars().any(char::is_control) {
        let message = format!("Give 1 to {TEXT_MAX} characters without control characters.");
        let bad = FieldViolation::new(field, Reason::InvalidField, message);
        return Err(Rejection::bad_input(vec![bad]));
    }
    Ok(text.to_owned())
}
