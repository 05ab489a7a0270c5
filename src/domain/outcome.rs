//! What a provider says of an effect, or fails to say.

use jiff::Timestamp;

use super::attempt::{Approval, CancelReason};

/// What a provider says of an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It happened.
    Approved(Approval),
    /// It was refused, with the issuer's code, and has not happened.
    Declined { code: String },
    /// The customer has to act first.
    ActionRequired { url: String, expire_at: Timestamp },
    /// It is being worked on.
    Pending,
    /// It never happens.
    Cancelled { reason: CancelReason },
}

/// How a call ended that brought no answer about the effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silence {
    /// The provider was certainly not reached.
    NotSent,
    /// The provider may have been reached.
    Unknown,
    /// The provider refused the request itself, as one it will never carry out.
    Refused { message: String },
}
