//! What a refused call answered, read in full (C6).

use std::{collections::BTreeMap, time::Duration};

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// A refusal with all of its details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: Code,
    pub message: String,
    pub reason: String,
    pub domain: String,
    pub metadata: BTreeMap<String, String>,
    /// Bad fields, in order.
    pub fields: Vec<String>,
    /// What is wrong with each.
    pub descriptions: Vec<String>,
    /// Rules that are not met, as `A4 CARD_PREPAID`.
    pub rules: Vec<String>,
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// Reads a status. Every refusal names a reason of bursar's and says what to do in a sentence.
    pub fn read(status: &Status) -> Self {
        let details = status.get_error_details();
        let info = details.error_info().unwrap_or_else(|| panic!("no ErrorInfo in {status:?}"));
        let violations = details.bad_request().map(|bad| bad.field_violations.as_slice()).unwrap_or_default();
        let rules = details.precondition_failure().map(|it| it.violations.as_slice()).unwrap_or_default();
        assert_eq!(info.domain, "bursar", "{status:?}");
        assert!(status.message().ends_with('.'), "no sentence: {:?}", status.message());
        Self {
            code: status.code(),
            message: status.message().to_owned(),
            reason: info.reason.clone(),
            domain: info.domain.clone(),
            metadata: info.metadata.clone().into_iter().collect(),
            fields: violations.iter().map(|violation| violation.field.clone()).collect(),
            descriptions: violations.iter().map(|violation| violation.description.clone()).collect(),
            rules: rules.iter().map(|rule| format!("{} {}", rule.r#type, rule.subject)).collect(),
            retry_after: details.retry_info().and_then(|retry| retry.retry_delay),
        }
    }

    /// A fact about the main reason.
    pub fn fact(&self, name: &str) -> &str {
        self.metadata.get(name).unwrap_or_else(|| panic!("no fact {name:?} in {self:#?}"))
    }

    /// That it is bad input, by this reason, in exactly these fields.
    #[track_caller]
    pub fn is_bad_input(&self, reason: &str, fields: &[&str]) {
        assert_eq!((self.code, self.reason.as_str()), (Code::InvalidArgument, reason), "{self:#?}");
        let mut named = self.fields.clone();
        named.sort();
        let mut expected = fields.to_vec();
        expected.sort_unstable();
        assert_eq!(named, expected, "{self:#?}");
        for description in &self.descriptions {
            assert!(description.ends_with('.'), "no sentence: {description:?}");
        }
    }

    /// That it is for these rules, each as `A4 CARD_PREPAID`, the first of which gives the reason.
    #[track_caller]
    pub fn is_by_rules(&self, rules: &[&str]) {
        assert_eq!(self.code, Code::FailedPrecondition, "{self:#?}");
        assert_eq!(self.rules, rules, "{self:#?}");
        let (_, reason) = rules[0].split_once(' ').expect("a requirement and a reason");
        assert_eq!(self.reason, reason, "{self:#?}");
    }

    /// That what was named is not there.
    #[track_caller]
    pub fn is_not_found(&self) {
        assert_eq!((self.code, self.reason.as_str()), (Code::NotFound, "RESOURCE_NOT_FOUND"), "{self:#?}");
    }
}

/// The refusal that a call has to end with.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(answer: Result<T, Status>) -> Refusal {
    match answer {
        Err(status) => Refusal::read(&status),
        Ok(accepted) => panic!("it was accepted: {accepted:#?}"),
    }
}
