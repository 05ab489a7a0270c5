//! A card's expiry: reached, or changed.

use crate::domain::{
    command::UpdateExpiry,
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::{MethodId, VerificationId},
    method::{MethodEvent, State, link::held_off},
    reason::Reason,
    rejection::{Rejection, Violation},
    verification::{self, Purpose, Start},
};

/// H14: another expiry verifies the card anew, where the program wants that; until it succeeds, the old one stands.
pub fn update_expiry(facts: &Facts<'_>, command: &UpdateExpiry) -> Decided {
    let account = facts.account()?;
    let method = facts.method(command.method)?;
    let Some(card) = method.instrument.card() else {
        return Err(Rejection::rule(
            Violation::new(
                Reason::MethodKindNotSupported,
                "H14",
                "Only a card has an expiry. Name a card of the account.",
            )
            .fact("kind", method.instrument.kind()),
        )
        .into());
    };
    if !matches!(method.state, State::Active { .. } | State::Expired { .. }) {
        return Err(Rejection::rule(
            Violation::new(
                Reason::MethodNotActive,
                "H14",
                "Only an active or expired card can get another expiry. Link the card anew.",
            )
            .fact("state", method.state.name()),
        )
        .into());
    }
    if let Some(running) = facts.world.open_check_of(method.id) {
        return Err(verification_in_progress(facts, running).into());
    }
    let expires_at = facts.end_of(command.expiry);
    if !facts.edition().expiry_change_reverifies() {
        let changed = MethodEvent::ExpiryChanged { expiry: command.expiry, expires_at, at: facts.now };
        return Ok(Decision::reply(method.id.0).on(method.id.0, Event::PaymentMethod(changed)));
    }
    // C15: a new expiry is asked of the issuer like a new card.
    if let Some(exhausted) = held_off(facts, account, &facts.world.claim(&card.instrument)) {
        return Err(exhausted.into());
    }
    let id = VerificationId(facts.id(0));
    let risk = facts.link_risk(account, card.billing_address.as_ref());
    let purpose = Purpose::ExpiryChange { expiry: command.expiry, expires_at };
    let start = Start { id, purpose, return_url: command.return_url.clone(), risk };
    let started = verification::start(facts, method, start)?;
    let mut decision = Decision::reply(id.0);
    let restarted = MethodEvent::VerificationRestarted { verification: id };
    decision.push(method.id.0, Event::PaymentMethod(restarted));
    started.record(&mut decision);
    Ok(decision)
}

pub(super) fn verification_in_progress(facts: &Facts<'_>, id: VerificationId) -> Rejection {
    let account = facts.world.account().map(|account| account.id.to_string()).unwrap_or_default();
    Rejection::rule(
        Violation::new(
            Reason::VerificationInProgress,
            "H14",
            "A verification of the method is under way. Wait for its end, or cancel it.",
        )
        .fact("verification", format!("accounts/{account}/verifications/{id}")),
    )
}

/// The card's expiry is reached: from then on it can't pay. As a default it stays one (A24).
pub fn expire(facts: &Facts<'_>, id: MethodId) -> Decided {
    let method = facts.method(id)?;
    let decision = Decision::reply(id.0);
    match method.state {
        State::Active { .. }
            if method.instrument.expires_at().is_some_and(|expires_at| expires_at <= facts.now) =>
        {
            Ok(decision.on(id.0, Event::PaymentMethod(MethodEvent::Expired {})))
        }
        State::Active { .. }
        | State::PendingVerification
        | State::RequiresAction { .. }
        | State::Failed { .. }
        | State::Expired { .. }
        | State::Unlinked { .. } => Ok(decision),
    }
}
