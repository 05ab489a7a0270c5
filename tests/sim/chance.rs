//! Chance that a seed decides. Every part of a world draws from a stream of its own, so that one more
//! draw here changes nothing there.

use std::{
    hash::{Hash as _, Hasher as _},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

/// One stream.
pub struct Chance(Mutex<StdRng>);

impl Chance {
    /// The stream of a name within a seed.
    pub fn of(seed: u64, name: &str) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(sub_seed(seed, name))))
    }

    /// Anything.
    pub fn draw(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next_u64()
    }

    /// From 0 up to `end`, which is not 0.
    pub fn below(&self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX);
        usize::try_from(self.draw() % end).unwrap_or(0)
    }

    /// From `low` to `high`, both included.
    pub fn within(&self, low: u64, high: u64) -> u64 {
        low + self.draw() % (high - low + 1)
    }

    /// A length of time, to the millisecond.
    pub fn span(&self, low: Duration, high: Duration) -> Duration {
        let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(self.within(millis(low), millis(high)))
    }

    /// A length of time, the shorter the more likely: each power of ten as often as the next.
    pub fn any_span(&self, low: Duration, high: Duration) -> Duration {
        let (low, high) = (low.as_secs_f64().max(0.001).ln(), high.as_secs_f64().ln());
        Duration::from_secs_f64((low + (high - low) * self.fraction()).exp())
    }

    /// From 0 up to 1.
    pub fn fraction(&self) -> f64 {
        let whole = u32::try_from(self.draw() >> 32).unwrap_or(0);
        f64::from(whole) / (f64::from(u32::MAX) + 1.0)
    }

    /// Whether something of this probability happens.
    pub fn happens(&self, probability: f64) -> bool {
        probability > 0.0 && self.fraction() < probability
    }

    /// One of them.
    pub fn pick<'a, T>(&self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// The seed of a part.
pub fn sub_seed(seed: u64, name: &str) -> u64 {
    // With fixed keys: the same in every process.
    let mut hasher = std::hash::DefaultHasher::new();
    (seed, name).hash(&mut hasher);
    hasher.finish()
}
