//! The adapters there are, by the names that routing rules know them by.

use std::{collections::BTreeMap, sync::Arc};

use super::{Guard, Limits, Provider};

/// The adapters.
#[derive(Default, Clone)]
pub struct Registry(BTreeMap<String, Arc<Guard>>);

impl Registry {
    /// Adds an adapter, behind its bounds. `false`: there is one of that name, or it has no name.
    #[must_use]
    pub fn add(&mut self, provider: Arc<dyn Provider>, limits: Limits) -> bool {
        let name = provider.capabilities().provider.clone();
        if name.is_empty() || self.0.contains_key(&name) {
            return false;
        }
        self.0.insert(name, Arc::new(Guard::new(provider, limits)));
        true
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
