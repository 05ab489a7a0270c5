//! Money that arrives by bank transfer (A26 to A28).
//!
//! What arrives in a dedicated account lies with its owner and is credited at once. What arrives in the
//! shared account lies under the program's own account, unapplied, until somebody claims it and somebody
//! else approves that:
//!
//! ```text
//!  dedicated ──► Credited ──────────────────────────────────► Returned
//!                                                                 ▲
//!  shared ──► Unapplied ──claim──► Claimed ──approve──► Crediting │
//!                 ▲ └─────────────────┼──return──────────── │ ────┤
//!                 └─────reject────────┘                     ▼     │
//!                                                       Credited ─┴─► Returning ──► Returned
//! ```
//!
//! Crediting the claimant crosses accounts: it is an attempt whose provider is the other account
//! ([`crossing`]), so that a crash or a lost answer is settled as with any other provider (C8). There the
//! claimant gets a remittance of its own, whose id is derived, so that crediting it again changes nothing.

mod claim;
mod crossing;
pub mod number;
mod receive;
mod state;
mod take_back;

pub use claim::{approve, claim, reject};
pub use crossing::{CROSSING, advance, crossing_policy};
pub use receive::{credited_id, receive, received_id};
pub use state::{Claim, ClaimState, Remittance, RemittanceEvent, Return, State, Transfer};
pub use take_back::take_back;
