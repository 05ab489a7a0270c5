//! SQLite: the embedded default, one file for one replica.
//!
//! One thread owns the connection that writes (`commit`, and the loads of its lanes); a few others
//! own connections that read (`read`); one moves the log into the file (`checkpoint`). The schema is in
//! `migrations/`; a file there that was ever released is not changed but followed by the next one, which
//! is added to `open`'s list.

mod checkpoint;
mod commit;
mod error;
mod insert;
mod load;
mod open;
mod read;
mod rows;
mod worker;

use std::{collections::BTreeSet, path::Path, sync::Arc};

use async_trait::async_trait;
use rusqlite::{OptionalExtension as _, Transaction, TransactionBehavior, params};
use uuid::Uuid;

use self::{checkpoint::Checkpoints, commit::SqliteLane, worker::Workers};
use super::{
    LaneWriter, Store, StoreError, batch,
    rows::{
        ClaimKey, ClaimRow, Cursor, DueRow, EntityRow, HeadRow, JournalRow, LapsedRow, LeaseRow, Micros,
        RequestRow,
    },
};

/// Queries wait for the disk now and then; more threads than this only wait for the same disk.
const READERS: usize = 3;

/// A store in one file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    writer: Arc<Workers>,
    readers: Arc<Workers>,
    /// Absent where the file is only read.
    _checkpoints: Option<Arc<Checkpoints>>,
}

impl SqliteStore {
    /// Opens the file, creates it where it doesn't exist, and migrates it.
    ///
    /// # Errors
    /// Where another process has it open, or it is not a database of bursar's.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref().to_owned();
        let opening = tokio::task::spawn_blocking(move || {
            let lock = open::lock(&path)?;
            let writer = open::writer(&path)?;
            let readers = (0..READERS).map(|_| open::reader(&path)).collect::<Result<Vec<_>, _>>()?;
            Ok(Self {
                writer: Arc::new(Workers::start("sqlite-write", vec![writer], Some(Arc::clone(&lock)))?),
                readers: Arc::new(Workers::start("sqlite-read", readers, Some(Arc::clone(&lock)))?),
                _checkpoints: Some(Arc::new(Checkpoints::start(open::checkpointer(&path)?, lock)?)),
            })
        });
        opening.await.map_err(|gone| StoreError::Unavailable(gone.to_string()))?
    }

    /// Opens a file that exists for reading alone, also while a bursar serves from it. It is not migrated,
    /// and whatever would write fails.
    ///
    /// # Errors
    /// Where it does not exist or is not a database of bursar's.
    pub async fn open_to_read(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref().to_owned();
        let opening = tokio::task::spawn_blocking(move || {
            if !path.is_file() {
                let path = path.display();
                return Err(StoreError::Unavailable(format!(
                    "{path} does not exist: name the database that `bursar serve` has"
                )));
            }
            open::check_schema(&open::reader(&path)?, &path)?;
            let readers = (0..READERS).map(|_| open::reader(&path)).collect::<Result<Vec<_>, _>>()?;
            let readers = Arc::new(Workers::start("sqlite-read", readers, None)?);
            // Connections that can't write refuse to.
            Ok(Self { writer: Arc::clone(&readers), readers, _checkpoints: None })
        });
        opening.await.map_err(|gone| StoreError::Unavailable(gone.to_string()))?
    }
}

/// A transaction that owns the file from its beginning, so that it never has to give up midway.
fn immediate(connection: &mut rusqlite::Connection) -> rusqlite::Result<Transaction<'_>> {
    // A rollback that failed (the disk was full) would block every transaction after it.
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

#[async_trait]
impl Store for SqliteStore {
    fn default_writers(&self) -> usize {
        1
    }

    fn is_exclusive(&self) -> bool {
        true
    }

    async fn open_lane(&self, now: Micros, until: Micros) -> Result<Box<dyn LaneWriter>, StoreError> {
        let taken = self.writer.run(move |connection| {
            let transaction = immediate(connection)?;
            let free = "SELECT lane, epoch, position FROM lanes WHERE lease_until < ?1 ORDER BY lane LIMIT 1";
            let free = transaction
                .query_row(free, [now], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?, row.get(2)?)))
                .optional()?;
            let (lane, epoch, position): (i32, i64, i64) = match free {
                Some((lane, epoch, position)) => (lane, epoch.saturating_add(1), position),
                None => {
                    let next = "SELECT coalesce(max(lane), 0) + 1 FROM lanes";
                    (transaction.query_row(next, [], |row| row.get(0))?, 1, 0)
                }
            };
            transaction.execute(
                "INSERT INTO lanes (lane, epoch, position, lease_until) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (lane) DO UPDATE SET epoch = excluded.epoch, lease_until = excluded.lease_until",
                params![lane, epoch, position, until],
            )?;
            transaction.commit()?;
            Ok((lane, epoch, position))
        });
        let (lane, epoch, position) = taken.await?;
        Ok(Box::new(SqliteLane::new(Arc::clone(&self.writer), lane, epoch, position)))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.readers
            .run(|connection| {
                connection.prepare_cached("SELECT count(*) FROM lanes")?.query_row([], |_| Ok(()))?;
                Ok(())
            })
            .await
    }

    async fn head(&self, account: Uuid) -> Result<Option<HeadRow>, StoreError> {
        self.readers.run(move |connection| Ok(load::head(connection, account)?)).await
    }

    async fn accounts(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<HeadRow>, StoreError> {
        self.readers.run(move |connection| Ok(read::accounts(connection, after, limit)?)).await
    }

    async fn account_entities(
        &self,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<EntityRow>, StoreError> {
        self.readers.run(move |connection| Ok(read::account_entities(connection, after, limit)?)).await
    }

    async fn get(&self, id: Uuid) -> Result<Option<EntityRow>, StoreError> {
        self.readers.run(move |connection| Ok(load::entity(connection, id)?)).await
    }

    async fn list(
        &self,
        account: Uuid,
        kind: i16,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<EntityRow>, StoreError> {
        self.readers.run(move |connection| Ok(read::list(connection, account, kind, after, limit)?)).await
    }

    async fn due(&self, clock: &str, now: Micros, limit: usize) -> Result<Vec<DueRow>, StoreError> {
        let clock = clock.to_owned();
        self.readers.run(move |connection| Ok(read::due(connection, &clock, now, limit)?)).await
    }

    async fn next_due(&self, clock: &str) -> Result<Option<Micros>, StoreError> {
        let clock = clock.to_owned();
        self.readers.run(move |connection| Ok(read::next_due(connection, &clock)?)).await
    }

    async fn lapsed(&self, now: Micros, limit: usize) -> Result<Vec<LapsedRow>, StoreError> {
        self.readers.run(move |connection| Ok(read::lapsed(connection, now, limit)?)).await
    }

    async fn leases(&self, entities: &[Uuid]) -> Result<Vec<LeaseRow>, StoreError> {
        let ids: BTreeSet<Uuid> = entities.iter().copied().collect();
        self.readers.run(move |connection| Ok(read::leases(connection, ids)?)).await
    }

    async fn open_invoices(&self, account: Uuid) -> Result<Vec<Uuid>, StoreError> {
        self.readers.run(move |connection| Ok(read::open_invoices(connection, account)?)).await
    }

    async fn take_lease(&self, lease: LeaseRow, until: Micros) -> Result<bool, StoreError> {
        let taken = self.writer.run(move |connection| {
            let sql = "UPDATE leases SET until = ?3 WHERE entity = ?1 AND until = ?2";
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement.execute(params![lease.id.as_bytes(), lease.lease_until, until])? == 1)
        });
        taken.await
    }

    async fn void_leases(&self) -> Result<(), StoreError> {
        let voided = self.writer.run(|connection| {
            connection.execute("UPDATE leases SET until = 0", [])?;
            Ok(())
        });
        voided.await
    }

    async fn account_journal(
        &self,
        account: Uuid,
        after: i64,
        limit: usize,
    ) -> Result<Vec<JournalRow>, StoreError> {
        self.readers
            .run(move |connection| Ok(read::account_journal(connection, account, after, limit)?))
            .await
    }

    async fn requests(
        &self,
        account: Uuid,
        after: &str,
        limit: usize,
    ) -> Result<Vec<RequestRow>, StoreError> {
        let after = after.to_owned();
        self.readers.run(move |connection| Ok(read::requests(connection, account, &after, limit)?)).await
    }

    async fn claim(&self, (program, instrument): &ClaimKey) -> Result<Option<ClaimRow>, StoreError> {
        let (program, instrument) = (program.clone(), *instrument);
        self.readers.run(move |connection| Ok(load::claim(connection, &program, &instrument)?)).await
    }

    async fn claims(&self, after: Option<&ClaimKey>, limit: usize) -> Result<Vec<ClaimRow>, StoreError> {
        let after = after.cloned();
        self.readers.run(move |connection| Ok(read::claims(connection, after.as_ref(), limit)?)).await
    }

    async fn journal(&self, after: &Cursor, limit: usize) -> Result<Vec<JournalRow>, StoreError> {
        let after = after.clone();
        self.readers.run(move |connection| Ok(read::journal(connection, &after, limit)?)).await
    }

    async fn clock(&self, name: &str) -> Result<Option<Micros>, StoreError> {
        let name = name.to_owned();
        self.readers.run(move |connection| Ok(load::clock(connection, &name)?)).await
    }

    async fn clocks(&self, after: &str, limit: usize) -> Result<Vec<(String, Micros)>, StoreError> {
        let after = after.to_owned();
        self.readers.run(move |connection| Ok(read::clocks(connection, &after, limit)?)).await
    }

    async fn tails(&self) -> Result<Cursor, StoreError> {
        self.readers.run(|connection| Ok(read::tails(connection)?)).await
    }

    async fn seal(&self, value: [u8; 32]) -> Result<bool, StoreError> {
        let sealed = self.writer.run(move |connection| {
            let first = "INSERT INTO seal (one, value) VALUES (1, ?1) ON CONFLICT (one) DO NOTHING";
            connection.execute(first, params![value])?;
            let kept: [u8; 32] = connection.query_row("SELECT value FROM seal", [], |row| row.get(0))?;
            Ok(kept == value)
        });
        sealed.await
    }

    async fn set_clock(&self, name: &str, time: Micros) -> Result<bool, StoreError> {
        batch::clock_name(name)?;
        let name = name.to_owned();
        let set = self.writer.run(move |connection| {
            let sql = "INSERT INTO clocks (name, time) VALUES (?1, ?2)
                       ON CONFLICT (name) DO UPDATE SET time = excluded.time WHERE clocks.time <= excluded.time";
            Ok(connection.prepare_cached(sql)?.execute(params![name, time])? == 1)
        });
        set.await
    }
}
