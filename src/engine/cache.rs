//! The accounts a writer remembers, each with the version it had. The commit checks the version, so a
//! remembered account that another replica has changed costs a second decision, never a wrong one.

use std::num::NonZeroUsize;

use lru::LruCache;
use uuid::Uuid;

use crate::{
    domain::{
        invoice::{self, Invoice},
        world::World,
    },
    store::rows::HeadRow,
};

/// An account as a writer knows it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// Its head; `None` where the account does not exist.
    pub head: Option<HeadRow>,
    /// Its entities: the account itself, all open methods, verifications, payments and pending link
    /// attempts, and whatever else was asked for.
    pub world: World,
}

pub(super) struct Cache(LruCache<Uuid, Known>);

impl Cache {
    pub(super) fn new(accounts: usize) -> Self {
        Self(LruCache::new(NonZeroUsize::new(accounts).unwrap_or(NonZeroUsize::MIN)))
    }

    /// Hands an account over to the batch that is about it. Until that is committed and puts it back, it
    /// is not remembered; and nobody else holds its entities, so that events change them in place.
    pub(super) fn take(&mut self, account: Uuid) -> Option<Known> {
        self.0.pop(&account)
    }

    /// Remembers an account after a commit, without what is at its end: history is never needed.
    pub(super) fn put(&mut self, account: Uuid, mut known: Known) {
        let on_system_clock = known.head.as_ref().is_some_and(|head| head.clock.is_empty());
        // A test clock's time has to be read each time, so there is no use in remembering.
        if !on_system_clock {
            self.0.pop(&account);
            return;
        }
        known.world.claims.clear();
        known.world.entities.retain(|id, entity| *id == account || entity.is_open());
        forget_invoices(&mut known.world);
        self.0.put(account, known);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// How many invoices that nobody pays yet are remembered of an account.
const INVOICES_MOST: usize = 32;

/// Forgets the oldest invoices that nobody pays yet: an account may have any number of them.
fn forget_invoices(world: &mut World) {
    let waiting: Vec<Uuid> = world
        .entities
        .iter()
        .filter(|(_, entity)| {
            entity.get().is_some_and(|found: &Invoice| matches!(found.state, invoice::State::Open))
        })
        .map(|(id, _)| *id)
        .collect();
    let (oldest, _) = waiting.split_at(waiting.len().saturating_sub(INVOICES_MOST));
    for id in oldest {
        world.entities.remove(id);
    }
}
