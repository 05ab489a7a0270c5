//! A refusal by rule or of bad input, with everything the caller needs to put it right (C6).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::reason::Reason;

/// What kind of refusal it is. The API maps each to one gRPC code and its details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Fields that can't be right whatever the state: all of them at once.
    BadInput(Vec<FieldViolation>),
    /// A rule that isn't met, with every violation found.
    Precondition(Vec<Violation>),
    /// What was named does not exist, or not for this account.
    NotFound,
    /// It exists already.
    Exists,
    /// Too often; opens again at the given time (C15).
    Limited { retry_at: Timestamp },
    /// A rule that isn't met yet, and when to try again (W9).
    NotYet { violation: Box<Violation>, retry_at: Timestamp },
}

/// One field that can't be accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldViolation {
    /// The path in the request, as `card.expiry`.
    pub field: String,
    /// Why, machine-readable.
    pub reason: Reason,
    /// What to do, in a sentence.
    pub description: String,
}

impl FieldViolation {
    /// A field that can't be accepted, in the given words.
    pub fn new(field: impl Into<String>, reason: Reason, description: impl Into<String>) -> Self {
        Self { field: field.into(), reason, description: description.into() }
    }
}

/// One rule that isn't met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Why, machine-readable.
    pub reason: Reason,
    /// The requirement's number, as `A4`.
    pub requirement: String,
    /// What is wrong and what to do next, in a sentence.
    pub description: String,
    /// The facts of it, for ErrorInfo's metadata.
    pub facts: BTreeMap<String, String>,
}

impl Violation {
    /// A rule that isn't met, without facts yet.
    pub fn new(reason: Reason, requirement: &str, description: impl Into<String>) -> Self {
        Self {
            reason,
            requirement: requirement.to_owned(),
            description: description.into(),
            facts: BTreeMap::new(),
        }
    }

    /// Adds a fact.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl ToString) -> Self {
        self.facts.insert(name.to_owned(), value.to_string());
        self
    }
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// The first and main reason.
    pub reason: Reason,
    /// What to do next, in a sentence.
    pub message: String,
    /// Facts of the main reason.
    pub facts: BTreeMap<String, String>,
    /// What kind of refusal.
    pub kind: Kind,
}

impl Rejection {
    /// Bad input. `violations` holds at least one.
    #[must_use]
    pub fn bad_input(violations: Vec<FieldViolation>) -> Self {
        let reason = match violations.as_slice() {
            [only] => only.reason,
            _ => Reason::InvalidField,
        };
        let message = violations.iter().map(|v| v.description.as_str()).collect::<Vec<_>>().join(" ");
        Self { reason, message, facts: BTreeMap::new(), kind: Kind::BadInput(violations) }
    }

    /// One field that can't be accepted.
    pub fn field(field: &str, reason: Reason, description: impl Into<String>) -> Self {
        Self::bad_input(vec![FieldViolation::new(field, reason, description)])
    }

    /// One rule that isn't met.
    #[must_use]
    pub fn rule(violation: Violation) -> Self {
        Self {
            reason: violation.reason,
            message: violation.description.clone(),
            facts: violation.facts.clone(),
            kind: Kind::Precondition(vec![violation]),
        }
    }

    /// A rule that isn't met yet: waiting helps.
    #[must_use]
    pub fn not_yet(violation: Violation, retry_at: Timestamp) -> Self {
        Self {
            reason: violation.reason,
            message: violation.description.clone(),
            facts: violation.facts.clone(),
            kind: Kind::NotYet { violation: Box::new(violation), retry_at },
        }
    }

    /// Several rules that aren't met; the first is the main one. `None` where there are none.
    #[must_use]
    pub fn rules(violations: Vec<Violation>) -> Option<Self> {
        let first = violations.first()?;
        Some(Self {
            reason: first.reason,
            message: first.description.clone(),
            facts: first.facts.clone(),
            kind: Kind::Precondition(violations),
        })
    }

    /// Adds a fact.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl ToString) -> Self {
        self.facts.insert(name.to_owned(), value.to_string());
        self
    }

    /// What is to be made exists already.
    #[must_use]
    pub fn exists(name: &str) -> Self {
        Self {
            reason: Reason::ResourceExists,
            message: format!("{name} exists already. Use it as it is, or make another one."),
            facts: BTreeMap::from([("resource".to_owned(), name.to_owned())]),
            kind: Kind::Exists,
        }
    }

    /// What was named does not exist.
    #[must_use]
    pub fn not_found(name: &str) -> Self {
        Self {
            reason: Reason::ResourceNotFound,
            message: format!(
                "{name} does not exist. Check the name, and that it belongs to the account that is asked."
            ),
            facts: BTreeMap::from([("resource".to_owned(), name.to_owned())]),
            kind: Kind::NotFound,
        }
    }
}
