//! Why a stored decision fell as it did (C1, C6): each rule with the facts it saw.

use std::collections::HashMap;

use crate::{
    domain::{
        account::Account,
        attempt::{Attempt, State as Is},
        failure::Failure,
        link::{LinkAttempt, LinkResult},
        payment::{Payment, State},
        program::{Challenge, DeclineTable, Edition, VerificationMode},
        rejection::{Kind, Rejection, Violation},
        verification::{Purpose, Verification},
    },
    proto::v1 as pb,
    wire::{
        names,
        v1::common::{exchange_rate, failure},
    },
};

/// What explaining needs beside what was decided.
pub struct Known<'a> {
    /// Whose it is.
    pub account: &'a Account,
    /// The rules of that time, where the server still has them.
    pub edition: Option<&'a Edition>,
    /// What issuers' codes mean.
    pub declines: &'a DeclineTable,
}

fn ground(requirement: &str, statement: impl Into<String>) -> pb::Ground {
    pb::Ground { requirement: requirement.to_owned(), statement: statement.into(), ..pb::Ground::default() }
}

fn with(mut ground: pb::Ground, name: &str, value: impl ToString) -> pb::Ground {
    ground.facts.insert(name.to_owned(), value.to_string());
    ground
}

fn with_some(ground: pb::Ground, name: &str, value: Option<impl ToString>) -> pb::Ground {
    match value {
        Some(value) => with(ground, name, value),
        None => ground,
    }
}

/// Why a payment went as it did.
#[must_use]
pub fn payment(payment: &Payment, known: &Known<'_>) -> Vec<pb::Ground> {
    if payment.late_of.is_some() {
        return late(payment);
    }
    let method = names::child(payment.account, names::PAYMENT_METHODS, payment.method.0);
    let mut grounds = vec![with_some(
        with(ground("A33", "The method was active, so it can pay."), "payment_method", method),
        "active_since",
        payment.seen.as_ref().map(|seen| seen.active_since),
    )];
    grounds.push(if payment.complete_by.is_some() { limit(payment) } else { challenge(payment, known) });
    let tries: Vec<_> = payment.tries().collect();
    for (at, (attempt, with_method)) in tries.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| tries.get(before));
        let repeats = before.is_some_and(|(earlier, _)| earlier.provider == attempt.provider);
        if before.is_none_or(|(_, earlier)| earlier != with_method) || !repeats {
            let fails_over = before.is_some_and(|(_, earlier)| earlier == with_method);
            grounds.push(routed(attempt, known, fails_over));
        }
        let goes_on = tries.get(at + 1).is_some_and(|(_, next)| next != with_method);
        grounds.extend(declined(payment, attempt, known, goes_on));
    }
    if payment.conversion_fee_possible {
        let statement = "The card may settle in another currency, so its issuer may charge a conversion fee.";
        let noted = with(ground("A15", statement), "currency_code", payment.amount.currency());
        grounds.push(with_some(
            noted,
            "issuer_country",
            payment.seen.as_ref().and_then(|seen| seen.issuer_country),
        ));
    }
    grounds.extend(ended(&payment.state, known));
    grounds
}

/// W9: nobody asked for what a provider took after another payment had ended without it.
fn late(payment: &Payment) -> Vec<pb::Ground> {
    let statement = "The provider took the money after the payment of `late_charge_of` had ended without it, and what \
                     that was for was still owed: it pays for that.";
    vec![with(ground("W9", statement), "amount", payment.amount)]
}

/// W6.
fn limit(payment: &Payment) -> pb::Ground {
    let statement = "It was within the limit of payments by bank redirect, what was under way included.";
    let within = with(ground("W6", statement), "amount", payment.amount);
    match &payment.limit_rate {
        Some(rate) => with(with(within, "rate", rate.rate), "rate_date", rate.date),
        None => within,
    }
}

/// A11.
fn challenge(payment: &Payment, known: &Known<'_>) -> pb::Ground {
    let (rule, statement) = match &payment.challenge_rule {
        Some(rule) => {
            (rule.as_str(), "A risk rule of the program held, so a challenge was demanded of the issuer.")
        }
        None if payment.trigger.customer_present() => {
            ("", "No risk rule of the program held, so the issuer decided whether to challenge.")
        }
        None => ("", "The customer was not there to answer a challenge, so none was asked for."),
    };
    let mut facts = ground("A11", statement);
    rule.clone_into(&mut facts.rule);
    facts = with(facts, "amount", payment.amount);
    facts = with(facts, "trigger", payment.trigger);
    facts = with(facts, "account_country", known.account.country);
    if let Some(seen) = &payment.seen {
        facts = with_some(facts, "issuer_country", seen.issuer_country);
        let last = payment.attempts.last().map_or(payment.created, |attempt| attempt.created);
        let age = last.duration_since(seen.active_since).as_secs();
        facts = with(facts, "method_age_seconds", age);
    }
    facts
}

/// C12.
fn routed(attempt: &Attempt, known: &Known<'_>, fails_over: bool) -> pb::Ground {
    let statement = if fails_over {
        "The provider before could not be reached and had done nothing, so the next route's took over."
    } else {
        "The first of the program's routes that holds, and whose provider knows the method."
    };
    let served = with(ground("C12", statement), "provider", &attempt.provider);
    let served = with(served, "account_country", known.account.country);
    with_some(served, "amount", attempt.operation.amount())
}

/// H13: what a decline led to.
fn declined(payment: &Payment, attempt: &Attempt, known: &Known<'_>, goes_on: bool) -> Option<pb::Ground> {
    let Is::Declined { code } = &attempt.state else { return None };
    let decline = known.declines.explain(code);
    let statement = if goes_on {
        "The issuer declined, and the program lets the next card follow after such a decline."
    } else if !payment.others_follow {
        "The issuer declined. The customer was there and can choose, so no other card followed."
    } else if known.edition.is_some_and(|edition| !edition.collection().cascades(&decline)) {
        "The issuer declined, and the program lets no other card follow after such a decline."
    } else {
        "The issuer declined, and there was no other card left to try."
    };
    let stated = with(ground("H13", statement), "network_code", code);
    let stated = with(stated, "network_meaning", decline.meaning);
    Some(with(stated, "category", decline.category))
}

/// Why a verification went as it did.
#[must_use]
pub fn verification(verification: &Verification, known: &Known<'_>) -> Vec<pb::Ground> {
    let plan = &verification.plan;
    let is_usage = matches!(verification.purpose, Purpose::Usage { .. });
    let (requirement, statement) = match plan.mode {
        VerificationMode::HoldThenRelease if is_usage => (
            "A21",
            "Usage began with this method as the default, so the program holds the deduction threshold on it \
             until that is billed.",
        ),
        VerificationMode::HoldThenRelease => ("A13", "The program verifies by a hold that is released."),
        VerificationMode::ChargeThenRefund => ("H6", "The program verifies by a charge that is refunded."),
        VerificationMode::ZeroAmount => ("H6", "The program verifies by a question without an amount."),
    };
    let mut how = with(ground(requirement, statement), "mode", plan.mode);
    if plan.mode != VerificationMode::ZeroAmount {
        how = with(how, "amount", plan.amount);
    }
    let mut grounds = vec![how];
    if let Some(rate) = plan.rate.as_ref().map(exchange_rate) {
        let statement = if is_usage {
            "The amount was converted at the stored rate and rounded half to even."
        } else {
            "The amount was converted at the stored rate and rounded up to the minor unit."
        };
        let facts = [
            ("base", rate.base_currency_code),
            ("quote", rate.quote_currency_code),
            ("rate", rate.rate),
            ("rate_date", rate.rate_date),
            ("source", rate.source),
        ];
        let facts: HashMap<_, _> = facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        grounds.push(pb::Ground { facts, ..ground("C3", statement) });
    }
    let (rule, statement) = match (&plan.challenge_rule, plan.challenge) {
        (Some(rule), _) => {
            (rule.as_str(), "A risk rule of the program held, so a challenge was demanded of the issuer.")
        }
        (None, Challenge::IssuerDecides) if is_usage => {
            ("", "The customer was not there to answer a challenge, so none was asked for.")
        }
        (None, Challenge::Mandated) => ("region", "The program demands a challenge in the account's region."),
        (None, Challenge::IssuerDecides) => {
            ("", "No rule of the program demanded a challenge, so the issuer decided.")
        }
    };
    let mut challenged = ground("A11", statement);
    rule.clone_into(&mut challenged.rule);
    challenged = with(challenged, "account_country", known.account.country);
    challenged = with(challenged, "region_group", &known.account.region);
    if let Some(seen) = &verification.seen {
        challenged = with_some(challenged, "billing_country", seen.billing_country);
        challenged = with(challenged, "failed_attempts", seen.failed_attempts);
    }
    grounds.push(challenged);
    grounds.push(routed(&verification.check, known, false));
    grounds.extend(ended(&verification.state, known));
    grounds
}

/// Why an attempt to link went as it did (H12).
#[must_use]
pub fn link_attempt(attempt: &LinkAttempt, known: &Known<'_>) -> Vec<pb::Ground> {
    let accepted = |statement: &str| vec![ground("H12", statement)];
    match &attempt.result {
        LinkResult::Refused { rejection } => refused(rejection),
        LinkResult::Pending { .. } => {
            accepted("Every rule on linking was met; the verification is under way.")
        }
        LinkResult::Succeeded { .. } => {
            accepted("Every rule on linking was met, and the verification succeeded.")
        }
        LinkResult::Failed { failure, .. } => {
            let mut grounds = accepted("Every rule on linking was met, and the verification failed.");
            grounds.push(failed(failure, known));
            grounds
        }
    }
}

/// Every rule that was not met, not the first alone (C6).
fn refused(rejection: &Rejection) -> Vec<pb::Ground> {
    let of_rule = |violation: &Violation| pb::Ground {
        reason: violation.reason.to_string(),
        facts: violation.facts.clone().into_iter().collect(),
        ..ground(&violation.requirement, &violation.description)
    };
    let plain = |requirement: &str| {
        vec![pb::Ground {
            reason: rejection.reason.to_string(),
            facts: rejection.facts.clone().into_iter().collect(),
            ..ground(requirement, &rejection.message)
        }]
    };
    match &rejection.kind {
        Kind::Precondition(violations) => violations.iter().map(of_rule).collect(),
        Kind::NotYet { violation, .. } => vec![of_rule(violation)],
        Kind::Limited { .. } => plain("C15"),
        Kind::BadInput(_) | Kind::NotFound | Kind::Exists => plain("C6"),
    }
}

/// A32: what a failure says.
fn failed(why: &Failure, known: &Known<'_>) -> pb::Ground {
    let told = failure(why, known.declines);
    let named = told.reason().as_str_name().trim_start_matches("FAILURE_REASON_").to_owned();
    let mut ground = with(ground("A32", told.advice), "failure", named);
    ground.reason = told.rule_reason;
    if !told.network_code.is_empty() {
        ground = with(ground, "network_code", told.network_code);
        ground = with(ground, "network_meaning", told.network_meaning);
    }
    ground
}

fn ended(state: &State, known: &Known<'_>) -> Option<pb::Ground> {
    match state {
        State::Open | State::Succeeded { .. } => None,
        State::Failed { failure, .. } => Some(failed(failure, known)),
        State::Expired { .. } => Some(failed(&Failure::ChallengeNotCompleted, known)),
        State::Cancelled { .. } => Some(failed(&Failure::Cancelled, known)),
        State::Review { reason } => {
            let statement = "What happened at the provider can't be settled by asking, so a person looks.";
            Some(with(ground("C8", statement), "reason", reason))
        }
    }
}
