//! What happened in a world, in order, as a hash: two runs of a seed have to give the same. With a name
//! it can be read, too.

use std::{
    collections::BTreeMap,
    fmt,
    hash::Hasher as _,
    sync::{Mutex, PoisonError},
};

use tokio::time::Instant;

/// The trace of one world, and what it counts.
pub struct Trace {
    origin: Instant,
    told: bool,
    inner: Mutex<Inner>,
}

struct Inner {
    hash: std::hash::DefaultHasher,
    lines: u64,
    counts: Counts,
}

/// How often what was hit.
pub type Counts = BTreeMap<String, u64>;

impl Trace {
    /// Starts a trace; `told`: on standard output as well.
    pub fn new(told: bool) -> Self {
        let inner = Inner { hash: std::hash::DefaultHasher::new(), lines: 0, counts: Counts::new() };
        Self { origin: Instant::now(), told, inner: Mutex::new(inner) }
    }

    /// Something happened.
    pub fn note(&self, what: fmt::Arguments<'_>) {
        let text = what.to_string();
        let elapsed = self.origin.elapsed();
        if self.told {
            println!("{:>14.6} {text}", elapsed.as_secs_f64());
        }
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.hash.write_u128(elapsed.as_micros());
        inner.hash.write(text.as_bytes());
        inner.lines += 1;
    }

    /// Counts something, and says so.
    pub fn count(&self, what: &str) {
        self.add(what, 1);
    }

    /// Counts several.
    pub fn add(&self, what: &str, by: u64) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        match inner.counts.get_mut(what) {
            Some(count) => *count += by,
            None => {
                inner.counts.insert(what.to_owned(), by);
            }
        }
    }

    /// The hash so far.
    pub fn hash(&self) -> u64 {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).hash.finish()
    }

    /// The counts so far.
    pub fn counts(&self) -> Counts {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).counts.clone()
    }
}
