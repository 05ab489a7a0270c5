//! What can go wrong in the sandbox itself. An issuer's refusal is no error but an outcome.

use std::sync::Arc;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

/// Why the sandbox could not open or could not answer. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ledger's file could not be opened, read or written.
    #[error("the sandbox's ledger: {0}")]
    Ledger(#[from] rusqlite::Error),
    /// What was done could not be committed with the others of its batch.
    #[error("the sandbox's ledger did not commit: {0}")]
    Commit(Arc<rusqlite::Error>),
    /// The file was written by another version of the sandbox.
    #[error("the sandbox's ledger has version {found}, this program knows {known}; move the file away")]
    Version {
        /// The version in the file.
        found: i64,
        /// The version this program writes.
        known: i64,
    },
    /// A stored effect does not read back.
    #[error("the sandbox's ledger holds an effect that does not read back: {0}")]
    Body(#[from] serde_json::Error),
    /// The thread that owns the ledger could not be started.
    #[error("the sandbox's ledger thread: {0}")]
    Thread(#[from] std::io::Error),
    /// The thread that owns the ledger is gone.
    #[error("the sandbox has stopped")]
    Stopped,
    /// The request can never be served as asked.
    #[error("{field}: {description}")]
    Invalid {
        /// The field at fault, as the proto file names it.
        field: &'static str,
        /// What is wrong with it.
        description: String,
    },
}

impl Error {
    /// A field of a request that can never be served as asked.
    pub(super) fn invalid(field: &'static str, description: impl Into<String>) -> Self {
        Self::Invalid { field, description: description.into() }
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid { field, description } => {
                let details = ErrorDetails::with_bad_request_violation(field, description.as_str());
                Self::with_error_details(
                    Code::InvalidArgument,
                    format!("{field}: {description}. Nothing was done."),
                    details,
                )
            }
            Error::Stopped => Self::unavailable("the sandbox is stopping; nothing was done"),
            Error::Ledger(_)
            | Error::Commit(_)
            | Error::Version { .. }
            | Error::Body(_)
            | Error::Thread(_) => {
                tracing::error!(error = %error, "sandbox.ledger.failed");
                Self::internal("the sandbox's ledger failed; its log says how")
            }
        }
    }
}
