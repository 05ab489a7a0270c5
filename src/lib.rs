//! bursar, a payment orchestration service. The binary in `main.rs` is a thin shell around this.

#[macro_use]
pub mod planted;

pub mod api;
pub mod app;
pub mod audit;
pub mod config;
pub mod console;
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

/// A settle allocates some hundred times, on one thread what is freed on another; the system's allocator
/// took a fifth of the server's time for that (`docs/performance.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
