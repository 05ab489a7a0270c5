//! How an account stands with its identity documents.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::Display;

use super::RejectionReason;
use crate::domain::{
    account::{Account, CustomerType},
    ids::KycReviewId,
    profile::Profile,
};

/// What an account keeps of its reviews.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kyc {
    /// How the last review stands.
    #[serde(default)]
    pub standing: Standing,
    /// Which that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<KycReviewId>,
    /// What the seller requires of this account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<Requirement>,
}

/// That the seller requires documents of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// Why, for the customer to read.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
}

/// How the last review of an account stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Standing {
    /// There was none.
    #[default]
    NotSubmitted,
    /// The provider looks at the documents.
    InReview,
    /// They show this customer.
    Approved { subject: Subject },
    /// They were rejected.
    Rejected { reason: RejectionReason },
    /// A person has to look.
    Review,
}

/// Whom documents have to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The name that the account was registered with.
    pub registered_name: String,
    /// What kind of customer it is.
    pub customer: CustomerType,
}

impl Subject {
    /// Whom an account was registered for.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        let (name, customer) = match profile {
            Profile::Individual { name, .. } => (name, CustomerType::Individual),
            Profile::Enterprise { name, .. } => (name, CustomerType::Enterprise),
        };
        Self { registered_name: name.clone(), customer }
    }
}

/// How an account stands at this moment: an approval counts for whom it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum KycState {
    /// No documents were submitted.
    NotSubmitted,
    /// They are in review.
    InReview,
    /// They were approved.
    Approved,
    /// They were, for another name or kind of customer than the account has by now.
    Outdated,
    /// They were rejected.
    Rejected(RejectionReason),
    /// A person has to look.
    ManualReview,
}

impl Kyc {
    /// Whether there is nothing to keep.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Account {
    /// How it stands with its identity documents.
    #[must_use]
    pub fn kyc_state(&self) -> KycState {
        match &self.kyc.standing {
            Standing::NotSubmitted => KycState::NotSubmitted,
            Standing::InReview => KycState::InReview,
            Standing::Approved { subject } => {
                let is_now = self.profile.as_ref().map(Subject::of);
                if is_now.as_ref() == Some(subject) { KycState::Approved } else { KycState::Outdated }
            }
            Standing::Rejected { reason } => KycState::Rejected(*reason),
            Standing::Review => KycState::ManualReview,
        }
    }
}
