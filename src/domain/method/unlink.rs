//! Unlinking a method.

use crate::domain::{
    account::AccountEvent,
    agreement,
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::MethodId,
    method::{MethodEvent, State, expiry::verification_in_progress, free},
    program::RemovalFacts,
    reason::Reason,
    rejection::{Rejection, Violation},
    verification,
};

/// A23, A24, H15: which methods can go. Every rule that is not met is named.
pub fn unlink(facts: &Facts<'_>, id: MethodId) -> Decided {
    let account = facts.account()?;
    let method = facts.method(id)?;
    if matches!(method.state, State::Unlinked { .. }) {
        return Ok(Decision::reply(id.0));
    }
    if !matches!(method.state, State::Active { .. } | State::Expired { .. }) {
        return Err(match facts.world.open_check_of(id) {
            Some(running) => verification_in_progress(facts, running),
            None => Rejection::rule(
                Violation::new(
                    Reason::MethodNotActive,
                    "C4",
                    "The method is not linked: its verification failed, or waits for a person. There is nothing to unlink.",
                )
                .fact("state", method.state.name()),
            ),
        }
        .into());
    }
    if let Some(running) = facts.world.open_check_of(id) {
        return Err(verification_in_progress(facts, running).into());
    }

    let mut violations = Vec::new();
    if let Some(payment) = facts.world.open_payment_with(id).filter(|_| !planted!(UnlinkedWhilePaying)) {
        violations.push(
            Violation::new(
                Reason::MethodHasOpenPayment,
                "C8",
                "A payment with this method is under way. Wait for its end, or cancel it.",
            )
            .fact("payment", format!("accounts/{}/payments/{payment}", account.id)),
        );
    }
    let is_default = account.default_method == Some(id);
    let is_active = method.active_since(facts.now).is_some();
    let mut others = facts.world.methods().filter(|other| other.id != id);
    let held = facts.edition().removal().check(&RemovalFacts {
        is_default,
        is_active,
        is_expired: !is_active,
        other_active: others.any(|other| other.active_since(facts.now).is_some()),
        obligations: facts.obligations(account),
    });
    let open_invoices = facts.world.invoices().filter(|invoice| invoice.is_open()).count();
    violations.extend(held.into_iter().map(|violation| {
        if violation.reason == Reason::MethodIsOnlyActive {
            violation
                .fact("running_resource_count", account.running_resources)
                .fact("open_invoice_count", open_invoices)
        } else {
            violation
        }
    }));
    if let Some(rejection) = Rejection::rules(violations) {
        return Err(rejection.into());
    }

    let mut decision = Decision::reply(id.0);
    decision.push(id.0, Event::PaymentMethod(MethodEvent::Unlinked { at: facts.now }));
    free(method, &mut decision);
    verification::let_go_of_method(facts, id, &mut decision);
    agreement::end(facts, method, &mut decision);
    if is_default {
        let event = AccountEvent::DefaultChanged { method: None };
        decision.push(account.id.0, Event::Account(event));
    }
    Ok(decision)
}
