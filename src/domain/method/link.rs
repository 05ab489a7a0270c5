//! Linking a card.

use crate::domain::{
    account::{Account, AccountEvent},
    card::InstrumentFingerprint,
    claim::{Claim, ClaimEvent, Holder, limited_until},
    command::LinkCard,
    decision::{Decided, Decision, Refusal},
    event::Event,
    facts::Facts,
    ids::{LinkAttemptId, MethodId, VerificationId},
    link::{LinkAttempt, LinkEvent, LinkResult, Linked},
    method::{Card, Instrument, Method, MethodEvent, State},
    reason::Reason,
    rejection::{Kind, Rejection, Violation},
    verification::{self, Purpose, Start},
};

/// Links a card: limits (C15), rules (A2 to A5, A9, A11), the claim (A8), then its verification
/// (A13, H6). A refusal by rule stays in the history (H12) and counts as a failure (C15).
pub fn link_card(facts: &Facts<'_>, command: &LinkCard) -> Decided {
    let account = facts.account()?;
    let edition = facts.edition();
    let claim = facts.world.claim(&command.instrument);

    // C15 comes first: who is held off learns nothing about the card.
    if let Some(exhausted) = held_off(facts, account, &claim) {
        return Err(exhausted.into());
    }

    // What the account holds already is no failed attempt, and says where the card is.
    if let Some(holder) = claim.holder.filter(|holder| holder.account == account.id) {
        return Err(Rejection::rule(
            Violation::new(
                Reason::CardAlreadyLinked,
                "A8",
                "The card is linked to this account already. Use that method, or unlink it first.",
            )
            .fact("payment_method", format!("accounts/{}/paymentMethods/{}", account.id, holder.method)),
        )
        .into());
    }

    let risk = facts.link_risk(account, command.billing_address.as_ref());
    let mut violations = edition.check_card(&command.facts, &account.region, account.currency, &risk);
    if claim.holder.is_some() && !planted!(HeldCardLinked) {
        violations.push(Violation::new(
            Reason::CardLinkedElsewhere,
            "A8",
            "The card is linked to another account. Unlink it there first, or use another card.",
        ));
    }
    if let Some(rejection) = Rejection::rules(violations) {
        return Err(refused(facts, command, rejection)?);
    }

    let (method_id, verification_id) = (MethodId(facts.id(0)), VerificationId(facts.id(1)));
    let link_attempt = LinkAttemptId(facts.id(2));
    let method = Method {
        id: method_id,
        account: account.id,
        instrument: Instrument::Card(Card {
            facts: command.facts.clone(),
            instrument: command.instrument.clone(),
            tokens: command.tokens.clone(),
            holder_name: command.holder_name.clone(),
            company_name: command.company_name.clone(),
            billing_address: command.billing_address.clone(),
            expires_at: facts.end_of(command.facts.expiry),
        }),
        verification: Some(verification_id),
        link_attempt: Some(link_attempt),
        created: facts.now,
        program_version: edition.version().clone(),
        state: State::PendingVerification,
    };
    let start =
        Start { id: verification_id, purpose: Purpose::Link, return_url: command.return_url.clone(), risk };
    let started = verification::start(facts, &method, start)?;

    let mut decision = Decision::reply(method_id.0);
    let holder = Holder { account: account.id, method: method_id };
    if !planted!(ClaimNotTaken) {
        let instrument = command.instrument.clone();
        decision.push(method_id.0, Event::Claim(ClaimEvent::Taken { instrument, holder }));
    }
    let made = attempt_of(facts, command, link_attempt, LinkResult::Pending { method: method_id });
    decision.push(link_attempt.0, Event::LinkAttempt(LinkEvent::Made { attempt: Box::new(made) }));
    decision.push(method_id.0, Event::PaymentMethod(MethodEvent::Linked { method: Box::new(method) }));
    started.record(&mut decision);
    Ok(decision)
}

fn attempt_of(facts: &Facts<'_>, command: &LinkCard, id: LinkAttemptId, result: LinkResult) -> LinkAttempt {
    LinkAttempt {
        id,
        account: command.account,
        created: facts.now,
        linked: Linked::Card { brand: command.facts.brand, last_four: command.facts.last_four.clone() },
        result,
        program_version: Some(facts.edition().version().clone()),
        ticket: None,
    }
}

/// C15: whether the account or the instrument has failed too often.
pub(in crate::domain) fn held_off(facts: &Facts<'_>, account: &Account, claim: &Claim) -> Option<Rejection> {
    let limits = facts.edition().link_limits();
    let checks = facts.world.verifications().filter(|check| check.is_checking()).count();
    let asked = facts.world.agreements().filter(|agreement| agreement.is_asked()).count();
    let scopes = [
        ("account", limited_until(&account.link_failures, checks + asked, limits.per_account, facts.now)),
        ("instrument", instrument_opens(facts, claim)),
    ];
    scopes
        .into_iter()
        .filter_map(|(scope, until)| until.map(|until| (scope, until)))
        .max_by_key(|(_, until)| *until)
        .map(|(scope, retry_at)| exhausted(scope, retry_at))
}

/// C15: whether the instrument alone has failed too often, for what is only known once its holder has agreed.
pub(in crate::domain) fn instrument_held_off(facts: &Facts<'_>, claim: &Claim) -> Option<Rejection> {
    instrument_opens(facts, claim).map(|retry_at| exhausted("instrument", retry_at))
}

fn instrument_opens(facts: &Facts<'_>, claim: &Claim) -> Option<jiff::Timestamp> {
    limited_until(&claim.failures, 0, facts.edition().link_limits().per_instrument, facts.now)
}

fn exhausted(scope: &str, retry_at: jiff::Timestamp) -> Rejection {
    Rejection {
        reason: Reason::LinkAttemptsExhausted,
        message: format!("Too many failed attempts to link by this {scope}. Try again after {retry_at}."),
        facts: [("scope", scope.to_owned()), ("retry_time", retry_at.to_string())]
            .map(|(name, value)| (name.to_owned(), value))
            .into(),
        kind: Kind::Limited { retry_at },
    }
}

/// A refusal that stays in the history.
fn refused(
    facts: &Facts<'_>,
    command: &LinkCard,
    rejection: Rejection,
) -> Result<Box<Refusal>, Box<Refusal>> {
    let account = facts.account()?;
    let id = LinkAttemptId(facts.id(2));
    let made = attempt_of(facts, command, id, LinkResult::Refused { rejection: Box::new(rejection.clone()) });
    let mut recorded = Decision::reply(id.0);
    recorded.push(id.0, Event::LinkAttempt(LinkEvent::Made { attempt: Box::new(made) }));
    record_failure(facts, &mut recorded, account.id.0, Some(&command.instrument), id.0);
    Ok(Box::new(Refusal { rejection, recorded: Some(recorded) }))
}

/// Counts a failed attempt to link, on the account and on the instrument (C15).
pub(in crate::domain) fn record_failure(
    facts: &Facts<'_>,
    decision: &mut Decision,
    account: uuid::Uuid,
    instrument: Option<&InstrumentFingerprint>,
    on: uuid::Uuid,
) {
    let limits = facts.edition().link_limits();
    let window = limits.per_account.window.max(limits.per_instrument.window);
    let keep_from = facts.now.checked_sub(window).unwrap_or(jiff::Timestamp::MIN);
    let at = facts.now;
    decision.push(account, Event::Account(AccountEvent::LinkFailed { at, keep_from }));
    if let Some(instrument) = instrument.cloned() {
        decision.push(on, Event::Claim(ClaimEvent::LinkFailed { instrument, at, keep_from }));
    }
}
