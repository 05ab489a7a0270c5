//! The queries.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _, Params, Result, Row, params};
use uuid::Uuid;

use super::rows;
use crate::store::rows::{
    ClaimKey, ClaimRow, Cursor, DueRow, EntityRow, HeadRow, JournalRow, LapsedRow, LeaseRow, Micros,
    RequestRow,
};

fn limited(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: fn(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    connection.prepare_cached(sql)?.query_map(params, read)?.collect()
}

pub(super) fn accounts(connection: &Connection, after: Option<Uuid>, limit: usize) -> Result<Vec<HeadRow>> {
    let sql = format!("SELECT {} FROM accounts WHERE account > ?1 ORDER BY account LIMIT ?2", rows::HEAD);
    all(connection, &sql, params![behind(after.as_ref()), limited(limit)], rows::head)
}

pub(super) fn account_entities(
    connection: &Connection,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<EntityRow>> {
    // By the accounts, of which there are far fewer than entities.
    let sql = format!(
        "SELECT {} FROM entities WHERE id IN (SELECT account FROM accounts WHERE account > ?1 ORDER BY account \
         LIMIT ?2) ORDER BY id",
        rows::ENTITY
    );
    all(connection, &sql, params![behind(after.as_ref()), limited(limit)], rows::entity)
}

pub(super) fn clocks(connection: &Connection, after: &str, limit: usize) -> Result<Vec<(String, Micros)>> {
    let sql = "SELECT name, time FROM clocks WHERE name > ?1 ORDER BY name LIMIT ?2";
    all(connection, sql, params![after, limited(limit)], |row| Ok((row.get(0)?, row.get(1)?)))
}

pub(super) fn list(
    connection: &Connection,
    account: Uuid,
    kind: i16,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<EntityRow>> {
    let sql = format!(
        "SELECT {} FROM entities WHERE account = ?1 AND kind = ?2 AND id > ?3 ORDER BY id LIMIT ?4",
        rows::ENTITY
    );
    all(
        connection,
        &sql,
        params![account.as_bytes(), kind, behind(after.as_ref()), limited(limit)],
        rows::entity,
    )
}

/// What ids have to be greater than. Every id is behind the empty blob.
fn behind(after: Option<&Uuid>) -> &[u8] {
    after.map_or(&[], |id| id.as_bytes())
}

pub(super) fn due(connection: &Connection, clock: &str, now: Micros, limit: usize) -> Result<Vec<DueRow>> {
    let sql = format!(
        "SELECT {} FROM entities WHERE clock = ?1 AND due_at <= ?2 ORDER BY due_at, id LIMIT ?3",
        rows::DUE
    );
    all(connection, &sql, params![clock, now, limited(limit)], rows::due)
}

pub(super) fn next_due(connection: &Connection, clock: &str) -> Result<Option<Micros>> {
    let sql = "SELECT min(due_at) FROM entities WHERE clock = ?1 AND due_at IS NOT NULL";
    connection.prepare_cached(sql)?.query_row([clock], |row| row.get(0))
}

/// There are no more leases than calls under way, so none is looked for by an index.
pub(super) fn lapsed(connection: &Connection, now: Micros, limit: usize) -> Result<Vec<LapsedRow>> {
    let sql = format!(
        "SELECT {}, until FROM leases CROSS JOIN entities ON id = entity
         WHERE until < ?1 ORDER BY until, id LIMIT ?2",
        rows::ENTITY
    );
    all(connection, &sql, params![now, limited(limit)], rows::lapsed)
}

pub(super) fn leases(connection: &Connection, ids: BTreeSet<Uuid>) -> Result<Vec<LeaseRow>> {
    let mut statement = connection.prepare_cached("SELECT until FROM leases WHERE entity = ?1")?;
    let mut found = Vec::new();
    for id in ids {
        let until: Option<Micros> = statement.query_row([id.as_bytes()], |row| row.get(0)).optional()?;
        found.extend(until.map(|lease_until| LeaseRow { id, lease_until }));
    }
    Ok(found)
}

pub(super) fn open_invoices(connection: &Connection, account: Uuid) -> Result<Vec<Uuid>> {
    let sql = "SELECT invoice FROM open_invoices WHERE account = ?1 ORDER BY invoice";
    all(connection, sql, [account.as_bytes()], |row| Ok(Uuid::from_bytes(row.get(0)?)))
}

pub(super) fn account_journal(
    connection: &Connection,
    account: Uuid,
    after: i64,
    limit: usize,
) -> Result<Vec<JournalRow>> {
    let sql = format!(
        "SELECT {} FROM journal j WHERE j.account = ?1 AND j.sequence > ?2 ORDER BY j.sequence LIMIT ?3",
        rows::JOURNAL
    );
    all(connection, &sql, params![account.as_bytes(), after, limited(limit)], rows::journal)
}

pub(super) fn requests(
    connection: &Connection,
    account: Uuid,
    after: &str,
    limit: usize,
) -> Result<Vec<RequestRow>> {
    let sql = format!(
        "SELECT {} FROM requests WHERE account = ?1 AND request_id > ?2 ORDER BY request_id LIMIT ?3",
        rows::REQUEST
    );
    all(connection, &sql, params![account.as_bytes(), after, limited(limit)], rows::request)
}

pub(super) fn claims(
    connection: &Connection,
    after: Option<&ClaimKey>,
    limit: usize,
) -> Result<Vec<ClaimRow>> {
    let sql = format!(
        "SELECT {} FROM claims WHERE (program, instrument) > (?1, ?2) ORDER BY program, instrument LIMIT ?3",
        rows::CLAIM
    );
    let (program, instrument) = after.map_or(("", &[][..]), |(program, instrument)| (program, instrument));
    all(connection, &sql, params![program, instrument, limited(limit)], rows::claim)
}

pub(super) fn tails(connection: &Connection) -> Result<Cursor> {
    let rows = all(connection, "SELECT lane, position FROM lanes", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.into_iter().collect())
}

pub(super) fn journal(connection: &mut Connection, after: &Cursor, limit: usize) -> Result<Vec<JournalRow>> {
    let snapshot = connection.transaction()?;
    let lanes: Vec<i32> = all(&snapshot, "SELECT lane FROM lanes ORDER BY lane", [], |row| row.get(0))?;
    let sql = format!(
        "SELECT {} FROM journal j WHERE lane = ?1 AND position > ?2 ORDER BY position LIMIT ?3",
        rows::JOURNAL
    );
    let mut found = Vec::new();
    for lane in lanes {
        let seen = after.get(&lane).copied().unwrap_or(0);
        found.extend(all(&snapshot, &sql, params![lane, seen, limited(limit)], rows::journal)?);
    }
    snapshot.commit()?;
    Ok(found)
}
