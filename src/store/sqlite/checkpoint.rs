//! Moving what was committed from the log into the file, beside the writer and not in its way.
//!
//! Left to itself SQLite does this within every so-many-th commit, and whoever waits for that commit waits
//! for thousands of pages. A thread with a connection of its own does it instead, whenever [`GATHERED`] pages
//! wait: most of them stand in the log many times by then, and are written into the file once. Where nothing
//! is written any more it moves the rest, so that a quiet file is complete by itself.
//!
//! The thread alone would never let the log begin anew, because the writer goes on behind it; so from
//! [`LOG_PAGES`] on, which is soon after a move of the thread's, the writer moves what came meanwhile by
//! itself, and the next commit then begins the log at its start.

use std::{
    fs::File,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::{Builder, JoinHandle},
    time::Duration,
};

use rusqlite::{Connection, Row};

use crate::store::StoreError;

/// How many pages are worth a move while more come.
const GATHERED: u32 = 8_192;
/// From how many pages on the writer helps: the thread has moved twice by then, if it could.
pub(super) const LOG_PAGES: u32 = 2 * GATHERED + GATHERED / 4;
const PAUSE: Duration = Duration::from_millis(20);
/// After how many looks without anything new the file is quiet.
const QUIET: u32 = 50;

/// The thread. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Checkpoints {
    /// `None` only while being dropped.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    /// Starts the thread. It holds on to the file's lock for as long as it may use the file.
    pub(super) fn start(connection: Connection, lock: Arc<File>) -> Result<Self, StoreError> {
        let (stop, stopped) = channel();
        let work = move || {
            run(&connection, &stopped);
            drop(connection);
            drop(lock);
        };
        let thread = Builder::new().name("sqlite-checkpoint".to_owned()).spawn(work);
        let thread = thread.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

fn run(connection: &Connection, stopped: &Receiver<()>) {
    let mut seen = Seen::default();
    while stopped.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
        if let Err(error) = turn(connection, &mut seen) {
            // The log only grows meanwhile; the writer helps, and the next round tries again.
            tracing::warn!(%error, "the log could not be moved into the file");
        }
    }
}

/// How many pages the log had, and how often in a row.
#[derive(Default)]
struct Seen {
    log: i64,
    looks: u32,
}

/// Looks at the log and moves it if it is time to.
fn turn(connection: &Connection, seen: &mut Seen) -> rusqlite::Result<()> {
    let pages = |row: &Row<'_>| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
    let (log, moved) = connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], pages)?;
    *seen = Seen { log, looks: if seen.log == log { seen.looks.saturating_add(1) } else { 0 } };
    let waiting = log - moved;
    if waiting >= i64::from(GATHERED) || (waiting > 0 && seen.looks >= QUIET) {
        // Passive: it waits for nobody.
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_row| Ok(()))?;
    }
    Ok(())
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has closed its connection by unwinding.
            drop(thread.join());
        }
    }
}
