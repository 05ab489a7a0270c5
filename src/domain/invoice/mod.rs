//! Invoices: what an account owes. Settling them is the payment's business.

mod decide;
mod state;

pub(in crate::domain) use decide::not_open;
pub use decide::{create, void};
#[cfg(test)]
pub use state::InvoiceStanding;
pub use state::{Invoice, InvoiceEvent, State};
