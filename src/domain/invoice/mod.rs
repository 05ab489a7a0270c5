//! Invoices: what an account owes, and what for. Settling them is the payment's business; how a bill is
//! collected that nobody asks for stands in [`Collection`].

mod collection;
mod decide;
mod order;
mod purpose;
mod state;

pub use collection::{Collection, Declined, retry};
pub(in crate::domain) use decide::not_open;
pub use decide::{create, void};
pub use order::place;
pub use purpose::{BillCause, OrderKind, Purpose};
#[cfg(test)]
pub use state::InvoiceStanding;
pub use state::{Invoice, InvoiceEvent, State};
