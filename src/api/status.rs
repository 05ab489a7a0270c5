//! Every error a caller can get, made in one place (C6).
//!
//! | what happened | code | details beside ErrorInfo |
//! |---|---|---|
//! | fields that can't be right | INVALID_ARGUMENT | BadRequest, all of them |
//! | a rule that is not met | FAILED_PRECONDITION | PreconditionFailure, all of them |
//! | what was named does not exist | NOT_FOUND | |
//! | it exists already | ALREADY_EXISTS | |
//! | too often, or too much at once | RESOURCE_EXHAUSTED | RetryInfo |
//! | the store can't be reached, or the provider before anything was sent | UNAVAILABLE | RetryInfo |
//! | a fault of ours | INTERNAL | |

use std::{collections::HashMap, time::Duration};

use jiff::Timestamp;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::{
    domain::{
        reason::Reason,
        rejection::{Kind, Rejection, Violation},
    },
    engine::EngineError,
    telemetry::ERROR_DOMAIN,
};

/// After which time a call that was shed is worth repeating.
const RETRY_OVERLOADED: Duration = Duration::from_millis(500);
/// After which time a call that met an outage is worth repeating.
const RETRY_OUTAGE: Duration = Duration::from_secs(2);

/// A refusal as a status.
#[must_use]
pub fn refused(rejection: &Rejection, now: Timestamp) -> Status {
    let facts: HashMap<String, String> =
        rejection.facts.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let mut details = ErrorDetails::with_error_info(rejection.reason.to_string(), ERROR_DOMAIN, facts);
    let code = match &rejection.kind {
        Kind::BadInput(fields) => {
            for field in fields {
                details.add_bad_request_violation(&field.field, &field.description);
            }
            Code::InvalidArgument
        }
        Kind::Precondition(violations) => {
            violations.iter().for_each(|violation| add(&mut details, violation));
            Code::FailedPrecondition
        }
        Kind::NotYet { violation, retry_at } => {
            add(&mut details, violation);
            let wait = Duration::try_from(retry_at.duration_since(now)).unwrap_or_default();
            details.set_retry_info(Some(wait));
            Code::FailedPrecondition
        }
        Kind::NotFound => Code::NotFound,
        Kind::Exists => Code::AlreadyExists,
        Kind::Limited { retry_at } => {
            let wait = Duration::try_from(retry_at.duration_since(now)).unwrap_or_default();
            details.set_retry_info(Some(wait));
            Code::ResourceExhausted
        }
    };
    Status::with_error_details(code, &rejection.message, details)
}

/// A rule that isn't met.
fn add(details: &mut ErrorDetails, violation: &Violation) {
    details.add_precondition_failure_violation(
        &violation.requirement,
        violation.reason.to_string(),
        &violation.description,
    );
}

/// What was named does not exist.
#[must_use]
pub fn not_found(name: &str) -> Status {
    refused(&Rejection::not_found(name), Timestamp::UNIX_EPOCH)
}

fn plain(code: Code, reason: Reason, message: &str, retry: Option<Duration>) -> Status {
    let mut details = ErrorDetails::with_error_info(reason.to_string(), ERROR_DOMAIN, HashMap::new());
    if retry.is_some() {
        details.set_retry_info(retry);
    }
    Status::with_error_details(code, message, details)
}

/// The provider can't be reached; nothing was done.
#[must_use]
pub fn provider_unavailable() -> Status {
    plain(
        Code::Unavailable,
        Reason::ProviderUnavailable,
        "The payment provider can't be reached. Nothing was done; try again.",
        Some(RETRY_OUTAGE),
    )
}

/// A notification whose token is not one of ours.
#[must_use]
pub fn token_invalid() -> Status {
    plain(
        Code::PermissionDenied,
        Reason::NotificationTokenInvalid,
        "The notification does not carry the token that came with its effect.",
        None,
    )
}

/// A notification about an effect that is not known.
#[must_use]
pub fn effect_not_found() -> Status {
    plain(Code::NotFound, Reason::EffectNotFound, "No such effect is known here.", None)
}

/// The service is about to stop; nothing is lost.
#[must_use]
pub fn stopping() -> Status {
    plain(
        Code::Unavailable,
        Reason::StoreUnavailable,
        "The service is stopping. Go on from the last cursor.",
        Some(RETRY_OVERLOADED),
    )
}

/// A fault of ours. What exactly goes to the log, not to the caller.
#[must_use]
pub fn internal(fault: &dyn std::fmt::Display) -> Status {
    tracing::error!(%fault, "a fault of the service");
    plain(
        Code::Internal,
        Reason::Internal,
        "A fault in the service. Nothing is lost; repeat the call with the same request_id.",
        None,
    )
}

/// An engine's error as a status.
#[must_use]
pub fn failed(error: &EngineError, now: Timestamp) -> Status {
    match error {
        EngineError::Refused(rejection) => refused(rejection, now),
        EngineError::Overloaded => plain(
            Code::ResourceExhausted,
            Reason::Overloaded,
            "The service has as much work as it takes on. Nothing was done; try again shortly.",
            Some(RETRY_OVERLOADED),
        ),
        EngineError::Store(fault) => {
            tracing::warn!(%fault, "the store does not work");
            plain(
                Code::Unavailable,
                Reason::StoreUnavailable,
                "The store can't be reached. Repeat the call with the same request_id.",
                Some(RETRY_OUTAGE),
            )
        }
        EngineError::Internal(fault) => internal(fault),
    }
}
