//! The schema's versions. A migration that was ever released is not changed but followed by the next.

use refinery::{Migration, Runner};
use tokio_postgres::{Client, error::SqlState};

use super::{PoolOptions, connect::Connector, error::meaning};
use crate::store::StoreError;

/// Names and texts, in order.
const MIGRATIONS: [(&str, &str); 2] = [
    ("V1__tables", include_str!("migrations/V1__tables.sql")),
    ("V2__views", include_str!("migrations/V2__views.sql")),
];

/// Only one migrates at a time. Any number will do.
const LOCK: i64 = 0x6275_7273_6172;

/// Brings a database's schema up to date.
///
/// # Errors
/// Where the database can't be reached, or its schema isn't ours.
pub async fn migrate(url: &str) -> Result<(), StoreError> {
    let mut connector = Connector::new(url, &PoolOptions::default())?;
    // Building an index on a big table takes its time.
    let session = connector.config.get_options().unwrap_or_default();
    let session = format!("{session} -c statement_timeout=0 -c idle_in_transaction_session_timeout=0");
    connector.config.options(session);
    let mut client = connector.connect().await?;
    let failed = |error: refinery::Error| StoreError::Inconsistent(format!("can't migrate: {error}"));
    let lock = client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await;
    lock.map_err(|error| meaning(&error))?;
    let migrations = MIGRATIONS.iter().map(|(name, sql)| Migration::unapplied(name, sql));
    let migrations = migrations.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    Runner::new(&migrations).run_async(&mut client).await.map_err(failed)?;
    Ok(())
}

/// Whether the schema has everything this program needs. A newer one is fine: that is how a new
/// release's migration runs before its replicas do.
pub(super) async fn check(client: &Client) -> Result<(), StoreError> {
    let needed = i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX);
    let found = client.query_one("SELECT coalesce(max(version), 0) FROM refinery_schema_history", &[]).await;
    let found: i32 = match found {
        Ok(row) => row.try_get(0).map_err(|error| meaning(&error))?,
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => 0,
        Err(error) => return Err(meaning(&error)),
    };
    if found < needed {
        return Err(StoreError::Inconsistent(format!(
            "the database's schema has version {found}, this bursar needs {needed}: run `bursar migrate`"
        )));
    }
    Ok(())
}
