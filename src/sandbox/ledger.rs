//! The issuers' ledger: every movement that really happened. Entries are added and never changed;
//! the file's triggers see to it.

use jiff::Timestamp;
use rusqlite::Row;

use super::{
    amount::Amount,
    database::{Turn, to_time},
    error::Error,
    wire::to_wire_time,
};
use crate::proto::sandbox::v1::{self as wire, LedgerEntryKind as Kind};

/// A movement to be entered.
#[derive(Debug, Clone)]
pub(super) struct Entry<'a> {
    pub effect_id: &'a str,
    pub kind: Kind,
    pub amount: &'a Amount,
    /// IIN and last four digits.
    pub card: &'a str,
    pub descriptor: &'a str,
    pub created: Timestamp,
    /// For what undoes another effect; else empty.
    pub original_effect_id: &'a str,
}

/// Enters a movement.
pub(super) fn enter(turn: &Turn<'_>, entry: &Entry<'_>) -> Result<(), Error> {
    turn.connection
        .prepare_cached(
            "INSERT INTO ledger (effect_id, kind, currency, units, nanos, card, descriptor, created, original_effect_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            entry.effect_id,
            i32::from(entry.kind),
            &entry.amount.currency,
            entry.amount.units,
            entry.amount.nanos,
            entry.card,
            entry.descriptor,
            entry.created.as_microsecond(),
            entry.original_effect_id,
        ))?;
    Ok(())
}

/// How much of an effect was undone already, in billionths of a unit: refunded, or released.
pub(super) fn undone(turn: &Turn<'_>, effect_id: &str) -> Result<i128, Error> {
    let mut statement = turn.connection.prepare_cached(
        "SELECT currency, units, nanos FROM ledger WHERE original_effect_id = ?1 AND kind IN (?2, ?3)",
    )?;
    let kinds = (effect_id, i32::from(Kind::ReleaseAccepted), i32::from(Kind::Refund));
    let mut total = 0_i128;
    for amount in statement.query_map(kinds, |row| amount(row, 0))? {
        total += amount?.total();
    }
    Ok(total)
}

/// What a release entered when it was accepted, to be entered again when it is shown.
pub(super) fn show(turn: &Turn<'_>, release_effect_id: &str, shown: Timestamp) -> Result<(), Error> {
    turn.connection
        .prepare_cached(
            "INSERT INTO ledger (effect_id, kind, currency, units, nanos, card, descriptor, created, original_effect_id)
             SELECT effect_id, ?2, currency, units, nanos, card, descriptor, ?3, original_effect_id
             FROM ledger WHERE effect_id = ?1 AND kind = ?4",
        )?
        .execute((
            release_effect_id,
            i32::from(Kind::ReleaseShown),
            shown.as_microsecond(),
            i32::from(Kind::ReleaseAccepted),
        ))?;
    Ok(())
}

/// Up to `limit` entries after the sequence `after`, of one effect or (empty) of all.
pub(super) fn list(
    turn: &Turn<'_>,
    effect_id: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<wire::LedgerEntry>, Error> {
    const COLUMNS: &str =
        "SELECT sequence, effect_id, kind, currency, units, nanos, card, descriptor, created,
                                  original_effect_id FROM ledger WHERE sequence > ?1";
    let tail = "ORDER BY sequence LIMIT ?2";
    let mut entries = Vec::new();
    if effect_id.is_empty() {
        let mut statement = turn.connection.prepare_cached(&format!("{COLUMNS} {tail}"))?;
        for entry in statement.query_map((after, limit), entry)? {
            entries.push(entry?);
        }
    } else {
        let mut statement =
            turn.connection.prepare_cached(&format!("{COLUMNS} AND effect_id = ?3 {tail}"))?;
        for entry in statement.query_map((after, limit, effect_id), entry)? {
            entries.push(entry?);
        }
    }
    Ok(entries)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<wire::LedgerEntry> {
    let created: i64 = row.get(8)?;
    Ok(wire::LedgerEntry {
        sequence: row.get(0)?,
        effect_id: row.get(1)?,
        kind: row.get(2)?,
        amount: Some(amount(row, 3)?.to_wire()),
        card: row.get(6)?,
        statement_descriptor: row.get(7)?,
        create_time: to_time(created).ok().map(to_wire_time),
        original_effect_id: row.get(9)?,
    })
}

fn amount(row: &Row<'_>, first: usize) -> rusqlite::Result<Amount> {
    Ok(Amount { currency: row.get(first)?, units: row.get(first + 1)?, nanos: row.get(first + 2)? })
}
