//! The ledger's transactions. A file is owned by a thread: whoever wants something of it puts a job in a
//! bounded queue; the thread does all that wait in one transaction, commits once, and only then answers
//! them. A ledger in memory has nothing to wait for: a job is done at once, by whoever brings it, so that
//! what happens when depends on no thread. A job that fails is undone by itself, through its savepoint,
//! and disturbs no other.

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::{error::Error, notices::Notice};
use crate::env::{Clock, Ids};

const SCHEMA: &str = include_str!("schema.sql");
const SCHEMA_VERSION: i64 = 3;
/// How many jobs may wait. Beyond that callers wait to be let in.
const QUEUE_MAX: usize = 8192;
/// How many jobs one transaction takes, so that the first of them is not kept waiting for long.
const BATCH_MAX: usize = 512;
const STATEMENTS_MAX: usize = 64;

/// Where the ledger is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerLocation {
    /// In a file, which survives a restart.
    File(PathBuf),
    /// In memory, for fast tests.
    Memory,
}

/// What a job gets to work with: the open transaction, the time, and chance.
pub(super) struct Turn<'a> {
    pub connection: &'a Connection,
    /// The system's time, in whole microseconds, as the ledger keeps it.
    pub now: Timestamp,
    /// Where the pages are, without a slash at the end.
    pub pages_url: &'a str,
    /// What bursar is to be told once this is committed.
    pub notices: Vec<Notice>,
    ids: &'a dyn Ids,
}

impl Turn<'_> {
    /// Something that nobody can guess: 128 bits in hex.
    pub fn secret(&self) -> String {
        let mut bytes = [0_u8; 16];
        self.ids.fill(&mut bytes);
        hex::encode(bytes)
    }

    /// A new id that sorts by time.
    pub fn id(&self) -> String {
        self.ids.uuid(self.now).simple().to_string()
    }
}

/// A handle on the ledger. A thread ends when its last handle is dropped.
#[derive(Clone)]
pub(super) enum Database {
    /// A file, by way of its thread.
    Thread(mpsc::Sender<Box<dyn Job>>),
    /// In memory.
    Inline(Arc<Mutex<Ledger>>),
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").finish_non_exhaustive()
    }
}

impl Database {
    /// Opens the ledger; for a file, starts its thread.
    pub fn open(
        location: &LedgerLocation,
        pages_url: String,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Result<Self, Error> {
        let open = |connection: Connection| {
            prepare(&connection)?;
            Ok::<_, Error>(Ledger { connection, pages_url, clock, ids })
        };
        match location {
            LedgerLocation::File(path) => {
                let ledger = open(Connection::open(path)?)?;
                let (jobs, queue) = mpsc::channel(QUEUE_MAX);
                let work = move || ledger.work(queue);
                thread::Builder::new().name("sandbox-ledger".to_owned()).spawn(work)?;
                Ok(Self::Thread(jobs))
            }
            LedgerLocation::Memory => {
                Ok(Self::Inline(Arc::new(Mutex::new(open(Connection::open_in_memory()?)?))))
            }
        }
    }

    /// Has `job` done in a transaction and answers once that is committed: what the job returned,
    /// and what bursar is to be told. Dropping the future does not undo a job that was let in.
    pub async fn run<T, F>(&self, job: F) -> Result<(T, Vec<Notice>), Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Turn<'_>) -> Result<T, Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let errand = Box::new(Errand { job: Some(job), done: None, reply });
        match self {
            Self::Thread(jobs) => jobs.send(errand).await.map_err(|_closed| Error::Stopped)?,
            Self::Inline(ledger) => {
                ledger.lock().unwrap_or_else(PoisonError::into_inner).turn(errand, || None);
            }
        }
        answer.await.map_err(|_gone| Error::Stopped)?
    }
}

fn prepare(connection: &Connection) -> Result<(), Error> {
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match found {
        SCHEMA_VERSION => Ok(()),
        0 => Ok(connection
            .execute_batch(&format!("BEGIN; {SCHEMA}; PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"))?),
        _ => Err(Error::Version { found, known: SCHEMA_VERSION }),
    }
}

/// Something to be done in a transaction and answered after it.
pub(super) trait Job: Send {
    /// Does it. `false`: it failed and is to be undone.
    fn work(&mut self, turn: &mut Turn<'_>) -> bool;
    /// Answers it, now that the transaction is over.
    fn reply(self: Box<Self>, failure: Option<Arc<rusqlite::Error>>);
}

struct Errand<T, F> {
    job: Option<F>,
    done: Option<Result<(T, Vec<Notice>), Error>>,
    reply: oneshot::Sender<Result<(T, Vec<Notice>), Error>>,
}

impl<T, F> Job for Errand<T, F>
where
    T: Send,
    F: FnOnce(&mut Turn<'_>) -> Result<T, Error> + Send,
{
    fn work(&mut self, turn: &mut Turn<'_>) -> bool {
        let Some(job) = self.job.take() else { return false };
        let done = job(turn).map(|value| (value, std::mem::take(&mut turn.notices)));
        let succeeded = done.is_ok();
        self.done = Some(done);
        succeeded
    }

    fn reply(self: Box<Self>, failure: Option<Arc<rusqlite::Error>>) {
        let answer = match (self.done, failure) {
            (Some(done), None) => done,
            // A request that is wrong is wrong, whatever became of the others.
            (Some(Err(error)), Some(_)) => Err(error),
            (_, Some(failure)) => Err(Error::Commit(failure)),
            (None, None) => Err(Error::Stopped),
        };
        // Nobody waits any more: the client has gone away.
        drop(self.reply.send(answer));
    }
}

/// The ledger itself.
pub(super) struct Ledger {
    connection: Connection,
    pages_url: String,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl Ledger {
    fn work(mut self, mut queue: mpsc::Receiver<Box<dyn Job>>) {
        while let Some(first) = queue.blocking_recv() {
            self.turn(first, || queue.try_recv().ok());
        }
    }

    /// Does the first job and all that are waiting by then, and answers them.
    fn turn(&mut self, first: Box<dyn Job>, more: impl FnMut() -> Option<Box<dyn Job>>) {
        let mut batch = Vec::new();
        let failure = self.transact(first, more, &mut batch).err().map(Arc::new);
        if let Some(failure) = &failure {
            tracing::error!(error = %failure, jobs = batch.len(), "sandbox.ledger.commit_failed");
        }
        for job in batch {
            job.reply(failure.clone());
        }
    }

    /// Does the first job and all that are waiting by then in one transaction. Every job it took
    /// is in `batch`, however it ends.
    fn transact(
        &mut self,
        first: Box<dyn Job>,
        mut more: impl FnMut() -> Option<Box<dyn Job>>,
        batch: &mut Vec<Box<dyn Job>>,
    ) -> Result<(), rusqlite::Error> {
        let mut next = Some(first);
        let begun = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let mut transaction = match begun {
            Ok(transaction) => transaction,
            Err(error) => {
                batch.extend(next);
                return Err(error);
            }
        };
        while let Some(job) = next {
            batch.push(job);
            let Some(job) = batch.last_mut() else { break };
            let savepoint = transaction.savepoint()?;
            let mut turn = Turn {
                connection: &savepoint,
                now: whole_micros(self.clock.now()),
                pages_url: &self.pages_url,
                notices: Vec::new(),
                ids: self.ids.as_ref(),
            };
            if job.work(&mut turn) {
                savepoint.commit()?;
            } else {
                savepoint.finish()?;
            }
            next = if batch.len() < BATCH_MAX { more() } else { None };
        }
        transaction.commit()
    }
}

/// Drops what the ledger cannot keep of an instant, so that what is stored is what was answered.
pub(super) fn whole_micros(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

/// Reads an instant from the ledger.
pub(super) fn to_time(micros: i64) -> Result<Timestamp, Error> {
    Timestamp::from_microsecond(micros)
        .map_err(|_error| Error::Ledger(rusqlite::Error::IntegralValueOutOfRange(0, micros)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        env::{SeededIds, SystemClock},
        sandbox::ledger,
    };

    fn open(location: &LedgerLocation) -> Result<Database, Error> {
        Database::open(location, String::new(), Arc::new(SystemClock), Arc::new(SeededIds::new(1)))
    }

    fn add(turn: &mut Turn<'_>, effect_id: &str) -> Result<(), Error> {
        let amount = crate::sandbox::amount::Amount { currency: "USD".to_owned(), units: 1, nanos: 0 };
        ledger::enter(
            turn,
            &ledger::Entry {
                effect_id,
                kind: crate::proto::sandbox::v1::LedgerEntryKind::Charge,
                amount: &amount,
                card: "",
                descriptor: "",
                created: turn.now,
                original_effect_id: "",
            },
        )
    }

    #[test]
    fn sqlite_does_not_lose_a_log_that_is_reset() {
        // 3.51.3 mends a rare loss of committed transactions in WAL mode.
        assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
    }

    #[tokio::test]
    async fn a_job_that_fails_is_undone_and_disturbs_no_other() {
        let folder = tempfile::tempdir().unwrap();
        for location in [LedgerLocation::Memory, LedgerLocation::File(folder.path().join("sandbox.db"))] {
            disturbs_no_other(&open(&location).unwrap()).await;
        }
    }

    async fn disturbs_no_other(database: &Database) {
        let jobs = (0..100).map(|number| {
            database.run(move |turn| {
                add(turn, &format!("e{number}"))?;
                if number % 3 == 0 { Err(Error::invalid("number", "three")) } else { Ok(()) }
            })
        });
        let done = futures::future::join_all(jobs).await;
        for (number, done) in done.iter().enumerate() {
            assert_eq!(done.is_ok(), number % 3 != 0, "{number}");
        }
        let (entries, _notices) = database.run(|turn| ledger::list(turn, "", 0, 1000)).await.unwrap();
        assert_eq!(entries.len(), 66);
    }

    #[tokio::test]
    async fn the_ledger_is_append_only() {
        let database = open(&LedgerLocation::Memory).unwrap();
        database.run(|turn| add(turn, "e")).await.unwrap();
        for sql in ["UPDATE ledger SET units = 2", "DELETE FROM ledger"] {
            let refused = database.run(move |turn| Ok(turn.connection.execute_batch(sql)?)).await;
            assert!(refused.is_err_and(|error| error.to_string().contains("append-only")), "{sql}");
        }
    }

    #[tokio::test]
    async fn a_file_of_another_version_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sandbox.db");
        Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
        let error = open(&LedgerLocation::File(path)).unwrap_err();
        assert!(matches!(error, Error::Version { found: 99, known: SCHEMA_VERSION }), "{error}");
    }
}
