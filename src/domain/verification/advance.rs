//! What follows when something is learned about a verification's check or release.

use crate::domain::{
    account::AccountEvent,
    agreement,
    attempt::{self, Advance, Approval, Attempt, CancelReason, Input, Operation, Step},
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    failure::{Ending, Failure, ending},
    ids::{EffectId, VerificationId},
    message::{self, Topic},
    method::{self, Method, MethodEvent, record_failure},
    money::Money,
    payment::cant_withdraw,
    program::VerificationMode,
    reason::Reason,
    rejection::{Rejection, Violation},
    usage::PeriodEvent,
    verification::{Purpose, State, Verification, VerificationEvent, preauthorize},
};

/// Something was learned about the check or the release, or one of their timers may have run out.
pub fn advance(facts: &Facts<'_>, id: VerificationId, ordinal: Option<u16>, input: Input) -> Decided {
    let verification = facts.verification(id)?;
    let mut decision = Decision::reply(id.0);
    if matches!(input, Input::Due) && verification.held_until().is_some_and(|until| until <= facts.now) {
        preauthorize::let_go(facts, verification, &mut decision);
        return Ok(decision);
    }
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
        Advance::Late(approval) => took_late(facts, verification, attempt, approval, &mut decision),
        Advance::To(next) if is_check => check(facts, verification, &next, &mut decision)?,
        Advance::To(next) => release(facts, verification, &next, &mut decision),
    }
    Ok(decision)
}

/// The provider says that it took the amount, or gave it back, after all. What was taken goes back by itself, once;
/// only where a person has to look at the check anyway, they look at this, too.
fn took_late(
    facts: &Facts<'_>,
    verification: &Verification,
    attempt: &Attempt,
    approval: Approval,
    decision: &mut Decision,
) {
    let is_check = attempt.effect == verification.check.effect;
    if !is_check && attempt.operation.amount() == approval.amount.as_ref() {
        let state = attempt::State::Approved(approval);
        let next = Attempt { state, ended: Some(facts.now), ..attempt.clone() };
        return release(facts, verification, &next, decision);
    }
    let reason = format!("{} was approved after it had ended: {}", attempt.effect, approval.reference);
    let amount = approval.amount.unwrap_or(verification.plan.amount);
    let approved = Attempt { state: attempt::State::Approved(approval), ..attempt.clone() };
    let ended = match verification.state {
        State::Failed { .. } | State::Expired { .. } | State::Cancelled { .. } => true,
        State::Open | State::Succeeded { .. } | State::Review { .. } => false,
    };
    if is_check && ended {
        let operation = give_back(verification, &approved, amount);
        if let Some(operation) = operation.filter(|_| !planted!(LateSuccessDropped)) {
            start_release(facts, verification, operation, decision);
        }
        return;
    }
    // Providers repeat themselves; a person is called once.
    if verification.approved_late.as_ref() != Some(&reason) {
        push(decision, verification, VerificationEvent::ApprovedLate { reason });
    }
}

/// Starts to give back what the check took, if that has not begun.
pub(super) fn start_release(
    facts: &Facts<'_>,
    verification: &Verification,
    operation: Operation,
    decision: &mut Decision,
) {
    if verification.release.is_some() {
        return;
    }
    let taken = &verification.check;
    let effect = EffectId { ordinal: taken.effect.ordinal + 1, ..taken.effect };
    let release = Attempt::new(effect, &taken.provider, operation, facts.now);
    decision.call(&release);
    push(decision, verification, VerificationEvent::ReleaseStarted { release: Box::new(release) });
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
            not_held(facts, verification, decision);
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
        // A21: it stands until what it is for is billed.
        Purpose::Usage { .. } if preauthorize::is_needed(facts, verification, method) => return Ok(()),
        Purpose::Usage { .. } => {}
    }
    // A14: the first card becomes the default the moment it turns active.
    let linked = !matches!(verification.purpose, Purpose::Usage { .. });
    let wanted = linked && facts.edition().first_becomes_default() && !agreement_has_ended(facts, method);
    if account.default_method.is_none() && wanted {
        let event = AccountEvent::DefaultChanged { method: Some(method.id) };
        decision.push(account.id.0, Event::Account(event));
    }
    // A13, H6: what was taken goes back at once.
    if let Some(operation) =
        give_back(verification, next, verification.plan.amount).filter(|_| !planted!(HoldNeverReleased))
    {
        start_release(facts, verification, operation, decision);
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

pub(super) fn give_back(verification: &Verification, check: &Attempt, amount: Money) -> Option<Operation> {
    let taken = check.effect;
    let approval = if let attempt::State::Approved(approval) = &check.state { Some(approval) } else { None };
    let reference = approval.map(|approval| approval.reference.clone()).unwrap_or_default();
    match verification.plan.mode {
        VerificationMode::HoldThenRelease => Some(Operation::Release { authorized: taken, amount }),
        VerificationMode::ChargeThenRefund => Some(Operation::Refund { charged: taken, amount, reference }),
        VerificationMode::ZeroAmount => None,
    }
}

/// A21: what is used is not held for.
fn not_held(facts: &Facts<'_>, verification: &Verification, decision: &mut Decision) {
    if let Some(period) = preauthorize::period(facts, verification) {
        let event = PeriodEvent::PreauthorizationFailed { verification: verification.id };
        decision.push(period.id.0, Event::UsagePeriod(event));
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
    not_held(facts, verification, decision);
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
    // C15: a failed check counts, but for what was no fault of the card's or the customer's; nor are attempts to
    // link what the seller holds for itself.
    if counts && !matches!(verification.purpose, Purpose::Usage { .. }) {
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
