//! Runs the calls that were committed to be made.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
};

use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    call::make,
    due,
    meter::{Meter, learned},
    recover,
};
use crate::{
    domain::{command::Command, ids::AccountId},
    engine::{Dispatch, Engine},
    env::Links,
    provider::Registry,
};

/// Runs effects and timers. Cheap to clone.
#[derive(Clone)]
pub struct Runner {
    pub(super) engine: Engine,
    providers: Registry,
    links: Arc<Links>,
    busy: Busy,
    meter: Meter,
    tasks: TaskTracker,
}

/// How many calls are under way for accounts on each test clock; a clock is quiet when there are none.
#[derive(Clone, Default)]
pub struct Busy(Arc<Mutex<BTreeMap<String, usize>>>);

impl Busy {
    /// Whether no call is under way for a clock.
    #[must_use]
    pub fn is_quiet(&self, clock: &str) -> bool {
        !self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(clock)
    }

    fn enter(&self, clock: &str) {
        if !clock.is_empty() {
            let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            *counts.entry(clock.to_owned()).or_default() += 1;
        }
    }

    fn leave(&self, clock: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(clock) {
            *count -= 1;
            if *count == 0 {
                counts.remove(clock);
            }
        }
    }
}

impl Runner {
    /// Puts a runner together.
    #[must_use]
    pub fn new(engine: Engine, providers: Registry, links: Arc<Links>) -> Self {
        Self {
            engine,
            providers,
            links,
            busy: Busy::default(),
            meter: Meter::new(),
            tasks: TaskTracker::new(),
        }
    }

    /// Which test clocks have calls under way.
    #[must_use]
    pub fn busy(&self) -> Busy {
        self.busy.clone()
    }

    /// Runs what is handed out, what was left behind and what is due, until it is told to stop; then
    /// waits for the calls that are under way.
    pub async fn run(self, mut dispatches: mpsc::UnboundedReceiver<Dispatch>, stop: CancellationToken) {
        let recovery = tokio::spawn(recover::run(self.clone(), stop.clone()));
        let timers = tokio::spawn(due::run(self.clone(), stop.clone()));
        loop {
            tokio::select! {
                dispatch = dispatches.recv() => match dispatch {
                    Some(dispatch) => self.start(dispatch),
                    None => break,
                },
                () = stop.cancelled() => break,
            }
        }
        self.tasks.close();
        self.tasks.wait().await;
        for task in [recovery, timers] {
            if let Err(error) = task.await {
                tracing::error!(%error, "a background task ended badly");
            }
        }
    }

    /// Makes a call in a task of its own and hands in what it teaches.
    pub(super) fn start(&self, dispatch: Dispatch) {
        self.engine.in_flight().fetch_add(1, Ordering::Relaxed);
        self.busy.enter(&dispatch.clock);
        self.meter.started();
        let runner = self.clone();
        self.tasks.spawn(async move {
            let input = make(&dispatch, &runner.providers, &runner.links).await;
            runner.meter.ended(dispatch.effect.call, dispatch.taken_over, &input);
            if dispatch.taken_over {
                tracing::info!(effect = %dispatch.effect.id, learned = learned(&input), "took over an effect");
            }
            let command = Command::learn(&dispatch.entity, dispatch.effect.id, input);
            if let Err(error) = runner.engine.tell(AccountId(dispatch.account), command).await {
                // Nothing is lost: the entity still says that the call is under way, and once the lease
                // has passed the provider is asked what became of it.
                tracing::warn!(%error, effect = %dispatch.effect.id, "an outcome could not be recorded yet");
            }
            runner.engine.in_flight().fetch_sub(1, Ordering::Relaxed);
            runner.busy.leave(&dispatch.clock);
        });
    }

    /// Whether more calls should be left for others, or for later.
    pub(super) fn is_full(&self) -> bool {
        self.engine.in_flight().load(Ordering::Relaxed) >= self.engine.config().effects
    }
}
