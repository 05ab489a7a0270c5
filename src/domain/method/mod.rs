//! Payment methods: linking, the default, expiry, unlinking.

mod expiry;
mod follow;
mod instrument;
mod link;
mod state;
mod unlink;

pub use expiry::{expire, update_expiry};
pub(in crate::domain) use follow::{activated, failed, free, waiting};
pub use instrument::{BankRedirect, Card, Instrument, Wallet, WalletHolder};
pub use link::link_card;
pub(in crate::domain) use link::{held_off, instrument_held_off, record_failure};
#[cfg(test)]
pub use state::MethodStanding;
pub use state::{Method, MethodEvent, State};
pub use unlink::unlink;
