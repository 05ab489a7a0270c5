//! A writer: one task, one lane of the journal, one batch after the other.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};
use uuid::Uuid;

use super::{
    assemble::entity_of,
    batch::{Decided, Tools, Verdict, decide_batch},
    cache::Cache,
    calls::Calls,
    config::Config,
    handle::Dispatch,
    inbox::{EngineError, Inbox, Job, Reply},
    plan,
    waiters::Waiters,
};
use crate::{
    env::{Clock, Ids},
    store::{Commit, LaneWriter, Store, StoreError, rows::Micros},
};

/// For how long a lane is a writer's, and how often that is renewed.
const LANE_LEASE: SignedDuration = SignedDuration::from_secs(60);
const LANE_RENEWAL: Duration = Duration::from_secs(15);

/// How many batches may come of one because others were faster, before its callers are told to wait.
const ROUNDS: usize = 50;

pub(super) struct Writer {
    pub store: Arc<dyn Store>,
    pub lane: Box<dyn LaneWriter>,
    pub config: Config,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub cache: Cache,
    pub waiters: Waiters,
    pub effects: mpsc::UnboundedSender<Dispatch>,
    pub calls: Calls,
    /// Tells watchers that there is something new.
    pub committed: Arc<watch::Sender<u64>>,
    /// When the lane was last renewed.
    pub renewed: Instant,
}

/// What came of a batch.
enum Settled {
    /// It is durable.
    Done(Box<Decided>),
    /// Nothing was written. The commands on these accounts are decided anew, from what is loaded then.
    Anew(BTreeSet<Uuid>),
}

/// Until when a lane taken at `now` is the taker's.
pub(super) fn lane_until(now: Timestamp) -> Micros {
    now.checked_add(LANE_LEASE).unwrap_or(Timestamp::MAX).as_microsecond()
}

impl Writer {
    /// Works until nobody can hand in anything any more.
    pub(super) async fn run(mut self, mut inbox: Inbox) {
        let mut renewal = tokio::time::interval(LANE_RENEWAL);
        renewal.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut jobs = Vec::new();
        loop {
            tokio::select! {
                biased;
                more = inbox.fill(&mut jobs, self.config.batch) => {
                    if !more {
                        return;
                    }
                    let batch = std::mem::take(&mut jobs);
                    self.work(batch).await;
                }
                _ = renewal.tick() => self.renew().await,
            }
        }
    }

    async fn renew(&mut self) {
        self.renewed = Instant::now();
        match self.lane.renew(lane_until(self.clock.now())).await {
            Ok(true) => {}
            Ok(false) => self.retake().await,
            Err(error) => tracing::warn!(%error, lane = self.lane.lane(), "the lane could not be renewed"),
        }
    }

    /// Takes another lane, after this one was taken by somebody who believed this writer dead.
    async fn retake(&mut self) {
        self.cache.clear();
        let now = self.clock.now();
        match self.store.open_lane(now.as_microsecond(), lane_until(now)).await {
            Ok(lane) => {
                tracing::warn!(lost = self.lane.lane(), lane = lane.lane(), "took another lane");
                self.lane = lane;
            }
            Err(error) => tracing::warn!(%error, "no lane could be taken"),
        }
    }

    /// Decides and commits a batch. Whatever of it has to wait makes a batch of its own: what another
    /// replica was faster at, and what a command before it has to be seen for.
    async fn work(&mut self, jobs: Vec<Job>) {
        let mut batches = VecDeque::from([jobs]);
        let mut rounds = 0;
        while let Some(jobs) = batches.pop_front() {
            rounds += 1;
            let settled =
                if rounds > ROUNDS { Err(EngineError::Overloaded) } else { self.settle(&jobs).await };
            match settled {
                Ok(Settled::Done(decided)) => {
                    let deferred = self.answer(jobs, *decided);
                    if !deferred.is_empty() {
                        batches.push_back(deferred);
                    }
                }
                Ok(Settled::Anew(accounts)) => {
                    let (again, rest): (Vec<Job>, Vec<Job>) =
                        jobs.into_iter().partition(|job| accounts.contains(&job.request.account.0));
                    batches.extend([rest, again].into_iter().filter(|jobs| !jobs.is_empty()));
                }
                Err(error) => {
                    tracing::warn!(%error, commands = jobs.len(), "a batch could not be committed");
                    for job in jobs {
                        let _ = job.answer.send(Err(error.clone()));
                    }
                }
            }
        }
    }

    /// Loads, decides and commits.
    async fn settle(&mut self, jobs: &[Job]) -> Result<Settled, EngineError> {
        if self.renewed.elapsed() >= LANE_RENEWAL {
            self.renew().await;
        }
        let mut situation = plan::load(&mut *self.lane, &mut self.cache, jobs).await?;
        let tools = Tools { config: &self.config, clock: &*self.clock, ids: &*self.ids, calls: &self.calls };
        let (lane, position) = (self.lane.lane(), self.lane.position());
        let decided = decide_batch(&tools, jobs, &mut situation, lane, position)?;
        if decided.batch.writes.is_empty() && decided.batch.checks.is_empty() {
            return Ok(Settled::Done(Box::new(decided)));
        }
        if planted!(EffectBeforeCommit) {
            self.hand_out(&decided);
        }
        let committed = self.commit(&decided).await;
        if planted!(AnswerBeforeCommit) {
            return Ok(Settled::Done(Box::new(decided)));
        }
        match committed? {
            Commit::Done => Ok(Settled::Done(Box::new(decided))),
            Commit::Lost(lost) => Ok(Settled::Anew(lost.into_iter().map(|lost| lost.account).collect())),
            Commit::LaneLost => {
                self.retake().await;
                Ok(Settled::Anew(BTreeSet::new()))
            }
        }
    }

    /// Commits; where the answer was lost, finds out what became of it before anything else.
    async fn commit(&mut self, decided: &Decided) -> Result<Commit, EngineError> {
        let what = match self.lane.commit(&decided.batch).await {
            Err(StoreError::CommitUnknown(_)) if planted!(UnknownCommitIsDone) => return Ok(Commit::Done),
            Err(StoreError::CommitUnknown(what)) => what,
            Ok(commit) => return Ok(commit),
            Err(error) => {
                self.cache.clear();
                return Err(error.into());
            }
        };
        tracing::warn!(what, "the answer to a commit was lost; reading back");
        self.cache.clear();
        let position = decided.batch.last_position().unwrap_or_else(|| self.lane.position());
        let mut pause = Duration::from_millis(20);
        loop {
            match self.lane.confirm(position).await {
                Ok(true) => return Ok(Commit::Done),
                // Nothing was written: decided anew, like after any other loss.
                Ok(false) => return Ok(Commit::Lost(Vec::new())),
                Err(error) => tracing::warn!(%error, "the store can't tell yet"),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    /// Answers callers, hands out the calls that were committed to be made, and remembers the
    /// accounts. What has to wait for the next batch is returned.
    fn answer(&mut self, jobs: Vec<Job>, mut decided: Decided) -> Vec<Job> {
        let mut deferred = Vec::new();
        let mut unsure = BTreeSet::new();
        for (job, verdict) in jobs.into_iter().zip(std::mem::take(&mut decided.verdicts)) {
            let answer = match verdict {
                Verdict::Accepted(id) => {
                    let account = job.request.account.0;
                    match entity_of(&decided.accounts, account, id) {
                        Some(entity) if job.request.until_rest && !entity.rests() => {
                            Ok(Reply::Waiting(entity, self.waiters.wait(id)))
                        }
                        Some(entity) => Ok(Reply::Entity(entity)),
                        None => Ok(Reply::Known(id)),
                    }
                }
                Verdict::Known(id) => Ok(Reply::Known(id)),
                Verdict::Refused(rejection) => Err(EngineError::Refused(rejection)),
                Verdict::Overloaded => Err(EngineError::Overloaded),
                Verdict::Broken(fault) => Err(EngineError::Internal(fault)),
                Verdict::Deferred => {
                    deferred.push(job);
                    continue;
                }
                Verdict::Unsure => {
                    // What is loaded afresh is looked up whole.
                    unsure.insert(job.request.account.0);
                    deferred.push(job);
                    continue;
                }
            };
            // A caller that is gone needs no answer.
            let _ = job.answer.send(answer);
        }
        for (account, id, _) in &decided.changed {
            if let Some(entity) = entity_of(&decided.accounts, *account, *id) {
                self.waiters.changed(&entity);
            }
        }
        self.hand_out(&decided);
        for (account, known) in decided.accounts {
            if !unsure.contains(&account) {
                self.cache.put(account, known);
            }
        }
        if decided.batch.last_position().is_some() {
            self.committed.send_modify(|count| *count += 1);
        }
        deferred
    }

    /// Hands out the calls that were committed to be made.
    fn hand_out(&self, decided: &Decided) {
        for (account, id, _) in decided.changed.iter().filter(|(_, _, calls)| *calls) {
            let Some(entity) = entity_of(&decided.accounts, *account, *id) else { continue };
            let Some(effect) = entity.call() else { continue };
            let head = decided.accounts.get(account).and_then(|known| known.head.as_ref());
            let _ = self.effects.send(Dispatch {
                account: *account,
                clock: head.map(|head| head.clock.clone()).unwrap_or_default(),
                entity,
                effect,
                committed: decided.decided_at,
                taken_over: false,
            });
        }
    }
}
