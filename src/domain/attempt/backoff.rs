//! How calls that bring no answer are spaced out.

use jiff::SignedDuration;

/// Exponential spacing with jitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Before the first repeat.
    pub first: SignedDuration,
    /// At most.
    pub most: SignedDuration,
}

impl Backoff {
    /// The pause after `silent` calls without an answer; `jitter`, from 0 up to 1, takes up to a
    /// fifth off, so that what failed together is not repeated together.
    #[must_use]
    pub fn after(&self, silent: u16, jitter: f64) -> SignedDuration {
        let doublings = u32::from(silent.saturating_sub(1).min(20));
        let full = self.first.checked_mul(1 << doublings).unwrap_or(self.most).min(self.most);
        jittered(full, jitter)
    }

    /// The pause before a provider is asked again for what it said to be under way, `age` after it was asked to do
    /// it: a tenth of the age at least, at most an hour. A person who reviews documents takes days, and to ask
    /// every few minutes brings the answer no sooner.
    #[must_use]
    pub fn patient(&self, silent: u16, age: SignedDuration, jitter: f64) -> SignedDuration {
        self.after(silent, jitter).max(jittered((age / 10).min(HOURLY), jitter))
    }
}

const HOURLY: SignedDuration = SignedDuration::from_hours(1);

/// With up to a fifth taken off.
fn jittered(full: SignedDuration, jitter: f64) -> SignedDuration {
    let off = SignedDuration::try_from_secs_f64(full.as_secs_f64() * 0.2 * jitter);
    off.ok().and_then(|off| full.checked_sub(off)).unwrap_or(full)
}
