//! The rules, pure: no clock, chance, I/O, protobuf or SQL.
//!
//! [`decide::decide`] says what follows from a command, as a [`decision::Decision`] or a refusal;
//! entities change only by the events of a decision ([`world::World::apply`]), so the log cannot
//! differ from the tables. Each folder is one entity: its state, what can happen to it, and one file
//! for each command with more than a few lines.
//!
//! To add a rule: write the row of its table test first, then change the decision it belongs to and
//! cite its number (`// A8`).

pub mod account;
pub mod agreement;
pub mod attempt;
pub mod balance;
pub mod card;
pub mod claim;
pub mod command;
pub mod contact;
pub mod country;
pub mod course;
pub mod currency;
pub mod decide;
pub mod decision;
pub mod entity;
pub mod event;
pub mod exchange;
pub mod facts;
pub mod failure;
pub mod ids;
pub mod invoice;
pub mod kyc;
pub mod link;
pub mod message;
pub mod method;
pub mod money;
pub mod onboarding;
pub mod outcome;
pub mod payment;
pub mod profile;
pub mod program;
pub mod reason;
pub mod reference_rates;
pub mod refund;
pub mod rejection;
pub mod remittance;
pub mod seller;
pub mod table;
#[cfg(test)]
pub(crate) mod tests;
pub mod usage;
pub mod verification;
pub mod webhook;
pub mod world;
