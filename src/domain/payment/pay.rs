//! Starting a payment.

use std::collections::BTreeSet;

use crate::domain::{
    attempt::{Attempt, Authentication, CardUse, Operation},
    command::PayInvoices,
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::{EffectId, PaymentId},
    invoice::{self, InvoiceEvent},
    method::Method,
    money::Money,
    payment::{Payment, PaymentEvent, State},
    program::{PaymentRiskFacts, PaymentTrigger},
    reason::Reason,
    rejection::{Rejection, Violation},
};

const INVOICES_MAX: usize = 100;

/// Pays invoices with one method: reserves them and makes the first attempt (C8). A11: risk may
/// demand a challenge. A33: only an active method can pay.
pub fn pay(facts: &Facts<'_>, command: &PayInvoices) -> Decided {
    let account = facts.account()?;
    let amount = sum(facts, command)?;
    let (method, since) = payer(facts, command)?;
    let edition = facts.edition();
    let risk = PaymentRiskFacts {
        amount,
        method_age: facts.now.duration_since(since),
        issuer_country: method.instrument.issuer_country(),
        account_country: account.country,
        trigger: PaymentTrigger::Invoice,
    };
    let challenge_rule = edition.payment_challenge(&risk, facts.rules.rates, facts.today());
    let provider = facts.route(account, &method.instrument, amount)?;
    let id = PaymentId(facts.id(0));
    let card = CardUse {
        token: facts.token(method, &provider)?,
        descriptor: edition.descriptor().to_owned(),
        authentication: match challenge_rule {
            Some(_) => Authentication::Mandated,
            None => Authentication::IssuerDecides,
        },
        challenge_seconds: edition.challenge_lifetime().as_secs(),
        expiry: method.instrument.card().map(|card| card.facts.expiry),
    };
    let operation = Operation::Charge { amount, card, reference: format!("payment {id}") };
    let attempt = Attempt::new(EffectId { entity: id.0, ordinal: 1 }, &provider, operation, facts.now);
    let payment = Payment {
        id,
        account: account.id,
        invoices: command.invoices.clone(),
        amount,
        method: method.id,
        challenge_rule: challenge_rule.map(str::to_owned),
        conversion_fee_possible: edition.currency_conversion_note() && may_convert(method, amount),
        return_url: command.return_url.clone(),
        created: facts.now,
        program_version: edition.version().clone(),
        attempts: vec![attempt.clone()],
        approved_late: None,
        state: State::Open,
    };
    let mut decision = Decision::reply(id.0);
    decision.call(&attempt);
    for invoice in &command.invoices {
        decision.push(invoice.0, Event::Invoice(InvoiceEvent::Reserved { payment: id }));
    }
    decision.push(id.0, Event::Payment(PaymentEvent::Started { payment: Box::new(payment) }));
    Ok(decision)
}

/// The invoices' sum: all open, none twice, of one currency.
fn sum(facts: &Facts<'_>, command: &PayInvoices) -> Result<Money, Rejection> {
    let distinct: BTreeSet<_> = command.invoices.iter().collect();
    let count = command.invoices.len();
    if count == 0 || count > INVOICES_MAX || distinct.len() != count {
        return Err(Rejection::field(
            "invoices",
            Reason::InvalidField,
            "Name 1 to 100 invoices, none of them twice.",
        ));
    }
    let mut total: Option<Money> = None;
    for id in &command.invoices {
        let invoice = facts.invoice(*id)?;
        let goes_on = planted!(ReservedPaidAgain) && matches!(invoice.state, invoice::State::Reserved { .. });
        if !matches!(invoice.state, invoice::State::Open) && !goes_on {
            return Err(invoice::not_open(invoice));
        }
        total = Some(match total {
            None => invoice.amount,
            Some(total) if total.currency() != invoice.amount.currency() => {
                return Err(Rejection::field(
                    "invoices",
                    Reason::InvoiceCurrencyMixed,
                    "The invoices have different currencies. Pay those of one currency together.",
                ));
            }
            Some(total) => total.checked_add(&invoice.amount).map_err(|error| {
                Rejection::field(
                    "invoices",
                    Reason::AmountOutOfRange,
                    format!("{error}. Pay fewer at a time."),
                )
            })?,
        });
    }
    total.ok_or_else(|| Rejection::field("invoices", Reason::InvalidField, "Name an invoice."))
}

/// The method that pays, and since when it has been active: the one named, else the default.
fn payer<'a>(facts: &Facts<'a>, command: &PayInvoices) -> Result<(&'a Method, jiff::Timestamp), Rejection> {
    let account = facts.account()?;
    let Some(id) = command.method.or(account.default_method) else {
        return Err(Rejection::rule(Violation::new(
            Reason::NoDefaultMethod,
            "A14",
            "The account has no default payment method. Link a card, or name a method.",
        )));
    };
    let method = facts.method(id)?;
    let since = method.active_since(facts.now).ok_or_else(|| {
        Rejection::rule(
            Violation::new(
                Reason::MethodNotActive,
                "A33",
                "The payment method is not active, so it can't pay. Finish its verification, or use another.",
            )
            .fact("state", method.state_at(facts.now))
            .fact("payment_method", format!("accounts/{}/paymentMethods/{id}", account.id)),
        )
    })?;
    Ok((method, since))
}

/// A15: a card issued abroad may settle in another currency. Where the issuer is not known, it may too.
fn may_convert(method: &Method, amount: Money) -> bool {
    !method.instrument.issuer_country().is_some_and(|country| amount.currency().is_used_in(country))
}
