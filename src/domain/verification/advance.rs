//! What follows when something is learned about a verification's check or release.

use crate::domain::{
    account::AccountEvent,
    agreement,
    attempt::{self, Advance, Attempt, CancelReason, Input, Operation, Step},
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    failure::{Ending, Failure, ending},
    ids::{EffectId, VerificationId},
    message::{self, Topic},
    method::{self, Method, MethodEvent, record_failure},
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
                method::waiting(method, next, decision);
            }
            if planted!(ClaimFreedInDoubt) && matches!(next.state, attempt::State::Unknown { .. }) {
                method::free(method, decision);
            }
        }
        Ending::Happened => succeeded(facts, verification, method, next, decision)?,
        Ending::Failed(failure) => failed(facts, verification, next, method, failure, decision),
        Ending::Review(reason) => {
            // It is a person's turn now, not the customer's.
            if verification.purpose == Purpose::Link {
                method::waiting(method, next, decision);
            }
            push(decision, verification, VerificationEvent::ReviewNeeded { reason });
        }
    }
    Ok(())
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
            if agreement_has_ended(facts, method) {
                method::failed(method, Failure::AgreementEnded, decision);
            } else {
                method::activated(method, at, decision);
            }
        }
        Purpose::ExpiryChange { expiry, expires_at } => {
            let changed = MethodEvent::ExpiryChanged { expiry: *expiry, expires_at: *expires_at, at };
            on_method(decision, method, changed);
        }
    }
    // A14: the first card becomes the default the moment it turns active.
    let wanted = facts.edition().first_becomes_default() && !agreement_has_ended(facts, method);
    if account.default_method.is_none() && wanted {
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

/// Whether the holder of a wallet has ended the agreement while it was being verified.
fn agreement_has_ended(facts: &Facts<'_>, method: &Method) -> bool {
    method.instrument.wallet().is_some_and(|wallet| {
        let agreement = facts.world.agreement(wallet.agreement);
        agreement.is_none_or(|agreement| !matches!(agreement.state, agreement::State::InForce { .. }))
    })
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
    let counts = failure.counts(next);
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
            | Failure::ProviderRefused
            | Failure::AgreementNotApproved
            | Failure::AgreementEnded
            | Failure::RuleNotMet { .. } => VerificationEvent::Failed { failure: failure.clone(), at },
        },
    );
    // H14: where another expiry was to be verified, the old one stands.
    if verification.purpose == Purpose::Link {
        method::failed(method, failure, decision);
        agreement::end(facts, method, decision);
    }
    // C15: a failed check counts, but for what was no fault of the card's or the customer's.
    if counts {
        let instrument = method.instrument.fingerprint();
        record_failure(facts, decision, method.account.0, instrument, method.id.0);
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
