//! The rules with the shipped programs, told as scripts: one line a command with what follows.
//!
//! ```text
//! link 4242         => claim taken; link_attempt made; payment_method linked; verification started; perform 1
//! 4242 declined 51  => verification check=Declined failed; payment_method failed; …
//! unlink 4242       => refused METHOD_NOT_ACTIVE C4
//! ```
//!
//! [`script`] reads a line, [`stage`] plays it, [`told`] says what followed. To add a case: write the
//! lines, with the requirement's number in the test's name.

mod account;
mod balance;
mod contact;
mod credit;
mod deactivation;
mod invoice;
mod kyc;
mod ladder;
mod limits;
mod link;
mod matrix;
mod message;
mod method;
mod onboarding;
mod payment;
mod refund;
mod remittance;
pub(crate) mod scenes;
mod script;
mod seller;
mod shape;
pub(crate) mod stage;
mod told;
mod usage;
mod verification;

use script::{given, play};
