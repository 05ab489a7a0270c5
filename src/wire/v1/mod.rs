//! Resources of `bursar.v1` from entities.

mod account;
mod common;
mod event;
mod invoice;
mod message;
mod method;
mod payment;
mod remittance;
mod usage;
mod verification;
mod webhook;

pub use account::account;
pub use common::{Showing, failure};
pub use event::{Row, Unreadable, events};
pub use invoice::invoice;
pub use message::message;
pub use method::{link_attempt, payment_method};
pub use payment::payment;
pub use remittance::{balance, balance_entry, remittance, remittance_account};
pub use usage::usage_period;
pub use verification::verification;
pub use webhook::{webhook_delivery, webhook_endpoint, webhook_secret};
