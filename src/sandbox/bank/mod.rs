//! The bank that remittances arrive at: it has accounts, a ledger of its own, and reports what arrives.
//!
//! ```text
//!   SendRemittance ──2 to 4 days──► book (credit) ──► report, as often as it likes ──► bursar
//!   ReturnRemittance ─────────────► book (return) ──► report                             │
//!                                   book (rejection) ◄── it knows no such account ◄──────┘
//! ```
//!
//! An account is there where its number's check digits are right: which of them are whose is bursar's.

mod book;
mod desk;
mod service;

pub(super) use book::listen;
pub(super) use desk::{arrive, reject, report};
pub use service::Bank;
