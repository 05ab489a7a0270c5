//! Accounts: registration, obligations, the default method, credit.
//!
//! To add a command: a variant of [`crate::domain::command::Command`], a function in `decide.rs`, an
//! event in `state.rs` if something new can happen, and a row in the legality matrix.

mod credit;
mod deactivate;
mod decide;
mod state;
mod update;

pub(in crate::domain) use credit::within_limit;
pub use credit::{CreditTerms, CustomerType, set_credit_terms};
pub use deactivate::{deactivate, end_silence};
pub use decide::{create, report_obligations, set_default};
pub use state::{Account, AccountEvent, Deactivation};
pub use update::update;
