//! Multi-row inserts. Statements of 1, 2, 4 … 64 rows, so that any number of rows is a few statements
//! and all of them stay prepared.

use rusqlite::{CachedStatement, Connection, Result, ToSql};
use uuid::Uuid;

use crate::store::{
    Batch,
    rows::{ClaimRow, EntityRow, HeadRow, JournalRow, Micros, RequestRow},
};

const ROWS_MAX: usize = 64;

const HEADS: Insert = Insert {
    start: "INSERT INTO accounts (account, version, hash, lane, position, clock, open) VALUES ",
    row: "(?, ?, ?, ?, ?, ?, ?)",
    end: " ON CONFLICT (account) DO UPDATE SET version = excluded.version, hash = excluded.hash,
          lane = excluded.lane, position = excluded.position, clock = excluded.clock, open = excluded.open",
};

const ENTITIES: Insert = Insert {
    start: "INSERT INTO entities
            (id, account, kind, state, open, version, clock, due_at, body) VALUES ",
    row: "(?, ?, ?, ?, ?, ?, ?, ?, ?)",
    end: " ON CONFLICT (id) DO UPDATE SET account = excluded.account, kind = excluded.kind,
          state = excluded.state, open = excluded.open, version = excluded.version, clock = excluded.clock,
          due_at = excluded.due_at, body = excluded.body",
};

const LEASES: Insert = Insert {
    start: "INSERT INTO leases (entity, until) VALUES ",
    row: "(?, ?)",
    end: " ON CONFLICT (entity) DO UPDATE SET until = excluded.until",
};

const INVOICES: Insert = Insert {
    start: "INSERT INTO open_invoices (account, invoice) VALUES ",
    row: "(?, ?)",
    end: " ON CONFLICT DO NOTHING",
};

const JOURNAL: Insert = Insert {
    start: "INSERT INTO journal (lane, position, account, sequence, previous_lane, previous_position,
            time, cause, events, hash) VALUES ",
    row: "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    end: "",
};

const REQUESTS: Insert = Insert {
    start: "INSERT INTO requests (account, request_id, fingerprint, resource) VALUES ",
    row: "(?, ?, ?, ?)",
    end: "",
};

const CLAIMS: Insert = Insert {
    start: "INSERT INTO claims (program, instrument, version, body) VALUES ",
    row: "(?, ?, ?, ?)",
    end: " ON CONFLICT (program, instrument) DO UPDATE SET version = excluded.version, body = excluded.body",
};

/// Everything but the lane.
pub(super) fn all(connection: &Connection, batch: &Batch) -> Result<()> {
    let writes = &batch.writes;
    let heads: Vec<&HeadRow> = writes.iter().map(|write| &write.head).collect();
    HEADS.run(connection, &heads, |bind, row| {
        bind.next(row.account.as_bytes())?;
        bind.next(&row.version)?;
        bind.next(&row.hash)?;
        bind.next(&row.lane)?;
        bind.next(&row.position)?;
        bind.next(&row.clock)?;
        bind.next(&row.open.iter().flat_map(|id| id.into_bytes()).collect::<Vec<u8>>())
    })?;
    // In order of id, so that neighbours in the tree are written together.
    let mut entities: Vec<&EntityRow> = writes.iter().flat_map(|write| &write.entities).collect();
    entities.sort_unstable_by_key(|row| row.id);
    ENTITIES.run(connection, &entities, |bind, row| {
        bind.next(row.id.as_bytes())?;
        bind.next(row.account.as_bytes())?;
        bind.next(&row.kind)?;
        bind.next(&row.state)?;
        bind.next(&row.open)?;
        bind.next(&row.version)?;
        bind.next(&row.clock)?;
        bind.next(&row.due_at)?;
        bind.next(&row.body)
    })?;
    let leases = || writes.iter().flat_map(|write| &write.leases);
    let begun: Vec<(Uuid, Micros)> =
        leases().filter_map(|lease| Some((lease.entity, lease.until?))).collect();
    LEASES.run(connection, &begun, |bind, (entity, until)| {
        bind.next(entity.as_bytes())?;
        bind.next(until)
    })?;
    let mut end = connection.prepare_cached("DELETE FROM leases WHERE entity = ?1")?;
    for lease in leases().filter(|lease| lease.until.is_none()) {
        end.execute([lease.entity.as_bytes()])?;
    }
    let invoices =
        || writes.iter().flat_map(|write| write.invoices.iter().map(|row| (write.head.account, row)));
    let opened: Vec<(Uuid, Uuid)> =
        invoices().filter(|(_, row)| row.open).map(|(account, row)| (account, row.id)).collect();
    INVOICES.run(connection, &opened, |bind, (account, id)| {
        bind.next(account.as_bytes())?;
        bind.next(id.as_bytes())
    })?;
    let mut close =
        connection.prepare_cached("DELETE FROM open_invoices WHERE account = ?1 AND invoice = ?2")?;
    for (account, row) in invoices().filter(|(_, row)| !row.open) {
        close.execute([account.as_bytes(), row.id.as_bytes()])?;
    }
    let mut journal: Vec<&JournalRow> = batch.journal().collect();
    journal.sort_unstable_by_key(|row| row.position);
    JOURNAL.run(connection, &journal, |bind, row| {
        bind.next(&row.lane)?;
        bind.next(&row.position)?;
        bind.next(row.account.as_bytes())?;
        bind.next(&row.sequence)?;
        bind.next(&row.previous_lane)?;
        bind.next(&row.previous_position)?;
        bind.next(&row.time)?;
        bind.next(&row.cause)?;
        bind.next(&row.events)?;
        bind.next(&row.hash)
    })?;
    let requests: Vec<&RequestRow> = writes.iter().flat_map(|write| &write.requests).collect();
    REQUESTS.run(connection, &requests, |bind, row| {
        bind.next(row.account.as_bytes())?;
        bind.next(&row.request_id)?;
        bind.next(&row.fingerprint)?;
        bind.next(row.resource.as_bytes())
    })?;
    let claims: Vec<&ClaimRow> =
        writes.iter().flat_map(|write| &write.claims).map(|claim| &claim.row).collect();
    CLAIMS.run(connection, &claims, |bind, row| {
        bind.next(&row.program)?;
        bind.next(&row.instrument)?;
        bind.next(&row.version)?;
        bind.next(&row.body)
    })
}

struct Insert {
    start: &'static str,
    row: &'static str,
    end: &'static str,
}

impl Insert {
    fn run<T>(
        &self,
        connection: &Connection,
        mut rows: &[T],
        bind: impl Fn(&mut Binder<'_>, &T) -> Result<()>,
    ) -> Result<()> {
        let mut length = ROWS_MAX;
        while !rows.is_empty() {
            while length > rows.len() {
                length /= 2;
            }
            let mut binder = Binder { statement: connection.prepare_cached(&self.sql(length))?, bound: 0 };
            let (now, later) = rows.split_at(length);
            for row in now {
                bind(&mut binder, row)?;
            }
            binder.statement.raw_execute()?;
            rows = later;
        }
        Ok(())
    }

    fn sql(&self, length: usize) -> String {
        format!("{}{}{}", self.start, vec![self.row; length].join(", "), self.end)
    }
}

/// Binds one value after the other.
struct Binder<'a> {
    statement: CachedStatement<'a>,
    bound: usize,
}

impl Binder<'_> {
    fn next(&mut self, value: &(impl ToSql + ?Sized)) -> Result<()> {
        self.bound += 1;
        self.statement.raw_bind_parameter(self.bound, value)
    }
}
