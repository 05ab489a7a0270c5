//! Payments: settling invoices by attempts at providers (C8, A11, A15, A32).
//!
//! A payment is of the whole amount, with one method at a time. [`charge`] makes an attempt; where one ends
//! without the money, [`ladder`] says what is tried next: another provider after an outage (C12), another
//! card after a decline that lets it (H13).

mod advance;
mod charge;
mod collect;
mod ladder;
mod late;
mod options;
mod pay;
mod redirect;
mod returned;
mod state;

pub(in crate::domain) use advance::cant_withdraw;
pub use advance::{advance, cancel};
pub(in crate::domain) use collect::collect;
pub use options::{PaymentOption, options};
pub(in crate::domain) use pay::order;
pub use pay::pay;
pub use redirect::{complete, enable};
pub use returned::{Goes, LateCharge, LateOf, Returned};
pub use state::{Payment, PaymentEvent, Seen, State, Terms};
