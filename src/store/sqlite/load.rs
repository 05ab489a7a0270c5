//! Loads: one look-up a row with statements that stay prepared. In-process that is as fast as any join.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension as _, Result, params};
use uuid::Uuid;

use super::rows;
use crate::store::rows::{ClaimRow, EntityRow, HeadRow, Load, Loaded, Micros, RequestRow};

/// What a batch needs, within the transaction that `connection` is in.
pub(super) fn load(connection: &Connection, load: &Load) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    let mut entities = BTreeMap::new();
    let mut ids: BTreeSet<Uuid> = load.entities.iter().copied().collect();
    let mut accounts: BTreeMap<Uuid, bool> = BTreeMap::new();
    for wanted in &load.accounts {
        *accounts.entry(wanted.account).or_default() |= wanted.open;
    }
    for (account, open) in accounts {
        let Some(head) = head(connection, account)? else { continue };
        if open {
            ids.extend(&head.open);
        }
        loaded.heads.push(head);
    }
    for wanted in &load.accounts {
        if wanted.open_invoices {
            open_invoices(connection, wanted.account, &mut entities)?;
        }
    }
    for id in ids {
        if !entities.contains_key(&id)
            && let Some(row) = entity(connection, id)?
        {
            entities.insert(id, row);
        }
    }
    loaded.entities = entities.into_values().collect();
    for (account, id) in load.requests.iter().collect::<BTreeSet<_>>() {
        loaded.requests.extend(request(connection, *account, id)?);
    }
    for (program, instrument) in load.claims.iter().collect::<BTreeSet<_>>() {
        loaded.claims.extend(claim(connection, program, instrument)?);
    }
    for head in &loaded.heads {
        if !head.clock.is_empty()
            && !loaded.clocks.contains_key(&head.clock)
            && let Some(time) = clock(connection, &head.clock)?
        {
            loaded.clocks.insert(head.clock.clone(), time);
        }
    }
    Ok(loaded)
}

pub(super) fn head(connection: &Connection, account: Uuid) -> Result<Option<HeadRow>> {
    let sql = format!("SELECT {} FROM accounts WHERE account = ?1", rows::HEAD);
    connection.prepare_cached(&sql)?.query_row([account.as_bytes()], rows::head).optional()
}

pub(super) fn entity(connection: &Connection, id: Uuid) -> Result<Option<EntityRow>> {
    let sql = format!("SELECT {} FROM entities WHERE id = ?1", rows::ENTITY);
    connection.prepare_cached(&sql)?.query_row([id.as_bytes()], rows::entity).optional()
}

pub(super) fn request(connection: &Connection, account: Uuid, id: &str) -> Result<Option<RequestRow>> {
    let sql = format!("SELECT {} FROM requests WHERE account = ?1 AND request_id = ?2", rows::REQUEST);
    connection.prepare_cached(&sql)?.query_row(params![account.as_bytes(), id], rows::request).optional()
}

pub(super) fn claim(
    connection: &Connection,
    program: &str,
    instrument: &[u8; 32],
) -> Result<Option<ClaimRow>> {
    let sql = format!("SELECT {} FROM claims WHERE program = ?1 AND instrument = ?2", rows::CLAIM);
    connection.prepare_cached(&sql)?.query_row(params![program, instrument], rows::claim).optional()
}

pub(super) fn clock(connection: &Connection, name: &str) -> Result<Option<Micros>> {
    let sql = "SELECT time FROM clocks WHERE name = ?1";
    connection.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional()
}

fn open_invoices(connection: &Connection, account: Uuid, into: &mut BTreeMap<Uuid, EntityRow>) -> Result<()> {
    let sql = format!(
        "SELECT {} FROM entities WHERE id IN (SELECT invoice FROM open_invoices WHERE account = ?1)",
        rows::ENTITY
    );
    let mut statement = connection.prepare_cached(&sql)?;
    for row in statement.query_map(params![account.as_bytes()], rows::entity)? {
        let row = row?;
        into.insert(row.id, row);
    }
    Ok(())
}
