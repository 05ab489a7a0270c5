//! Reviews of identity documents.

use crate::{
    domain::{
        account::Account,
        kyc::{Document, DocumentKind, KycReview, KycState, RejectionReason, State},
    },
    proto::v1 as pb,
    wire::{names, time},
};

/// A review as callers see it.
#[must_use]
pub fn kyc_review(review: &KycReview) -> pb::KycReview {
    let (state, decided) = match &review.state {
        State::InReview => (pb::KycReviewState::InReview, None),
        State::Approved { at } => (pb::KycReviewState::Approved, Some(*at)),
        State::Rejected { at, .. } => (pb::KycReviewState::Rejected, Some(*at)),
        State::Review { .. } => (pb::KycReviewState::ManualReview, None),
    };
    let (reason, advice) = match &review.state {
        State::InReview | State::Approved { .. } => (pb::KycRejectionReason::Unspecified, ""),
        State::Rejected { reason, .. } => (shown(*reason), reason.advice()),
        State::Review { .. } => {
            let advice = "What it came to is not known. Submit documents anew, or ask the seller's support.";
            (pb::KycRejectionReason::Unspecified, advice)
        }
    };
    pb::KycReview {
        name: names::child(review.account, names::KYC_REVIEWS, review.id.0),
        state: state.into(),
        rejection_reason: reason.into(),
        advice: advice.to_owned(),
        registered_name: review.subject.registered_name.clone(),
        documents: review.documents.iter().map(document).collect(),
        create_time: Some(time::timestamp(review.created)),
        decide_time: decided.map(time::timestamp),
        review_reason: match &review.state {
            State::Review { reason } => reason.clone(),
            State::InReview | State::Approved { .. } | State::Rejected { .. } => String::new(),
        },
        effect_id: review.attempt.effect.to_string(),
        program_version: review.program_version.to_string(),
    }
}

fn shown(reason: RejectionReason) -> pb::KycRejectionReason {
    match reason {
        RejectionReason::InconsistentWithRegistration => pb::KycRejectionReason::InconsistentWithRegistration,
        RejectionReason::Blurry => pb::KycRejectionReason::Blurry,
        RejectionReason::Expired => pb::KycRejectionReason::Expired,
    }
}

fn document(document: &Document) -> pb::KycDocument {
    pb::KycDocument {
        r#type: match document.kind {
            DocumentKind::Passport => pb::KycDocumentType::Passport,
            DocumentKind::IdentityCard => pb::KycDocumentType::IdentityCard,
            DocumentKind::BusinessLicense => pb::KycDocumentType::BusinessLicense,
            DocumentKind::ProofOfAddress => pb::KycDocumentType::ProofOfAddress,
        }
        .into(),
        file_name: document.file_name.clone(),
        content_type: document.content_type.clone(),
        content: Vec::new(),
        size_bytes: i32::try_from(document.size).unwrap_or(i32::MAX),
    }
}

/// How an account stands with its identity documents.
#[must_use]
pub fn account_kyc(account: &Account) -> pb::AccountKyc {
    let required = account.kyc.required.as_ref();
    pb::AccountKyc {
        state: match account.kyc_state() {
            KycState::NotSubmitted => pb::AccountKycState::NotSubmitted,
            KycState::InReview => pb::AccountKycState::InReview,
            KycState::Approved => pb::AccountKycState::Approved,
            KycState::Outdated => pb::AccountKycState::Outdated,
            KycState::Rejected(_) => pb::AccountKycState::Rejected,
            KycState::ManualReview => pb::AccountKycState::ManualReview,
        }
        .into(),
        kyc_review: account
            .kyc
            .latest
            .map(|review| names::child(account.id, names::KYC_REVIEWS, review.0))
            .unwrap_or_default(),
        required_by_seller: required.is_some(),
        required_reason: required.map(|required| required.reason.clone()).unwrap_or_default(),
        require_time: required.map(|required| time::timestamp(required.at)),
    }
}
