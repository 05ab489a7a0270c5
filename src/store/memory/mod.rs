//! The model: ordered maps under one lock. It defines what the other stores must do, and simulation
//! runs on it, since it answers at once and in the same order every time.

mod tables;

use std::{
    collections::BTreeSet,
    ops::Bound::{Excluded, Included, Unbounded},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use uuid::Uuid;

use self::tables::{Lane, Tables};
use super::{
    Batch, Commit, LaneWriter, Store, StoreError,
    rows::{
        ClaimKey, ClaimRow, Cursor, DueRow, EntityRow, HeadRow, JournalRow, LapsedRow, LeaseRow, Load,
        Loaded, Micros, RequestRow,
    },
};

/// A store that lives as long as its last clone. Clones share the tables, as replicas share a database.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Tables>>);

#[derive(Debug)]
struct MemoryLane {
    store: MemoryStore,
    lane: i32,
    epoch: i64,
    position: i64,
}

impl MemoryStore {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl LaneWriter for MemoryLane {
    fn lane(&self) -> i32 {
        self.lane
    }

    fn position(&self) -> i64 {
        self.position
    }

    async fn load(&mut self, load: &Load) -> Result<Loaded, StoreError> {
        Ok(self.store.tables().load(load))
    }

    async fn commit(&mut self, batch: &Batch) -> Result<Commit, StoreError> {
        batch.check(self.lane, self.position)?;
        let mut tables = self.store.tables();
        if tables.lanes.get(&self.lane).is_none_or(|lane| lane.epoch != self.epoch) {
            return Ok(Commit::LaneLost);
        }
        if let Some(lost) = tables.lost(batch) {
            return Ok(lost);
        }
        tables.check(batch)?;
        tables.write(batch);
        self.position = batch.last_position().unwrap_or(self.position);
        if let Some(lane) = tables.lanes.get_mut(&self.lane) {
            lane.position = self.position;
        }
        Ok(Commit::Done)
    }

    async fn confirm(&mut self, position: i64) -> Result<bool, StoreError> {
        // No commit of this store is ever in doubt.
        Ok(position <= self.position)
    }

    async fn renew(&mut self, until: Micros) -> Result<bool, StoreError> {
        match self.store.tables().lanes.get_mut(&self.lane) {
            Some(lane) if lane.epoch == self.epoch => {
                lane.lease_until = until;
                Ok(true)
            }
            Some(_) | None => Ok(false),
        }
    }
}

#[async_trait]
impl Store for MemoryStore {
    fn default_writers(&self) -> usize {
        1
    }

    fn is_exclusive(&self) -> bool {
        false
    }

    async fn open_lane(&self, now: Micros, until: Micros) -> Result<Box<dyn LaneWriter>, StoreError> {
        let mut tables = self.tables();
        let free = tables.lanes.iter().find(|(_, lane)| lane.lease_until < now).map(|(&lane, _)| lane);
        let next = tables.lanes.last_key_value().map_or(1, |(&last, _)| last.saturating_add(1));
        let number = free.unwrap_or(next);
        let lane = tables.lanes.entry(number).or_insert(Lane { epoch: 0, position: 0, lease_until: 0 });
        lane.epoch = lane.epoch.saturating_add(1);
        lane.lease_until = until;
        let (epoch, position) = (lane.epoch, lane.position);
        Ok(Box::new(MemoryLane { store: self.clone(), lane: number, epoch, position }))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn head(&self, account: Uuid) -> Result<Option<HeadRow>, StoreError> {
        Ok(self.tables().heads.get(&account).cloned())
    }

    async fn accounts(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<HeadRow>, StoreError> {
        let behind = (after.map_or(Unbounded, Excluded), Unbounded);
        Ok(self.tables().heads.range(behind).take(limit).map(|(_, row)| row.clone()).collect())
    }

    async fn account_entities(
        &self,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<EntityRow>, StoreError> {
        let tables = self.tables();
        let behind = tables.heads.range((after.map_or(Unbounded, Excluded), Unbounded));
        Ok(behind.take(limit).filter_map(|(id, _)| tables.entities.get(id).cloned()).collect())
    }

    async fn get(&self, id: Uuid) -> Result<Option<EntityRow>, StoreError> {
        Ok(self.tables().entities.get(&id).cloned())
    }

    async fn list(
        &self,
        account: Uuid,
        kind: i16,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<EntityRow>, StoreError> {
        let tables = self.tables();
        let first = after.map_or(Included((account, kind, Uuid::nil())), |id| Excluded((account, kind, id)));
        let behind = tables.by_kind.range((first, Included((account, kind, Uuid::max()))));
        Ok(behind.take(limit).filter_map(|(_, _, id)| tables.entities.get(id).cloned()).collect())
    }

    async fn due(&self, clock: &str, now: Micros, limit: usize) -> Result<Vec<DueRow>, StoreError> {
        let tables = self.tables();
        let until = (clock.to_owned(), Micros::MIN, Uuid::nil())..=(clock.to_owned(), now, Uuid::max());
        let rows = tables.due.range(until).take(limit).filter_map(|(_, due_at, id)| {
            let entity = tables.entities.get(id)?;
            Some(DueRow { id: *id, account: entity.account, kind: entity.kind, due_at: *due_at })
        });
        Ok(rows.collect())
    }

    async fn next_due(&self, clock: &str) -> Result<Option<Micros>, StoreError> {
        let from =
            (clock.to_owned(), Micros::MIN, Uuid::nil())..=(clock.to_owned(), Micros::MAX, Uuid::max());
        Ok(self.tables().due.range(from).next().map(|&(_, due_at, _)| due_at))
    }

    async fn lapsed(&self, now: Micros, limit: usize) -> Result<Vec<LapsedRow>, StoreError> {
        let tables = self.tables();
        let ended = tables.leases.iter().filter(|(_, until)| **until < now);
        let mut ended: Vec<(Micros, Uuid)> = ended.map(|(id, until)| (*until, *id)).collect();
        ended.sort_unstable();
        let rows = ended.into_iter().take(limit).filter_map(|(lease_until, id)| {
            let entity = tables.entities.get(&id).cloned()?;
            Some(LapsedRow { entity, lease: LeaseRow { id, lease_until } })
        });
        Ok(rows.collect())
    }

    async fn leases(&self, entities: &[Uuid]) -> Result<Vec<LeaseRow>, StoreError> {
        let tables = self.tables();
        let ids: BTreeSet<Uuid> = entities.iter().copied().collect();
        let rows = ids.into_iter().filter_map(|id| {
            let lease_until = *tables.leases.get(&id)?;
            Some(LeaseRow { id, lease_until })
        });
        Ok(rows.collect())
    }

    async fn open_invoices(&self, account: Uuid) -> Result<Vec<Uuid>, StoreError> {
        let all = (account, Uuid::nil())..=(account, Uuid::max());
        Ok(self.tables().open_invoices.range(all).map(|&(_, id)| id).collect())
    }

    async fn take_lease(&self, lease: LeaseRow, until: Micros) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let held = tables.leases.get_mut(&lease.id).filter(|held| **held == lease.lease_until);
        Ok(held.map(|held| *held = until).is_some())
    }

    async fn void_leases(&self) -> Result<(), StoreError> {
        self.tables().leases.values_mut().for_each(|until| *until = 0);
        Ok(())
    }

    async fn account_journal(
        &self,
        account: Uuid,
        after: i64,
        limit: usize,
    ) -> Result<Vec<JournalRow>, StoreError> {
        let tables = self.tables();
        let behind = (account, after.saturating_add(1))..=(account, i64::MAX);
        let keys = tables.by_sequence.range(behind).take(limit);
        Ok(keys.filter_map(|(_, key)| tables.journal.get(key).cloned()).collect())
    }

    async fn requests(
        &self,
        account: Uuid,
        after: &str,
        limit: usize,
    ) -> Result<Vec<RequestRow>, StoreError> {
        let tables = self.tables();
        let behind = tables.requests.range((Excluded((account, after.to_owned())), Unbounded));
        let own = behind.take_while(|((owner, _), _)| *owner == account);
        Ok(own.take(limit).map(|(_, row)| row.clone()).collect())
    }

    async fn claim(&self, key: &ClaimKey) -> Result<Option<ClaimRow>, StoreError> {
        Ok(self.tables().claims.get(key).cloned())
    }

    async fn claims(&self, after: Option<&ClaimKey>, limit: usize) -> Result<Vec<ClaimRow>, StoreError> {
        let behind = (after.map_or(Unbounded, Excluded), Unbounded);
        Ok(self
            .tables()
            .claims
            .range::<ClaimKey, _>(behind)
            .take(limit)
            .map(|(_, row)| row.clone())
            .collect())
    }

    async fn journal(&self, after: &Cursor, limit: usize) -> Result<Vec<JournalRow>, StoreError> {
        let tables = self.tables();
        let mut rows = Vec::new();
        for &lane in tables.lanes.keys() {
            let seen = after.get(&lane).copied().unwrap_or(0);
            let behind = tables.journal.range((lane, seen.saturating_add(1))..=(lane, i64::MAX));
            rows.extend(behind.take(limit).map(|(_, row)| row.clone()));
        }
        Ok(rows)
    }

    async fn clock(&self, name: &str) -> Result<Option<Micros>, StoreError> {
        Ok(self.tables().clocks.get(name).copied())
    }

    async fn clocks(&self, after: &str, limit: usize) -> Result<Vec<(String, Micros)>, StoreError> {
        let tables = self.tables();
        let behind = tables.clocks.range::<str, _>((Excluded(after), Unbounded));
        Ok(behind.take(limit).map(|(name, time)| (name.clone(), *time)).collect())
    }

    async fn tails(&self) -> Result<Cursor, StoreError> {
        Ok(self.tables().lanes.iter().map(|(&number, lane)| (number, lane.position)).collect())
    }

    async fn seal(&self, value: [u8; 32]) -> Result<bool, StoreError> {
        Ok(*self.tables().seal.get_or_insert(value) == value)
    }

    async fn set_clock(&self, name: &str, time: Micros) -> Result<bool, StoreError> {
        super::batch::clock_name(name)?;
        let mut tables = self.tables();
        let shown = tables.clocks.entry(name.to_owned()).or_insert(time);
        let forward = *shown <= time;
        if forward {
            *shown = time;
        }
        Ok(forward)
    }
}
