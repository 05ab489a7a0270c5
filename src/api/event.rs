//! EventService.

use std::{sync::Arc, time::Duration};

use tokio::sync::{Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{
    desk::Desk,
    page_token::{invalid, page_size},
    status::{failed, internal, stopping},
};
use crate::{
    domain::ids::AccountId,
    engine::{
        EngineError,
        stream::{Cursor, Place, rows, told},
    },
    proto::v1::{self as pb, event_service_server::EventService},
    store::rows::JournalRow,
    wire::names::Owner,
};

const PAGE_DEFAULT: usize = 50;
const PAGE_MOST: usize = 1_000;
/// How many rows a watcher reads at once, and how many events may wait for it.
const AT_ONCE: usize = 256;
/// How often a watcher looks for what other replicas have written.
const POLL: Duration = Duration::from_millis(200);
/// How long a watcher lets commits gather before it reads them.
const GATHER: Duration = Duration::from_millis(10);
/// How many watchers one process serves.
const WATCHERS: usize = 1_024;

/// The log, for callers.
#[derive(Clone)]
pub struct Events {
    desk: Desk,
    places: Arc<Semaphore>,
}

impl Events {
    /// Serves the log of a desk's engine.
    #[must_use]
    pub fn new(desk: Desk) -> Self {
        Self { desk, places: Arc::new(Semaphore::new(WATCHERS)) }
    }

    /// Reads whose log is wanted, and from where.
    async fn start(&self, parent: &str, cursor: &str) -> Result<Cursor, Status> {
        let account = match parent {
            "accounts/-" => None,
            name => {
                let owner = self.desk.field(Owner::parse("parent", name))?;
                match &owner {
                    Owner::Customer(account) => drop(self.desk.account(*account).await?),
                    Owner::Program(program) => self.desk.served(program)?,
                }
                Some(owner.account().0)
            }
        };
        if cursor.is_empty() {
            return Ok(Cursor::start(account));
        }
        Cursor::read(cursor, account).ok_or_else(|| self.desk.refuse(&invalid("cursor")))
    }

    /// The events behind a cursor, and the cursor after them.
    async fn next(&self, cursor: Cursor, limit: usize) -> Result<(Vec<pb::Event>, Cursor), Status> {
        let store = Arc::clone(self.desk.engine.store());
        let rows = rows(&*store, &cursor, limit).await.map_err(|error| self.desk.broken(error))?;
        let mut found = Vec::new();
        let mut cursor = cursor;
        for row in &rows {
            let all = self.shown(row, &cursor)?;
            let skip = cursor.read;
            let room = limit - found.len();
            let count = all.len();
            found.extend(all.into_iter().skip(skip).take(room));
            if skip + room < count {
                return Ok((found, cursor.within(row, skip + room)));
            }
            cursor = cursor.after(row);
            if found.len() == limit {
                break;
            }
        }
        Ok((found, cursor))
    }

    async fn watch(self, mut cursor: Cursor, sender: mpsc::Sender<Result<pb::WatchEventsResponse, Status>>) {
        let mut committed = self.desk.engine.committed();
        loop {
            committed.mark_unchanged();
            let (found, next) = match self.next(cursor.clone(), AT_ONCE).await {
                Ok(found) => found,
                Err(status) => {
                    // The watcher resumes from its cursor.
                    let _ = sender.send(Err(status)).await;
                    return;
                }
            };
            let idle = next == cursor;
            cursor = next;
            for event in found {
                if sender.send(Ok(pb::WatchEventsResponse { event: Some(event) })).await.is_err() {
                    return;
                }
            }
            if idle {
                tokio::select! {
                    biased;
                    () = sender.closed() => return,
                    () = self.desk.stop.cancelled() => {
                        // The watcher resumes from its cursor, at another replica.
                        let _ = sender.send(Err(stopping())).await;
                        return;
                    }
                    changed = committed.changed() => {
                        if changed.is_err() {
                            return;
                        }
                        // Many commits come together; one look is enough for all of them.
                        tokio::time::sleep(GATHER).await;
                    }
                    () = tokio::time::sleep(POLL) => {}
                }
            }
        }
    }

    /// A row's events. What is a program's own is told where it is asked for, and not among all accounts.
    fn shown(&self, row: &JournalRow, cursor: &Cursor) -> Result<Vec<pb::Event>, Status> {
        let owner = self.desk.owner(AccountId(row.account));
        match (&owner, &cursor.place) {
            (Owner::Program(_), Place::All(_)) => return Ok(Vec::new()),
            (Owner::Program(_), Place::Account { .. }) | (Owner::Customer(_), _) => {}
        }
        told(row, owner, cursor).map_err(|error| internal(&error))
    }
}

#[tonic::async_trait]
impl EventService for Events {
    type WatchEventsStream = ReceiverStream<Result<pb::WatchEventsResponse, Status>>;

    async fn list_events(
        &self,
        request: Request<pb::ListEventsRequest>,
    ) -> Result<Response<pb::ListEventsResponse>, Status> {
        let request = request.into_inner();
        let limit = page_size(request.page_size, PAGE_DEFAULT, PAGE_MOST)
            .map_err(|rejection| self.desk.refuse(&rejection))?;
        let cursor = self.start(&request.parent, &request.cursor).await?;
        let (mut events, mut next) = self.next(cursor.clone(), limit).await?;
        // A command that changed nothing has a row of its own, without events.
        let mut last = cursor;
        while events.is_empty() && next != last {
            last = next;
            (events, next) = self.next(last.clone(), limit).await?;
        }
        Ok(Response::new(pb::ListEventsResponse { events, next_cursor: next.write() }))
    }

    async fn watch_events(
        &self,
        request: Request<pb::WatchEventsRequest>,
    ) -> Result<Response<Self::WatchEventsStream>, Status> {
        let request = request.into_inner();
        let cursor = self.start(&request.parent, &request.cursor).await?;
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_full| failed(&EngineError::Overloaded, self.desk.now()))?;
        let (sender, receiver) = mpsc::channel(AT_ONCE);
        let watching = self.clone().watch(cursor, sender);
        tokio::spawn(async move {
            watching.await;
            drop(place);
        });
        Ok(Response::new(ReceiverStream::new(receiver)))
    }
    async fn explain_decision(
        &self,
        request: Request<pb::ExplainDecisionRequest>,
    ) -> Result<Response<pb::ExplainDecisionResponse>, Status> {
        let explanation = self.desk.explain(&request.into_inner().name).await?;
        Ok(Response::new(pb::ExplainDecisionResponse { explanation: Some(explanation) }))
    }
}
