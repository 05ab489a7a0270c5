//! Rows as PostgreSQL returns them: which columns, in which order.

use tokio_postgres::{Error, Row};

use crate::store::{
    StoreError,
    rows::{ClaimRow, DueRow, EntityRow, HeadRow, JournalRow, LapsedRow, LeaseRow, RequestRow},
};

pub(super) const HEAD: &str = "a.account, a.version, a.hash, a.lane, a.position, a.clock, a.open";
pub(super) const ENTITY: &str =
    "e.id, e.account, e.kind, e.state, e.open, e.version, e.clock, e.due_at, e.body";
pub(super) const JOURNAL: &str = "j.account, j.sequence, j.lane, j.position, j.previous_lane, \
     j.previous_position, j.time, j.cause, j.events, j.hash";

/// Reads all rows of an answer.
pub(super) fn all<T>(rows: &[Row], read: fn(&Row) -> Result<T, StoreError>) -> Result<Vec<T>, StoreError> {
    rows.iter().map(read).collect()
}

fn broken(error: Error) -> StoreError {
    StoreError::Inconsistent(error.to_string())
}

fn hash(row: &Row, column: usize) -> Result<[u8; 32], StoreError> {
    let bytes: &[u8] = row.try_get(column).map_err(broken)?;
    bytes.try_into().map_err(|_wrong| StoreError::Inconsistent("a hash does not have 32 bytes".to_owned()))
}

/// One column of any type.
pub(super) fn column<'a, T: tokio_postgres::types::FromSql<'a>>(
    row: &'a Row,
    column: usize,
) -> Result<T, StoreError> {
    row.try_get(column).map_err(broken)
}

pub(super) fn head(row: &Row) -> Result<HeadRow, StoreError> {
    Ok(HeadRow {
        account: column(row, 0)?,
        version: column(row, 1)?,
        hash: hash(row, 2)?,
        lane: column(row, 3)?,
        position: column(row, 4)?,
        clock: column(row, 5)?,
        open: column(row, 6)?,
    })
}

pub(super) fn entity(row: &Row) -> Result<EntityRow, StoreError> {
    Ok(EntityRow {
        id: column(row, 0)?,
        account: column(row, 1)?,
        kind: column(row, 2)?,
        state: column(row, 3)?,
        open: column(row, 4)?,
        version: column(row, 5)?,
        clock: column(row, 6)?,
        due_at: column(row, 7)?,
        body: column(row, 8)?,
    })
}

pub(super) fn journal(row: &Row) -> Result<JournalRow, StoreError> {
    Ok(JournalRow {
        account: column(row, 0)?,
        sequence: column(row, 1)?,
        lane: column(row, 2)?,
        position: column(row, 3)?,
        previous_lane: column(row, 4)?,
        previous_position: column(row, 5)?,
        time: column(row, 6)?,
        cause: column(row, 7)?,
        events: column(row, 8)?,
        hash: hash(row, 9)?,
    })
}

pub(super) fn request(row: &Row) -> Result<RequestRow, StoreError> {
    Ok(RequestRow {
        account: column(row, 0)?,
        request_id: column(row, 1)?,
        fingerprint: hash(row, 2)?,
        resource: column(row, 3)?,
    })
}

pub(super) fn claim(row: &Row) -> Result<ClaimRow, StoreError> {
    Ok(ClaimRow {
        program: column(row, 0)?,
        instrument: hash(row, 1)?,
        version: column(row, 2)?,
        body: column(row, 3)?,
    })
}

pub(super) fn lease(row: &Row) -> Result<LeaseRow, StoreError> {
    Ok(LeaseRow { id: column(row, 0)?, lease_until: column(row, 1)? })
}

/// An entity and, behind its columns, its lease.
pub(super) fn lapsed(row: &Row) -> Result<LapsedRow, StoreError> {
    let entity = entity(row)?;
    let lease = LeaseRow { id: entity.id, lease_until: column(row, 9)? };
    Ok(LapsedRow { entity, lease })
}

pub(super) fn due(row: &Row) -> Result<DueRow, StoreError> {
    Ok(DueRow {
        id: column(row, 0)?,
        account: column(row, 1)?,
        kind: column(row, 2)?,
        due_at: column(row, 3)?,
    })
}

/// An account and the hash of a journal row of it.
pub(super) fn trace(row: &Row) -> Result<(uuid::Uuid, [u8; 32]), StoreError> {
    Ok((column(row, 0)?, hash(row, 1)?))
}

/// A claim's key.
pub(super) fn claim_key(row: &Row) -> Result<(String, [u8; 32]), StoreError> {
    Ok((column(row, 0)?, hash(row, 1)?))
}
