//! What tests need of the world around them.

pub mod postgres;
