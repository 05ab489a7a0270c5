//! Payments: settling invoices by attempts at providers (C8, A11, A15, A32).

mod advance;
mod pay;
mod state;

pub(in crate::domain) use advance::cant_withdraw;
pub use advance::{advance, cancel};
pub use pay::pay;
pub use state::{Payment, PaymentEvent, State};
