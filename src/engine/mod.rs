//! From a command to a durable decision: the only way in which state changes.
//!
//! ```text
//!   submit ──► inbox ──► batch: load ─► decide ─► commit ──► reply, effects, watchers
//!   learn  ──► (a lane of its own, never shed)      ▲  │
//!                                                   └──┘ lost to another writer: decided anew
//! ```
//!
//! A writer awaits the first command, drains what else is ready, decides all of it in memory and
//! commits once. Only then are callers answered and calls to providers handed out. Writers are tasks
//! that nobody cancels: a caller that goes away never cancels a transaction.

mod assemble;
mod batch;
mod cache;
mod calls;
mod chain;
mod config;
mod handle;
mod inbox;
mod journal;
mod plan;
pub mod stream;
#[cfg(test)]
mod tests;
mod waiters;
mod writer;

pub use assemble::named_by_head;
pub use calls::Calls;
pub use chain::link;
pub use config::{Config, Ruleset};
pub use handle::{Dispatch, Engine, Rested};
pub use inbox::{EngineError, Reply, Request, RequestKey};
pub use journal::Cause;
