//! PostgreSQL: for production, and for more than one replica.
//!
//! Each lane writes over a connection of its own (`lane`) in two round trips a batch (`commit`);
//! queries share a pool (`read`). Nothing here relies on more than unique keys, row locks and version
//! checks at READ COMMITTED. The schema is in `migrations/` and is brought up to date by [`migrate`], never
//! by connecting (`schema`).
//!
//! Sessions have settings and prepared statements, so a pooler in between has to pool by session.

mod columns;
mod commit;
mod connect;
mod error;
mod lane;
mod load;
mod read;
mod rows;
mod schema;
mod session;
mod statements;
mod take;

use std::{sync::Arc, time::Duration};

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};

pub use self::schema::migrate;
use self::{connect::Connector, error::meaning};
use super::StoreError;

/// How many connections there are, and how long anything may take.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    /// Connections for queries. Each lane has one of its own besides.
    pub readers: usize,
    /// How long to wait for a connection before answering that the store is unavailable.
    pub acquire_timeout: Duration,
    /// How long a statement may take, a silent peer is believed in, a transaction may be left idle.
    pub statement_timeout: Duration,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            readers: 8,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
        }
    }
}

/// A store in a PostgreSQL database.
#[derive(Clone)]
pub struct PostgresStore {
    connector: Arc<Connector>,
    options: PoolOptions,
    readers: Pool,
}

impl PostgresStore {
    /// Connects to a database whose schema is up to date.
    ///
    /// # Errors
    /// Where it can't be reached, or its schema is behind.
    pub async fn connect(url: &str, options: PoolOptions) -> Result<Self, StoreError> {
        let connector = Connector::new(url, &options)?;
        let recycling_method = RecyclingMethod::Fast;
        let manager = Manager::from_config(
            connector.config.clone(),
            connector.tls.clone(),
            ManagerConfig { recycling_method },
        );
        let readers = Pool::builder(manager)
            .max_size(options.readers)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(options.acquire_timeout))
            .create_timeout(Some(options.acquire_timeout))
            .recycle_timeout(Some(options.acquire_timeout))
            .build()
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let store = Self { connector: Arc::new(connector), options, readers };
        let client = store.connector.connect().await?;
        schema::check(&client).await?;
        Ok(store)
    }
}
