//! The yardstick: a settle as a team would write it that means well and has a week. A tonic service, a
//! pool of connections, prepared statements, and for each request one transaction before the provider is
//! called and one after, each with its row locks, its idempotency key and its events.
//!
//! It keeps the promises of a settle (durable before the provider is called, an id used twice settles
//! once) and none of bursar's others: no rules, no batches, no journal that can be checked, no recovery.
//!
//! ```text
//! service    the RPC: what was asked, the two transactions, the answer
//! postgres   tokio-postgres and deadpool
//! sqlite     rusqlite in `spawn_blocking`
//! ```

mod postgres;
mod service;
mod sqlite;

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tonic::Status;
use uuid::Uuid;

pub use service::run;

/// Where it keeps its state, `postgres://…` or `sqlite:PATH`.
#[derive(Serialize, Deserialize)]
pub struct Job {
    pub database_url: String,
}

/// What a request asks for.
pub struct Asked {
    pub account: Uuid,
    pub invoice: Uuid,
    pub request_id: String,
    pub fingerprint: Vec<u8>,
    /// The payment's id, should it come to be.
    pub payment: Uuid,
}

/// A payment that may be sent to the provider, or that was made before.
#[derive(Debug, Clone)]
pub struct Payment {
    pub id: Uuid,
    pub amount_cents: i64,
    pub currency: String,
    pub card_token: String,
    pub succeeded: bool,
}

#[async_trait]
trait Ledger: Send + Sync {
    /// The first transaction: the request's id, the invoice reserved, the payment begun.
    async fn begin(&self, asked: Asked) -> Result<Payment, Status>;

    /// The second one: the payment succeeded, the invoice paid.
    async fn succeed(&self, payment: Uuid, reference: String) -> Result<(), Status>;
}

async fn open(url: &str) -> Arc<dyn Ledger> {
    match url.strip_prefix("sqlite:") {
        Some(path) => Arc::new(sqlite::File::open(path)),
        None => Arc::new(postgres::Database::open(url)),
    }
}

/// Makes the tables, and a customer with a card for every order, with its invoice.
pub fn fill(url: &str, orders: &[(Uuid, Uuid)]) {
    match url.strip_prefix("sqlite:") {
        Some(path) => sqlite::fill(path, orders),
        None => postgres::fill(url, orders),
    }
}

/// The tables, in the words that both databases know.
const SCHEMA: &str = "
CREATE TABLE accounts (id UUID_ PRIMARY KEY, currency TEXT NOT NULL, default_card UUID_ NOT NULL,
    updated_at BIGINT NOT NULL);
CREATE TABLE cards (id UUID_ PRIMARY KEY, account UUID_ NOT NULL, token TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE invoices (id UUID_ PRIMARY KEY, account UUID_ NOT NULL, amount_cents BIGINT NOT NULL,
    currency TEXT NOT NULL, state TEXT NOT NULL, payment UUID_, updated_at BIGINT NOT NULL);
CREATE INDEX invoices_by_account ON invoices (account);
CREATE TABLE payments (id UUID_ PRIMARY KEY, account UUID_ NOT NULL, invoice UUID_ NOT NULL,
    amount_cents BIGINT NOT NULL, currency TEXT NOT NULL, card UUID_ NOT NULL, state TEXT NOT NULL,
    reference TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL);
CREATE INDEX payments_by_account ON payments (account);
CREATE TABLE idempotency_keys (account UUID_ NOT NULL, request_id TEXT NOT NULL, fingerprint BYTES_ NOT NULL,
    payment UUID_ NOT NULL, PRIMARY KEY (account, request_id));
CREATE TABLE events (id SERIAL_, account UUID_ NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
    created_at BIGINT NOT NULL);
CREATE INDEX events_by_account ON events (account, id);
";

const AMOUNT_CENTS: i64 = 1_234;

fn now() -> i64 {
    use bursar::env::{Clock as _, SystemClock};
    SystemClock.now().as_microsecond()
}

fn event(payment: Uuid, what: &str) -> String {
    serde_json::json!({ "payment": payment, "what": what }).to_string()
}
