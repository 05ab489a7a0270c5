//! Carrying out what was committed: calls to providers, at once by whoever committed them, after the
//! lease by anybody; and timers.
//!
//! What a provider answers comes back as a command ([`Engine::tell`]). Nothing here decides, and
//! nothing here is remembered: after a crash the same calls are found in the store again, because an
//! entity's state says which call is under way for it (design decisions 4 and 6).

mod call;
mod crossing;
mod due;
mod meter;
mod recover;
mod runner;
#[cfg(test)]
mod tests;
mod webhooks;

pub use due::wake;
pub use runner::Runner;
pub use webhooks::{HttpReceivers, Post, Receivers};

#[cfg(doc)]
use crate::engine::Engine;
