//! Requiring documents of an account, and what is said while they are required (A32).

use super::{KycState, Requirement, Subject, submit};
use crate::domain::{
    account::{Account, AccountEvent},
    card::holds_card_number,
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    program::Edition,
    reason::Reason,
    rejection::{Rejection, Violation},
};

const REASON_CHARACTERS_MAX: usize = 500;

/// The seller requires documents of an account.
pub fn require(facts: &Facts<'_>, reason: &str) -> Decided {
    let account = facts.account()?;
    let length = reason.chars().count();
    let readable = !reason.trim().is_empty() && !reason.chars().any(char::is_control);
    if !readable || length > REASON_CHARACTERS_MAX || holds_card_number(reason) {
        return Err(Rejection::field(
            "reason",
            Reason::InvalidField,
            "Say why in 1 to 500 characters on one line, without a card number: the customer reads it.",
        )
        .into());
    }
    submit::rules(facts.edition())?;
    let requirement = Requirement { reason: reason.trim().to_owned(), at: facts.now };
    let event = AccountEvent::KycRequired { requirement };
    Ok(Decision::reply(account.id.0).on(account.id.0, Event::Account(event)))
}

/// What is said to who wants to pay before the documents are approved: what to do, as things stand.
#[must_use]
pub fn required(edition: &Edition, account: &Account) -> Violation {
    let subject = account.profile.as_ref().map(Subject::of);
    let documents = match (edition.kyc(), &subject) {
        (Some(rules), Some(subject)) => rules.demand(subject.customer).to_string(),
        (Some(_) | None, _) => String::new(),
    };
    let submit = match subject {
        Some(_) => format!("Submit {documents}"),
        None => "Complete the account information, then submit what is asked for".to_owned(),
    };
    let state = account.kyc_state();
    let sentence = match state {
        KycState::NotSubmitted => format!("Identity documents are required first. {submit}."),
        KycState::InReview => {
            "The identity documents are in review. Wait until they are approved, then try again.".to_owned()
        }
        KycState::Approved | KycState::Outdated => {
            format!(
                "The identity documents were approved for another name than the account has now. {submit}."
            )
        }
        KycState::Rejected(reason) => format!("{} {submit}.", reason.advice()),
        KycState::ManualReview => {
            format!("What the review came to is not known. Ask the seller's support, or: {submit}.")
        }
    };
    let mut violation = Violation::new(Reason::KycRequired, "A32", sentence)
        .fact("state", state)
        .fact("documents", documents);
    if let KycState::Rejected(reason) = state {
        violation = violation.fact("rejection_reason", reason);
    }
    match &account.kyc.required {
        Some(requirement) => violation.fact("required_reason", &requirement.reason),
        None => violation,
    }
}
