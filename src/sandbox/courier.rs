//! Delivers notices to bursar, and has happen what is due on the system's clock.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status, codegen::StdError, transport::Endpoint};

use super::{
    bank, clocks,
    database::{Database, Turn},
    error::Error,
    notices::{self, Message, Notice},
    timers,
};
use crate::{
    env::{Connect, Connection, connection},
    proto::provider::v1::{
        notification_service_client::NotificationServiceClient,
        remittance_notification_service_client::RemittanceNotificationServiceClient,
    },
};

const CONNECT: Duration = Duration::from_secs(2);
const DELIVER: Duration = Duration::from_secs(5);
/// How long whoever caused a change waits for bursar to have heard of it. Real issuers tell the
/// merchant the result of a challenge before they send the browser back, too.
const HEARD: Duration = Duration::from_secs(2);
/// The longest sleep between two looks at what is due.
const LOOK: Duration = Duration::from_secs(1);
const AT_ONCE_MAX: usize = 64;
const TARGETS_MAX: usize = 64;
const TAKE_MAX: i64 = 64;
const FIRE_MAX: usize = 256;

/// A cheap handle.
#[derive(Clone)]
pub(super) struct Courier(Arc<Inner>);

struct Inner {
    database: Database,
    /// The name under which this world is known as a provider.
    provider: String,
    connect: Arc<Connect>,
    connections: Mutex<BTreeMap<String, Connection>>,
    /// Bounds the deliveries that are under way.
    permits: Semaphore,
    /// Set when something may be due sooner than the loop believes.
    wake: Notify,
}

impl Courier {
    pub fn new(database: Database, provider: String, connect: Arc<Connect>) -> Self {
        Self(Arc::new(Inner {
            database,
            provider,
            connect,
            connections: Mutex::new(BTreeMap::new()),
            permits: Semaphore::new(AT_ONCE_MAX),
            wake: Notify::new(),
        }))
    }

    /// The name under which this world is known as a provider.
    pub fn provider(&self) -> &str {
        &self.0.provider
    }

    /// Does a job of the ledger and, once it is committed, sends what it has to tell.
    pub async fn turn<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Turn<'_>) -> Result<T, Error> + Send + 'static,
    {
        let (value, notices) = self.0.database.run(job).await?;
        if !notices.is_empty() {
            self.send(notices);
        }
        Ok(value)
    }

    /// As `turn`, but answers only when bursar has heard, or for a while has not listened.
    pub async fn turn_heard<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Turn<'_>) -> Result<T, Error> + Send + 'static,
    {
        let (value, notices) = self.0.database.run(job).await?;
        if !notices.is_empty() {
            // Past this time the delivery goes on by itself.
            drop(tokio::time::timeout(HEARD, self.send(notices)).await);
        }
        Ok(value)
    }

    /// Fires the timers of the system's clock and repeats deliveries until told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        loop {
            let sleep = match self.turn(round).await {
                Ok(sleep) => sleep,
                Err(Error::Stopped) => return,
                Err(error) => {
                    tracing::error!(error = %error, "sandbox.round.failed");
                    LOOK
                }
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = self.0.wake.notified() => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }

    fn send(&self, notices: Vec<Notice>) -> tokio::task::JoinHandle<()> {
        let courier = self.clone();
        tokio::spawn(async move {
            futures::future::join_all(notices.into_iter().map(|notice| courier.deliver(notice))).await;
        })
    }

    async fn deliver(&self, notice: Notice) {
        let Notice { id, target, attempts, mut message } = notice;
        let remittance = match &mut message {
            Message::Remittance(report) => Some(report.bank_reference.clone()),
            Message::Effect(delivery) => {
                delivery.provider.clone_from(&self.0.provider);
                None
            }
            Message::Return(_) => None,
        };
        let Ok(_permit) = self.0.permits.acquire().await else { return };
        let delivered = match self.connection(&target) {
            Ok(connection) => {
                let told = tokio::time::timeout(DELIVER, tell(connection, message)).await;
                told.unwrap_or_else(|_elapsed| Err(Status::deadline_exceeded("no answer in time")))
            }
            Err(error) => Err(Status::unavailable(error.to_string())),
        };
        if let Err(status) = &delivered {
            tracing::debug!(notice = %id, attempts, code = ?status.code(), "sandbox.notice.not_taken");
        }
        let noted = self
            .0
            .database
            .run(move |turn| match (delivered, remittance) {
                (Ok(()), _) => notices::delivered(turn, &id),
                // Nobody's account: the money goes back.
                (Err(status), Some(reference)) if status.code() == Code::NotFound => {
                    bank::reject(turn, &reference)?;
                    notices::given_up(turn, &id)
                }
                (Err(_status), _) => notices::failed(turn, &id, attempts),
            })
            .await;
        if let Err(error) = noted {
            // The lease on the notice runs out and it is delivered once more.
            tracing::error!(error = %error, "sandbox.notice.not_noted");
        }
        self.0.wake.notify_one();
    }

    fn connection(&self, target: &str) -> Result<Connection, StdError> {
        let mut connections = self.0.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = connections.get(target) {
            return Ok(known.clone());
        }
        let new = (self.0.connect)(target)?;
        if connections.len() >= TARGETS_MAX {
            connections.pop_first();
        }
        connections.insert(target.to_owned(), new.clone());
        Ok(new)
    }
}

/// Tells bursar, in the call that the message is for.
async fn tell(connection: Connection, message: Message) -> Result<(), Status> {
    match message {
        Message::Effect(message) => {
            NotificationServiceClient::new(connection).deliver(message).await.map(|_stored| ())
        }
        Message::Remittance(message) => {
            let mut client = RemittanceNotificationServiceClient::new(connection);
            client.report_remittance(message).await.map(|_stored| ())
        }
        Message::Return(message) => {
            let mut client = RemittanceNotificationServiceClient::new(connection);
            client.report_remittance_return(message).await.map(|_stored| ())
        }
    }
}

/// Connects over the network.
pub(super) fn dial(target: &str) -> Result<Connection, StdError> {
    let endpoint = Endpoint::from_shared(target.to_owned())?.connect_timeout(CONNECT);
    Ok(connection(endpoint.connect_lazy()))
}

/// One look at what is due. Answers how long nothing more will be.
fn round(turn: &mut Turn<'_>) -> Result<Duration, Error> {
    let now = turn.now;
    let fired = timers::fire_until(turn, "", now, FIRE_MAX)?;
    for sentence in &fired {
        tracing::debug!(what = %sentence, "sandbox.fired");
    }
    notices::take_due(turn, TAKE_MAX)?;
    let next = [clocks::next(turn, "")?, notices::next(turn)?].into_iter().flatten().min();
    Ok(next.map_or(LOOK, |next| until(now, next).min(LOOK)))
}

fn until(now: Timestamp, next: Timestamp) -> Duration {
    Duration::try_from(next.duration_since(now)).unwrap_or(Duration::ZERO)
}
