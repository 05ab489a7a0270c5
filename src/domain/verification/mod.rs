//! Verifications: a hold that is released, a charge that is refunded, or a question without an amount
//! (A13, H6), with the issuer's challenge where it is demanded (A11, H8); and the hold for usage that is not billed
//! yet (A21).

mod advance;
mod preauthorize;
mod start;
mod state;

pub use advance::{advance, cancel};
pub(in crate::domain) use preauthorize::let_go_of_method;
pub use preauthorize::{Preauthorize, let_go, preauthorize};
pub use start::{Start, Started, start};
pub use state::{Purpose, Seen, State, Verification, VerificationEvent};
