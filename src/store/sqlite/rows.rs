//! Rows as SQLite returns them: which columns, in which order.

use rusqlite::{Result, Row};
use uuid::Uuid;

use crate::store::rows::{ClaimRow, DueRow, EntityRow, HeadRow, JournalRow, LapsedRow, LeaseRow, RequestRow};

pub(super) const HEAD: &str = "account, version, hash, lane, position, clock, open";
pub(super) const ENTITY: &str = "id, account, kind, state, open, version, clock, due_at, body";
pub(super) const JOURNAL: &str = "j.account, j.sequence, j.lane, j.position, j.previous_lane, j.previous_position, j.time, j.cause, \
     j.events, j.hash";
pub(super) const REQUEST: &str = "account, request_id, fingerprint, resource";
pub(super) const CLAIM: &str = "program, instrument, version, body";
pub(super) const DUE: &str = "id, account, kind, due_at";

fn uuid(row: &Row<'_>, column: usize) -> Result<Uuid> {
    Ok(Uuid::from_bytes(row.get(column)?))
}

pub(super) fn head(row: &Row<'_>) -> Result<HeadRow> {
    Ok(HeadRow {
        account: uuid(row, 0)?,
        version: row.get(1)?,
        hash: row.get(2)?,
        lane: row.get(3)?,
        position: row.get(4)?,
        clock: row.get(5)?,
        open: ids(row.get_ref(6)?.as_blob()?),
    })
}

/// Ids one behind the other, as a head keeps them.
fn ids(bytes: &[u8]) -> Vec<Uuid> {
    bytes.as_chunks::<16>().0.iter().map(|id| Uuid::from_bytes(*id)).collect()
}

pub(super) fn entity(row: &Row<'_>) -> Result<EntityRow> {
    Ok(EntityRow {
        id: uuid(row, 0)?,
        account: uuid(row, 1)?,
        kind: row.get(2)?,
        state: row.get(3)?,
        open: row.get(4)?,
        version: row.get(5)?,
        clock: row.get(6)?,
        due_at: row.get(7)?,
        body: row.get(8)?,
    })
}

pub(super) fn journal(row: &Row<'_>) -> Result<JournalRow> {
    Ok(JournalRow {
        account: uuid(row, 0)?,
        sequence: row.get(1)?,
        lane: row.get(2)?,
        position: row.get(3)?,
        previous_lane: row.get(4)?,
        previous_position: row.get(5)?,
        time: row.get(6)?,
        cause: row.get(7)?,
        events: row.get(8)?,
        hash: row.get(9)?,
    })
}

pub(super) fn request(row: &Row<'_>) -> Result<RequestRow> {
    Ok(RequestRow {
        account: uuid(row, 0)?,
        request_id: row.get(1)?,
        fingerprint: row.get(2)?,
        resource: uuid(row, 3)?,
    })
}

pub(super) fn claim(row: &Row<'_>) -> Result<ClaimRow> {
    Ok(ClaimRow { program: row.get(0)?, instrument: row.get(1)?, version: row.get(2)?, body: row.get(3)? })
}

/// An entity and, behind its columns, its lease.
pub(super) fn lapsed(row: &Row<'_>) -> Result<LapsedRow> {
    let entity = entity(row)?;
    let lease = LeaseRow { id: entity.id, lease_until: row.get(9)? };
    Ok(LapsedRow { entity, lease })
}

pub(super) fn due(row: &Row<'_>) -> Result<DueRow> {
    Ok(DueRow { id: uuid(row, 0)?, account: uuid(row, 1)?, kind: row.get(2)?, due_at: row.get(3)? })
}
