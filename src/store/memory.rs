//! The model: ordered maps under one lock. It defines what the other stores must do, and simulation
//! runs on it, since it answers at once and in the same order every time.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound::{Excluded, Included},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use uuid::Uuid;

use super::{
    Batch, Commit, LaneWriter, Store, StoreError,
    batch::Losers,
    rows::{
        ClaimRow, Cursor, DueRow, EntityRow, HeadRow, JournalRow, LeaseRow, Load, Loaded, LostTo, Micros,
        RequestRow,
    },
};

/// A store that lives as long as its last clone. Clones share the tables, as replicas share a database.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Tables>>);

#[derive(Debug, Default)]
struct Tables {
    heads: BTreeMap<Uuid, HeadRow>,
    entities: BTreeMap<Uuid, EntityRow>,
    /// Index of `entities`: what an account has of a kind.
    by_kind: BTreeSet<(Uuid, i16, Uuid)>,
    /// Index of `entities`: what decisions need.
    open: BTreeSet<(Uuid, i16, Uuid)>,
    /// Index of `entities`: what is due, clock by clock.
    due: BTreeSet<(String, Micros, Uuid)>,
    /// Index of `entities`: whose lease ends when.
    leases: BTreeSet<(Micros, Uuid)>,
    journal: BTreeMap<(i32, i64), JournalRow>,
    /// Index of `journal`: an account's rows.
    by_sequence: BTreeMap<(Uuid, i64), (i32, i64)>,
    requests: BTreeMap<(Uuid, String), RequestRow>,
    seal: Option<[u8; 32]>,
    claims: BTreeMap<(String, [u8; 32]), ClaimRow>,
    lanes: BTreeMap<i32, Lane>,
    clocks: BTreeMap<String, Micros>,
}

#[derive(Debug, Clone, Copy)]
struct Lane {
    epoch: i64,
    position: i64,
    lease_until: Micros,
}

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

impl Tables {
    fn lost(&self, batch: &Batch) -> Option<Commit> {
        let version = |account| self.heads.get(&account).map(|head| head.version);
        let mut losers = Losers::default();
        let (mut requests, mut claims) = (BTreeSet::new(), BTreeSet::new());
        for check in &batch.checks {
            if version(check.account) != check.expected {
                losers.add(check.account, LostTo::Version);
            }
        }
        for write in &batch.writes {
            let account = write.head.account;
            if version(account) != write.expected && !planted!(VersionNotCompared) {
                losers.add(account, LostTo::Version);
            }
            for row in &write.requests {
                let key = (row.account, row.request_id.clone());
                if self.requests.contains_key(&key) || !requests.insert(key) {
                    losers.add(account, LostTo::Request);
                }
            }
            for claim in &write.claims {
                let key = (claim.row.program.clone(), claim.row.instrument);
                let held = self.claims.get(&key).map(|row| row.version);
                let changed = held != claim.expected && !planted!(ClaimVersionNotCompared);
                if changed || !claims.insert(key) {
                    losers.add(account, LostTo::Claim);
                }
            }
        }
        losers.into_commit()
    }

    fn write(&mut self, batch: &Batch) {
        for write in &batch.writes {
            self.heads.insert(write.head.account, write.head.clone());
            for row in &write.entities {
                self.put(row.clone());
            }
            for row in &write.requests {
                self.requests.insert((row.account, row.request_id.clone()), row.clone());
            }
            for claim in &write.claims {
                let row = claim.row.clone();
                self.claims.insert((row.program.clone(), row.instrument), row);
            }
            for row in &write.journal {
                self.by_sequence.insert((row.account, row.sequence), (row.lane, row.position));
                self.journal.insert((row.lane, row.position), row.clone());
            }
        }
    }

    fn put(&mut self, row: EntityRow) {
        if let Some(old) = self.entities.remove(&row.id) {
            self.by_kind.remove(&(old.account, old.kind, old.id));
            self.open.remove(&(old.account, old.kind, old.id));
            if let Some(due_at) = old.due_at {
                self.due.remove(&(old.clock, due_at, old.id));
            }
            if let Some(lease_until) = old.lease_until {
                self.leases.remove(&(lease_until, old.id));
            }
        }
        self.by_kind.insert((row.account, row.kind, row.id));
        if row.open {
            self.open.insert((row.account, row.kind, row.id));
        }
        if let Some(due_at) = row.due_at {
            self.due.insert((row.clock.clone(), due_at, row.id));
        }
        if let Some(lease_until) = row.lease_until {
            self.leases.insert((lease_until, row.id));
        }
        self.entities.insert(row.id, row);
    }

    fn load(&self, load: &Load) -> Loaded {
        let mut ids: BTreeSet<Uuid> = load.entities.iter().copied().collect();
        let accounts: BTreeSet<Uuid> = load.accounts.iter().map(|wanted| wanted.account).collect();
        for wanted in &load.accounts {
            for &kind in &wanted.open_kinds {
                let of_kind = (wanted.account, kind, Uuid::nil())..=(wanted.account, kind, Uuid::max());
                ids.extend(self.open.range(of_kind).map(|&(_, _, id)| id));
            }
        }
        let requests: BTreeSet<_> = load.requests.iter().collect();
        let claims: BTreeSet<_> = load.claims.iter().collect();
        let heads: Vec<HeadRow> = accounts.iter().filter_map(|id| self.heads.get(id).cloned()).collect();
        let clocks = heads
            .iter()
            .filter_map(|head| self.clocks.get(&head.clock).map(|&time| (head.clock.clone(), time)))
            .collect();
        Loaded {
            heads,
            entities: ids.iter().filter_map(|id| self.entities.get(id).cloned()).collect(),
            requests: requests.into_iter().filter_map(|key| self.requests.get(key).cloned()).collect(),
            claims: claims.into_iter().filter_map(|key| self.claims.get(key).cloned()).collect(),
            clocks,
        }
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

    async fn lapsed(&self, now: Micros, limit: usize) -> Result<Vec<EntityRow>, StoreError> {
        let tables = self.tables();
        let ended = tables.leases.range(..(now, Uuid::nil())).take(limit);
        Ok(ended.filter_map(|(_, id)| tables.entities.get(id).cloned()).collect())
    }

    async fn take_lease(&self, lease: LeaseRow, until: Micros) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let seen = tables.entities.get(&lease.id).filter(|row| row.lease_until == Some(lease.lease_until));
        let Some(row) = seen.cloned() else { return Ok(false) };
        tables.put(EntityRow { lease_until: Some(until), ..row });
        Ok(true)
    }

    async fn void_leases(&self) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let leased: Vec<Uuid> = tables.leases.iter().map(|&(_, id)| id).collect();
        for row in leased.iter().filter_map(|id| tables.entities.get(id).cloned()).collect::<Vec<_>>() {
            tables.put(EntityRow { lease_until: Some(0), ..row });
        }
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
