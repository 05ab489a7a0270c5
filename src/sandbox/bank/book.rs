//! The bank's rows: who listens, what is on its way, and the ledger, which is added to and never changed.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row};
use serde::{Deserialize, Serialize};

use crate::{
    proto::sandbox::v1::{self as wire, BankEntryKind},
    sandbox::{
        amount::Amount,
        database::{Turn, to_time},
        error::Error,
        wire::to_wire_time,
    },
};

/// A remittance, as the payer sent it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sent {
    pub reference: String,
    pub creditor_account: String,
    pub amount: Amount,
    pub debtor: String,
    pub information: String,
    pub clock: String,
    /// When it arrives, in microseconds since 1970.
    pub arrives: i64,
    /// How much later it is reported.
    pub delay: i64,
    /// How often.
    pub reports: i64,
    pub state: State,
}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    OnItsWay,
    Arrived,
    Returned,
    Rejected,
}

/// Where reports go.
pub(super) struct Listener {
    pub target: String,
    pub token: String,
}

/// Notes where reports are to go from now on.
pub(in crate::sandbox) fn listen(turn: &Turn<'_>, target: &str, token: &str) -> Result<(), Error> {
    turn.connection
        .prepare_cached(
            "INSERT INTO bank_listener (one, target, token) VALUES (1, ?1, ?2)
             ON CONFLICT (one) DO UPDATE SET target = excluded.target, token = excluded.token",
        )?
        .execute((target, token))?;
    Ok(())
}

/// Where reports go, if anywhere.
pub(super) fn listener(turn: &Turn<'_>) -> Result<Option<Listener>, Error> {
    let read = |row: &Row<'_>| Ok(Listener { target: row.get(0)?, token: row.get(1)? });
    Ok(turn
        .connection
        .prepare_cached("SELECT target, token FROM bank_listener")?
        .query_row([], read)
        .optional()?)
}

pub(super) fn save(turn: &Turn<'_>, sent: &Sent) -> Result<(), Error> {
    turn.connection
        .prepare_cached(
            "INSERT INTO remittances (reference, body) VALUES (?1, ?2)
             ON CONFLICT (reference) DO UPDATE SET body = excluded.body",
        )?
        .execute((&sent.reference, serde_json::to_string(sent)?))?;
    Ok(())
}

pub(super) fn load(turn: &Turn<'_>, reference: &str) -> Result<Option<Sent>, Error> {
    let body: Option<String> = turn
        .connection
        .prepare_cached("SELECT body FROM remittances WHERE reference = ?1")?
        .query_row([reference], |row| row.get(0))
        .optional()?;
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

/// Enters a movement; `report` is when bursar is told of it first.
pub(super) fn enter(
    turn: &Turn<'_>,
    kind: BankEntryKind,
    sent: &Sent,
    created: Timestamp,
    report: Timestamp,
) -> Result<(), Error> {
    turn.connection
        .prepare_cached(
            "INSERT INTO bank_ledger (kind, account, reference, currency, units, nanos, created, report)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute((
            i32::from(kind),
            &sent.creditor_account,
            &sent.reference,
            &sent.amount.currency,
            sent.amount.units,
            sent.amount.nanos,
            created.as_microsecond(),
            report.as_microsecond(),
        ))?;
    Ok(())
}

/// Up to `limit` entries after the sequence `after`, of one account or (empty) of all.
pub(super) fn list(
    turn: &Turn<'_>,
    account: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<wire::BankEntry>, Error> {
    let mut statement = turn.connection.prepare_cached(
        "SELECT sequence, kind, account, reference, currency, units, nanos, created, report FROM bank_ledger
         WHERE sequence > ?1 AND (?2 = '' OR account = ?2) ORDER BY sequence LIMIT ?3",
    )?;
    let rows = statement.query_map((after, account, limit), entry)?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

fn entry(row: &Row<'_>) -> rusqlite::Result<wire::BankEntry> {
    let amount = Amount { currency: row.get(4)?, units: row.get(5)?, nanos: row.get(6)? };
    let time = |micros: i64| to_time(micros).ok().map(to_wire_time);
    Ok(wire::BankEntry {
        sequence: row.get(0)?,
        kind: row.get(1)?,
        creditor_account: row.get(2)?,
        bank_reference: row.get(3)?,
        amount: Some(amount.to_wire()),
        create_time: time(row.get(7)?),
        report_time: time(row.get(8)?),
    })
}
