//! What an error of PostgreSQL's means here.

use tokio_postgres::{Error, error::SqlState};

use crate::store::StoreError;

/// How a transaction failed whose `COMMIT` was not sent, or is known not to have happened.
#[derive(Debug)]
pub(super) enum Failure {
    /// It collided with another one, or the connection it had was gone: the same again may do.
    Again(StoreError),
    /// Trying again at once won't help.
    Final(StoreError),
}

impl Failure {
    pub(super) fn of(error: &Error) -> Self {
        if collided(error) || cut_off(error) || went_away(error) {
            Self::Again(meaning(error))
        } else {
            Self::Final(meaning(error))
        }
    }

    pub(super) fn into_error(self) -> StoreError {
        match self {
            Self::Again(error) | Self::Final(error) => error,
        }
    }
}

/// Lost against another transaction; this one was rolled back.
fn collided(error: &Error) -> bool {
    error.code().is_some_and(|code| {
        *code == SqlState::T_R_DEADLOCK_DETECTED || *code == SqlState::T_R_SERIALIZATION_FAILURE
    })
}

/// The connection ended without a word of the server's.
fn cut_off(error: &Error) -> bool {
    let source = std::error::Error::source(error);
    error.is_closed() || source.is_some_and(|source| source.is::<std::io::Error>())
}

/// The server ended this session, or is about to end or begin its work.
fn went_away(error: &Error) -> bool {
    error.code().is_some_and(|code| {
        [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
            // A standby, or a primary that is one no more.
            SqlState::READ_ONLY_SQL_TRANSACTION,
        ]
        .contains(code)
    })
}

/// Whether an error of a statement before the `COMMIT` proves that its transaction is rolled back: the
/// server said so itself and went on listening. Everything else leaves it open.
pub(super) fn proves_rollback(error: &Error) -> bool {
    error.code().is_some_and(|code| {
        let class = code.code().get(..2).unwrap_or_default();
        *code != SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN
            && ["22", "23", "25", "40", "42", "53", "54", "55"].contains(&class)
    })
}

/// The error for callers. Details of the server's are left out: they quote rows.
pub(super) fn meaning(error: &Error) -> StoreError {
    let Some(told) = error.as_db_error() else {
        let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
        return StoreError::Unavailable(format!("{error}{}", cause.unwrap_or_default()));
    };
    let message = format!("{} ({})", told.message(), told.code().code());
    // Data, integrity, syntax: the schema or a row is not what this program takes it for.
    match told.code().code().get(..2) {
        Some("22" | "23" | "42") => StoreError::Inconsistent(message),
        Some(_) | None => StoreError::Unavailable(message),
    }
}
