//! Payments: settling invoices by attempts at providers (C8, A11, A15, A32).

mod advance;
mod pay;
mod state;

pub use advance::{advance, cancel};
pub use pay::pay;
pub use state::{Payment, PaymentEvent, State};
