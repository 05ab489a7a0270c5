//! The sandbox's console: pages on which a developer sees accounts with what they have, a payment's
//! timeline, inboxes and the ledgers outside, moves test clocks and sends remittances (C10, C13, C14).
//!
//! An island, as the sandbox is: it imports the generated protobuf and `env`, and knows no more of the
//! service than any client does. Everything it shows and does goes through the public gRPC API.
//!
//! ```text
//!   browser ──► guard ──► a page ──► bursar (clients) ──► gRPC ──► the service, the sandbox
//!                            │
//!                          layout, shown, sequence      plain HTML and one drawing, no script
//! ```
//!
//! **To add a page**, add a file with its handler and markup and a route below; `layout` gives it its frame,
//! an error of the API becomes a page by itself. An address is that of the resource: `/console/` and its name.

mod account;
mod accounts;
mod bank;
mod bursar;
mod clocks;
mod guard;
mod inbox;
mod layout;
mod ledger;
mod payment;
mod sequence;
mod shown;
mod transfer;
mod trouble;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn_with_state, map_response},
    routing::get,
};
use tokio::sync::Mutex;

use self::bursar::Bursar;
use crate::env::Connection;

/// More than any form here can have.
const BODY_BYTES_MAX: usize = 4096;

/// What every page works with.
#[derive(Clone)]
struct Console {
    bursar: Bursar,
    /// The host that the pages are reached at.
    host: Arc<str>,
    /// What fired when a clock was last moved from here, for the page that follows.
    fired: Arc<Mutex<BTreeMap<String, Vec<String>>>>,
}

/// The pages of the service behind a connection, to be nested under `/console`. `pages_url` is where browsers
/// find it.
pub fn pages(connection: Connection, pages_url: &str) -> Router {
    let console =
        Console { bursar: Bursar::new(connection), host: guard::host_of(pages_url), fired: Arc::default() };
    Router::new()
        .route("/", get(accounts::list))
        .route("/accounts/{account}", get(account::show).post(account::attach))
        .route("/accounts/{account}/payments/{payment}", get(payment::show))
        .route("/inbox", get(inbox::show))
        .route("/ledger", get(ledger::show))
        .route("/bank", get(bank::show).post(bank::send))
        .route("/testClocks", get(clocks::list).post(clocks::create))
        .route("/testClocks/{clock}", get(clocks::show).post(clocks::advance))
        .fallback(trouble::unknown)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(Arc::clone(&console.host), guard::check))
        .layer(map_response(guard::secure))
        .with_state(console)
}
