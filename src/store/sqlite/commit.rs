//! Commits: verify, then write, in one transaction that owns the file.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use super::{immediate, insert, load, worker::Workers};
use crate::store::{
    Batch, Commit, LaneWriter, StoreError,
    batch::{Losers, Tail},
    rows::{Load, Loaded, LostTo, Micros},
};

/// A lane's writing end.
#[derive(Debug)]
pub(super) struct SqliteLane {
    writer: Arc<Workers>,
    lane: i32,
    epoch: i64,
    position: i64,
    /// A commit whose end is not known.
    doubt: Option<Tail>,
}

impl SqliteLane {
    pub(super) fn new(writer: Arc<Workers>, lane: i32, epoch: i64, position: i64) -> Self {
        Self { writer, lane, epoch, position, doubt: None }
    }
}

#[async_trait]
impl LaneWriter for SqliteLane {
    fn lane(&self) -> i32 {
        self.lane
    }

    fn position(&self) -> i64 {
        self.position
    }

    async fn load(&mut self, load: &Load) -> Result<Loaded, StoreError> {
        let load = load.clone();
        let loaded = self.writer.run(move |connection| {
            let snapshot = connection.transaction()?;
            let loaded = load::load(&snapshot, &load)?;
            snapshot.commit()?;
            Ok(loaded)
        });
        loaded.await
    }

    async fn commit(&mut self, batch: &Batch) -> Result<Commit, StoreError> {
        if let Some(tail) = &self.doubt {
            return Err(tail.in_doubt());
        }
        batch.check(self.lane, self.position)?;
        self.doubt = batch.tail();
        let (batch, lane, epoch) = (batch.clone(), self.lane, self.epoch);
        let end = self.writer.run(move |connection| commit(connection, &batch, lane, epoch)).await;
        match end {
            Err(error @ StoreError::CommitUnknown(_)) => return Err(error),
            Ok(Commit::Done) => {
                self.position = self.doubt.take().map_or(self.position, |tail| tail.position);
            }
            Ok(Commit::Lost(_) | Commit::LaneLost)
            | Err(StoreError::Unavailable(_) | StoreError::Inconsistent(_) | StoreError::Malformed(_)) => {
                self.doubt = None;
            }
        }
        end
    }

    async fn confirm(&mut self, position: i64) -> Result<bool, StoreError> {
        let Some(tail) = self.doubt.clone().filter(|tail| tail.position == position) else {
            return Ok(position <= self.position);
        };
        let lane = self.lane;
        // The one writing thread works in order: the transaction in doubt is over when this runs.
        let row = self.writer.run(move |connection| {
            let sql = "SELECT account, hash FROM journal WHERE lane = ?1 AND position = ?2";
            let row = connection.query_row(sql, params![lane, position], |row| {
                Ok((Uuid::from_bytes(row.get(0)?), row.get(1)?))
            });
            Ok(row.optional()?)
        });
        let reached = row.await?.is_some_and(|(account, hash)| tail.is(account, hash));
        self.doubt = None;
        if reached {
            self.position = position;
        }
        Ok(reached)
    }

    async fn renew(&mut self, until: Micros) -> Result<bool, StoreError> {
        let (lane, epoch) = (self.lane, self.epoch);
        let renewed = self.writer.run(move |connection| {
            let sql = "UPDATE lanes SET lease_until = ?3 WHERE lane = ?1 AND epoch = ?2";
            Ok(connection.prepare_cached(sql)?.execute(params![lane, epoch, until])? == 1)
        });
        renewed.await
    }
}

fn commit(connection: &mut Connection, batch: &Batch, lane: i32, epoch: i64) -> Result<Commit, StoreError> {
    let transaction = immediate(connection)?;
    let owner: Option<i64> = transaction
        .prepare_cached("SELECT epoch FROM lanes WHERE lane = ?1")?
        .query_row([lane], |row| row.get(0))
        .optional()?;
    // Leaving early rolls back.
    if owner != Some(epoch) {
        return Ok(Commit::LaneLost);
    }
    if let Some(lost) = lost(&transaction, batch)? {
        return Ok(lost);
    }
    if let Some(position) = batch.last_position() {
        insert::all(&transaction, batch)?;
        transaction
            .prepare_cached("UPDATE lanes SET position = ?2 WHERE lane = ?1")?
            .execute(params![lane, position])?;
        // Where the disk refuses to sync, the pages may be in the log all the same and come to life when
        // the file is opened the next time.
        transaction.commit().map_err(|error| StoreError::CommitUnknown(error.to_string()))?;
    }
    Ok(Commit::Done)
}

/// Nobody else writes during the transaction, so that what is verified here can't fail below.
fn lost(connection: &Connection, batch: &Batch) -> Result<Option<Commit>, StoreError> {
    let version = |account: Uuid| -> rusqlite::Result<Option<i64>> {
        let mut statement = connection.prepare_cached("SELECT version FROM accounts WHERE account = ?1")?;
        statement.query_row([account.as_bytes()], |row| row.get(0)).optional()
    };
    let mut losers = Losers::default();
    let (mut requests, mut claims) = (BTreeSet::new(), BTreeSet::new());
    for check in &batch.checks {
        if version(check.account)? != check.expected {
            losers.add(check.account, LostTo::Version);
        }
    }
    for write in &batch.writes {
        let account = write.head.account;
        if version(account)? != write.expected {
            losers.add(account, LostTo::Version);
        }
        for row in &write.requests {
            let used = load::request(connection, row.account, &row.request_id)?.is_some();
            if used || !requests.insert((row.account, &row.request_id)) {
                losers.add(account, LostTo::Request);
            }
        }
        for claim in &write.claims {
            let row = &claim.row;
            let held = load::claim(connection, &row.program, &row.instrument)?.map(|held| held.version);
            if held != claim.expected || !claims.insert((&row.program, row.instrument)) {
                losers.add(account, LostTo::Claim);
            }
        }
    }
    Ok(losers.into_commit())
}
