//! What an account may do: while steps of its onboarding are missing (H1, H2), and once it is deactivated
//! (A8), it can only be viewed.
//!
//! Every command says in `permit.rs` what it is for; a new one does not compile until it does.

mod missing;
mod needed;
mod permit;

pub use missing::{incomplete, missing};
pub use needed::{Needed, kyc_required};
pub use permit::{against_deactivated, against_linking, against_paying, permit};
