//! The baseline on SQLite.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use tonic::Status;
use uuid::Uuid;

use super::{AMOUNT_CENTS, Asked, Ledger, Payment, SCHEMA, event, now};

/// One connection: SQLite has one writer.
pub struct File(Arc<Mutex<Connection>>);

impl File {
    pub fn open(path: &str) -> Self {
        let file = Connection::open(path).unwrap();
        file.busy_timeout(Duration::from_secs(5)).unwrap();
        file.pragma_update(None, "synchronous", "FULL").unwrap();
        file.set_prepared_statement_cache_capacity(64);
        Self(Arc::new(Mutex::new(file)))
    }

    async fn transaction<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Status> + Send + 'static,
    ) -> Result<T, Status> {
        let file = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || {
            let mut file = file.lock().unwrap();
            let transaction =
                file.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
            let done = work(&transaction)?;
            transaction.commit().map_err(failed)?;
            Ok(done)
        });
        done.await.map_err(failed)?
    }
}

fn failed(error: impl ToString) -> Status {
    Status::unavailable(error.to_string())
}

#[async_trait]
impl Ledger for File {
    async fn begin(&self, asked: Asked) -> Result<Payment, Status> {
        self.transaction(move |transaction| begin(transaction, &asked)).await
    }

    async fn succeed(&self, payment: Uuid, reference: String) -> Result<(), Status> {
        self.transaction(move |transaction| succeed(transaction, payment, &reference)).await
    }
}

fn execute(
    transaction: &Transaction<'_>,
    sql: &str,
    parameters: impl rusqlite::Params,
) -> Result<usize, Status> {
    transaction.prepare_cached(sql).map_err(failed)?.execute(parameters).map_err(failed)
}

fn row<T>(
    transaction: &Transaction<'_>,
    sql: &str,
    parameters: impl rusqlite::Params,
    read: impl FnOnce(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>, Status> {
    let mut statement = transaction.prepare_cached(sql).map_err(failed)?;
    statement.query_row(parameters, read).optional().map_err(failed)
}

fn begin(transaction: &Transaction<'_>, asked: &Asked) -> Result<Payment, Status> {
    let now = now();
    let key = "INSERT INTO idempotency_keys (account, request_id, fingerprint, payment)
               VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    let fresh =
        params![asked.account.as_bytes(), asked.request_id, asked.fingerprint, asked.payment.as_bytes()];
    if execute(transaction, key, fresh)? == 0 {
        return known(transaction, asked);
    }
    let account = "SELECT default_card FROM accounts WHERE id = ?1";
    let card: Option<[u8; 16]> = row(transaction, account, [asked.account.as_bytes()], |row| row.get(0))?;
    let card = card.ok_or_else(|| Status::not_found("account"))?;
    let invoice = "SELECT amount_cents, currency, state FROM invoices WHERE id = ?1 AND account = ?2";
    let invoice = row(transaction, invoice, [asked.invoice.as_bytes(), asked.account.as_bytes()], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    })?;
    let (amount_cents, currency, state) = invoice.ok_or_else(|| Status::not_found("invoice"))?;
    if state != "OPEN" {
        return Err(Status::failed_precondition("the invoice is not open"));
    }
    let found = row(transaction, "SELECT token, state FROM cards WHERE id = ?1", [card], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    let (card_token, state) = found.ok_or_else(|| Status::not_found("card"))?;
    if state != "ACTIVE" {
        return Err(Status::failed_precondition("the card is not active"));
    }
    let insert =
        "INSERT INTO payments (id, account, invoice, amount_cents, currency, card, state, created_at,
                  updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'PROCESSING', ?7, ?7)";
    let (payment, account, invoice) =
        (asked.payment.as_bytes(), asked.account.as_bytes(), asked.invoice.as_bytes());
    execute(transaction, insert, params![payment, account, invoice, amount_cents, currency, card, now])?;
    let reserve = "UPDATE invoices SET state = 'RESERVED', payment = ?2, updated_at = ?3 WHERE id = ?1";
    execute(transaction, reserve, params![invoice, payment, now])?;
    log(transaction, asked.account, asked.payment, "payment.started", now)?;
    log(transaction, asked.account, asked.payment, "invoice.reserved", now)?;
    Ok(Payment { id: asked.payment, amount_cents, currency, card_token, succeeded: false })
}

fn known(transaction: &Transaction<'_>, asked: &Asked) -> Result<Payment, Status> {
    let sql = "SELECT p.id, p.amount_cents, p.currency, c.token, p.state, k.fingerprint
        FROM idempotency_keys k JOIN payments p ON p.id = k.payment JOIN cards c ON c.id = p.card
        WHERE k.account = ?1 AND k.request_id = ?2";
    let known = row(transaction, sql, params![asked.account.as_bytes(), asked.request_id], |row| {
        let payment = Payment {
            id: Uuid::from_bytes(row.get(0)?),
            amount_cents: row.get(1)?,
            currency: row.get(2)?,
            card_token: row.get(3)?,
            succeeded: row.get::<_, String>(4)? == "SUCCEEDED",
        };
        Ok((payment, row.get::<_, Vec<u8>>(5)?))
    })?;
    let (payment, fingerprint) = known.ok_or_else(|| Status::aborted("the request is under way"))?;
    if fingerprint != asked.fingerprint {
        return Err(Status::invalid_argument("request_id was used before"));
    }
    Ok(payment)
}

fn succeed(transaction: &Transaction<'_>, payment: Uuid, reference: &str) -> Result<(), Status> {
    let now = now();
    let found = "SELECT account, invoice, state FROM payments WHERE id = ?1";
    let found = row(transaction, found, [payment.as_bytes()], |row| {
        Ok((Uuid::from_bytes(row.get(0)?), row.get::<_, [u8; 16]>(1)?, row.get::<_, String>(2)?))
    })?;
    let (account, invoice, state) = found.ok_or_else(|| Status::not_found("payment"))?;
    if state == "SUCCEEDED" {
        return Ok(());
    }
    let paid = "UPDATE payments SET state = 'SUCCEEDED', reference = ?2, updated_at = ?3 WHERE id = ?1";
    execute(transaction, paid, params![payment.as_bytes(), reference, now])?;
    let invoiced = "UPDATE invoices SET state = 'PAID', updated_at = ?2 WHERE id = ?1";
    execute(transaction, invoiced, params![invoice, now])?;
    log(transaction, account, payment, "payment.succeeded", now)?;
    log(transaction, account, payment, "invoice.paid", now)
}

fn log(
    transaction: &Transaction<'_>,
    account: Uuid,
    payment: Uuid,
    kind: &str,
    now: i64,
) -> Result<(), Status> {
    let insert = "INSERT INTO events (account, kind, body, created_at) VALUES (?1, ?2, ?3, ?4)";
    execute(transaction, insert, params![account.as_bytes(), kind, event(payment, kind), now]).map(drop)
}

pub fn fill(path: &str, orders: &[(Uuid, Uuid)]) {
    let mut file = Connection::open(path).unwrap();
    file.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
    let schema =
        SCHEMA.replace("UUID_", "BLOB").replace("BYTES_", "BLOB").replace("SERIAL_", "INTEGER PRIMARY KEY");
    file.execute_batch(&schema).unwrap();
    let transaction = file.transaction().unwrap();
    let accounts: BTreeSet<Uuid> = orders.iter().map(|(account, _)| *account).collect();
    for id in &accounts {
        let id = id.as_bytes();
        execute(&transaction, "INSERT INTO accounts VALUES (?1, 'USD', ?1, 0)", [id]).unwrap();
        execute(&transaction, "INSERT INTO cards VALUES (?1, ?1, 'tok_1239', 'ACTIVE')", [id]).unwrap();
    }
    for (account, invoice) in orders {
        let insert = "INSERT INTO invoices VALUES (?1, ?2, ?3, 'USD', 'OPEN', NULL, 0)";
        let invoice = params![invoice.as_bytes(), account.as_bytes(), AMOUNT_CENTS];
        execute(&transaction, insert, invoice).unwrap();
    }
    transaction.commit().unwrap();
}
