//! The door to durable state: rows in, rows out, one transaction for everyone who waits.
//!
//! A store knows no rule. It keeps heads, entities, the journal, request ids and claims
//! ([`rows`]), loads what a batch of commands needs and commits what they decided, all or nothing
//! ([`LaneWriter`]). `sqlite` is the embedded default, `postgres` is for production, `memory` is the
//! model for simulation; one contract suite (`tests/it/store`) holds for all three.
//!
//! To add a store: implement [`Store`] and [`LaneWriter`] in a folder of its own, let [`open()`] know its
//! URLs, and add it to the suite's list.

mod batch;
pub mod codec;
pub mod memory;
mod open;
pub mod postgres;
pub mod rows;
pub mod sqlite;

pub use batch::{Batch, Commit};
pub use memory::MemoryStore;
pub use open::{migrate, open, open_to_read};
pub use postgres::PostgresStore;
pub use sqlite::SqliteStore;

use async_trait::async_trait;
use uuid::Uuid;

use rows::{
    ClaimKey, ClaimRow, Cursor, DueRow, EntityRow, HeadRow, JournalRow, LapsedRow, LeaseRow, Load, Loaded,
    Micros, RequestRow,
};

/// What can go wrong with a store. None of these says anything about money.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store can't be reached or refuses to work; nothing was written.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// The connection was lost while a commit was on its way. It may have happened: read the lane's
    /// position back before anything is decided again.
    #[error("whether the commit happened is unknown: {0}")]
    CommitUnknown(String),
    /// What was read makes no sense: a row is broken or the schema isn't ours.
    #[error("the store holds something unexpected: {0}")]
    Inconsistent(String),
    /// The caller broke the contract (see [`Batch`]); nothing was written, and trying again won't help.
    #[error("the store refuses to write this: {0}")]
    Malformed(String),
}

/// A store's writing end: one lane of the journal, owned by one task.
///
/// That task is one that nobody cancels: a future of `commit` that is dropped midway leaves open
/// whether it happened. A store then answers the next commit with [`StoreError::CommitUnknown`].
#[async_trait]
pub trait LaneWriter: Send {
    /// The lane's number.
    fn lane(&self) -> i32;

    /// The last position known to be committed in this lane.
    fn position(&self) -> i64;

    /// Loads what the commands of a batch need, from one snapshot: an entity is never older than
    /// the head that is returned with it.
    async fn load(&mut self, load: &Load) -> Result<Loaded, StoreError>;

    /// Commits a batch and moves the lane's position to that of its last journal row. The positions
    /// of its rows are the next of this lane, without a gap ([`Batch::number`]).
    ///
    /// [`StoreError::Unavailable`] and [`StoreError::Malformed`] mean that nothing was written. After
    /// [`StoreError::CommitUnknown`] no other commit is taken before [`confirm`](Self::confirm) answered.
    async fn commit(&mut self, batch: &Batch) -> Result<Commit, StoreError>;

    /// After [`StoreError::CommitUnknown`]: waits until that transaction is certainly over and tells
    /// whether `position`, the last of its batch, was reached by it. An error leaves it open; ask again.
    /// `true` also where the lane was taken over since.
    async fn confirm(&mut self, position: i64) -> Result<bool, StoreError>;

    /// Keeps the lane for this writer until `until`. `false`: it belongs to another one.
    async fn renew(&mut self, until: Micros) -> Result<bool, StoreError>;
}

/// A store's reading end, and where lanes are taken.
#[async_trait]
pub trait Store: Send + Sync {
    /// How many writers this store is served best by when nothing else is configured.
    fn default_writers(&self) -> usize;

    /// Takes a free lane (one whose lease ended before `now`, or a new one) with a new epoch. Whoever
    /// had it before gets [`Commit::LaneLost`] from then on. Lanes count from 1.
    async fn open_lane(&self, now: Micros, until: Micros) -> Result<Box<dyn LaneWriter>, StoreError>;

    /// Whether no other process can use this store at the same time.
    fn is_exclusive(&self) -> bool;

    /// Whether the store answers.
    async fn ping(&self) -> Result<(), StoreError>;

    /// One account's head, if the account exists.
    async fn head(&self, account: Uuid) -> Result<Option<HeadRow>, StoreError>;

    /// Heads of all accounts in ascending order of account, after `after`.
    async fn accounts(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<HeadRow>, StoreError>;

    /// The entities that accounts are themselves, in ascending order of account, after `after`.
    async fn account_entities(&self, after: Option<Uuid>, limit: usize)
    -> Result<Vec<EntityRow>, StoreError>;

    /// One entity, if it exists.
    async fn get(&self, id: Uuid) -> Result<Option<EntityRow>, StoreError>;

    /// Entities of one kind of an account in ascending order of id, after `after`.
    async fn list(
        &self,
        account: Uuid,
        kind: i16,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<EntityRow>, StoreError>;

    /// What is due on a clock (`""`: the system's) at `now` or before, earliest first.
    async fn due(&self, clock: &str, now: Micros, limit: usize) -> Result<Vec<DueRow>, StoreError>;

    /// When anything is next due on a clock.
    async fn next_due(&self, clock: &str) -> Result<Option<Micros>, StoreError>;

    /// Effects whose lease ended before `now`, earliest first: whoever was to run them is gone or late.
    async fn lapsed(&self, now: Micros, limit: usize) -> Result<Vec<LapsedRow>, StoreError>;

    /// The leases of these entities, in ascending order of entity.
    async fn leases(&self, entities: &[Uuid]) -> Result<Vec<LeaseRow>, StoreError>;

    /// The invoices that are listed as open for an account, in ascending order.
    async fn open_invoices(&self, account: Uuid) -> Result<Vec<Uuid>, StoreError>;

    /// Moves a lease alone, if it is still as seen. `false`: somebody else was faster. The account's
    /// version stays, so whoever loaded the entity before writes back the lease as it was then. After an
    /// error it may have moved all the same; it then lapses at `until`.
    async fn take_lease(&self, lease: LeaseRow, until: Micros) -> Result<bool, StoreError>;

    /// Ends every lease at once, so that `lapsed` finds them all. Only right where no other process can be
    /// running effects (SQLite, at start).
    async fn void_leases(&self) -> Result<(), StoreError>;

    /// An account's journal in ascending order of sequence, after `after`.
    async fn account_journal(
        &self,
        account: Uuid,
        after: i64,
        limit: usize,
    ) -> Result<Vec<JournalRow>, StoreError>;

    /// Request ids that were used within an account, in ascending order of their bytes, after `after`.
    async fn requests(&self, account: Uuid, after: &str, limit: usize)
    -> Result<Vec<RequestRow>, StoreError>;

    /// The claim on one instrument, if anybody ever linked it.
    async fn claim(&self, key: &ClaimKey) -> Result<Option<ClaimRow>, StoreError>;

    /// Claims in ascending order of program (its bytes), then instrument, after `after`.
    async fn claims(&self, after: Option<&ClaimKey>, limit: usize) -> Result<Vec<ClaimRow>, StoreError>;

    /// Journal rows of all lanes behind a cursor, from one snapshot: at most `limit` of each lane, in
    /// ascending order of lane, then position.
    async fn journal(&self, after: &Cursor, limit: usize) -> Result<Vec<JournalRow>, StoreError>;

    /// Where every lane ends now.
    async fn tails(&self) -> Result<Cursor, StoreError>;

    /// Remembers a value the first time, and tells ever after whether it is the same. So a process that
    /// was given another secret than the one the store was filled with is found out.
    async fn seal(&self, value: [u8; 32]) -> Result<bool, StoreError>;

    /// A test clock's time, if the clock exists.
    async fn clock(&self, name: &str) -> Result<Option<Micros>, StoreError>;

    /// Test clocks and their times, in ascending order of the bytes of their names, after `after`.
    async fn clocks(&self, after: &str, limit: usize) -> Result<Vec<(String, Micros)>, StoreError>;

    /// Creates a test clock or moves it forward. `false`: it already shows more than `time`. The
    /// system's clock (`""`) is not one of them.
    async fn set_clock(&self, name: &str, time: Micros) -> Result<bool, StoreError>;
}
