//! The rules, pure: no clock, chance, I/O, protobuf or SQL.
//!
//! `decide(facts, command)` says what follows from a command, as a [`decision::Decision`] or a
//! [`rejection::Rejection`]; entities change only by applying the events of a decision. To add a
//! rule: write the row of its table test first, then change `decide` of the folder it belongs to and
//! cite its number.

pub mod card;
pub mod country;
pub mod currency;
pub mod exchange;
pub mod money;
pub mod program;
pub mod reason;
pub mod rejection;
pub mod table;
