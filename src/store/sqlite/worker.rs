//! Threads that own a connection each and take jobs from one queue.
//!
//! A job that was queued runs to its end, also when its caller is gone: no caller can cancel a
//! transaction. When the last handle goes, the queue is worked off and the threads are joined, so that
//! the file can be opened again at once.

use std::{
    fs::File,
    sync::{Arc, Mutex, PoisonError},
    thread::{Builder, JoinHandle},
};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::store::StoreError;

/// Callers beyond this wait for a place in the queue.
const QUEUE: usize = 256;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A queue with its threads.
#[derive(Debug)]
pub(super) struct Workers {
    /// `None` only while being dropped.
    queue: Option<mpsc::Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// One thread a connection. Each holds on to the file's lock, if it is locked, for as long as it may use
    /// the file.
    pub(super) fn start(
        name: &str,
        connections: Vec<Connection>,
        lock: Option<Arc<File>>,
    ) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::channel::<Job>(QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        let mut threads = Vec::new();
        for mut connection in connections {
            let (jobs, lock) = (Arc::clone(&jobs), lock.clone());
            let work = move || {
                loop {
                    // Whoever is idle holds the receiver while waiting; the others queue up behind it.
                    let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
                    let Some(job) = job else { break };
                    job(&mut connection);
                }
                drop(connection);
                drop(lock);
            };
            let thread = Builder::new().name(name.to_owned()).spawn(work);
            threads.push(thread.map_err(|error| StoreError::Unavailable(error.to_string()))?);
        }
        Ok(Self { queue: Some(queue), threads })
    }

    /// Runs a job on the next idle connection.
    pub(super) async fn run<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let gone = || StoreError::Unavailable("the thread of the database file is gone".to_owned());
        let (answer, answered) = oneshot::channel();
        let job = Box::new(move |connection: &mut Connection| {
            // A caller that is gone doesn't want its answer.
            drop(answer.send(job(connection)));
        });
        self.queue.as_ref().ok_or_else(gone)?.send(job).await.map_err(|_closed| gone())?;
        answered.await.map_err(|_dropped| gone())?
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // A thread that panicked has closed its connection by unwinding.
            drop(thread.join());
        }
    }
}
