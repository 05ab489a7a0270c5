//! Where a replica meets the world: every await that has a side effect goes through its gate, before and
//! after. A gate that closes is a crash: nothing that is inside ever goes on, and nothing of it is heard.
//! A gate that is shut for a while is a process that was stopped and goes on later (SIGSTOP, SIGCONT).
//!
//! The crossings of all gates of a world are numbered, so that "crash at the nth" reaches every place
//! there is, with no list of them.

use std::{
    collections::BTreeSet,
    future::{Future, pending},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::Notify;

use super::{chance::Chance, trace::Trace, weather::Weather};

/// Which crossing of the world's gates is a crash.
pub enum Plan {
    /// Those of these numbers, from 0.
    At(BTreeSet<u64>),
    /// As the seed has it.
    Seeded(Box<Chance>),
}

/// The crossings of a world.
pub struct Points {
    next: AtomicU64,
    /// How many were crashes.
    fallen: AtomicU64,
    /// How many there were when the world came to rest; from then on no plan has any say.
    rest: OnceLock<u64>,
    plan: Plan,
    weather: Arc<Weather>,
    trace: Arc<Trace>,
}

impl Points {
    pub fn new(plan: Plan, weather: Arc<Weather>, trace: Arc<Trace>) -> Self {
        Self {
            next: AtomicU64::new(0),
            fallen: AtomicU64::new(0),
            rest: OnceLock::new(),
            plan,
            weather,
            trace,
        }
    }

    /// How many there were so far.
    pub fn passed(&self) -> u64 {
        self.next.load(Ordering::Relaxed)
    }

    /// How many of them were crashes.
    pub fn fallen(&self) -> u64 {
        self.fallen.load(Ordering::Relaxed)
    }

    /// All that was to be done is done: later crossings are no points of a plan.
    pub fn come_to_rest(&self) {
        let _ = self.rest.set(self.passed());
    }

    /// How many there were before the rest, or at all.
    pub fn planned(&self) -> u64 {
        self.rest.get().copied().unwrap_or_else(|| self.passed())
    }

    /// Counts one and tells whether it is a crash.
    fn falls(&self, number: u64) -> bool {
        match &self.plan {
            Plan::At(points) => self.rest.get().is_none() && points.contains(&number),
            Plan::Seeded(chance) => self.weather.strikes(chance, self.weather.crash),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Shut,
    Closed,
}

/// The gate of one replica's process.
pub struct Gate {
    name: String,
    points: Arc<Points>,
    state: Mutex<State>,
    /// Wakes whoever waits, in the order in which they came. (A watch channel would choose by chance.)
    changed: Notify,
}

impl Gate {
    pub fn new(name: String, points: Arc<Points>) -> Self {
        Self { name, points, state: Mutex::new(State::Open), changed: Notify::new() }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Has an action with a side effect happen, between two crossings.
    pub async fn around<T>(&self, what: &str, action: impl Future<Output = T>) -> T {
        self.cross("before", what).await;
        let done = action.await;
        self.cross("after", what).await;
        done
    }

    /// One crossing.
    pub async fn cross(&self, side: &str, what: &str) {
        self.open().await;
        let points = &self.points;
        let number = points.next.fetch_add(1, Ordering::Relaxed);
        points.trace.note(format_args!("{} #{number} {side} {what}", self.name));
        points.trace.count(&format!("point: {side} {what}"));
        if points.falls(number) {
            points.fallen.fetch_add(1, Ordering::Relaxed);
            points.trace.count(&format!("crash: {side} {what}"));
            self.close();
            self.open().await;
        }
    }

    fn state(&self) -> State {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while the gate is shut; for ever, if it is closed.
    pub async fn open(&self) {
        loop {
            let changed = self.changed.notified();
            match self.state() {
                State::Open => return,
                State::Shut => changed.await,
                State::Closed => pending().await,
            }
        }
    }

    /// The process ends here and now.
    pub fn close(&self) {
        self.become_if(|_| true, State::Closed);
    }

    /// The process stands still.
    pub fn shut(&self) {
        self.become_if(|state| state == State::Open, State::Shut);
    }

    /// The process goes on.
    pub fn reopen(&self) {
        self.become_if(|state| state == State::Shut, State::Open);
    }

    fn become_if(&self, fits: impl FnOnce(State) -> bool, to: State) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if fits(*state) {
            *state = to;
            drop(state);
            self.points.trace.note(format_args!("{} is {to:?}", self.name));
            self.changed.notify_waiters();
        }
    }

    /// Whether the process is gone.
    pub fn is_closed(&self) -> bool {
        self.state() == State::Closed
    }

    /// Returns once the process is gone.
    pub async fn closed(&self) {
        loop {
            let changed = self.changed.notified();
            if self.is_closed() {
                return;
            }
            changed.await;
        }
    }
}
