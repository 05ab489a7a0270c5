//! Verifications: a hold that is released, a charge that is refunded, or a question without an amount
//! (A13, H6), with the issuer's challenge where it is demanded (A11, H8).

mod advance;
mod start;
mod state;

pub use advance::{advance, cancel};
pub use start::{Start, Started, start};
pub use state::{Purpose, Seen, State, Verification, VerificationEvent};
