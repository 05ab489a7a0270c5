//! Deactivating an account, and letting its cards go when the silent period is over (A8).

use jiff::Timestamp;

use crate::domain::{
    account::{AccountEvent, Deactivation},
    agreement,
    claim::ClaimEvent,
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    method::{Method, MethodEvent, State},
    reason::Reason,
    rejection::{Rejection, Violation},
};

/// A8: from now on the account can only be viewed. It keeps its cards for the silent period, so that nobody
/// else links them meanwhile. What is still open is named, all of it.
pub fn deactivate(facts: &Facts<'_>) -> Decided {
    let account = facts.account()?;
    let mut decision = Decision::reply(account.id.0);
    if account.deactivation.is_some() {
        return Ok(decision);
    }
    if let Some(rejection) = Rejection::rules(open(facts)?) {
        return Err(rejection.into());
    }
    let free_at = facts.now.checked_add(facts.edition().silent_period()).unwrap_or(Timestamp::MAX);
    let deactivation = Deactivation { at: facts.now, free_at, is_over: false };
    decision.push(account.id.0, Event::Account(AccountEvent::Deactivated { deactivation }));
    Ok(decision)
}

/// The silent period may be over: the cards are anybody's then.
pub fn end_silence(facts: &Facts<'_>) -> Decided {
    let account = facts.account()?;
    let mut decision = Decision::reply(account.id.0);
    if account.silence_ends().is_none_or(|ends| ends > facts.now) {
        return Ok(decision);
    }
    let_go(facts, &mut decision);
    if account.default_method.is_some() {
        decision.push(account.id.0, Event::Account(AccountEvent::DefaultChanged { method: None }));
    }
    decision.push(account.id.0, Event::Account(AccountEvent::SilenceEnded {}));
    Ok(decision)
}

fn let_go(facts: &Facts<'_>, decision: &mut Decision) {
    for method in facts.world.methods().filter(|method| method.is_open()) {
        decision.push(method.id.0, Event::PaymentMethod(MethodEvent::Unlinked { at: facts.now }));
        if let Some(instrument) = method.instrument.fingerprint().cloned() {
            decision.push(method.id.0, Event::Claim(ClaimEvent::Released { instrument }));
        }
        agreement::end(facts, method, decision);
    }
}

/// What keeps an account from being deactivated.
fn open(facts: &Facts<'_>) -> Result<Vec<Violation>, Rejection> {
    let account = facts.account()?;
    let mut violations = Vec::new();
    for payment in facts.world.payments().filter(|payment| payment.is_open()) {
        violations.push(
            Violation::new(
                Reason::AccountHasOpenPayment,
                "A8",
                "A payment is under way. Wait for its end, or cancel it.",
            )
            .fact("payment", format!("accounts/{}/payments/{}", account.id, payment.id)),
        );
    }
    for check in facts.world.verifications().filter(|check| check.is_checking()) {
        violations.push(
            Violation::new(
                Reason::VerificationInProgress,
                "A8",
                "A verification is under way. Wait for its end, or cancel it.",
            )
            .fact("verification", format!("accounts/{}/verifications/{}", account.id, check.id)),
        );
    }
    // What waits for a wallet's holder has no verification yet.
    let waits = |method: &&Method| {
        let open = matches!(method.state, State::PendingVerification | State::RequiresAction { .. });
        open && facts.world.open_check_of(method.id).is_none()
    };
    for method in facts.world.methods().filter(waits) {
        violations.push(
            Violation::new(
                Reason::VerificationInProgress,
                "A8",
                "A payment method is being linked. Wait for its end, or cancel it.",
            )
            .fact("payment_method", format!("accounts/{}/paymentMethods/{}", account.id, method.id)),
        );
    }
    let obligations = facts.obligations(account);
    if !obligations.is_empty() || !account.products.is_empty() {
        let names: Vec<String> = obligations.iter().map(ToString::to_string).collect();
        let open_invoices = facts.world.invoices().filter(|invoice| invoice.is_open()).count();
        violations.push(
            Violation::new(
                Reason::AccountHasObligations,
                "A8",
                "The account has enabled products, running resources, outstanding bills or overdue payments. Settle them first.",
            )
            .fact("obligations", names.join(","))
            .fact("enabled_product_count", account.products.len())
            .fact("running_resource_count", account.running_resources)
            .fact("open_invoice_count", open_invoices),
        );
    }
    if account.balance.is_available() {
        violations.push(
            Violation::new(
                Reason::AccountHasBalance,
                "A8",
                "The account has a balance, and could not pay with it any more. Pay bills with it first.",
            )
            .fact("balance", format!("accounts/{}/balance", account.id)),
        );
    }
    Ok(violations)
}
