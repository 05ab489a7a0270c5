//! Identity documents and their reviews (KYC, A32): submitted by the customer, compared by a provider with
//! what the account was registered as, required by the program or by the seller.
//!
//! A review is one effect at one provider ([`crate::domain::attempt`]), though it moves no money: retries,
//! inquiry and notifications days later hold for it as for all others. Of a document only its kind, its
//! file's name and size, and the provider's token are here; its content is the provider's alone.

mod advance;
mod document;
mod require;
mod standing;
mod state;
mod submit;

pub use advance::advance;
pub use document::{Document, DocumentKind, Presented};
pub use require::{require, required};
pub use standing::{Kyc, KycState, Requirement, Standing, Subject};
pub use state::{KycEvent, KycReview, RejectionReason, State};
pub use submit::{demanded, refused, submit};
