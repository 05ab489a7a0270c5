//! A store under test, and short ways to say what is written to it.

use std::{any::Any, collections::BTreeSet, sync::Arc};

use bursar::store::{
    Batch, Commit, LaneWriter, MemoryStore, PostgresStore, SqliteStore, Store,
    postgres::{self, PoolOptions},
    rows::{
        AccountCheck, AccountWrite, ClaimRow, ClaimWrite, EntityRow, HeadRow, InvoiceWrite, JournalRow,
        LeaseWrite, Load, LoadAccount, Loaded, Lost, LostTo, RequestRow,
    },
};
use uuid::Uuid;

use crate::support::database::Database;

/// The kind whose open entities are listed beside the head.
pub const INVOICE: i16 = 4;

pub struct World {
    pub store: Arc<dyn Store>,
    /// What has to live as long as the store.
    pub _keep: Option<Box<dyn Any + Send>>,
}

impl World {
    pub async fn memory() -> Self {
        Self { store: Arc::new(MemoryStore::default()), _keep: None }
    }

    pub async fn file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path().join("bursar.db")).await.unwrap();
        Self { store: Arc::new(store), _keep: Some(Box::new(folder)) }
    }

    pub async fn database() -> Self {
        let database = Database::create().await;
        postgres::migrate(&database.url()).await.unwrap();
        let store = PostgresStore::connect(&database.url(), PoolOptions::default()).await.unwrap();
        Self { store: Arc::new(store), _keep: Some(Box::new(database)) }
    }

    /// A lane that nobody else takes.
    pub async fn lane(&self) -> Box<dyn LaneWriter> {
        self.store.open_lane(0, i64::MAX).await.unwrap()
    }
}

/// An id; greater for a greater number.
pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number)
}

/// What one account's part of a batch says; turned into rows by [`batch`].
#[derive(Clone)]
pub struct Change(pub AccountWrite);

/// An account that must not exist yet.
pub fn new(account: Uuid) -> Change {
    let head = HeadRow {
        account,
        version: 0,
        hash: [0; 32],
        lane: 0,
        position: 0,
        clock: String::new(),
        open: Vec::new(),
    };
    Change(AccountWrite {
        expected: None,
        head,
        entities: Vec::new(),
        made: BTreeSet::new(),
        leases: Vec::new(),
        invoices: Vec::new(),
        requests: Vec::new(),
        claims: Vec::new(),
        journal: Vec::new(),
    })
    .command()
}

/// An account as it was loaded.
pub fn on(head: &HeadRow) -> Change {
    let mut change = new(head.account);
    change.0.expected = Some(head.version);
    change.0.head = head.clone();
    change.0.journal.clear();
    change.command()
}

impl Change {
    /// One more command, and so one more row in the journal.
    pub fn command(mut self) -> Self {
        let head = &mut self.0.head;
        let (previous_lane, previous_position) = (head.lane, head.position);
        head.version += 1;
        head.hash = [head.version as u8; 32];
        self.0.journal.push(JournalRow {
            account: head.account,
            sequence: head.version,
            lane: 0,
            position: i64::MAX,
            previous_lane,
            previous_position,
            time: 1_000 + head.version,
            cause: format!(r#"{{"method":"m{}"}}"#, head.version),
            events: r#"[{"happened":true}]"#.to_owned(),
            hash: head.hash,
        });
        self
    }

    pub fn clock(mut self, clock: &str) -> Self {
        self.0.head.clock = clock.to_owned();
        self
    }

    /// An entity: a new one, unless the head names it as open.
    pub fn entity(mut self, id: Uuid, change: impl FnOnce(&mut EntityRow)) -> Self {
        if !self.0.head.open.contains(&id) {
            self.0.made.insert(id);
        }
        self.again(id, change)
    }

    /// An entity that exists.
    pub fn again(mut self, id: Uuid, change: impl FnOnce(&mut EntityRow)) -> Self {
        let head = &self.0.head;
        let mut row = EntityRow {
            id,
            account: head.account,
            kind: 1,
            state: "READY".to_owned(),
            open: true,
            version: head.version,
            clock: head.clock.clone(),
            due_at: None,
            body: "{}".to_owned(),
        };
        change(&mut row);
        // The head names what is open, as the engine's does.
        let open = &mut self.0.head.open;
        open.retain(|open| *open != id);
        if row.kind == INVOICE {
            self.0.invoices.push(InvoiceWrite { id, open: row.open });
        } else if row.open {
            open.push(id);
            open.sort_unstable();
        }
        self.0.entities.push(row);
        self
    }

    /// The effect of an entity begins (with the end of its lease) or is done.
    pub fn lease(mut self, entity: Uuid, until: Option<i64>) -> Self {
        self.0.leases.push(LeaseWrite { entity, until });
        self
    }

    pub fn request(mut self, request_id: &str) -> Self {
        let account = self.0.head.account;
        self.0.requests.push(request(account, request_id));
        self
    }

    /// A request id whose scope is another account, as where accounts are created.
    pub fn request_in(mut self, scope: Uuid, request_id: &str) -> Self {
        self.0.requests.push(request(scope, request_id));
        self
    }

    /// A claim that is this account's alone, whatever the account.
    pub fn claim_of(mut self, number: u128) -> Self {
        self = self.claim(0, None);
        if let Some(claim) = self.0.claims.last_mut() {
            claim.row.instrument[..16].copy_from_slice(&number.to_be_bytes());
        }
        self
    }

    pub fn claim(mut self, instrument: u8, expected: Option<i64>) -> Self {
        let version = expected.unwrap_or(0) + 1;
        let row = ClaimRow {
            program: "aurora".to_owned(),
            instrument: [instrument; 32],
            version,
            body: format!(r#"{{"holder":"{}"}}"#, self.0.head.account),
        };
        self.0.claims.push(ClaimWrite { expected, row });
        self
    }
}

pub fn request(account: Uuid, request_id: &str) -> RequestRow {
    RequestRow { account, request_id: request_id.to_owned(), fingerprint: [7; 32], resource: id(7) }
}

pub fn claim_key(instrument: u8) -> (String, [u8; 32]) {
    ("aurora".to_owned(), [instrument; 32])
}

/// The changes as the next batch of a lane.
pub fn batch(writer: &dyn LaneWriter, changes: impl IntoIterator<Item = Change>) -> Batch {
    let mut batch =
        Batch { writes: changes.into_iter().map(|change| change.0).collect(), checks: Vec::new() };
    batch.writes.sort_by_key(|write| write.head.account);
    batch.number(writer.lane(), writer.position());
    batch
}

pub fn check(account: Uuid, expected: Option<i64>) -> AccountCheck {
    AccountCheck { account, expected }
}

/// Commits what must succeed, and tells the rows.
pub async fn put(writer: &mut dyn LaneWriter, changes: impl IntoIterator<Item = Change>) -> Batch {
    let batch = batch(writer, changes);
    assert_eq!(writer.commit(&batch).await.unwrap(), Commit::Done);
    batch
}

pub fn lost(losers: &[(Uuid, LostTo)]) -> Commit {
    Commit::Lost(losers.iter().map(|&(account, to)| Lost { account, to }).collect())
}

/// Heads of these accounts and what they name.
pub fn load_of(accounts: &[Uuid]) -> Load {
    let wanted = |&account| LoadAccount { account, open: true, open_invoices: false };
    Load { accounts: accounts.iter().map(wanted).collect(), ..Load::default() }
}

/// What was loaded in an order that does not depend on the store.
pub fn sorted(mut loaded: Loaded) -> Loaded {
    loaded.heads.sort_by_key(|row| row.account);
    loaded.entities.sort_by_key(|row| row.id);
    loaded.requests.sort_by_key(|row| (row.account, row.request_id.clone()));
    loaded.claims.sort_by_key(|row| (row.program.clone(), row.instrument));
    loaded
}
