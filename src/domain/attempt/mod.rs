//! One effect at one provider, from the durable intent to a certain end (C8).
//!
//! ```text
//!            ┌────────────── not found: the same id again ─────────────┐
//!            ▼                                                         │
//!  ──►  Sending ──no answer──► Unknown ──due──► Inquiring ─────────────┤
//!         │  ▲                    ▲                 │                  │
//!         │  └──due── NotSent     └───no answer─────┤                  │
//!         │                                         │                  │
//!         ├──► ActionRequired ──expired──┐          │   (an outcome)   │
//!         ├──► Pending ──due──► Inquiring│          │                  │
//!         │                              ▼          ▼
//!         │        cancel ────────► Cancelling ──► Approved, Declined, Cancelled
//!         └────────────────────────────────────►   NeverSent, Refused, Review
//! ```
//!
//! Silence is never read as a decline. An attempt that may have been sent ends unpaid only by the
//! provider's word: a decline, or the promise to refuse its id from now on. Payments, verifications
//! and releases all run on this one machine; what they make of its end is theirs.

mod advance;
mod backoff;
mod operation;
mod state;
mod step;
#[cfg(test)]
mod tests;

pub use advance::{Advance, Input, Observed, Policy, advance};
pub use backoff::Backoff;
pub use operation::{Authentication, CardUse, Operation};
pub use state::{Approval, ApprovedHolder, Attempt, Call, CancelReason, Effect, Phase, SettledBy, State};
pub use step::Step;
