//! What follows when something is learned about an attempt.

use jiff::{SignedDuration, Timestamp};

use super::{Approval, Attempt, Backoff, Call, CancelReason, SettledBy, State};
use crate::domain::outcome::{Outcome, Silence};

/// What can be learned, or asked, about an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The provider said how it stands.
    Learned(Observed, Outcome),
    /// Asked what happened, the provider does not know the effect.
    NotFound,
    /// A call brought no answer.
    Silent(Call, Silence),
    /// A timer may have run out.
    Due,
    /// It is to be given up.
    GiveUp(CancelReason),
}

/// In which way the provider said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observed {
    /// In answer to `Perform`.
    Performed,
    /// In answer to `Inquire`.
    Inquired,
    /// In answer to `Cancel`.
    Cancelled,
    /// Unasked.
    Notified,
}

/// What the provider's adapter promises, and how patient we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How long an inquiry may miss an effect that did arrive.
    pub conclusive_after: SignedDuration,
    /// How long the provider remembers an id.
    pub retention: SignedDuration,
    /// Whether it can promise to refuse an id.
    pub can_cancel: bool,
    /// How often a provider that can't be reached is called before the attempt ends `NeverSent`.
    pub sends: u16,
    /// How calls that bring no answer are spaced out.
    pub backoff: Backoff,
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advance {
    /// Nothing: it was known already, or it is not due yet.
    Nothing,
    /// The attempt as it stands then.
    To(Attempt),
    /// The provider says that it happened, after it was ended as something that never does. It can't
    /// be unsaid, so a person has to look.
    Late(Approval),
}

/// Advances an attempt. Pure: `now` and `jitter` are handed in.
#[must_use]
pub fn advance(attempt: &Attempt, input: Input, policy: &Policy, now: Timestamp, jitter: f64) -> Advance {
    match input {
        Input::Learned(observed, outcome) => learned(attempt, observed, outcome, policy, now, jitter),
        Input::NotFound => not_found(attempt, policy, now, jitter),
        Input::Silent(call, silence) => silent(attempt, call, silence, policy, now, jitter),
        Input::Due => due(attempt, policy, now),
        Input::GiveUp(reason) => give_up(attempt, reason, policy, now),
    }
}

fn learned(
    attempt: &Attempt,
    observed: Observed,
    outcome: Outcome,
    policy: &Policy,
    now: Timestamp,
    jitter: f64,
) -> Advance {
    if attempt.is_settled() && !planted!(EndReopened) {
        return match outcome {
            Outcome::Approved(approval) if !matches!(attempt.state, State::Approved(_)) => {
                Advance::Late(approval)
            }
            Outcome::Approved(_)
            | Outcome::Declined { .. }
            | Outcome::ActionRequired { .. }
            | Outcome::Pending
            | Outcome::Cancelled { .. } => Advance::Nothing,
        };
    }
    let giving_up = attempt.giving_up();
    // Once the provider has forgotten ids as old as this one, its promise to refuse it says nothing of
    // what happened before.
    let forgotten = observed == Observed::Cancelled && is_forgotten(attempt, policy, now);
    match (outcome, giving_up) {
        (Outcome::Approved(approval), _) => settle(attempt, approved(attempt, approval), observed, now),
        (Outcome::Declined { .. }, _) if planted!(DeclineIsUnknown) && observed == Observed::Inquired => {
            silent(attempt, Call::Inquire, Silence::Unknown, policy, now, jitter)
        }
        (Outcome::Declined { code }, _) => settle(attempt, State::Declined { code }, observed, now),
        (Outcome::Cancelled { .. }, _) if forgotten => end(attempt, forgotten_by_provider(), now),
        // Our own reason for giving up says more than the provider's "requested".
        (Outcome::Cancelled { .. }, Some(reason)) => {
            settle(attempt, State::Cancelled { reason }, observed, now)
        }
        (Outcome::Cancelled { reason }, None) => settle(attempt, State::Cancelled { reason }, observed, now),
        // It is being given up: that the customer could still act, or that the provider still works on
        // it, changes nothing, unless it is the answer to the cancellation itself.
        (Outcome::ActionRequired { .. } | Outcome::Pending, Some(reason)) => match observed {
            Observed::Cancelled => to(
                attempt,
                silent_more(attempt),
                State::CancelUnknown { reason, retry_at: later(now, policy, silent_more(attempt), jitter) },
            ),
            Observed::Performed | Observed::Inquired | Observed::Notified => Advance::Nothing,
        },
        // W8: the customer may have been at the bank, so it was asked, and knows nothing of it.
        (Outcome::ActionRequired { expire_at, .. }, None)
            if expire_at <= now && policy.can_cancel && observed == Observed::Inquired =>
        {
            to(attempt, 0, State::Cancelling { reason: CancelReason::ChallengeExpired })
        }
        // The page is of no use any more, and this provider ends it in its own time.
        (Outcome::ActionRequired { expire_at, .. }, None) if expire_at <= now && !policy.can_cancel => {
            let silent = silent_more(attempt);
            to(attempt, silent, State::Pending { inquire_at: later(now, policy, silent, jitter) })
        }
        (Outcome::ActionRequired { url, expire_at }, None) => {
            let state = State::ActionRequired { url, expire_at };
            if attempt.state == state { Advance::Nothing } else { to(attempt, 0, state) }
        }
        (Outcome::Pending, None) => {
            // A notification that it is still pending is no reason to ask again sooner.
            if matches!(attempt.state, State::Pending { .. }) && observed == Observed::Notified {
                return Advance::Nothing;
            }
            let silent = silent_more(attempt);
            to(attempt, silent, State::Pending { inquire_at: again(attempt, policy, silent, now, jitter) })
        }
    }
}

/// An approval of another amount than was asked for is nobody's to accept silently.
fn approved(attempt: &Attempt, approval: Approval) -> State {
    if attempt.operation.amount() == approval.amount.as_ref() || planted!(AmountNotCompared) {
        State::Approved(approval)
    } else {
        let asked = attempt.operation.amount().map(ToString::to_string).unwrap_or_default();
        let taken = approval.amount.as_ref().map(ToString::to_string).unwrap_or_default();
        State::Review { reason: format!("the provider approved {taken} where {asked} was asked for") }
    }
}

fn settle(attempt: &Attempt, state: State, observed: Observed, now: Timestamp) -> Advance {
    let settled_by = match observed {
        Observed::Performed if attempt.sends > 1 => SettledBy::SendingAgain,
        Observed::Performed => SettledBy::Answer,
        Observed::Inquired => SettledBy::Inquiry,
        Observed::Cancelled => SettledBy::Cancellation,
        Observed::Notified => SettledBy::Notification,
    };
    Advance::To(Attempt { state, settled_by: Some(settled_by), ended: Some(now), ..attempt.clone() })
}

fn end(attempt: &Attempt, state: State, now: Timestamp) -> Advance {
    Advance::To(Attempt { state, ended: Some(now), ..attempt.clone() })
}

fn to(attempt: &Attempt, silent: u16, state: State) -> Advance {
    Advance::To(Attempt { state, silent, ..attempt.clone() })
}

fn silent_more(attempt: &Attempt) -> u16 {
    attempt.silent.saturating_add(1)
}

fn later(now: Timestamp, policy: &Policy, silent: u16, jitter: f64) -> Timestamp {
    now.checked_add(policy.backoff.after(silent, jitter)).unwrap_or(Timestamp::MAX)
}

/// When to ask again for what is under way. A customer waits for their bank with little time left (W9); nobody
/// waits like that for anything else.
fn again(attempt: &Attempt, policy: &Policy, silent: u16, now: Timestamp, jitter: f64) -> Timestamp {
    let age = now.duration_since(attempt.created);
    let pause = if attempt.operation.is_at_bank() {
        policy.backoff.after(silent, jitter)
    } else {
        policy.backoff.patient(silent, age, jitter)
    };
    now.checked_add(pause).unwrap_or(Timestamp::MAX)
}

/// The provider does not know the effect. That is no decline: it is asked for again with the same id,
/// once the answer is conclusive and while the provider still remembers ids of that age.
fn not_found(attempt: &Attempt, policy: &Policy, now: Timestamp, jitter: f64) -> Advance {
    if !matches!(attempt.state, State::Sending | State::Inquiring) {
        return Advance::Nothing;
    }
    let age = now.duration_since(attempt.created);
    if age < policy.conclusive_after {
        if planted!(NotFoundBelieved) {
            return end(attempt, State::NeverSent, now);
        }
        let silent = silent_more(attempt);
        let conclusive = attempt.created.checked_add(policy.conclusive_after).unwrap_or(Timestamp::MAX);
        let inquire_at = later(now, policy, silent, jitter).max(conclusive);
        return to(attempt, silent, State::Unknown { inquire_at });
    }
    // It may have happened and been forgotten: to repeat it could do it twice, to drop it could lose it.
    if is_forgotten(attempt, policy, now) {
        return end(attempt, forgotten_by_provider(), now);
    }
    Advance::To(Attempt {
        state: State::Sending,
        sends: attempt.sends.saturating_add(1),
        maybe_sent: true,
        ..attempt.clone()
    })
}

/// Whether the provider no longer remembers ids as old as this one, so that asking it proves nothing.
fn is_forgotten(attempt: &Attempt, policy: &Policy, now: Timestamp) -> bool {
    now.duration_since(attempt.created) >= policy.retention
}

fn forgotten_by_provider() -> State {
    let reason = "the provider no longer remembers an effect as old as this one, so what became of it \
                  can't be found out by asking";
    State::Review { reason: reason.to_owned() }
}

fn silent(
    attempt: &Attempt,
    call: Call,
    silence: Silence,
    policy: &Policy,
    now: Timestamp,
    jitter: f64,
) -> Advance {
    // Another call is under way by now, and its answer counts. What a provider says to one call, that it
    // refuses it above all, says nothing of another.
    if attempt.call().is_some_and(|effect| effect.call != call) {
        return Advance::Nothing;
    }
    let silent = silent_more(attempt);
    let retry_at = later(now, policy, silent, jitter);
    match (&attempt.state, silence) {
        (State::Sending, Silence::NotSent) if attempt.maybe_sent => {
            to(attempt, silent, State::Unknown { inquire_at: retry_at })
        }
        (State::Sending, Silence::NotSent) if silent < policy.sends => {
            to(attempt, silent, State::NotSent { retry_at })
        }
        (State::Sending, Silence::NotSent) => end(attempt, State::NeverSent, now),
        (State::Sending, Silence::Unknown) if planted!(FailOnTimeOut) => end(attempt, State::NeverSent, now),
        (State::Sending, Silence::Unknown) => Advance::To(Attempt {
            state: State::Unknown { inquire_at: retry_at },
            maybe_sent: true,
            silent,
            ..attempt.clone()
        }),
        // An earlier call may have been taken all the same: only the provider's word on that counts. To
        // ask for it again would be refused again, so it is to promise that there is nothing.
        (State::Sending, Silence::Refused { .. })
            if attempt.maybe_sent && policy.can_cancel && !attempt.operation.gives_back() =>
        {
            to(attempt, 0, State::Cancelling { reason: CancelReason::ProviderRefused })
        }
        (State::Sending, Silence::Refused { .. }) if attempt.maybe_sent => {
            to(attempt, silent, State::Unknown { inquire_at: retry_at })
        }
        // The provider will never perform this request, whoever asks and however often.
        (State::Sending, Silence::Refused { message }) => end(attempt, State::Refused { message }, now),
        (State::Inquiring, Silence::NotSent | Silence::Unknown) => {
            to(attempt, silent, State::Unknown { inquire_at: retry_at })
        }
        (State::Inquiring, Silence::Refused { message }) => end(
            attempt,
            State::Review { reason: format!("the provider refuses to say what happened: {message}") },
            now,
        ),
        (State::Cancelling { reason }, Silence::NotSent | Silence::Unknown) => {
            to(attempt, silent, State::CancelUnknown { reason: *reason, retry_at })
        }
        (State::Cancelling { .. }, Silence::Refused { message }) => end(
            attempt,
            State::Review { reason: format!("the provider refuses to withdraw it: {message}") },
            now,
        ),
        // Another worker was faster to say that it did not reach the provider; this one may have.
        (State::NotSent { .. }, Silence::Unknown) => Advance::To(Attempt {
            state: State::Unknown { inquire_at: retry_at },
            maybe_sent: true,
            silent,
            ..attempt.clone()
        }),
        // A late worker's silence about a state that has moved on says nothing.
        (State::NotSent { .. }, Silence::NotSent | Silence::Refused { .. })
        | (
            State::Unknown { .. }
            | State::ActionRequired { .. }
            | State::Pending { .. }
            | State::CancelUnknown { .. }
            | State::Approved(_)
            | State::Declined { .. }
            | State::Cancelled { .. }
            | State::NeverSent
            | State::Refused { .. }
            | State::Review { .. },
            _,
        ) => Advance::Nothing,
    }
}

fn due(attempt: &Attempt, policy: &Policy, now: Timestamp) -> Advance {
    if attempt.due_at().is_none_or(|due_at| due_at > now) {
        return Advance::Nothing;
    }
    match &attempt.state {
        State::NotSent { .. } => Advance::To(Attempt {
            state: State::Sending,
            sends: attempt.sends.saturating_add(1),
            ..attempt.clone()
        }),
        State::Unknown { .. } | State::Pending { .. } => to(attempt, attempt.silent, State::Inquiring),
        State::ActionRequired { .. } if planted!(ExpiryNotAwaited) => {
            end(attempt, State::Cancelled { reason: CancelReason::ChallengeExpired }, now)
        }
        State::ActionRequired { .. } if policy.can_cancel && !attempt.operation.is_at_bank() => {
            to(attempt, 0, State::Cancelling { reason: CancelReason::ChallengeExpired })
        }
        State::ActionRequired { .. } => to(attempt, 0, State::Inquiring),
        State::CancelUnknown { reason, .. } => {
            to(attempt, attempt.silent, State::Cancelling { reason: *reason })
        }
        State::Sending
        | State::Inquiring
        | State::Cancelling { .. }
        | State::Approved(_)
        | State::Declined { .. }
        | State::Cancelled { .. }
        | State::NeverSent
        | State::Refused { .. }
        | State::Review { .. } => Advance::Nothing,
    }
}

fn give_up(attempt: &Attempt, reason: CancelReason, policy: &Policy, now: Timestamp) -> Advance {
    if planted!(CancelNotAwaited) && !attempt.is_settled() {
        return end(attempt, State::Cancelled { reason }, now);
    }
    match &attempt.state {
        // Nobody was ever asked, so there is nobody to withdraw it from.
        State::NotSent { .. } if !attempt.maybe_sent => end(attempt, State::Cancelled { reason }, now),
        State::Sending
        | State::NotSent { .. }
        | State::Unknown { .. }
        | State::Inquiring
        | State::ActionRequired { .. }
        | State::Pending { .. }
            if policy.can_cancel =>
        {
            to(attempt, 0, State::Cancelling { reason })
        }
        // A provider that can't promise to refuse it is waited for.
        State::Sending
        | State::NotSent { .. }
        | State::Unknown { .. }
        | State::Inquiring
        | State::ActionRequired { .. }
        | State::Pending { .. }
        | State::Cancelling { .. }
        | State::CancelUnknown { .. }
        | State::Approved(_)
        | State::Declined { .. }
        | State::Cancelled { .. }
        | State::NeverSent
        | State::Refused { .. }
        | State::Review { .. } => Advance::Nothing,
    }
}
