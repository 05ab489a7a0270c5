//! Submitting documents.

use std::collections::BTreeSet;

use super::{DocumentKind, KycEvent, KycReview, KycState, Presented, Standing, State, Subject};
use crate::domain::{
    account::{Account, AccountEvent},
    attempt::{Attempt, Operation},
    command::SubmitKycDocuments,
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::{EffectId, KycReviewId},
    onboarding::incomplete,
    program::{Edition, KycRules, OnboardingStep},
    reason::Reason,
    rejection::{FieldViolation, Rejection, Violation},
};

/// A32: documents go to the reviewer that the program names: those it asks for, one review at a time, and
/// none once they are approved for whom the account was registered.
pub fn submit(facts: &Facts<'_>, command: &SubmitKycDocuments) -> Decided {
    let account = facts.account()?;
    let (rules, subject) = refused(facts.edition(), account)?;
    let kinds: BTreeSet<DocumentKind> = command.documents.iter().map(|document| document.kind).collect();
    if let Some(bad) = demanded(rules, &subject, &kinds) {
        return Err(Rejection::bad_input(vec![bad]).into());
    }
    // What would have been refused when it was looked at first was shown to nobody.
    if command.tokens.len() != command.documents.len() {
        let provider = &rules.provider;
        let sentence = "The reviewer was not given the documents. Submit them once more.";
        let violation = Violation::new(Reason::NoRoute, "C12", sentence).fact("provider", provider);
        return Err(Rejection::rule(violation).into());
    }
    let id = KycReviewId(facts.id(0));
    let operation = Operation::ReviewIdentity {
        subject: subject.clone(),
        country: account.country,
        documents: command
            .documents
            .iter()
            .zip(&command.tokens)
            .map(|(document, token)| Presented { kind: document.kind, token: token.clone() })
            .collect(),
    };
    let effect = EffectId { entity: id.0, ordinal: 1 };
    let attempt = Attempt::new(effect, &rules.provider.0, operation, facts.now);
    let mut decision = Decision::reply(id.0);
    decision.call(&attempt);
    let review = KycReview {
        state: State::InReview,
        attempt,
        id,
        account: account.id,
        subject,
        documents: command.documents.clone(),
        created: facts.now,
        program_version: facts.edition().version().clone(),
    };
    decision.push(id.0, Event::KycReview(KycEvent::Submitted { review: Box::new(review) }));
    let event = AccountEvent::KycChanged { review: id, standing: Standing::InReview };
    decision.push(account.id.0, Event::Account(event));
    Ok(decision)
}

/// Why no documents are taken of an account at this moment; else by which rules, and whom they have to show.
/// It is asked before documents are shown to anybody, too.
pub fn refused<'a>(edition: &'a Edition, account: &Account) -> Result<(&'a KycRules, Subject), Rejection> {
    let rules = rules(edition)?;
    let review = || account.kyc.latest.map(|id| format!("accounts/{}/kycReviews/{id}", account.id));
    let refusal = |reason: Reason, sentence: &str| {
        let violation = Violation::new(reason, "A32", sentence);
        Rejection::rule(violation.fact("kyc_review", review().unwrap_or_default()))
    };
    match account.kyc_state() {
        KycState::InReview => {
            let sentence = "Documents of the account are in review. Wait until that is decided.";
            return Err(refusal(Reason::KycInReview, sentence));
        }
        KycState::Approved => {
            let sentence = "The account's documents are approved. Nothing more is needed.";
            return Err(refusal(Reason::KycAlreadyApproved, sentence));
        }
        KycState::NotSubmitted | KycState::Outdated | KycState::Rejected(_) | KycState::ManualReview => {}
    }
    match &account.profile {
        Some(profile) => Ok((rules, Subject::of(profile))),
        None => {
            let step = [OnboardingStep::AccountInformation];
            Err(incomplete(edition, account, &step).unwrap_or_else(|| Rejection::not_found("The profile")))
        }
    }
}

/// The rules, where the program has a review.
pub(super) fn rules(edition: &Edition) -> Result<&KycRules, Rejection> {
    edition.kyc().ok_or_else(|| {
        let sentence = "The program has no review of identity documents, so none are taken or required.";
        Rejection::rule(Violation::new(Reason::KycNotOffered, "A32", sentence))
    })
}

/// What the program asks for that is not among the documents.
#[must_use]
pub fn demanded(
    rules: &KycRules,
    subject: &Subject,
    kinds: &BTreeSet<DocumentKind>,
) -> Option<FieldViolation> {
    let demand = rules.demand(subject.customer);
    (!demand.is_met(kinds)).then(|| {
        let description = format!("Documents are missing. Submit {demand}.");
        FieldViolation::new("documents", Reason::InvalidField, description)
    })
}
