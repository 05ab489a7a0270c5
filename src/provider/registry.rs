//! The adapters there are, by the names that routing rules know them by.

use std::{collections::BTreeMap, sync::Arc};

use super::{Guard, Limits, Provider};

/// The adapters.
#[derive(Default, Clone)]
pub struct Registry(BTreeMap<String, Arc<Guard>>);

impl Registry {
    /// Adds an adapter, behind its bounds.
    pub fn add(&mut self, provider: Arc<dyn Provider>, limits: Limits) {
        let name = provider.capabilities().provider.clone();
        self.0.insert(name, Arc::new(Guard::new(provider, limits)));
    }

    /// The adapter of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<Guard>> {
        self.0.get(name)
    }

    /// All of them, in the order of their names.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Arc<Guard>)> {
        self.0.iter().map(|(name, provider)| (name.as_str(), provider))
    }
}
