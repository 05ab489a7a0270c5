//! When each effect first arrived at the provider.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// What is known outside of what was sent: when each effect first arrived.
#[derive(Default)]
pub struct Arrivals(Mutex<BTreeMap<String, Instant>>);

impl Arrivals {
    pub fn note(&self, effect: &str) {
        let mut arrivals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        arrivals.entry(effect.to_owned()).or_insert_with(Instant::now);
    }

    pub fn since(&self, effect: &str) -> Option<Duration> {
        let arrivals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        arrivals.get(effect).map(Instant::elapsed)
    }
}
