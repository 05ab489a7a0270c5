//! Generated protobuf to domain values and back. Proto types stop here: whatever comes in is checked
//! field by field, and nothing further in knows what a message is.

pub mod json;
pub mod money;
pub mod names;
pub mod provider;
pub mod time;
pub mod v1;
