//! A lane's writing end: one connection of its own, which heals by itself.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    PoolOptions,
    commit::{self, End},
    connect::Connector,
    error::Failure,
    load, rows,
    session::Session,
};
use crate::store::{
    Batch, Commit, LaneWriter, StoreError,
    batch::Tail,
    rows::{Load, Loaded, Micros},
};

/// How often a transaction that collided or lost its connection is tried before the caller hears of it.
const ATTEMPTS: usize = 5;

/// Which lane, and as whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lane {
    pub(super) lane: i32,
    pub(super) epoch: i64,
    pub(super) position: i64,
}

pub(super) struct PostgresLane {
    connector: Arc<Connector>,
    options: PoolOptions,
    at: Lane,
    /// Absent while it is in use, so that a future that is dropped midway takes it along: the server
    /// rolls back what a closed connection left open.
    session: Option<Session>,
    /// A commit whose end is not known.
    doubt: Option<Tail>,
}

impl PostgresLane {
    pub(super) fn new(connector: Arc<Connector>, options: PoolOptions, at: Lane) -> Self {
        Self { connector, options, at, session: None, doubt: None }
    }

    async fn session(&mut self) -> Result<Session, StoreError> {
        match self.session.take().filter(|session| !session.client.is_closed()) {
            Some(session) => Ok(session),
            None => Session::open(&self.connector, &self.options).await,
        }
    }

    /// After a failure: keeps the session if it is still good, and tells whether to try again.
    async fn again(&mut self, session: Session, failure: Failure, attempt: usize) -> Result<(), StoreError> {
        if session.recover().await {
            self.session = Some(session);
        }
        match failure {
            Failure::Again(error) if attempt < ATTEMPTS => {
                tracing::debug!(%error, attempt, lane = self.at.lane, "trying again");
                Ok(())
            }
            Failure::Again(error) | Failure::Final(error) => Err(error),
        }
    }
}

#[async_trait]
impl LaneWriter for PostgresLane {
    fn lane(&self) -> i32 {
        self.at.lane
    }

    fn position(&self) -> i64 {
        self.at.position
    }

    async fn load(&mut self, load: &Load) -> Result<Loaded, StoreError> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let session = self.session().await?;
            match load::load(&session, load).await {
                Ok(loaded) => {
                    self.session = Some(session);
                    return loaded;
                }
                Err(failure) => self.again(session, failure, attempt).await?,
            }
        }
    }

    async fn commit(&mut self, batch: &Batch) -> Result<Commit, StoreError> {
        if let Some(tail) = &self.doubt {
            return Err(tail.in_doubt());
        }
        batch.check(self.at.lane, self.at.position)?;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let session = self.session().await?;
            match commit::commit(&session, batch, self.at, &mut self.doubt).await {
                End::Known(end) => {
                    // Lost ones are rolled back already.
                    self.session = Some(session);
                    if end == Commit::Done {
                        self.at.position = batch.last_position().unwrap_or(self.at.position);
                    }
                    return Ok(end);
                }
                End::RolledBack(failure) => self.again(session, failure, attempt).await?,
                End::Unknown(why) => return Err(StoreError::CommitUnknown(why)),
            }
        }
    }

    async fn confirm(&mut self, position: i64) -> Result<bool, StoreError> {
        let Some(tail) = self.doubt.clone().filter(|tail| tail.position == position) else {
            return Ok(position <= self.at.position);
        };
        let mut attempt = 0;
        loop {
            attempt += 1;
            let session = self.session().await?;
            match commit::trace(&session, self.at.lane, position).await {
                Ok(rows) => {
                    self.session = Some(session);
                    let reached = match rows.first() {
                        Some(row) => {
                            let (account, hash) = rows::trace(row)?;
                            tail.is(account, hash)
                        }
                        None => false,
                    };
                    self.doubt = None;
                    if reached {
                        self.at.position = position;
                    }
                    return Ok(reached);
                }
                Err(failure) => self.again(session, failure, attempt).await?,
            }
        }
    }

    async fn renew(&mut self, until: Micros) -> Result<bool, StoreError> {
        let Lane { lane, epoch, .. } = self.at;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let session = self.session().await?;
            let sql = "UPDATE lanes SET lease_until = $3 WHERE lane = $1 AND epoch = $2";
            match commit::execute(&session, sql, &[&lane, &epoch, &until]).await {
                Ok(count) => {
                    self.session = Some(session);
                    return Ok(count == 1);
                }
                Err(failure) => self.again(session, failure, attempt).await?,
            }
        }
    }
}
