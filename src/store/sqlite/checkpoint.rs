//! Moving what was committed from the log into the file, beside the writer and not in its way.
//!
//! Left to itself SQLite does this within every so-many-th commit, and whoever waits for that commit waits
//! for thousands of pages. A thread with a connection of its own does it all the time instead. That alone
//! would never let the log begin anew, because the writer goes on behind it; so from
//! [`LOG_PAGES`] on the writer moves the few pages that are left by itself, and the next commit then
//! begins the log at its start.

use std::{
    fs::File,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::{Builder, JoinHandle},
    time::Duration,
};

use rusqlite::Connection;

use crate::store::StoreError;

/// From how many pages on the writer helps. The log seldom gets longer than twice this.
pub(super) const LOG_PAGES: u32 = 4_096;
const PAUSE: Duration = Duration::from_millis(100);

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
    while stopped.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
        // Without anything new this is a look at the log's head. Passive: it waits for nobody.
        let moved = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_row| Ok(()));
        if let Err(error) = moved {
            // The log only grows meanwhile; the writer helps, and the next round tries again.
            tracing::warn!(%error, "the log could not be moved into the file");
        }
    }
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
