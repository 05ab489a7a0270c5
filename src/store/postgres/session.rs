//! A lane's connection, and how it comes back.

use std::{future::Future, time::Duration};

use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, Error};

use super::{PoolOptions, connect::Connector, error::meaning, statements::Statements};
use crate::store::StoreError;

const DELAY_MIN: Duration = Duration::from_millis(20);
const DELAY_MAX: Duration = Duration::from_secs(1);

/// A connection with everything prepared and no transaction open.
pub(super) struct Session {
    pub(super) client: Client,
    pub(super) statements: Statements,
    /// After this long an answer won't come: the server has given up before.
    patience: Duration,
}

impl Session {
    /// Connects, again and again with growing pauses, for as long as a caller waits for a connection.
    pub(super) async fn open(connector: &Connector, options: &PoolOptions) -> Result<Self, StoreError> {
        let mut last = StoreError::Unavailable("no answer".to_owned());
        let attempts = async {
            let mut delay = DELAY_MIN;
            loop {
                match Self::once(connector, options).await {
                    Ok(session) => return session,
                    Err(error) => last = error,
                }
                sleep(delay).await;
                delay = (delay * 2).min(DELAY_MAX);
            }
        };
        let connected = timeout(options.acquire_timeout, attempts).await.ok();
        connected.ok_or(last)
    }

    async fn once(connector: &Connector, options: &PoolOptions) -> Result<Self, StoreError> {
        let client = connector.connect().await?;
        // A server that answers before it has written would lose what was answered.
        let durable = "SELECT set_config('synchronous_commit', 'on', false)
                       WHERE current_setting('synchronous_commit') = 'off'";
        client.batch_execute(durable).await.map_err(|error| meaning(&error))?;
        let statements = Statements::prepare(&client).await.map_err(|error| meaning(&error))?;
        Ok(Self { client, statements, patience: options.statement_timeout + Duration::from_secs(5) })
    }

    /// Awaits answers for as long as the server may take for them. `None`: it took longer, the
    /// connection is as good as gone.
    pub(super) async fn patiently<T>(&self, answers: impl Future<Output = T>) -> Option<T> {
        timeout(self.patience, answers).await.ok()
    }

    /// Whether the session can be used again after this error. It has no transaction open then.
    pub(super) async fn recover(&self) -> bool {
        !self.client.is_closed()
            && matches!(self.patiently(self.client.batch_execute("ROLLBACK")).await, Some(Ok(())))
    }
}

/// The first error in the order in which statements were sent: the others follow from it.
pub(super) fn first<T>(answers: Vec<Result<T, Error>>) -> Result<Vec<T>, Error> {
    answers.into_iter().collect()
}
