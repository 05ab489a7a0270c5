//! bursar, a payment orchestration service. The binary in `main.rs` is a thin shell around this.

pub mod env;
pub mod proto;
pub mod telemetry;
