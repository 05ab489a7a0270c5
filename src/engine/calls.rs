//! How many calls to each provider are under way.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Calls under way, by provider: one that hangs takes up its own places and nobody else's. Cheap to clone.
#[derive(Clone, Default)]
pub struct Calls(Arc<Mutex<BTreeMap<String, usize>>>);

impl Calls {
    /// A call begins. It ends when what this answers is dropped, however that comes about.
    #[must_use]
    pub fn begin(&self, provider: String) -> Underway {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match calls.get_mut(&provider) {
            Some(count) => *count += 1,
            None => drop(calls.insert(provider.clone(), 1)),
        }
        drop(calls);
        Underway { calls: self.clone(), provider }
    }

    /// How many there are to a provider.
    #[must_use]
    pub fn to(&self, provider: &str) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(provider).copied().unwrap_or(0)
    }

    /// How many there are to the provider that has fewest, of those that are given.
    #[must_use]
    pub fn fewest<'a>(&self, providers: impl Iterator<Item = &'a String>) -> usize {
        let calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        providers.map(|provider| calls.get(provider).copied().unwrap_or(0)).min().unwrap_or(0)
    }
}

/// A call that is under way.
pub struct Underway {
    calls: Calls,
    provider: String,
}

impl Drop for Underway {
    fn drop(&mut self) {
        let mut calls = self.calls.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = calls.get_mut(&self.provider) {
            *count = count.saturating_sub(1);
        }
    }
}
