//! How a customer is reached, and the one-time codes that prove it (H2, H3).
//!
//! A code is never kept: it is derived from the message that brings it, where that leaves and where an
//! answer comes in. What is known here is only whether an answer was right.

mod address;
mod check;
mod send;
mod state;

pub use check::{check, remaining, wrong};
pub use send::send;
pub use state::{Contact, Contacts, PendingCode};
