//! Runs the calls that were committed to be made.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    call::{make, provider_of},
    crossing::Crossing,
    due,
    meter::{Meter, learned},
    recover,
    webhooks::{self, Mail, Receivers},
};
use crate::{
    domain::{command::Command, entity::Kind, ids::AccountId},
    engine::{Dispatch, Engine},
    env::Links,
    provider::{Limits, Registry},
};

/// How long a commit to another account may take.
const CROSSING_DEADLINE: Duration = Duration::from_secs(10);

/// Runs effects and timers. Cheap to clone.
#[derive(Clone)]
pub struct Runner {
    pub(super) engine: Engine,
    providers: Registry,
    links: Arc<Links>,
    receivers: Arc<dyn Receivers>,
    meter: Meter,
    tasks: TaskTracker,
}

impl Runner {
    /// Puts a runner together.
    #[must_use]
    pub fn new(
        engine: Engine,
        mut providers: Registry,
        links: Arc<Links>,
        receivers: Arc<dyn Receivers>,
    ) -> Self {
        let limits = Limits { deadline: CROSSING_DEADLINE, concurrency: engine.config().effects };
        if !providers.add(Arc::new(Crossing::new(engine.clone())), limits) {
            tracing::error!(
                "an adapter has the name that stands for accounts of ours; it is used in their place"
            );
        }
        Self { engine, providers, links, receivers, meter: Meter::new(), tasks: TaskTracker::new() }
    }

    /// Runs what is handed out, what was left behind and what is due, until it is told to stop; then
    /// waits for the calls that are under way.
    pub async fn run(self, mut dispatches: mpsc::UnboundedReceiver<Dispatch>, stop: CancellationToken) {
        let recovery = tokio::spawn(self.clone().guarded(recover::run(self.clone(), stop.clone())));
        let timers = tokio::spawn(self.clone().guarded(due::run(self.clone(), stop.clone())));
        let webhooks = tokio::spawn(self.clone().guarded(webhooks::run(self.clone(), stop.clone())));
        loop {
            // What was committed to be made comes before the end.
            tokio::select! {
                biased;
                dispatch = dispatches.recv() => match dispatch {
                    Some(dispatch) if self.is_late(&dispatch) => {
                        // Somebody else may be looking after it by now; whoever has the lease goes on.
                        tracing::warn!(effect = %dispatch.effect.id, "a call comes too late in its lease");
                    }
                    Some(dispatch) => self.start(dispatch),
                    None => break,
                },
                () = stop.cancelled() => break,
            }
        }
        self.tasks.close();
        self.tasks.wait().await;
        for task in [recovery, timers, webhooks] {
            if let Err(error) = task.await {
                tracing::error!(%error, "a background task has ended badly");
            }
        }
    }

    /// Runs a background task; where it ends by a fault, the process can't go on.
    async fn guarded(self, task: impl Future<Output = ()> + Send + 'static) {
        if let Err(error) = tokio::spawn(task).await {
            tracing::error!(%error, "a background task has ended badly");
            self.engine.fault().cancel();
        }
    }

    /// Makes a call in a task of its own and hands in what it teaches.
    pub(super) fn start(&self, dispatch: Dispatch) {
        if dispatch.entity.kind() == Kind::WebhookDelivery {
            return self.deliver(dispatch);
        }
        let underway = self.engine.calls().begin(provider_of(&dispatch));
        self.meter.started();
        let runner = self.clone();
        self.tasks.spawn(async move {
            let input = make(&dispatch, &runner.providers, &runner.links).await;
            runner.meter.ended(dispatch.effect.call, dispatch.taken_over, &input);
            if dispatch.taken_over {
                tracing::info!(effect = %dispatch.effect.id, learned = learned(&input), "took over an effect");
            }
            let Dispatch { account, entity, effect, .. } = dispatch;
            let command = Command::learn(&entity, effect.id, input);
            // Nobody else holds the entity now, so that what was learned changes it in place.
            drop(entity);
            if let Err(error) = runner.engine.tell(AccountId(account), command).await {
                // Nothing is lost: the entity still says that the call is under way, and once the lease
                // has passed the provider is asked what became of it.
                tracing::warn!(%error, effect = %effect.id, "an outcome could not be recorded yet");
            }
            drop(underway);
        });
    }

    /// Tells a program's own system of an event, and hands in what came of it.
    fn deliver(&self, dispatch: Dispatch) {
        let underway = self.engine.calls().begin("webhooks".to_owned());
        let runner = self.clone();
        self.tasks.spawn(async move {
            let mail = Mail { engine: &runner.engine, links: &runner.links, receivers: &*runner.receivers };
            let Some(command) = mail.deliver(&dispatch).await else { return };
            if let Err(error) = runner.engine.tell(AccountId(dispatch.account), command).await {
                // It is sent again once the lease has passed: at least once.
                tracing::warn!(%error, delivery = %dispatch.entity.id(), "a delivery is not recorded yet");
            }
            drop(underway);
        });
    }

    /// Whether so much of a call's lease has passed that it may outlast it.
    fn is_late(&self, dispatch: &Dispatch) -> bool {
        let age = self.engine.clock().now().duration_since(dispatch.committed);
        age > self.engine.config().lease / 2
    }

    /// Whether more calls should be left for others, or for later.
    pub(super) fn is_full(&self) -> bool {
        self.engine.is_full()
    }
}
