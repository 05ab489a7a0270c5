//! What becomes of a method as its agreement or its verification goes on.

use super::{Method, MethodEvent, State};
use crate::domain::{
    attempt::{self, Attempt},
    claim::ClaimEvent,
    decision::Decision,
    event::Event,
    failure::Failure,
    link::LinkEvent,
};

/// The method's own state follows the customer's turn (C4).
pub(in crate::domain) fn waiting(method: &Method, next: &Attempt, decision: &mut Decision) {
    if let attempt::State::ActionRequired { expire_at, .. } = &next.state {
        push(decision, method, MethodEvent::ActionRequired { expire_at: *expire_at });
    } else if matches!(method.state, State::RequiresAction { .. }) {
        push(decision, method, MethodEvent::ActionEnded {});
    }
}

/// Linking it has succeeded.
pub(in crate::domain) fn activated(method: &Method, at: jiff::Timestamp, decision: &mut Decision) {
    push(decision, method, MethodEvent::Activated { at });
    on_history(decision, method, LinkEvent::Succeeded { method: method.id });
}

/// Linking it has failed. A8: it holds no claim then.
pub(in crate::domain) fn failed(method: &Method, failure: Failure, decision: &mut Decision) {
    push(decision, method, MethodEvent::Failed { failure: failure.clone() });
    on_history(decision, method, LinkEvent::Failed { method: method.id, failure });
    if !planted!(ClaimNotFreed) {
        free(method, decision);
    }
}

/// Gives up the claim on what the method stands for.
pub(in crate::domain) fn free(method: &Method, decision: &mut Decision) {
    if let Some(instrument) = method.instrument.fingerprint().cloned() {
        decision.push(method.id.0, Event::Claim(ClaimEvent::Released { instrument }));
    }
}

fn push(decision: &mut Decision, method: &Method, event: MethodEvent) {
    decision.push(method.id.0, Event::PaymentMethod(event));
}

fn on_history(decision: &mut Decision, method: &Method, event: LinkEvent) {
    if let Some(attempt) = method.link_attempt {
        decision.push(attempt.0, Event::LinkAttempt(event));
    }
}
