//! A replica's way to the store that all replicas share: what it asks may be refused, come late or be lost
//! on the way back. The store itself never loses what it said it keeps.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bursar::store::{
    Batch, Commit, LaneWriter, MemoryStore, Store, StoreError,
    rows::{
        ClaimKey, ClaimRow, Cursor, DueRow, EntityRow, HeadRow, JournalRow, LapsedRow, LeaseRow, Load,
        Loaded, Micros, RequestRow,
    },
};
use uuid::Uuid;

use super::{
    chance::Chance,
    gate::Gate,
    trace::Trace,
    weather::Weather,
    world::{Witness, World},
};

/// The way of one replica.
#[derive(Clone)]
pub struct Disk {
    inner: MemoryStore,
    way: Arc<Way>,
}

struct Way {
    gate: Arc<Gate>,
    weather: Arc<Weather>,
    chance: Chance,
    trace: Arc<Trace>,
    witness: Arc<Witness>,
}

fn away() -> StoreError {
    StoreError::Unavailable("the simulated disk does not answer".to_owned())
}

impl Way {
    async fn slow(&self) {
        let (faults, most) = (&self.weather.store, self.weather.store_latency);
        // A good store takes its time, too, and meanwhile others go on.
        if most > Duration::ZERO {
            tokio::time::sleep(self.chance.span(Duration::ZERO, most)).await;
        }
        if self.weather.strikes(&self.chance, faults.slow) {
            self.trace.count("fault: store slow");
            let time = self.chance.any_span(Duration::from_millis(1), faults.slow_most);
            tokio::time::sleep(time).await;
        }
    }

    /// On the way to something that changes nothing.
    async fn reading(&self) -> Result<(), StoreError> {
        self.gate.open().await;
        self.slow().await;
        self.gate.open().await;
        if self.weather.strikes(&self.chance, self.weather.store.read_fails) {
            self.trace.count("fault: store read fails");
            return Err(away());
        }
        Ok(())
    }

    /// Something that changes the store, between two crossings.
    async fn writing<T>(
        &self,
        what: &str,
        write: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.slow().await;
        let refused = self.weather.strikes(&self.chance, self.weather.store.refuse);
        self.gate
            .around(what, async {
                if refused {
                    self.trace.count("fault: store refuses");
                    return Err(away());
                }
                write.await
            })
            .await
    }
}

impl Disk {
    pub fn new(world: &World, gate: Arc<Gate>, chance: Chance) -> Self {
        let way = Way {
            gate,
            weather: Arc::clone(&world.weather),
            chance,
            trace: Arc::clone(&world.trace),
            witness: Arc::clone(&world.witness),
        };
        Self { inner: world.store.clone(), way: Arc::new(way) }
    }
}

struct Lane {
    inner: Box<dyn LaneWriter>,
    way: Arc<Way>,
}

#[async_trait]
impl LaneWriter for Lane {
    fn lane(&self) -> i32 {
        self.inner.lane()
    }

    fn position(&self) -> i64 {
        self.inner.position()
    }

    async fn load(&mut self, load: &Load) -> Result<Loaded, StoreError> {
        self.way.reading().await?;
        self.inner.load(load).await
    }

    async fn commit(&mut self, batch: &Batch) -> Result<Commit, StoreError> {
        let Self { inner, way } = self;
        // What writes nothing is never in doubt, as the stores have it.
        let writes = batch.last_position().is_some();
        let lost = writes && way.weather.strikes(&way.chance, way.weather.store.lose_answer);
        let applied = way.chance.happens(0.5);
        let hashes = batch.journal().fold(0, |sum, row| sum ^ u64::from(row.hash[0]) << (row.sequence & 31));
        way.writing("commit", async {
            if lost && !applied {
                way.trace.count("fault: commit not applied, answer lost");
                return Err(StoreError::CommitUnknown("the simulated answer was lost".to_owned()));
            }
            let commit = inner.commit(batch).await?;
            way.trace.note(format_args!("commit {:?} {hashes:x}", batch.last_position()));
            if commit == Commit::Done {
                way.witness.committed(batch);
            }
            way.trace.count(match commit {
                Commit::Done if writes => "commit",
                Commit::Done => "check",
                Commit::Lost(_) => "commit lost to another",
                Commit::LaneLost => "lane lost",
            });
            if lost {
                way.trace.count("fault: commit applied, answer lost");
                return Err(StoreError::CommitUnknown("the simulated answer was lost".to_owned()));
            }
            Ok(commit)
        })
        .await
    }

    async fn confirm(&mut self, position: i64) -> Result<bool, StoreError> {
        self.way.reading().await?;
        self.inner.confirm(position).await
    }

    async fn renew(&mut self, until: Micros) -> Result<bool, StoreError> {
        let Self { inner, way } = self;
        way.writing("renew lane", inner.renew(until)).await
    }
}

#[async_trait]
impl Store for Disk {
    fn default_writers(&self) -> usize {
        self.inner.default_writers()
    }

    async fn open_lane(&self, now: Micros, until: Micros) -> Result<Box<dyn LaneWriter>, StoreError> {
        let inner = self.way.writing("open lane", self.inner.open_lane(now, until)).await?;
        Ok(Box::new(Lane { inner, way: Arc::clone(&self.way) }))
    }

    fn is_exclusive(&self) -> bool {
        self.inner.is_exclusive()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.way.reading().await?;
        self.inner.ping().await
    }

    async fn head(&self, account: Uuid) -> Result<Option<HeadRow>, StoreError> {
        self.way.reading().await?;
        self.inner.head(account).await
    }

    async fn account_entities(
        &self,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<EntityRow>, StoreError> {
        self.way.reading().await?;
        self.inner.account_entities(after, limit).await
    }

    async fn get(&self, id: Uuid) -> Result<Option<EntityRow>, StoreError> {
        self.way.reading().await?;
        self.inner.get(id).await
    }

    async fn list(
        &self,
        account: Uuid,
        kind: i16,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<EntityRow>, StoreError> {
        self.way.reading().await?;
        self.inner.list(account, kind, after, limit).await
    }

    async fn due(&self, clock: &str, now: Micros, limit: usize) -> Result<Vec<DueRow>, StoreError> {
        self.way.reading().await?;
        self.inner.due(clock, now, limit).await
    }

    async fn next_due(&self, clock: &str) -> Result<Option<Micros>, StoreError> {
        self.way.reading().await?;
        self.inner.next_due(clock).await
    }

    async fn lapsed(&self, now: Micros, limit: usize) -> Result<Vec<LapsedRow>, StoreError> {
        self.way.reading().await?;
        self.inner.lapsed(now, limit).await
    }

    async fn leases(&self, entities: &[Uuid]) -> Result<Vec<LeaseRow>, StoreError> {
        self.way.reading().await?;
        self.inner.leases(entities).await
    }

    async fn open_invoices(&self, account: Uuid) -> Result<Vec<Uuid>, StoreError> {
        self.way.reading().await?;
        self.inner.open_invoices(account).await
    }

    async fn accounts(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<HeadRow>, StoreError> {
        self.way.reading().await?;
        self.inner.accounts(after, limit).await
    }

    async fn requests(
        &self,
        account: Uuid,
        after: &str,
        limit: usize,
    ) -> Result<Vec<RequestRow>, StoreError> {
        self.way.reading().await?;
        self.inner.requests(account, after, limit).await
    }

    async fn claim(&self, key: &ClaimKey) -> Result<Option<ClaimRow>, StoreError> {
        self.way.reading().await?;
        self.inner.claim(key).await
    }

    async fn claims(&self, after: Option<&ClaimKey>, limit: usize) -> Result<Vec<ClaimRow>, StoreError> {
        self.way.reading().await?;
        self.inner.claims(after, limit).await
    }

    async fn take_lease(&self, lease: LeaseRow, until: Micros) -> Result<bool, StoreError> {
        let taken = self.way.writing("take lease", self.inner.take_lease(lease, until)).await?;
        if self.way.weather.strikes(&self.way.chance, self.way.weather.store.lose_answer) {
            self.way.trace.count("fault: lease taken, answer lost");
            return Err(away());
        }
        Ok(taken)
    }

    async fn void_leases(&self) -> Result<(), StoreError> {
        self.way.writing("void leases", self.inner.void_leases()).await
    }

    async fn account_journal(
        &self,
        account: Uuid,
        after: i64,
        limit: usize,
    ) -> Result<Vec<JournalRow>, StoreError> {
        self.way.reading().await?;
        self.inner.account_journal(account, after, limit).await
    }

    async fn journal(&self, after: &Cursor, limit: usize) -> Result<Vec<JournalRow>, StoreError> {
        self.way.reading().await?;
        self.inner.journal(after, limit).await
    }

    async fn clocks(&self, after: &str, limit: usize) -> Result<Vec<(String, Micros)>, StoreError> {
        self.way.reading().await?;
        self.inner.clocks(after, limit).await
    }

    async fn tails(&self) -> Result<Cursor, StoreError> {
        self.way.reading().await?;
        self.inner.tails().await
    }

    async fn seal(&self, value: [u8; 32]) -> Result<bool, StoreError> {
        self.way.writing("seal", self.inner.seal(value)).await
    }

    async fn clock(&self, name: &str) -> Result<Option<Micros>, StoreError> {
        self.way.reading().await?;
        self.inner.clock(name).await
    }

    async fn set_clock(&self, name: &str, time: Micros) -> Result<bool, StoreError> {
        self.way.writing("set clock", self.inner.set_clock(name, time)).await
    }
}
