//! Accounts: registration, obligations, the default method.
//!
//! To add a command: a variant of [`crate::domain::command::Command`], a function in `decide.rs`, an
//! event in `state.rs` if something new can happen, and a row in the legality matrix.

mod decide;
mod state;

pub use decide::{create, report_obligations, set_default};
pub use state::{Account, AccountEvent};
