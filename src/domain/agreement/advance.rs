//! What follows when something is learned about an agreement.

use super::{Agreement, AgreementEvent, State, end};
use crate::domain::{
    account::AccountEvent,
    attempt::{self, Advance, Approval, Attempt, CancelReason, Input, Operation, Policy, Step},
    card::InstrumentFingerprint,
    claim::{Claim, ClaimEvent, Holder},
    decision::{Decided, Decision, Refusal},
    event::Event,
    facts::Facts,
    failure::{Ending, Failure, ending},
    ids::{AgreementId, VerificationId},
    method::{self, Method, MethodEvent, WalletHolder},
    outcome::Outcome,
    reason::Reason,
    rejection::{Rejection, Violation},
    verification::{self, Purpose, Start},
};

/// Something was learned about the setting-up or the ending, or one of their timers may have run out.
pub fn advance(facts: &Facts<'_>, id: AgreementId, ordinal: Option<u16>, input: Input) -> Decided {
    let agreement = facts.agreement(id)?;
    let mut decision = Decision::reply(id.0);
    let is_setup = |attempt: &Attempt| attempt.effect == agreement.setup.effect;
    let attempt = match ordinal {
        Some(ordinal) if agreement.setup.effect.ordinal == ordinal => Some(&agreement.setup),
        Some(ordinal) => agreement.ending.as_ref().filter(|ending| ending.effect.ordinal == ordinal),
        None => agreement.running(),
    };
    let Some(attempt) = attempt else { return Ok(decision) };
    if is_setup(attempt) && ended_by_holder(agreement, &input) {
        ended(facts, agreement, &mut decision)?;
        return Ok(decision);
    }
    let policy = if is_setup(attempt) {
        facts.policy(attempt)
    } else {
        Policy { sends: u16::MAX, ..facts.policy(attempt) }
    };
    match attempt::advance(attempt, input, &policy, facts.now, facts.jitter) {
        Advance::Nothing => {}
        Advance::Late(approval) => {
            let reason =
                format!("{} was approved after it had ended: {}", attempt.effect, approval.reference);
            let told = State::Review { reason: reason.clone() };
            if agreement.state != told {
                push(&mut decision, agreement, AgreementEvent::ReviewNeeded { reason });
            }
        }
        Advance::To(next) if is_setup(&next) => setup(facts, agreement, &next, &mut decision)?,
        Advance::To(next) => ending_moved(facts, agreement, &next, &mut decision),
    }
    Ok(decision)
}

fn push(decision: &mut Decision, agreement: &Agreement, event: AgreementEvent) {
    decision.push(agreement.id.0, Event::Agreement(event));
}

fn on_method(decision: &mut Decision, method: &Method, event: MethodEvent) {
    decision.push(method.id.0, Event::PaymentMethod(event));
}

/// The wallet says that its holder has ended what was in force.
fn ended_by_holder(agreement: &Agreement, input: &Input) -> bool {
    let says =
        matches!(input, Input::Learned(_, Outcome::Cancelled { reason: CancelReason::AgreementEnded }));
    says && matches!(agreement.state, State::InForce { .. })
}

/// The holder has ended it: the method is gone with it, and so is its place as the default. What it is
/// being charged for at this moment ends by the wallet's word.
fn ended(facts: &Facts<'_>, agreement: &Agreement, decision: &mut Decision) -> Result<(), Rejection> {
    let account = facts.account()?;
    push(decision, agreement, AgreementEvent::Ended { at: facts.now });
    let method = facts.method(agreement.method)?;
    if matches!(method.state, method::State::Active { .. } | method::State::Expired { .. }) {
        on_method(decision, method, MethodEvent::EndedByHolder { at: facts.now });
        method::free(method, decision);
        verification::let_go_of_method(facts, method.id, decision);
        if account.default_method == Some(method.id) {
            let event = AccountEvent::DefaultChanged { method: None };
            decision.push(account.id.0, Event::Account(event));
        }
    }
    Ok(())
}

fn setup(
    facts: &Facts<'_>,
    agreement: &Agreement,
    next: &Attempt,
    decision: &mut Decision,
) -> Result<(), Box<Refusal>> {
    let method = facts.method(agreement.method)?;
    push(decision, agreement, AgreementEvent::Advanced { step: Step::from(next) });
    decision.call(next);
    match ending(next) {
        Ending::Open => method::waiting(method, next, decision),
        Ending::Happened => {
            if let attempt::State::Approved(approval) = &next.state {
                agreed(facts, agreement, method, approval, decision)?;
            }
        }
        Ending::Failed(failure) => failed(facts, agreement, method, next, failure, decision),
        Ending::Review(reason) => {
            method::waiting(method, next, decision);
            push(decision, agreement, AgreementEvent::ReviewNeeded { reason });
        }
    }
    Ok(())
}

/// The customer has agreed, and is known now: the rules about them hold (A6, A8). Then their wallet is
/// verified as a card is (A17).
fn agreed(
    facts: &Facts<'_>,
    agreement: &Agreement,
    method: &Method,
    approval: &Approval,
    decision: &mut Decision,
) -> Result<(), Box<Refusal>> {
    let (account, at) = (facts.account()?, facts.now);
    let Some(holder) = holder(agreement, approval) else {
        let reason = "the wallet does not say who agreed".to_owned();
        method::waiting(method, &agreement.setup, decision);
        push(decision, agreement, AgreementEvent::ReviewNeeded { reason });
        return Ok(());
    };
    let claim = facts.world.claim(&holder.instrument);
    // C15 comes first, and neither being held off nor what the account has already is a failure of its own.
    let held_off = method::instrument_held_off(facts, &claim);
    let own = claim.holder.is_some_and(|holder| holder.account == account.id);
    let counts = held_off.is_none() && !own;
    let refusal = held_off.or_else(|| {
        let rule = facts.edition().refuse_wallet(holder.country);
        rule.or_else(|| claimed(&claim, own)).map(Rejection::rule)
    });
    let mut known = method.clone();
    let learned = MethodEvent::HolderLearned { holder: Box::new(holder.clone()) };
    known.evolve(&learned);
    // The rules of the seller may leave no way to verify it: that is found out before it is claimed.
    let id = VerificationId(facts.id(0));
    let risk = facts.link_risk(account, None);
    let start = Start { id, purpose: Purpose::Link, return_url: agreement.return_url.clone(), risk };
    let started = match refusal {
        Some(rejection) => Err(rejection),
        None => verification::start(facts, &known, start).map_err(|refusal| refusal.rejection),
    };
    let started = match started {
        Ok(started) => started,
        Err(rejection) => {
            let failure = Failure::RuleNotMet { reason: rejection.reason, message: rejection.message };
            on_method(decision, method, learned);
            method::failed(method, failure, decision);
            if counts {
                let instrument = Some(&holder.instrument);
                method::record_failure(facts, decision, account.id.0, instrument, method.id.0);
            }
            end::start(facts, agreement, decision);
            return Ok(());
        }
    };
    push(decision, agreement, AgreementEvent::Agreed { at });
    let claim = ClaimEvent::Taken {
        instrument: holder.instrument,
        holder: Holder { account: account.id, method: method.id },
    };
    decision.push(method.id.0, Event::Claim(claim));
    on_method(decision, method, learned);
    if matches!(method.state, method::State::RequiresAction { .. }) {
        on_method(decision, method, MethodEvent::ActionEnded {});
    }
    on_method(decision, method, MethodEvent::VerificationRestarted { verification: id });
    started.record(decision);
    Ok(())
}

fn holder(agreement: &Agreement, approval: &Approval) -> Option<WalletHolder> {
    let payer = approval.wallet_holder.as_ref()?;
    let Operation::Agree { wallet, .. } = &agreement.setup.operation else { return None };
    Some(WalletHolder {
        provider: agreement.setup.provider.clone(),
        token: approval.reference.clone(),
        instrument: InstrumentFingerprint::of_wallet(*wallet, &payer.id),
        country: payer.country,
        masked_email: payer.masked_email.clone(),
    })
}

/// A8: a wallet is linked to one account at a time.
fn claimed(claim: &Claim, own: bool) -> Option<Violation> {
    claim.holder?;
    Some(if own {
        Violation::new(
            Reason::WalletAlreadyLinked,
            "A8",
            "The wallet is linked to this account already. Use that method, or unlink it first.",
        )
    } else {
        Violation::new(
            Reason::WalletLinkedElsewhere,
            "A8",
            "The wallet is linked to another account. Unlink it there first, or use another one.",
        )
    })
}

fn failed(
    facts: &Facts<'_>,
    agreement: &Agreement,
    method: &Method,
    next: &Attempt,
    failure: Failure,
    decision: &mut Decision,
) {
    push(decision, agreement, AgreementEvent::Failed { failure: failure.clone(), at: facts.now });
    if failure.counts(next) {
        method::record_failure(facts, decision, method.account.0, None, method.id.0);
    }
    method::failed(method, failure, decision);
}

fn ending_moved(facts: &Facts<'_>, agreement: &Agreement, next: &Attempt, decision: &mut Decision) {
    push(decision, agreement, AgreementEvent::EndingAdvanced { step: Step::from(next) });
    decision.call(next);
    match ending(next) {
        Ending::Open => {}
        Ending::Happened => push(decision, agreement, AgreementEvent::Ended { at: facts.now }),
        Ending::Failed(_) | Ending::Review(_) => {
            let reason = "the wallet does not end the agreement".to_owned();
            push(decision, agreement, AgreementEvent::ReviewNeeded { reason });
        }
    }
}
