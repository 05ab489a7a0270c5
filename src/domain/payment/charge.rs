//! One attempt of a payment: the whole amount, with one method, at one provider.

use jiff::Timestamp;

use crate::domain::{
    attempt::{Attempt, Authentication, CardUse, Operation},
    facts::Facts,
    ids::{EffectId, PaymentId},
    method::Method,
    money::Money,
    payment::{Seen, Terms},
    program::{PaymentRiskFacts, PaymentTrigger, ProviderName, RouteFacts},
    rejection::Rejection,
};

/// What a payment wants, whoever pays.
pub(super) struct Wanted {
    /// The payment.
    pub id: PaymentId,
    /// How much.
    pub amount: Money,
    /// Who asked for it.
    pub trigger: PaymentTrigger,
}

/// A provider, and what it knows the method as.
pub(super) struct Door {
    /// The provider.
    pub provider: String,
    /// Its token.
    pub token: String,
}

/// The providers that serve a payment with a method and know it, in the order of the routes (C12). One that
/// a later route has added does not know the cards that were linked before.
pub(super) fn doors(facts: &Facts<'_>, method: &Method, amount: Money) -> Result<Vec<Door>, Rejection> {
    let route = RouteFacts {
        kind: method.instrument.kind(),
        brand: method.instrument.card().map(|card| card.facts.brand),
        country: facts.account()?.country,
        amount,
    };
    let known = |ProviderName(provider): ProviderName| {
        Some(Door { token: method.instrument.token(&provider)?.to_owned(), provider })
    };
    Ok(facts.edition().route(&route).into_iter().filter_map(known).collect())
}

/// The first of them, or why there is none.
pub(super) fn first_door(facts: &Facts<'_>, method: &Method, amount: Money) -> Result<Door, Rejection> {
    if let Some(door) = doors(facts, method, amount)?.into_iter().next() {
        return Ok(door);
    }
    let provider = facts.route(facts.account()?, &method.instrument, amount)?;
    let token = facts.token(method, &provider)?;
    Ok(Door { provider, token })
}

/// The attempt with a method that has been active since then. A11: risk may demand a challenge, of a card: a wallet
/// has asked its holder when they logged on.
pub(super) fn attempt(
    facts: &Facts<'_>,
    wanted: &Wanted,
    ordinal: u16,
    (method, since): (&Method, Timestamp),
    door: Door,
) -> Result<(Attempt, Terms), Rejection> {
    let account = facts.account()?;
    let edition = facts.edition();
    let amount = wanted.amount;
    let risk = PaymentRiskFacts {
        amount,
        method_age: facts.now.duration_since(since),
        issuer_country: method.instrument.issuer_country(),
        account_country: account.country,
        trigger: wanted.trigger,
    };
    let risky = edition.payment_challenge(&risk, facts.rules.rates, facts.today());
    let challenge_rule = risky.filter(|_| method.instrument.card().is_some());
    let card = CardUse {
        token: door.token,
        descriptor: edition.descriptor().to_owned(),
        authentication: match challenge_rule {
            Some(_) => Authentication::Mandated,
            None if wanted.trigger.customer_present() => Authentication::IssuerDecides,
            None => Authentication::CustomerAbsent,
        },
        challenge_seconds: edition.challenge_lifetime().as_secs(),
        expiry: method.instrument.card().map(|card| card.facts.expiry),
    };
    let operation = Operation::Charge { amount, card, reference: format!("payment {}", wanted.id) };
    let terms = Terms {
        method: method.id,
        challenge_rule: challenge_rule.map(str::to_owned),
        conversion_fee_possible: edition.currency_conversion_note() && may_convert(method, amount),
        seen: Some(Seen { active_since: since, issuer_country: risk.issuer_country }),
    };
    let effect = EffectId { entity: wanted.id.0, ordinal };
    Ok((Attempt::new(effect, &door.provider, operation, facts.now), terms))
}

/// A15: a card issued abroad may settle in another currency. Where the issuer is not known, it may too.
fn may_convert(method: &Method, amount: Money) -> bool {
    !method.instrument.issuer_country().is_some_and(|country| amount.currency().is_used_in(country))
}
