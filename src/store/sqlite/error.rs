//! What an error of SQLite's means here.

use rusqlite::{Error, ErrorCode};

use crate::store::StoreError;

/// Outside a `COMMIT` every error leaves the file as it was.
impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let broken_row = matches!(
            error,
            Error::FromSqlConversionFailure(..)
                | Error::InvalidColumnType(..)
                | Error::IntegralValueOutOfRange(..)
                | Error::Utf8Error(..)
        );
        let broken_file = matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::ConstraintViolation)
        );
        if broken_row || broken_file {
            Self::Inconsistent(error.to_string())
        } else {
            Self::Unavailable(error.to_string())
        }
    }
}
