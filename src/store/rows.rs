//! The rows, as every store keeps them. They are narrow and the same for all kinds of entity; what a
//! body or an event means is the codec's business.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

/// Microseconds since 1970 (UTC).
pub type Micros = i64;

/// The head of an account: what every commit on the account reads, checks and moves on. It has no
/// body, so that the row that changes most is the smallest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadRow {
    /// The account.
    pub account: Uuid,
    /// The number of the last journal row; one more with each command.
    pub version: i64,
    /// The hash of the last journal row (C10).
    pub hash: [u8; 32],
    /// Where the last journal row stands.
    pub lane: i32,
    /// Where the last journal row stands.
    pub position: i64,
    /// The test clock the account is on; empty for the system's clock (C14).
    pub clock: String,
    /// The open entities that every decision about the account needs, in ascending order. They are found
    /// from here, so that no index of the entities changes when one of them opens or closes. An account
    /// has a handful; kinds that it may have any number of (invoices) are not among them.
    pub open: Vec<Uuid>,
}

/// An entity as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityRow {
    /// Its id, a UUIDv7.
    pub id: Uuid,
    /// The account it belongs to.
    pub account: Uuid,
    /// What it is; the numbers are the codec's.
    pub kind: i16,
    /// Its state, for views and for people who read the tables.
    pub state: String,
    /// Whether decisions about the account need it: not yet terminal.
    pub open: bool,
    /// The account's version at its last change.
    pub version: i64,
    /// The account's clock, by which `due_at` is read.
    pub clock: String,
    /// The earliest timer in the body.
    pub due_at: Option<Micros>,
    /// JSON text.
    pub body: String,
}

/// One command's trace: what happened, when, by whom and why (C10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRow {
    /// The account.
    pub account: Uuid,
    /// The account's version that this row made: 1, 2, 3 …
    pub sequence: i64,
    /// Where it stands in the whole log.
    pub lane: i32,
    /// Where it stands in the whole log.
    pub position: i64,
    /// The lane of the account's row before this one (its own, and 0, for the first).
    pub previous_lane: i32,
    /// The position of the account's row before this one.
    pub previous_position: i64,
    /// When, on the account's clock.
    pub time: Micros,
    /// Method, principal and request id, as JSON text.
    pub cause: String,
    /// The events, as JSON text.
    pub events: String,
    /// The hash over the hash before and everything above but lane and position.
    pub hash: [u8; 32],
}

/// A request id that was used (C7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// Its scope.
    pub account: Uuid,
    /// What the caller drew.
    pub request_id: String,
    /// The keyed fingerprint of method and body.
    pub fingerprint: [u8; 32],
    /// What the request made or changed.
    pub resource: Uuid,
}

/// Who holds an instrument in a program (A8), and how often linking it failed (C15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRow {
    /// The program.
    pub program: String,
    /// The instrument's keyed fingerprint.
    pub instrument: [u8; 32],
    /// Goes up with each change; 1 for a new row.
    pub version: i64,
    /// Holder and counters, as JSON text.
    pub body: String,
}

impl ClaimRow {
    /// What it is found by.
    #[must_use]
    pub fn key(&self) -> ClaimKey {
        (self.program.clone(), self.instrument)
    }
}

/// What a claim is found by: the program and the instrument's keyed fingerprint.
pub type ClaimKey = (String, [u8; 32]);

/// What a batch of commands needs to be decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Load {
    /// Accounts whose heads and open entities are wanted, with the kinds of these.
    pub accounts: Vec<LoadAccount>,
    /// Entities wanted by id, open or not.
    pub entities: Vec<Uuid>,
    /// Request ids to look up.
    pub requests: Vec<(Uuid, String)>,
    /// Claims to look up.
    pub claims: Vec<ClaimKey>,
}

/// One account in a [`Load`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadAccount {
    /// Which.
    pub account: Uuid,
    /// Whether the entities that its head names are wanted.
    pub open: bool,
    /// Whether all its open invoices are wanted, which its head does not name.
    pub open_invoices: bool,
}

/// What a [`Load`] found. What does not exist is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Heads.
    pub heads: Vec<HeadRow>,
    /// Entities: those named and the open ones, each once.
    pub entities: Vec<EntityRow>,
    /// Request ids that were used before.
    pub requests: Vec<RequestRow>,
    /// Claims.
    pub claims: Vec<ClaimRow>,
    /// The times of the test clocks that the heads are on.
    pub clocks: BTreeMap<String, Micros>,
}

/// What changes of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountWrite {
    /// The version decided from; `None`: the account must not exist yet.
    pub expected: Option<i64>,
    /// The head afterwards.
    pub head: HeadRow,
    /// Entities, each in its last form; inserted or replaced whole.
    pub entities: Vec<EntityRow>,
    /// Those of them that did not exist before.
    pub made: BTreeSet<Uuid>,
    /// Leases that begin, go on or end; what was taken meanwhile is replaced.
    pub leases: Vec<LeaseWrite>,
    /// Invoices that open or close.
    pub invoices: Vec<InvoiceWrite>,
    /// Request ids, to be inserted; one that exists loses the account.
    pub requests: Vec<RequestRow>,
    /// Claims.
    pub claims: Vec<ClaimWrite>,
    /// The trace, in order; never empty.
    pub journal: Vec<JournalRow>,
}

/// The lease of an effect that was committed to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseWrite {
    /// The entity whose effect it is.
    pub entity: Uuid,
    /// Until when the effect is somebody's, on the system's clock; `None`: it is done.
    pub until: Option<Micros>,
}

/// An invoice that opens or closes. An account may have any number of open ones, so they are listed
/// beside its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvoiceWrite {
    /// Which.
    pub id: Uuid,
    /// Whether it is open now.
    pub open: bool,
}

/// A claim in its new form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimWrite {
    /// The version decided from; `None`: it must not exist yet.
    pub expected: Option<i64>,
    /// The row afterwards.
    pub row: ClaimRow,
}

/// An account's version that must still hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountCheck {
    /// The account.
    pub account: Uuid,
    /// Its version; `None`: it must still not exist.
    pub expected: Option<i64>,
}

/// Why a batch could not be committed as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// The account whose decision has to be made anew.
    pub account: Uuid,
    /// What was lost.
    pub to: LostTo,
}

/// What was lost to another writer (a request id or a claim also to another account of the batch).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LostTo {
    /// The account has another version.
    Version,
    /// A request id was used before.
    Request,
    /// A claim has another version.
    Claim,
}

/// Something that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueRow {
    /// The entity.
    pub id: Uuid,
    /// Its account.
    pub account: Uuid,
    /// Its kind.
    pub kind: i16,
    /// When it was due.
    pub due_at: Micros,
}

/// An effect whose lease ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LapsedRow {
    /// The entity whose effect it is.
    pub entity: EntityRow,
    /// Its lease as it was seen.
    pub lease: LeaseRow,
}

/// A lease as it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseRow {
    /// The entity.
    pub id: Uuid,
    /// The lease as seen.
    pub lease_until: Micros,
}

/// Where a watcher of the whole log stands: each lane's last position that was read. Absent: 0.
pub type Cursor = BTreeMap<i32, i64>;
