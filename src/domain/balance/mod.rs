//! What an account has to its credit, currency by currency (A30).
//!
//! Every change is an entry ([`Entry`]), written with the event that moves the sum ([`Funds`]), so the sum
//! is what the entries make. What arrives pays open bills, oldest first ([`settled`]), whatever command
//! brought it about; where that is switched off, bills are paid by hand ([`pay`]).
//!
//! ```text
//!   remittance, voided bill ──► funds ──► bills, oldest first, the last one perhaps in part
//!   return by the bank      ◄──   (less than nothing: owed)
//! ```

mod by_hand;
mod entry;
mod funds;
mod settle;

pub use by_hand::{pay, set_auto_settlement};
pub(in crate::domain) use entry::enter;
pub use entry::{Entry, EntryEvent, EntryKind};
pub use funds::Funds;
pub use settle::settled;
