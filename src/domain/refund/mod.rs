//! Refunds: giving back what a payment took, in whole or in part (C8, W9).
//!
//! A refund is one attempt at the provider that took the money. What a charge can still give back is a fact of its
//! payment ([`Payment::left_of`](crate::domain::payment::Payment::left_of)), changed in the decision that starts a
//! refund, so that two that race can't give back more than was taken. [`owed`] starts one that nobody asked for.

mod advance;
mod owed;
mod start;
mod state;

pub use advance::advance;
pub use owed::Taken;
pub(in crate::domain) use owed::give_back;
pub use start::refund;
#[cfg(test)]
pub use state::RefundStanding;
pub use state::{Cause, Refund, RefundEvent, State};
