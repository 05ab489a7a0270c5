//! How something that rests on attempts stands: a payment, or a verification.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::failure::Failure;

/// How it stands. While it is open, the attempt's own state says more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
#[cfg_attr(
    test,
    derive(strum::EnumDiscriminants),
    strum_discriminants(name(Standing), derive(strum::EnumIter))
)]
pub enum State {
    /// An attempt is under way.
    Open,
    /// It happened.
    Succeeded { at: Timestamp },
    /// It did not, and nothing was taken.
    Failed { failure: Failure, at: Timestamp },
    /// The customer did not act in time; nothing was taken.
    Expired { at: Timestamp },
    /// It was given up by a call; nothing was taken.
    Cancelled { at: Timestamp },
    /// A person has to look.
    Review { reason: String },
}

impl State {
    /// Its name, for the tables and for refusals.
    #[must_use]
    pub fn name(&self, open: &'static str) -> &'static str {
        match self {
            Self::Open => open,
            Self::Succeeded { .. } => "SUCCEEDED",
            Self::Failed { .. } => "FAILED",
            Self::Expired { .. } => "EXPIRED",
            Self::Cancelled { .. } => "CANCELLED",
            Self::Review { .. } => "MANUAL_REVIEW",
        }
    }
}
