//! The engine as everyone else sees it.

use std::{
    hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher},
    sync::Arc,
    time::Duration,
};

use futures::FutureExt as _;
use jiff::Timestamp;
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    batch::makes_calls,
    cache::Cache,
    calls::Calls,
    config::{Config, Ruleset},
    inbox::{self, EngineError, Job, Reply, Request, Sender, stopped},
    waiters::Waiters,
    writer::{Writer, lane_until},
};
use crate::{
    domain::{attempt::Effect, command::Command, entity::Entity, ids::AccountId},
    env::{Clock, Ids},
    store::{Store, StoreError, codec},
};

/// A call to a provider that was committed to be made.
#[derive(Debug, Clone)]
pub struct Dispatch {
    /// Whose it is.
    pub account: Uuid,
    /// The account's clock; empty for the system's.
    pub clock: String,
    /// The entity as it was committed.
    pub entity: Arc<Entity>,
    /// The call.
    pub effect: Effect,
    /// From when its lease is counted.
    pub committed: Timestamp,
    /// Whether somebody else was to make it before, and may have.
    pub taken_over: bool,
}

/// An entity that was waited for.
#[derive(Debug, Clone)]
pub struct Rested {
    /// The entity as it stands.
    pub entity: Arc<Entity>,
    /// Whether it was read because the request id was used before.
    pub known: bool,
}

/// The engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    writers: Arc<[Sender]>,
    store: Arc<dyn Store>,
    config: Config,
    clock: Arc<dyn Clock>,
    committed: Arc<watch::Sender<u64>>,
    calls: Calls,
    fault: CancellationToken,
}

/// How often an entity is read that another replica may bring to rest.
const POLL_FIRST: Duration = Duration::from_millis(50);
const POLL_MOST: Duration = Duration::from_millis(500);

impl Engine {
    /// Starts the writers. The receiver gets the calls to providers that are to be made.
    pub async fn start(
        store: Arc<dyn Store>,
        config: Config,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Result<(Self, mpsc::UnboundedReceiver<Dispatch>), StoreError> {
        let (effects, dispatches) = mpsc::unbounded_channel();
        let committed = Arc::new(watch::Sender::new(0));
        let fault = CancellationToken::new();
        let calls = Calls::default();
        let mut writers = Vec::new();
        let count = config.writers.max(1);
        for _ in 0..count {
            let (sender, inbox) = inbox::channel(config.inbox.div_ceil(count));
            let now = clock.now();
            let writer = Writer {
                store: Arc::clone(&store),
                lane: store.open_lane(now.as_microsecond(), lane_until(now)).await?,
                cache: Cache::new(config.cached_accounts.div_ceil(count)),
                waiters: Waiters::default(),
                config: config.clone(),
                clock: Arc::clone(&clock),
                ids: Arc::clone(&ids),
                effects: effects.clone(),
                calls: calls.clone(),
                committed: Arc::clone(&committed),
                renewed: Instant::now(),
            };
            let faulty = fault.clone();
            tokio::spawn(async move {
                // A writer ends with its engine; if it ends by a fault, the process can't go on.
                if let Err(error) = tokio::spawn(writer.run(inbox)).await {
                    tracing::error!(%error, "a writer has ended badly");
                    faulty.cancel();
                }
            });
            writers.push(sender);
        }
        Ok((Self { writers: writers.into(), store, config, clock, committed, calls, fault }, dispatches))
    }

    /// The store, for reading.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The rules.
    #[must_use]
    pub fn rules(&self) -> &Arc<Ruleset> {
        &self.config.rules
    }

    /// The system's clock.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// How the engine was configured.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Changes with every commit of this process that others can see.
    #[must_use]
    pub fn committed(&self) -> watch::Receiver<u64> {
        self.committed.subscribe()
    }

    /// Cancelled where a part of the service has ended badly: the process can't go on then.
    #[must_use]
    pub fn fault(&self) -> &CancellationToken {
        &self.fault
    }

    /// How many calls to providers are under way; the runner keeps it.
    #[must_use]
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Whether every provider has as many calls under way as it is given.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.calls.fewest(self.config.rules.policies.keys()) >= self.config.effects
    }

    /// All commands on an account go through one writer, so that they never lose to each other.
    fn writer(&self, account: AccountId) -> Option<&Sender> {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(account);
        let count = u64::try_from(self.writers.len()).unwrap_or(1).max(1);
        self.writers.get(usize::try_from(hash % count).unwrap_or(0))
    }

    /// Hands in a caller's command and awaits its answer. The command goes on if the caller does not.
    pub async fn submit(&self, request: Request) -> Result<Reply, EngineError> {
        if makes_calls(&request.command) && self.is_full() {
            return Err(EngineError::Overloaded);
        }
        let (answer, answered) = oneshot::channel();
        let writer = self.writer(request.account).ok_or_else(stopped)?;
        writer.call(Job { request, answer })?;
        answered.await.map_err(|_| stopped())?
    }

    /// Hands in a command and awaits the entity it is about: at rest where the request asks for that,
    /// and at the latest as it stands at `deadline`.
    pub async fn submit_until(
        &self,
        request: Request,
        deadline: Instant,
    ) -> Result<Option<Rested>, EngineError> {
        let (account, until_rest) = (request.account, request.until_rest);
        match self.submit(request).await? {
            Reply::Entity(entity) => Ok(Some(Rested { entity, known: false })),
            Reply::Waiting(entity, rested) => Ok(Some(self.rest(account, entity, rested, deadline).await)),
            Reply::Known(id) => {
                let Some(entity) = self.read(account, id).await? else { return Ok(None) };
                let deadline = if until_rest { deadline } else { Instant::now() };
                let mut pause = POLL_FIRST;
                let mut entity = entity;
                while !entity.rests() && Instant::now() < deadline {
                    tokio::time::sleep_until((Instant::now() + pause).min(deadline)).await;
                    pause = (pause * 2).min(POLL_MOST);
                    entity = self.read(account, id).await?.unwrap_or(entity);
                }
                Ok(Some(Rested { entity, known: true }))
            }
        }
    }

    /// Awaits that an entity rests. It is brought to rest through the same writer, or by another
    /// replica, which is why the store is read now and then.
    async fn rest(
        &self,
        account: AccountId,
        mut entity: Arc<Entity>,
        rested: oneshot::Receiver<Arc<Entity>>,
        deadline: Instant,
    ) -> Rested {
        // Once it has ended, badly, it is not asked again: the store tells then.
        let mut rested = rested.fuse();
        while Instant::now() < deadline && !entity.rests() {
            let pause = (Instant::now() + POLL_MOST).min(deadline);
            tokio::select! {
                biased;
                Ok(rested) = &mut rested => return Rested { entity: rested, known: false },
                () = tokio::time::sleep_until(pause) => {
                    // The command is done, so a store that can't be read is no reason to say otherwise.
                    if let Ok(Some(read)) = self.read(account, entity.id()).await {
                        entity = read;
                    }
                }
            }
        }
        Rested { entity, known: false }
    }

    /// Reads an entity of an account.
    pub async fn read(&self, account: AccountId, id: Uuid) -> Result<Option<Arc<Entity>>, EngineError> {
        let row = self.store.get(id).await?.filter(|row| row.account == account.0);
        Ok(row.map(|row| codec::decode(&row)).transpose()?.map(Arc::new))
    }

    /// Hands in what somebody outside says of an effect. It may be shed: they say it again.
    pub async fn hear(&self, account: AccountId, command: Command) -> Result<Reply, EngineError> {
        self.submit(Request { account, command, key: None, principal: String::new(), until_rest: false })
            .await
    }

    /// Hands in what was learned of an effect, or that a timer may have run out. It is never shed: how
    /// much of it there is, is bounded by the calls that were made.
    pub async fn tell(&self, account: AccountId, command: Command) -> Result<Reply, EngineError> {
        let (answer, answered) = oneshot::channel();
        let request = Request { account, command, key: None, principal: String::new(), until_rest: false };
        self.writer(account).ok_or_else(stopped)?.outcome(Job { request, answer })?;
        answered.await.map_err(|_| stopped())?
    }
}
