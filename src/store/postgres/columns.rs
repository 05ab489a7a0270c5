//! Rows turned into columns, as `unnest` wants them.

use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::store::{
    Batch,
    rows::{AccountWrite, EntityRow, JournalRow, LeaseWrite},
};

/// The parameters of a statement.
pub(super) type Params<'a, const N: usize> = [&'a (dyn ToSql + Sync); N];

/// One column of a table.
type Column<T> = Vec<T>;

/// What a batch writes once nothing can be lost any more.
pub(super) struct Rows<'a> {
    made: Entities<'a>,
    changed: Entities<'a>,
    /// How many are changed.
    changes: i64,

    /// Accounts and invoices.
    opened: (Column<Uuid>, Column<Uuid>),
    closed: (Column<Uuid>, Column<Uuid>),

    leased: Column<Uuid>,
    until: Column<i64>,
    ended: Column<Uuid>,

    positions: Column<i64>,
    journal_accounts: Column<Uuid>,
    sequences: Column<i64>,
    previous_lanes: Column<i32>,
    previous_positions: Column<i64>,
    times: Column<i64>,
    causes: Column<&'a str>,
    events: Column<&'a str>,
    hashes: Column<&'a [u8]>,
}

impl<'a> Rows<'a> {
    pub(super) fn of(batch: &'a Batch) -> Self {
        let mut leases: Vec<LeaseWrite> =
            batch.writes.iter().flat_map(|write| &write.leases).copied().collect();
        leases.sort_unstable_by_key(|lease| lease.entity);
        let (leased, until) = leases.iter().filter_map(|lease| Some((lease.entity, lease.until?))).unzip();
        let mut journal: Vec<&JournalRow> = batch.journal().collect();
        journal.sort_unstable_by_key(|row| row.position);
        let changed = Entities::of(batch, false);
        Self {
            made: Entities::of(batch, true),
            changes: i64::try_from(changed.ids.len()).unwrap_or(i64::MAX),
            changed,
            opened: invoices(batch, true),
            closed: invoices(batch, false),
            leased,
            until,
            ended: leases.iter().filter(|lease| lease.until.is_none()).map(|lease| lease.entity).collect(),
            positions: column(&journal, |row| row.position),
            journal_accounts: column(&journal, |row| row.account),
            sequences: column(&journal, |row| row.sequence),
            previous_lanes: column(&journal, |row| row.previous_lane),
            previous_positions: column(&journal, |row| row.previous_position),
            times: column(&journal, |row| row.time),
            causes: column(&journal, |row| &*row.cause),
            events: column(&journal, |row| &*row.events),
            hashes: column(&journal, |row| &row.hash[..]),
        }
    }

    /// The parameters of `Statements::write`, in its order.
    pub(super) fn params<'s>(&'s self, lane: &'s i32) -> Vec<&'s (dyn ToSql + Sync)> {
        let mut params: Vec<&(dyn ToSql + Sync)> = Vec::with_capacity(34);
        params.extend(self.made.inserted());
        params.extend(self.changed.updated());
        let leases: Params<'_, 3> = [&self.leased, &self.until, &self.ended];
        params.extend(leases);
        let invoices: Params<'_, 4> = [&self.opened.0, &self.opened.1, &self.closed.0, &self.closed.1];
        params.extend(invoices);
        let journal: Params<'_, 10> = [
            lane,
            &self.positions,
            &self.journal_accounts,
            &self.sequences,
            &self.previous_lanes,
            &self.previous_positions,
            &self.times,
            &self.causes,
            &self.events,
            &self.hashes,
        ];
        params.extend(journal);
        params.push(&self.changes);
        params
    }
}

/// Entities that are new, or that change.
pub(super) struct Entities<'a> {
    ids: Column<Uuid>,
    accounts: Column<Uuid>,
    kinds: Column<i16>,
    states: Column<&'a str>,
    opens: Column<bool>,
    versions: Column<i64>,
    clocks: Column<&'a str>,
    dues: Column<Option<i64>>,
    bodies: Column<&'a str>,
}

impl<'a> Entities<'a> {
    fn of(batch: &'a Batch, made: bool) -> Self {
        let all = batch
            .writes
            .iter()
            .flat_map(|write| write.entities.iter().filter(move |row| write.made.contains(&row.id) == made));
        // In order of the key, so that neighbours in the index are written together.
        let mut rows: Vec<&EntityRow> = all.collect();
        rows.sort_unstable_by_key(|row| row.id);
        Self {
            ids: column(&rows, |row| row.id),
            accounts: column(&rows, |row| row.account),
            kinds: column(&rows, |row| row.kind),
            states: column(&rows, |row| &*row.state),
            opens: column(&rows, |row| row.open),
            versions: column(&rows, |row| row.version),
            clocks: column(&rows, |row| &*row.clock),
            dues: column(&rows, |row| row.due_at),
            bodies: column(&rows, |row| &*row.body),
        }
    }

    fn inserted(&self) -> Params<'_, 9> {
        let (ids, accounts, kinds) = (&self.ids, &self.accounts, &self.kinds);
        let (states, opens, versions) = (&self.states, &self.opens, &self.versions);
        [ids, accounts, kinds, states, opens, versions, &self.clocks, &self.dues, &self.bodies]
    }

    fn updated(&self) -> Params<'_, 7> {
        let (ids, states, opens) = (&self.ids, &self.states, &self.opens);
        [ids, states, opens, &self.versions, &self.clocks, &self.dues, &self.bodies]
    }
}

/// The heads of accounts that exist, or of those that don't yet.
pub(super) struct Heads<'a> {
    pub(super) accounts: Column<Uuid>,
    expected: Column<i64>,
    versions: Column<i64>,
    hashes: Column<&'a [u8]>,
    positions: Column<i64>,
    clocks: Column<&'a str>,
    open: Column<String>,
}

impl<'a> Heads<'a> {
    pub(super) fn of(batch: &'a Batch, exist: bool) -> Self {
        let writes: Vec<&AccountWrite> =
            batch.writes.iter().filter(|write| write.expected.is_some() == exist).collect();
        Self {
            accounts: column(&writes, |write| write.head.account),
            expected: column(&writes, |write| write.expected.unwrap_or(0)),
            versions: column(&writes, |write| write.head.version),
            hashes: column(&writes, |write| &write.head.hash[..]),
            positions: column(&writes, |write| write.head.position),
            clocks: column(&writes, |write| &*write.head.clock),
            open: column(&writes, |write| array(&write.head.open)),
        }
    }

    pub(super) fn updated<'s>(&'s self, lane: &'s i32) -> Params<'s, 8> {
        let (accounts, expected, versions) = (&self.accounts, &self.expected, &self.versions);
        [lane, accounts, expected, versions, &self.hashes, &self.positions, &self.clocks, &self.open]
    }

    pub(super) fn inserted<'s>(&'s self, lane: &'s i32) -> Params<'s, 7> {
        let (accounts, versions) = (&self.accounts, &self.versions);
        [lane, accounts, versions, &self.hashes, &self.positions, &self.clocks, &self.open]
    }
}

/// Invoices that open (or close), in ascending order.
fn invoices(batch: &Batch, open: bool) -> (Column<Uuid>, Column<Uuid>) {
    let all = batch.writes.iter().flat_map(|write| {
        write.invoices.iter().filter(|row| row.open == open).map(|row| (write.head.account, row.id))
    });
    let mut all: Vec<(Uuid, Uuid)> = all.collect();
    all.sort_unstable();
    all.into_iter().unzip()
}

/// Ids as PostgreSQL writes an array: one of arrays of different lengths can't be sent.
fn array(ids: &[Uuid]) -> String {
    let mut text = String::with_capacity(2 + ids.len() * 33);
    let mut separator = '{';
    let mut digits = Uuid::encode_buffer();
    for id in ids {
        text.push(separator);
        text.push_str(id.simple().encode_lower(&mut digits));
        separator = ',';
    }
    if ids.is_empty() {
        text.push('{');
    }
    text.push('}');
    text
}

/// One field of every row.
pub(super) fn column<'a, R, T>(rows: &[&'a R], field: impl Fn(&'a R) -> T) -> Column<T> {
    rows.iter().map(|row| field(row)).collect()
}
