//! Resources of `bursar.v1` from entities.

mod account;
mod common;
mod event;
mod explanation;
mod invoice;
mod kyc;
mod message;
mod method;
mod payment;
mod refund;
mod remittance;
mod timeline;
mod usage;
mod verification;
mod webhook;

pub use account::account;
pub use common::{Showing, failure};
pub use event::{Row, Unreadable, events};
pub use explanation::{
    Known, link_attempt as explain_link_attempt, payment as explain_payment,
    verification as explain_verification,
};
pub use invoice::invoice;
pub use kyc::{account_kyc, kyc_review};
pub use message::message;
pub use method::{link_attempt, payment_method};
pub use payment::payment;
pub use refund::refund;
pub use remittance::{balance, balance_entry, remittance, remittance_account};
pub use timeline::{Origin, timeline};
pub use usage::usage_period;
pub use verification::verification;
pub use webhook::{webhook_delivery, webhook_endpoint, webhook_secret};
