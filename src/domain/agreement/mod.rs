//! Agreements: a customer's leave to charge their wallet (A17). It is set up on the wallet's page, is in
//! force while the method is linked, and ends here or at the wallet.

mod advance;
mod end;
mod link;
mod state;

pub use advance::advance;
pub(in crate::domain) use end::end;
pub use link::link_wallet;
pub use state::{Agreement, AgreementEvent, State};
