//! Where commands wait for a writer: a bounded lane for callers, and a lane that is never shed for what
//! providers say.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::{
    domain::{command::Command, entity::Entity, ids::AccountId, rejection::Rejection},
    store::StoreError,
};

/// A command and what is to be known about it beside.
#[derive(Debug)]
pub struct Request {
    /// Whose entities it is about.
    pub account: AccountId,
    /// What is asked.
    pub command: Command,
    /// The caller's request id; the service's own activities have none.
    pub key: Option<RequestKey>,
    /// The caller.
    pub principal: String,
    /// Whether the answer is wanted only once the entity rests.
    pub until_rest: bool,
}

/// A request id and what it stands for (C7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// What the caller drew.
    pub id: String,
    /// The keyed fingerprint of method and body.
    pub fingerprint: [u8; 32],
}

/// The answer to a command.
#[derive(Debug)]
pub enum Reply {
    /// The entity as it stands after the commit.
    Entity(Arc<Entity>),
    /// The same, and where it arrives once it rests.
    Waiting(Arc<Entity>, oneshot::Receiver<Arc<Entity>>),
    /// The request id was used before, for this; it is to be read as it stands now.
    Known(Uuid),
}

/// Why there is no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EngineError {
    /// A rule, or bad input.
    #[error("refused: {}", .0.message)]
    Refused(Box<Rejection>),
    /// Too much work waits already; nothing was done.
    #[error("too much work waits already")]
    Overloaded,
    /// The store does not work. What was asked may have been done by an earlier call of the same id.
    #[error("{0}")]
    Store(String),
    /// A fault of ours; nothing of the command is kept.
    #[error("{0}")]
    Internal(String),
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(what) | StoreError::CommitUnknown(what) => Self::Store(what),
            StoreError::Inconsistent(what) | StoreError::Malformed(what) => Self::Internal(what),
        }
    }
}

/// A command on its way, with the place for its answer.
pub(super) struct Job {
    pub request: Request,
    pub answer: oneshot::Sender<Result<Reply, EngineError>>,
}

/// A writer's sending ends.
#[derive(Clone)]
pub(super) struct Sender {
    calls: mpsc::Sender<Job>,
    outcomes: mpsc::UnboundedSender<Job>,
}

impl Sender {
    /// Hands in a caller's command; full is refused at once.
    pub(super) fn call(&self, job: Job) -> Result<(), EngineError> {
        self.calls.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => EngineError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => stopped(),
        })
    }

    /// Hands in what a provider said. Its number is bounded by that of the calls that were made.
    pub(super) fn outcome(&self, job: Job) -> Result<(), EngineError> {
        self.outcomes.send(job).map_err(|_| stopped())
    }
}

/// The answer where the service is about to stop.
pub(super) fn stopped() -> EngineError {
    EngineError::Store("the service is stopping".to_owned())
}

/// A writer's receiving ends.
pub(super) struct Inbox {
    calls: mpsc::Receiver<Job>,
    outcomes: mpsc::UnboundedReceiver<Job>,
}

pub(super) fn channel(capacity: usize) -> (Sender, Inbox) {
    let (calls, calls_in) = mpsc::channel(capacity);
    let (outcomes, outcomes_in) = mpsc::unbounded_channel();
    (Sender { calls, outcomes }, Inbox { calls: calls_in, outcomes: outcomes_in })
}

impl Inbox {
    /// Awaits the first job and takes what else is ready, outcomes first: each of them frees work that
    /// waits. A lone job waits for nobody. `false`: no more will come.
    ///
    /// Cancel-safe: a job is only taken off a channel when this returns with it.
    pub(super) async fn fill(&mut self, jobs: &mut Vec<Job>, most: usize) -> bool {
        let first = tokio::select! {
            biased;
            job = self.outcomes.recv() => job,
            job = self.calls.recv() => job,
        };
        let Some(first) = first else { return false };
        jobs.push(first);
        while jobs.len() < most {
            let Ok(job) = self.outcomes.try_recv() else { break };
            jobs.push(job);
        }
        while jobs.len() < most {
            let Ok(job) = self.calls.try_recv() else { break };
            jobs.push(job);
        }
        true
    }
}
