//! What invoices could be paid with (C5): every method of the account and every kind that the program knows,
//! each with every reason that speaks against it.

use crate::domain::{
    account::Account,
    claim::Claim,
    facts::Facts,
    ids::{InvoiceId, MethodId},
    invoice,
    method::{Instrument, Method, held_off},
    money::Money,
    onboarding::{against_linking, against_paying, kyc_required},
    payment::redirect,
    program::MethodKind,
    reason::Reason,
    rejection::{Kind, Rejection, Violation},
};

/// One way to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentOption {
    /// Its kind's name, as `CARD`; a name that is refused by name is one, too (A7).
    pub kind: String,
    /// The method, where the account has it.
    pub method: Option<MethodId>,
    /// Everything that speaks against it; nothing: it can pay.
    pub against: Vec<Violation>,
}

/// Every way to pay these invoices. What is wrong with an invoice itself speaks against all of them.
pub fn options(facts: &Facts<'_>, invoices: &[InvoiceId]) -> Result<Vec<PaymentOption>, Rejection> {
    let account = facts.account()?;
    let edition = facts.edition();
    let mut wrong = Vec::new();
    let mut sum: Option<Money> = None;
    for id in invoices {
        let found = facts.invoice(*id)?;
        if !matches!(found.state, invoice::State::Open) {
            wrong.extend(rules(invoice::not_open(found)));
        }
        sum = Some(match sum {
            None => found.unsettled(),
            Some(total) if total.currency() == found.amount.currency() => {
                total.checked_add(&found.unsettled()).map_err(|error| {
                    Rejection::field("invoices", Reason::AmountOutOfRange, format!("{error}."))
                })?
            }
            Some(total) => {
                wrong.push(
                    Violation::new(
                        Reason::InvoiceCurrencyMixed,
                        "C3",
                        "The invoices have different currencies. Pay those of one currency together.",
                    )
                    .fact("currency_code", found.amount.currency()),
                );
                total
            }
        });
    }
    let mut methods: Vec<&Method> = facts.world.methods().collect();
    methods.sort_by_key(|method| (method.created, method.id));
    let mut options = Vec::new();
    for method in &methods {
        let mut against = wrong.clone();
        against.extend(of_method(facts, account, method, invoices, sum)?);
        let kind = method.instrument.kind().to_string();
        options.push(PaymentOption { kind, method: Some(method.id), against });
    }
    let enabled = methods.iter().any(|method| method.is_open() && is_redirect(method));
    for kind in edition.kinds().filter(|kind| !(enabled && *kind == MethodKind::ChinaBankRedirect)) {
        let mut against = wrong.clone();
        against.extend(of_kind(facts, account, kind, invoices, sum)?);
        options.push(PaymentOption { kind: kind.to_string(), method: None, against });
    }
    for name in edition.refused_by_name() {
        let against = edition.refuse_kind(name, &account.region).into_iter().collect();
        options.push(PaymentOption { kind: name.to_owned(), method: None, against });
    }
    Ok(options)
}

fn is_redirect(method: &Method) -> bool {
    matches!(method.instrument, Instrument::BankRedirect(_))
}

fn rules(rejection: Rejection) -> Vec<Violation> {
    match rejection.kind {
        Kind::Precondition(violations) => violations,
        Kind::NotYet { violation, .. } => vec![*violation],
        Kind::BadInput(_) | Kind::NotFound | Kind::Exists | Kind::Limited { .. } => Vec::new(),
    }
}

/// C15: linking has failed too often.
fn limited(rejection: Rejection) -> Violation {
    let violation = Violation::new(rejection.reason, "C15", rejection.message);
    rejection.facts.into_iter().fold(violation, |violation, (name, value)| violation.fact(&name, value))
}

/// What speaks against a method of the account.
fn of_method(
    facts: &Facts<'_>,
    account: &Account,
    method: &Method,
    invoices: &[InvoiceId],
    sum: Option<Money>,
) -> Result<Vec<Violation>, Rejection> {
    let mut against: Vec<Violation> = against_paying(facts).map(rules).unwrap_or_default();
    if method.active_since(facts.now).is_none() {
        against.push(
            Violation::new(
                Reason::MethodNotActive,
                "A33",
                "The payment method is not active, so it can't pay. Finish its verification, or use another.",
            )
            .fact("state", method.state_at(facts.now)),
        );
    }
    if is_redirect(method) {
        against.extend(redirect_against(facts, account, invoices, sum)?);
    } else if let Some(sum) = sum
        && let Err(rejection) = facts.route(account, &method.instrument, sum)
    {
        against.extend(rules(rejection));
    }
    Ok(against)
}

/// What speaks against a kind that the account could still add.
fn of_kind(
    facts: &Facts<'_>,
    account: &Account,
    kind: MethodKind,
    invoices: &[InvoiceId],
    sum: Option<Money>,
) -> Result<Vec<Violation>, Rejection> {
    let edition = facts.edition();
    match kind {
        MethodKind::Card | MethodKind::PayPal => {
            let mut against = against_linking(facts).map(rules).unwrap_or_default();
            if against.iter().all(|known| known.reason != Reason::KycRequired) {
                // A32: another method would pay no sooner.
                against.extend(kyc_required(edition, account));
            }
            against.extend(edition.refuse_kind(&kind.to_string(), &account.region));
            against.extend(held_off(facts, account, &Claim::default()).map(limited));
            Ok(against)
        }
        MethodKind::ChinaBankRedirect => {
            let mut against = against_paying(facts).map(rules).unwrap_or_default();
            against.extend(redirect_against(facts, account, invoices, sum)?);
            Ok(against)
        }
        MethodKind::BankTransfer => {
            let mut against = against_paying(facts).map(rules).unwrap_or_default();
            if against.iter().all(|known| known.reason != Reason::KycRequired) {
                against.extend(kyc_required(edition, account));
            }
            against.extend(account.transfer_refusals(edition));
            Ok(against)
        }
    }
}

fn redirect_against(
    facts: &Facts<'_>,
    account: &Account,
    invoices: &[InvoiceId],
    sum: Option<Money>,
) -> Result<Vec<Violation>, Rejection> {
    let mut against = redirect::eligibility(facts, account);
    for id in invoices {
        against.extend(redirect::not_overdue(facts, facts.invoice(*id)?));
    }
    if let (Some(rules), Some(sum)) = (facts.edition().redirect(), sum) {
        against.extend(redirect::against_sum(facts, rules, &sum)?.0);
    }
    Ok(against)
}
