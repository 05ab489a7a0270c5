//! The baseline on PostgreSQL.

use std::{collections::BTreeSet, pin::pin};

use async_trait::async_trait;
use bytes::Bytes;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Transaction};
use futures::SinkExt as _;
use tokio_postgres::{NoTls, Row};
use tonic::Status;
use uuid::Uuid;

use super::{AMOUNT_CENTS, Asked, Ledger, Payment, SCHEMA, event, now};

/// As many as pgbench has beside it.
const CONNECTIONS: usize = 32;

pub struct Database(Pool);

impl Database {
    pub fn open(url: &str) -> Self {
        let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(url.parse().unwrap(), NoTls, config);
        Self(Pool::builder(manager).max_size(CONNECTIONS).build().unwrap())
    }

    async fn connection(&self) -> Result<Object, Status> {
        self.0.get().await.map_err(failed)
    }
}

fn failed(error: impl ToString) -> Status {
    Status::unavailable(error.to_string())
}

const PAYMENT: &str = "SELECT p.id, p.amount_cents, p.currency, c.token, p.state, k.fingerprint
    FROM idempotency_keys k JOIN payments p ON p.id = k.payment JOIN cards c ON c.id = p.card
    WHERE k.account = $1 AND k.request_id = $2";

#[async_trait]
impl Ledger for Database {
    async fn begin(&self, asked: Asked) -> Result<Payment, Status> {
        let mut connection = self.connection().await?;
        let transaction = connection.transaction().await.map_err(failed)?;
        let begun = begin(&transaction, &asked).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(begun)
    }

    async fn succeed(&self, payment: Uuid, reference: String) -> Result<(), Status> {
        let mut connection = self.connection().await?;
        let transaction = connection.transaction().await.map_err(failed)?;
        succeed(&transaction, payment, &reference).await?;
        transaction.commit().await.map_err(failed)
    }
}

async fn row(
    transaction: &Transaction<'_>,
    sql: &str,
    parameters: &[&(dyn tokio_postgres::types::ToSql + Sync)],
) -> Result<Option<Row>, Status> {
    let statement = transaction.prepare_cached(sql).await.map_err(failed)?;
    transaction.query_opt(&statement, parameters).await.map_err(failed)
}

async fn execute(
    transaction: &Transaction<'_>,
    sql: &str,
    parameters: &[&(dyn tokio_postgres::types::ToSql + Sync)],
) -> Result<u64, Status> {
    let statement = transaction.prepare_cached(sql).await.map_err(failed)?;
    transaction.execute(&statement, parameters).await.map_err(failed)
}

async fn begin(transaction: &Transaction<'_>, asked: &Asked) -> Result<Payment, Status> {
    let now = now();
    let key = "INSERT INTO idempotency_keys (account, request_id, fingerprint, payment)
               VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    let fresh =
        execute(transaction, key, &[&asked.account, &asked.request_id, &asked.fingerprint, &asked.payment])
            .await?;
    if fresh == 0 {
        let known = row(transaction, PAYMENT, &[&asked.account, &asked.request_id]).await?;
        let known = known.ok_or_else(|| Status::aborted("the request is under way"))?;
        if known.get::<_, Vec<u8>>(5) != asked.fingerprint {
            return Err(Status::invalid_argument("request_id was used before"));
        }
        return Ok(Payment {
            id: known.get(0),
            amount_cents: known.get(1),
            currency: known.get(2),
            card_token: known.get(3),
            succeeded: known.get::<_, String>(4) == "SUCCEEDED",
        });
    }
    let account = "SELECT default_card FROM accounts WHERE id = $1 FOR UPDATE";
    let account = row(transaction, account, &[&asked.account]).await?;
    let card: Uuid = account.ok_or_else(|| Status::not_found("account"))?.get(0);
    let invoice =
        "SELECT amount_cents, currency, state FROM invoices WHERE id = $1 AND account = $2 FOR UPDATE";
    let invoice = row(transaction, invoice, &[&asked.invoice, &asked.account]).await?;
    let invoice = invoice.ok_or_else(|| Status::not_found("invoice"))?;
    if invoice.get::<_, String>(2) != "OPEN" {
        return Err(Status::failed_precondition("the invoice is not open"));
    }
    let (amount_cents, currency): (i64, String) = (invoice.get(0), invoice.get(1));
    let found = row(transaction, "SELECT token, state FROM cards WHERE id = $1", &[&card]).await?;
    let found = found.ok_or_else(|| Status::not_found("card"))?;
    if found.get::<_, String>(1) != "ACTIVE" {
        return Err(Status::failed_precondition("the card is not active"));
    }
    let insert =
        "INSERT INTO payments (id, account, invoice, amount_cents, currency, card, state, created_at,
                  updated_at) VALUES ($1, $2, $3, $4, $5, $6, 'PROCESSING', $7, $7)";
    let payment = &asked.payment;
    execute(
        transaction,
        insert,
        &[payment, &asked.account, &asked.invoice, &amount_cents, &currency, &card, &now],
    )
    .await?;
    let reserve = "UPDATE invoices SET state = 'RESERVED', payment = $2, updated_at = $3 WHERE id = $1";
    execute(transaction, reserve, &[&asked.invoice, payment, &now]).await?;
    log(transaction, asked.account, asked.payment, "payment.started", now).await?;
    log(transaction, asked.account, asked.payment, "invoice.reserved", now).await?;
    Ok(Payment { id: asked.payment, amount_cents, currency, card_token: found.get(0), succeeded: false })
}

async fn succeed(transaction: &Transaction<'_>, payment: Uuid, reference: &str) -> Result<(), Status> {
    let now = now();
    let found = "SELECT account, invoice, state FROM payments WHERE id = $1 FOR UPDATE";
    let found = row(transaction, found, &[&payment]).await?.ok_or_else(|| Status::not_found("payment"))?;
    let (account, invoice): (Uuid, Uuid) = (found.get(0), found.get(1));
    if found.get::<_, String>(2) == "SUCCEEDED" {
        return Ok(());
    }
    let paid = "UPDATE payments SET state = 'SUCCEEDED', reference = $2, updated_at = $3 WHERE id = $1";
    execute(transaction, paid, &[&payment, &reference, &now]).await?;
    let invoiced = "UPDATE invoices SET state = 'PAID', updated_at = $2 WHERE id = $1";
    execute(transaction, invoiced, &[&invoice, &now]).await?;
    log(transaction, account, payment, "payment.succeeded", now).await?;
    log(transaction, account, payment, "invoice.paid", now).await
}

async fn log(
    transaction: &Transaction<'_>,
    account: Uuid,
    payment: Uuid,
    kind: &str,
    now: i64,
) -> Result<(), Status> {
    let insert = "INSERT INTO events (account, kind, body, created_at) VALUES ($1, $2, $3, $4)";
    execute(transaction, insert, &[&account, &kind, &event(payment, kind), &now]).await.map(drop)
}

pub fn fill(url: &str, orders: &[(Uuid, Uuid)]) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        let schema = SCHEMA
            .replace("UUID_", "uuid")
            .replace("BYTES_", "bytea")
            .replace("SERIAL_", "bigserial PRIMARY KEY");
        client.batch_execute(&schema).await.unwrap();
        let accounts: BTreeSet<Uuid> = orders.iter().map(|(account, _)| *account).collect();
        let mut text = String::new();
        for id in &accounts {
            text.push_str(&format!("{id}\tUSD\t{id}\t0\n"));
        }
        copy(&client, "accounts (id, currency, default_card, updated_at)", &text).await;
        text.clear();
        for id in &accounts {
            text.push_str(&format!("{id}\t{id}\ttok_1239\tACTIVE\n"));
        }
        copy(&client, "cards (id, account, token, state)", &text).await;
        for orders in orders.chunks(10_000) {
            text.clear();
            for (account, invoice) in orders {
                text.push_str(&format!("{invoice}\t{account}\t{AMOUNT_CENTS}\tUSD\tOPEN\t0\n"));
            }
            copy(&client, "invoices (id, account, amount_cents, currency, state, updated_at)", &text).await;
        }
        client.batch_execute("VACUUM ANALYZE").await.unwrap();
    });
}

async fn copy(client: &tokio_postgres::Client, into: &str, text: &str) {
    let mut sink = pin!(client.copy_in::<_, Bytes>(&format!("COPY {into} FROM STDIN")).await.unwrap());
    sink.send(Bytes::from(text.to_owned())).await.unwrap();
    sink.close().await.unwrap();
}
