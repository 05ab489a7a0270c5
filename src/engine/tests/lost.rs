//! A store that loses the answer to a commit: whether it happened or not, nothing happens twice.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use uuid::Uuid;

use super::stage::{account, answered, config, invoice, keyed, link_card, pay, replica, resource};
use crate::{
    domain::entity::Kind,
    store::{
        Batch, Commit, LaneWriter, MemoryStore, Store, StoreError,
        rows::{
            ClaimKey, ClaimRow, Cursor, DueRow, EntityRow, HeadRow, JournalRow, LapsedRow, LeaseRow, Load,
            Loaded, Micros, RequestRow,
        },
    },
};

/// What is done to the next commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It happens, but nobody hears of it.
    AfterIt,
    /// It does not happen, and nobody hears of that.
    BeforeIt,
}

/// The memory store behind a connection that can be lost.
#[derive(Default)]
pub(super) struct Unreliable {
    inner: MemoryStore,
    next: Arc<Mutex<Option<Fault>>>,
    /// How often the store can't tell, once it is asked.
    mute: Arc<AtomicUsize>,
    commits: Arc<AtomicUsize>,
}

struct UnreliableLane {
    inner: Box<dyn LaneWriter>,
    next: Arc<Mutex<Option<Fault>>>,
    mute: Arc<AtomicUsize>,
    commits: Arc<AtomicUsize>,
}

impl Unreliable {
    /// How many commits were tried.
    pub(super) fn commits(&self) -> usize {
        self.commits.load(Ordering::Relaxed)
    }

    fn lose_next(&self, fault: Fault) {
        *self.next.lock().unwrap() = Some(fault);
        self.mute.store(2, Ordering::Relaxed);
    }
}

#[async_trait]
impl LaneWriter for UnreliableLane {
    fn lane(&self) -> i32 {
        self.inner.lane()
    }

    fn position(&self) -> i64 {
        self.inner.position()
    }

    async fn load(&mut self, load: &Load) -> Result<Loaded, StoreError> {
        self.inner.load(load).await
    }

    async fn commit(&mut self, batch: &Batch) -> Result<Commit, StoreError> {
        self.commits.fetch_add(1, Ordering::Relaxed);
        let fault = self.next.lock().unwrap().take();
        let lost = || Err(StoreError::CommitUnknown("the connection was lost".to_owned()));
        match fault {
            None => self.inner.commit(batch).await,
            Some(Fault::BeforeIt) => lost(),
            Some(Fault::AfterIt) => {
                assert_eq!(self.inner.commit(batch).await.unwrap(), Commit::Done);
                lost()
            }
        }
    }

    async fn confirm(&mut self, position: i64) -> Result<bool, StoreError> {
        if self.mute.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
            return Err(StoreError::Unavailable("not yet".to_owned()));
        }
        self.inner.confirm(position).await
    }

    async fn renew(&mut self, until: Micros) -> Result<bool, StoreError> {
        self.inner.renew(until).await
    }
}

#[async_trait]
impl Store for Unreliable {
    fn default_writers(&self) -> usize {
        self.inner.default_writers()
    }

    fn is_exclusive(&self) -> bool {
        false
    }

    async fn open_lane(&self, now: Micros, until: Micros) -> Result<Box<dyn LaneWriter>, StoreError> {
        Ok(Box::new(UnreliableLane {
            inner: self.inner.open_lane(now, until).await?,
            next: Arc::clone(&self.next),
            mute: Arc::clone(&self.mute),
            commits: Arc::clone(&self.commits),
        }))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }

    async fn head(&self, account: Uuid) -> Result<Option<HeadRow>, StoreError> {
        self.inner.head(account).await
    }

    async fn accounts(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<HeadRow>, StoreError> {
        self.inner.accounts(after, limit).await
    }

    async fn account_entities(
        &self,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<EntityRow>, StoreError> {
        self.inner.account_entities(after, limit).await
    }

    async fn get(&self, id: Uuid) -> Result<Option<EntityRow>, StoreError> {
        self.inner.get(id).await
    }

    async fn list(
        &self,
        account: Uuid,
        kind: i16,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<EntityRow>, StoreError> {
        self.inner.list(account, kind, after, limit).await
    }

    async fn due(&self, clock: &str, now: Micros, limit: usize) -> Result<Vec<DueRow>, StoreError> {
        self.inner.due(clock, now, limit).await
    }

    async fn next_due(&self, clock: &str) -> Result<Option<Micros>, StoreError> {
        self.inner.next_due(clock).await
    }

    async fn lapsed(&self, now: Micros, limit: usize) -> Result<Vec<LapsedRow>, StoreError> {
        self.inner.lapsed(now, limit).await
    }

    async fn leases(&self, entities: &[Uuid]) -> Result<Vec<LeaseRow>, StoreError> {
        self.inner.leases(entities).await
    }

    async fn open_invoices(&self, account: Uuid) -> Result<Vec<Uuid>, StoreError> {
        self.inner.open_invoices(account).await
    }

    async fn take_lease(&self, lease: LeaseRow, until: Micros) -> Result<bool, StoreError> {
        self.inner.take_lease(lease, until).await
    }

    async fn void_leases(&self) -> Result<(), StoreError> {
        self.inner.void_leases().await
    }

    async fn account_journal(
        &self,
        account: Uuid,
        after: i64,
        limit: usize,
    ) -> Result<Vec<JournalRow>, StoreError> {
        self.inner.account_journal(account, after, limit).await
    }

    async fn requests(
        &self,
        account: Uuid,
        after: &str,
        limit: usize,
    ) -> Result<Vec<RequestRow>, StoreError> {
        self.inner.requests(account, after, limit).await
    }

    async fn claim(&self, key: &ClaimKey) -> Result<Option<ClaimRow>, StoreError> {
        self.inner.claim(key).await
    }

    async fn claims(&self, after: Option<&ClaimKey>, limit: usize) -> Result<Vec<ClaimRow>, StoreError> {
        self.inner.claims(after, limit).await
    }

    async fn journal(&self, after: &Cursor, limit: usize) -> Result<Vec<JournalRow>, StoreError> {
        self.inner.journal(after, limit).await
    }

    async fn clocks(&self, after: &str, limit: usize) -> Result<Vec<(String, Micros)>, StoreError> {
        self.inner.clocks(after, limit).await
    }

    async fn tails(&self) -> Result<Cursor, StoreError> {
        self.inner.tails().await
    }

    async fn clock(&self, name: &str) -> Result<Option<Micros>, StoreError> {
        self.inner.clock(name).await
    }

    async fn seal(&self, value: [u8; 32]) -> Result<bool, StoreError> {
        self.inner.seal(value).await
    }

    async fn set_clock(&self, name: &str, time: Micros) -> Result<bool, StoreError> {
        self.inner.set_clock(name, time).await
    }
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_happens_exactly_once() {
    for fault in [Fault::AfterIt, Fault::BeforeIt] {
        let store = Arc::new(Unreliable::default());
        let mut replica = replica(store.clone(), config(), 1).await;
        replica.open(1).await;
        replica.card(1, "4242").await;

        store.lose_next(fault);
        let owed = answered(replica.submit(keyed(1, invoice("5"), "owe", 1)).await).id();
        let invoices = store.list(account(1).0, Kind::Invoice as i16, None, 9).await.unwrap();
        assert_eq!(invoices.iter().map(|row| row.id).collect::<Vec<_>>(), [owed], "{fault:?}");

        // The call to the provider is handed out once it is certain that it was committed, and once.
        store.lose_next(fault);
        let payment = answered(replica.submit(keyed(1, pay(owed), "pay", 1)).await).id();
        let calls = replica.calls();
        assert_eq!(calls.len(), 1, "{fault:?}");
        assert_eq!(calls[0].effect.id.entity, payment);

        // A claim, and a repeat of what was in doubt.
        store.lose_next(fault);
        let linked = answered(replica.submit(keyed(1, link_card(1, "1111"), "link", 1)).await).id();
        assert_eq!(resource(replica.submit(keyed(1, link_card(1, "1111"), "link", 1)).await), linked);
        let methods = store.list(account(1).0, Kind::Method as i16, None, 9).await.unwrap();
        assert_eq!(methods.len(), 2, "{fault:?}");
    }
}
