//! bursar, a payment orchestration service. The binary in `main.rs` is a thin shell around this.

#[macro_use]
pub mod planted;

pub mod api;
pub mod app;
pub mod config;
pub mod domain;
pub mod effects;
pub mod engine;
pub mod env;
pub mod proto;
pub mod provider;
pub mod sandbox;
pub mod store;
pub mod telemetry;
pub mod wire;
