//! What follows when something is learned about a verification's check or release.

use crate::domain::{
    account::AccountEvent,
    attempt::{self, Advance, Attempt, CancelReason, Input, Operation, Step},
    claim::ClaimEvent,
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    failure::{Ending, Failure, ending},
    ids::{EffectId, VerificationId},
    link::LinkEvent,
    message::{self, Topic},
    method::{Method, MethodEvent, record_failure},
    payment::cant_withdraw,
    program::VerificationMode,
    reason::Reason,
    rejection::{Rejection, Violation},
    verification::{Purpose, Verification, VerificationEvent},
};

/// Something was learned about the check or the release, or one of their timers may have run out.
pub fn advance(facts: &Facts<'_>, id: VerificationId, ordinal: Option<u16>, input: Input) -> Decided {
    let verification = facts.verification(id)?;
    let mut decision = Decision::reply(id.0);
    let attempt = match ordinal.filter(|_| !planted!(WrongEffectMoved)) {
        Some(ordinal) if verification.check.effect.ordinal == ordinal => Some(&verification.check),
        Some(ordinal) => verification.release.as_ref().filter(|release| release.effect.ordinal == ordinal),
        None => verification.running(),
    };
    let Some(attempt) = attempt else { return Ok(decision) };
    let is_check = attempt.effect == verification.check.effect;
    // What was taken has to be given back, however long the provider is away.
    let policy = if is_check {
        facts.policy(attempt)
    } else {
        attempt::Policy {
            sends: if planted!(ReleaseTriedOnce) { 1 } else { u16::MAX },
            ..facts.policy(attempt)
        }
    };
    match attempt::advance(attempt, input, &policy, facts.now, facts.jitter) {
        Advance::Nothing => {}
        Advance::Late(approval) => {
            let reason =
                format!("{} was approved after it had ended: {}", attempt.effect, approval.reference);
            // Providers repeat themselves; a person is called once.
            if verification.approved_late.as_ref() != Some(&reason) {
                push(&mut decision, verification, VerificationEvent::ApprovedLate { reason });
            }
        }
        Advance::To(next) if is_check => check(facts, verification, &next, &mut decision)?,
        Advance::To(next) => release(facts, verification, &next, &mut decision),
    }
    Ok(decision)
}

/// A verification that still waits can be given up; that ends it only by the provider's word (C8).
pub fn cancel(facts: &Facts<'_>, id: VerificationId) -> Decided {
    let verification = facts.verification(id)?;
    if !verification.is_checking() {
        return Err(Rejection::rule(
            Violation::new(
                Reason::VerificationNotOpen,
                "C4",
                "The verification has come to its end; there is nothing to cancel.",
            )
            .fact("state", verification.state_name()),
        )
        .into());
    }
    if !facts.policy(&verification.check).can_cancel {
        return Err(cant_withdraw(&verification.check).into());
    }
    let ordinal = verification.check.effect.ordinal;
    advance(facts, id, Some(ordinal), Input::GiveUp(CancelReason::Requested))
}

fn push(decision: &mut Decision, verification: &Verification, event: VerificationEvent) {
    decision.push(verification.id.0, Event::Verification(event));
}

fn on_method(decision: &mut Decision, method: &Method, event: MethodEvent) {
    decision.push(method.id.0, Event::PaymentMethod(event));
}

fn on_history(decision: &mut Decision, method: &Method, event: LinkEvent) {
    if let Some(attempt) = method.link_attempt {
        decision.push(attempt.0, Event::LinkAttempt(event));
    }
}

/// Gives up the claim on what the method stands for.
fn free(method: &Method, decision: &mut Decision) {
    if let Some(instrument) = method.instrument.fingerprint().cloned() {
        decision.push(method.id.0, Event::Claim(ClaimEvent::Released { instrument }));
    }
}

fn check(
    facts: &Facts<'_>,
    verification: &Verification,
    next: &Attempt,
    decision: &mut Decision,
) -> Result<(), Box<crate::domain::decision::Refusal>> {
    let method = facts.method(verification.method)?;
    push(decision, verification, VerificationEvent::CheckAdvanced { step: Step::from(next) });
    decision.call(next);
    let topic = Topic::VerificationWaits { verification: verification.id };
    match next.action() {
        // A16: the page can be opened again from the account's messages.
        Some((_, expire_at)) => message::waits(facts, topic, expire_at, decision),
        None if next.is_settled() => message::close(facts, &topic, decision),
        None => {}
    }
    match ending(next) {
        Ending::Open => {
            if verification.purpose == Purpose::Link {
                waiting(method, next, decision);
            }
            if planted!(ClaimFreedInDoubt) && matches!(next.state, attempt::State::Unknown { .. }) {
                free(method, decision);
            }
        }
        Ending::Happened => succeeded(facts, verification, method, next, decision)?,
        Ending::Failed(failure) => failed(facts, verification, next, method, failure, decision),
        Ending::Review(reason) => {
            // It is a person's turn now, not the customer's.
            if verification.purpose == Purpose::Link {
                waiting(method, next, decision);
            }
            push(decision, verification, VerificationEvent::ReviewNeeded { reason });
        }
    }
    Ok(())
}

/// The method's own state follows the customer's turn (C4).
fn waiting(method: &Method, next: &Attempt, decision: &mut Decision) {
    use crate::domain::method::State;
    let waits = matches!(method.state, State::RequiresAction { .. });
    if let attempt::State::ActionRequired { expire_at, .. } = &next.state {
        on_method(decision, method, MethodEvent::ActionRequired { expire_at: *expire_at });
    } else if waits {
        on_method(decision, method, MethodEvent::ActionEnded {});
    }
}

fn succeeded(
    facts: &Facts<'_>,
    verification: &Verification,
    method: &Method,
    next: &Attempt,
    decision: &mut Decision,
) -> Result<(), Box<crate::domain::decision::Refusal>> {
    let account = facts.account()?;
    let at = facts.now;
    push(decision, verification, VerificationEvent::Succeeded { at });
    match &verification.purpose {
        Purpose::Link => {
            on_method(decision, method, MethodEvent::Activated { at });
            let linked = LinkEvent::Succeeded { method: method.id };
            on_history(decision, method, linked);
        }
        Purpose::ExpiryChange { expiry, expires_at } => {
            let changed = MethodEvent::ExpiryChanged { expiry: *expiry, expires_at: *expires_at, at };
            on_method(decision, method, changed);
        }
    }
    // A14: the first card becomes the default the moment it turns active.
    if account.default_method.is_none() && facts.edition().first_becomes_default() {
        let event = AccountEvent::DefaultChanged { method: Some(method.id) };
        decision.push(account.id.0, Event::Account(event));
    }
    // A13, H6: what was taken goes back at once.
    if let Some(operation) = give_back(verification, next.effect).filter(|_| !planted!(HoldNeverReleased)) {
        let effect = EffectId { ordinal: next.effect.ordinal + 1, ..next.effect };
        let release = Attempt::new(effect, &next.provider, operation, at);
        decision.call(&release);
        push(decision, verification, VerificationEvent::ReleaseStarted { release: Box::new(release) });
    }
    Ok(())
}

fn give_back(verification: &Verification, taken: EffectId) -> Option<Operation> {
    let amount = verification.plan.amount;
    match verification.plan.mode {
        VerificationMode::HoldThenRelease => Some(Operation::Release { authorized: taken, amount }),
        VerificationMode::ChargeThenRefund => Some(Operation::Refund { charged: taken, amount }),
        VerificationMode::ZeroAmount => None,
    }
}

fn failed(
    facts: &Facts<'_>,
    verification: &Verification,
    next: &Attempt,
    method: &Method,
    failure: Failure,
    decision: &mut Decision,
) {
    let at = facts.now;
    push(
        decision,
        verification,
        match failure {
            Failure::Cancelled => VerificationEvent::Cancelled { at },
            Failure::ChallengeNotCompleted => VerificationEvent::Expired { at },
            Failure::Declined { .. }
            | Failure::ChallengeFailed
            | Failure::ChallengeAbandoned
            | Failure::ProviderUnavailable
            | Failure::ProviderRefused => VerificationEvent::Failed { failure: failure.clone(), at },
        },
    );
    // H14: where another expiry was to be verified, the old one stands.
    if verification.purpose == Purpose::Link {
        on_method(decision, method, MethodEvent::Failed { failure: failure.clone() });
        let event = LinkEvent::Failed { method: method.id, failure: failure.clone() };
        on_history(decision, method, event);
        // A8: a link that failed verification holds no claim.
        if !planted!(ClaimNotFreed) {
            free(method, decision);
        }
    }
    // C15: it counts, but for what was no fault of the card's or the customer's. What was withdrawn at
    // the provider counts: that far, an issuer may have said already that it knows the card.
    let blameless = match failure {
        Failure::ProviderUnavailable => true,
        Failure::Cancelled | Failure::ProviderRefused => next.settled_by.is_none(),
        Failure::Declined { .. }
        | Failure::ChallengeNotCompleted
        | Failure::ChallengeFailed
        | Failure::ChallengeAbandoned => false,
    };
    if !blameless {
        record_failure(facts, decision, method.account.0, method.instrument.fingerprint(), method.id.0);
    }
}

fn release(facts: &Facts<'_>, verification: &Verification, next: &Attempt, decision: &mut Decision) {
    push(decision, verification, VerificationEvent::ReleaseAdvanced { step: Step::from(next) });
    decision.call(next);
    match ending(next) {
        Ending::Open => {}
        Ending::Happened => push(decision, verification, VerificationEvent::Released { at: facts.now }),
        Ending::Failed(_) | Ending::Review(_) => {
            let reason = "the provider does not give back what the verification took".to_owned();
            push(decision, verification, VerificationEvent::ReleaseReviewNeeded { reason });
        }
    }
}
