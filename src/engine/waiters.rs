//! Callers who wait until an entity rests.

use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::oneshot;
use uuid::Uuid;

use crate::domain::entity::Entity;

type Answer = oneshot::Sender<Arc<Entity>>;

/// Above this many entries, those whose callers are gone are dropped.
const SWEEP_FROM: usize = 1_024;

/// Who waits for what. A writer's own: the entity's next change comes through the same writer, unless
/// another replica makes it; for that case callers read the store themselves now and then.
#[derive(Default)]
pub(super) struct Waiters {
    by_entity: BTreeMap<Uuid, Vec<Answer>>,
    sweep_at: usize,
}

impl Waiters {
    /// Lets a caller wait.
    pub(super) fn wait(&mut self, entity: Uuid) -> oneshot::Receiver<Arc<Entity>> {
        if self.by_entity.len() >= self.sweep_at.max(SWEEP_FROM) {
            self.by_entity.retain(|_, answers| {
                answers.retain(|answer| !answer.is_closed());
                !answers.is_empty()
            });
            self.sweep_at = self.by_entity.len() * 2;
        }
        let (answer, rested) = oneshot::channel();
        self.by_entity.entry(entity).or_default().push(answer);
        rested
    }

    /// Answers those who waited for an entity that rests.
    pub(super) fn changed(&mut self, entity: &Arc<Entity>) {
        if self.by_entity.is_empty() || !entity.rests() {
            return;
        }
        for answer in self.by_entity.remove(&entity.id()).unwrap_or_default() {
            // A caller that is gone needs no answer.
            let _ = answer.send(Arc::clone(entity));
        }
    }
}
