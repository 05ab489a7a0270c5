//! Linking a wallet: the customer is asked to agree.

use super::{Agreement, AgreementEvent, State};
use crate::domain::{
    attempt::{Attempt, Operation},
    claim::Claim,
    command::LinkWallet,
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::{AgreementId, EffectId, LinkAttemptId, MethodId},
    link::{LinkAttempt, LinkEvent, LinkResult, Linked},
    method::{self, Instrument, Method, MethodEvent, Wallet, held_off},
    program::MethodKind,
    rejection::Rejection,
};

/// A2, A7, A17: a wallet that the program offers there is linked by its holder's agreement. Who that is
/// shows only then, so the rules about them come later (A6, A8).
pub fn link_wallet(facts: &Facts<'_>, command: &LinkWallet) -> Decided {
    let account = facts.account()?;
    let edition = facts.edition();
    if let Some(exhausted) = held_off(facts, account, &Claim::default()) {
        return Err(exhausted.into());
    }
    if let Some(violation) = edition.refuse_kind(&command.wallet, &account.region) {
        return Err(Rejection::rule(violation).into());
    }
    let Some(kind) = command.wallet.parse().ok().filter(|kind| *kind == MethodKind::PayPal) else {
        return Err(Rejection::rule(edition.no_wallet(&command.wallet, &account.region)).into());
    };
    let (method_id, agreement_id) = (MethodId(facts.id(0)), AgreementId(facts.id(1)));
    let link_attempt = LinkAttemptId(facts.id(2));
    let instrument = Instrument::Wallet(Wallet { kind, agreement: agreement_id, holder: None });
    // By what it will be verified with, so that whoever sets it up can charge it as well.
    let amount = edition
        .verification(
            &account.region,
            account.currency,
            &facts.link_risk(account, None),
            facts.rules.rates,
            facts.today(),
        )
        .map_err(|error| facts.rate_missing(&error))?
        .amount;
    let provider = facts.route(account, &instrument, amount)?;
    let operation = Operation::Agree {
        wallet: kind,
        descriptor: edition.descriptor().to_owned(),
        page_seconds: edition.challenge_lifetime().as_secs(),
    };
    let setup =
        Attempt::new(EffectId { entity: agreement_id.0, ordinal: 1 }, &provider, operation, facts.now);
    let agreement = Agreement {
        state: State::Open,
        setup,
        ending: None,
        id: agreement_id,
        account: account.id,
        method: method_id,
        return_url: command.return_url.clone(),
        created: facts.now,
        program_version: edition.version().clone(),
    };
    let method = Method {
        id: method_id,
        account: account.id,
        instrument,
        verification: None,
        link_attempt: Some(link_attempt),
        created: facts.now,
        program_version: edition.version().clone(),
        state: method::State::PendingVerification,
    };
    let made = LinkAttempt {
        id: link_attempt,
        account: account.id,
        created: facts.now,
        linked: Linked::Wallet { wallet: kind },
        result: LinkResult::Pending { method: method_id },
        program_version: Some(facts.edition().version().clone()),
        ticket: None,
    };
    let mut decision = Decision::reply(method_id.0);
    decision.call(&agreement.setup);
    decision.push(link_attempt.0, Event::LinkAttempt(LinkEvent::Made { attempt: Box::new(made) }));
    decision.push(method_id.0, Event::PaymentMethod(MethodEvent::Linked { method: Box::new(method) }));
    let started = AgreementEvent::Started { agreement: Box::new(agreement) };
    decision.push(agreement_id.0, Event::Agreement(started));
    Ok(decision)
}
