//! From a URL to a store.

use std::sync::Arc;

use super::{
    PostgresStore, SqliteStore, Store, StoreError,
    postgres::{self, PoolOptions},
};

/// What a URL names.
enum Place<'a> {
    Postgres,
    File(&'a str),
}

impl<'a> Place<'a> {
    fn of(url: &'a str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres);
        }
        let path = url.strip_prefix("sqlite:").unwrap_or(url);
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.contains("://") {
            let known = "sqlite:PATH, a path, or postgres://…";
            return Err(StoreError::Unavailable(format!(
                "no store is known by such a URL; known are {known}"
            )));
        }
        Ok(Self::File(path))
    }
}

/// Opens the store that a URL names: `postgres://…` a database whose schema is up to date ([`migrate`]),
/// `sqlite:PATH` or a plain path a file, which is created and migrated as needed.
///
/// # Errors
/// Where the store can't be used; the message says what to do.
pub async fn open(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match Place::of(url)? {
        Place::Postgres => Arc::new(PostgresStore::connect(url, PoolOptions::default()).await?),
        Place::File(path) => Arc::new(SqliteStore::open(path).await?),
    })
}

/// Opens the store that a URL names to read it, also while bursar serves from it. It has to be there, with
/// its schema up to date.
///
/// # Errors
/// As [`open`].
pub async fn open_to_read(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match Place::of(url)? {
        Place::Postgres => Arc::new(PostgresStore::connect(url, PoolOptions::default()).await?),
        Place::File(path) => Arc::new(SqliteStore::open_to_read(path).await?),
    })
}

/// Brings the schema of the store that a URL names up to date.
///
/// # Errors
/// As [`open`].
pub async fn migrate(url: &str) -> Result<(), StoreError> {
    match Place::of(url)? {
        Place::Postgres => postgres::migrate(url).await,
        Place::File(path) => SqliteStore::open(path).await.map(drop),
    }
}
