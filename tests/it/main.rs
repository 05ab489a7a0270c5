//! Tests of the service's parts against the real things they stand on.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on ends, and says where"
)]

mod acceptance;
mod audit;
mod cancels;
mod crash;
mod database;
mod documents;
mod store;
mod storm;
mod support;
mod walkthrough;
