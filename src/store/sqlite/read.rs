//! The queries.

use rusqlite::{Connection, Params, Result, Row, params};
use uuid::Uuid;

use super::rows;
use crate::store::{
    journal,
    rows::{Cursor, DueRow, EntityRow, JournalRow, LapsedRow, Micros},
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
    // Every id is behind the empty blob.
    let after: &[u8] = after.as_ref().map_or(&[], |id| id.as_bytes());
    all(connection, &sql, params![account.as_bytes(), kind, after, limited(limit)], rows::entity)
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

pub(super) fn account_journal(
    connection: &Connection,
    account: Uuid,
    after: i64,
    limit: usize,
) -> Result<Vec<JournalRow>> {
    let last = after.saturating_add(limited(limit));
    let sql = journal::walk("?1", "?2", "?3", rows::JOURNAL);
    all(connection, &sql, params![account.as_bytes(), after, last], rows::journal)
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
