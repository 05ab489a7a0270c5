//! Time in a world: tokio's paused clock, and clocks that replicas believe in.
//!
//! What the world itself waits for long (people, posts, repairs) is in an agenda. While nothing is under
//! way and nothing is due, time jumps close to the next thing on it: the polling in between would find
//! nothing.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bursar::env::Clock;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A clock that goes with tokio's time, and may go wrong.
#[derive(Clone)]
pub struct SimClock {
    base: Timestamp,
    origin: Instant,
    /// By how many microseconds it is ahead.
    ahead: Arc<AtomicI64>,
}

impl SimClock {
    /// The right time: `base` at `origin`.
    pub fn new(base: Timestamp, origin: Instant) -> Self {
        Self { base, origin, ahead: Arc::default() }
    }

    /// A clock of the same world that starts right and can be put wrong.
    pub fn another(&self) -> Self {
        Self { ahead: Arc::default(), ..self.clone() }
    }

    /// Puts it ahead (or behind).
    pub fn put_ahead(&self, by: SignedDuration) {
        self.ahead.store(i64::try_from(by.as_micros()).unwrap_or(0), Ordering::Relaxed);
    }

    pub fn ahead(&self) -> SignedDuration {
        SignedDuration::from_micros(self.ahead.load(Ordering::Relaxed))
    }

    /// When this instant is, in tokio's time.
    pub fn instant(&self, at: Timestamp) -> Instant {
        let since = at.duration_since(self.base);
        self.origin + Duration::try_from(since).unwrap_or_default()
    }
}

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        let elapsed = i64::try_from(self.origin.elapsed().as_micros()).unwrap_or(i64::MAX);
        let ahead = self.ahead.load(Ordering::Relaxed);
        let micros = self.base.as_microsecond().saturating_add(elapsed).saturating_add(ahead);
        Timestamp::from_microsecond(micros).unwrap_or(self.base)
    }
}

/// What the world waits for, and what is under way in it.
#[derive(Default)]
pub struct Agenda {
    waits: Mutex<BTreeSet<(Instant, u64)>>,
    next: AtomicUsize,
    busy: Arc<AtomicUsize>,
}

/// Something that is under way: time does not jump.
pub struct Busy(Arc<AtomicUsize>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Agenda {
    /// Waits, on the agenda.
    pub async fn sleep(&self, time: Duration) {
        let until = Instant::now() + time;
        let number = u64::try_from(self.next.fetch_add(1, Ordering::Relaxed)).unwrap_or(0);
        self.waits.lock().unwrap_or_else(PoisonError::into_inner).insert((until, number));
        let _entry = Entry { agenda: self, key: (until, number) };
        tokio::time::sleep_until(until).await;
    }

    pub fn busy(&self) -> Busy {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy(Arc::clone(&self.busy))
    }

    pub fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Relaxed) > 0
    }

    /// For how long nobody will do anything.
    pub fn idle(&self) -> Duration {
        let next = self.next().filter(|_| !self.is_busy());
        next.map(|next| next.saturating_duration_since(Instant::now())).unwrap_or_default()
    }

    pub fn next(&self) -> Option<Instant> {
        let waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        waits.first().map(|(until, _)| *until)
    }
}

struct Entry<'a> {
    agenda: &'a Agenda,
    key: (Instant, u64),
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.agenda.waits.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}
