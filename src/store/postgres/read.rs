//! The queries, and the few writes outside lanes: each one statement, and so a transaction of its own
//! that no caller can leave half done.

use std::sync::Arc;

use async_trait::async_trait;
use deadpool_postgres::PoolError;
use tokio_postgres::{Error, Row, types::ToSql};
use uuid::Uuid;

use super::{
    PostgresStore,
    error::Failure,
    lane::{Lane, PostgresLane},
    meaning, rows,
};
use crate::store::{
    LaneWriter, Store, StoreError, batch,
    rows::{
        ClaimKey, ClaimRow, Cursor, DueRow, EntityRow, HeadRow, JournalRow, LapsedRow, LeaseRow, Micros,
        RequestRow,
    },
};

/// A pooled connection may have ended since it was last used, and so may all of them.
const ATTEMPTS: usize = 5;

const CLAIMS: &str = "SELECT program, instrument, version, body FROM claims";

fn limited(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

impl PostgresStore {
    /// Runs a statement that may be run twice.
    async fn query(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, StoreError> {
        let mut attempt = 1;
        loop {
            match self.once(sql, params).await {
                Ok(rows) => return Ok(rows),
                Err(Failure::Again(_)) if attempt < ATTEMPTS => attempt += 1,
                Err(failure) => return Err(failure.into_error()),
            }
        }
    }

    async fn once(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Failure> {
        let client = self.readers.get().await.map_err(|error| match error {
            PoolError::Backend(error) => Failure::Final(meaning(&error)),
            PoolError::Timeout(_)
            | PoolError::Closed
            | PoolError::NoRuntimeSpecified
            | PoolError::PostCreateHook(_) => Failure::Final(StoreError::Unavailable(error.to_string())),
        })?;
        let failed = |error: Error| Failure::of(&error);
        let statement = client.prepare_cached(sql).await.map_err(failed)?;
        client.query(&statement, params).await.map_err(failed)
    }

    async fn option<T>(
        &self,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
        read: fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.query(sql, params).await?.first().map(read).transpose()
    }
}

#[async_trait]
impl Store for PostgresStore {
    fn default_writers(&self) -> usize {
        2
    }

    fn is_exclusive(&self) -> bool {
        false
    }

    async fn open_lane(&self, now: Micros, until: Micros) -> Result<Box<dyn LaneWriter>, StoreError> {
        // A lane whose row is locked is in use, whatever its lease says.
        let free = "UPDATE lanes SET epoch = epoch + 1, lease_until = $2
                    WHERE lane = (SELECT lane FROM lanes WHERE lease_until < $1
                                  ORDER BY lane LIMIT 1 FOR UPDATE SKIP LOCKED)
                    RETURNING lane, epoch, position";
        let next = "INSERT INTO lanes (lane, epoch, position, lease_until)
                    SELECT coalesce(max(lane), 0) + 1, 1, 0, $1 FROM lanes
                    ON CONFLICT DO NOTHING RETURNING lane, epoch, position";
        let mut taken = self.query(free, &[&now, &until]).await?;
        // Somebody else may take the same next number.
        while taken.is_empty() {
            taken = self.query(next, &[&until]).await?;
        }
        let at = taken.first().map(|row| {
            let (lane, epoch) = (rows::column(row, 0)?, rows::column(row, 1)?);
            Ok::<_, StoreError>(Lane { lane, epoch, position: rows::column(row, 2)? })
        });
        let at = at.ok_or_else(|| StoreError::Inconsistent("no lane was taken".to_owned()))??;
        Ok(Box::new(PostgresLane::new(Arc::clone(&self.connector), self.options.clone(), at)))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.query("SELECT 1", &[]).await.map(|_rows| ())
    }

    async fn head(&self, account: Uuid) -> Result<Option<HeadRow>, StoreError> {
        let sql = format!("SELECT {} FROM accounts a WHERE a.account = $1", rows::HEAD);
        self.option(&sql, &[&account], rows::head).await
    }

    async fn accounts(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<HeadRow>, StoreError> {
        let first = if after.is_some() { "a.account > $1" } else { "$1::uuid IS NULL" };
        let sql = format!("SELECT {} FROM accounts a WHERE {first} ORDER BY a.account LIMIT $2", rows::HEAD);
        rows::all(&self.query(&sql, &[&after, &limited(limit)]).await?, rows::head)
    }

    async fn account_entities(
        &self,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<EntityRow>, StoreError> {
        let first = if after.is_some() { "a.account > $1" } else { "$1::uuid IS NULL" };
        let sql = format!(
            "SELECT {} FROM (SELECT account FROM accounts a WHERE {first} ORDER BY a.account LIMIT $2) a
             JOIN entities e ON e.id = a.account ORDER BY e.id",
            rows::ENTITY
        );
        rows::all(&self.query(&sql, &[&after, &limited(limit)]).await?, rows::entity)
    }

    async fn get(&self, id: Uuid) -> Result<Option<EntityRow>, StoreError> {
        let sql = format!("SELECT {} FROM entities e WHERE e.id = $1", rows::ENTITY);
        self.option(&sql, &[&id], rows::entity).await
    }

    async fn list(
        &self,
        account: Uuid,
        kind: i16,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<EntityRow>, StoreError> {
        let first = if after.is_some() { "e.id > $3" } else { "$3::uuid IS NULL" };
        let sql = format!(
            "SELECT {} FROM entities e WHERE e.account = $1 AND e.kind = $2 AND {first} ORDER BY e.id LIMIT $4",
            rows::ENTITY
        );
        rows::all(&self.query(&sql, &[&account, &kind, &after, &limited(limit)]).await?, rows::entity)
    }

    async fn due(&self, clock: &str, now: Micros, limit: usize) -> Result<Vec<DueRow>, StoreError> {
        let sql = "SELECT id, account, kind, due_at FROM entities WHERE clock = $1 AND due_at <= $2
                   ORDER BY due_at, id LIMIT $3";
        rows::all(&self.query(sql, &[&clock, &now, &limited(limit)]).await?, rows::due)
    }

    async fn next_due(&self, clock: &str) -> Result<Option<Micros>, StoreError> {
        let sql =
            "SELECT due_at FROM entities WHERE clock = $1 AND due_at IS NOT NULL ORDER BY due_at LIMIT 1";
        self.option(sql, &[&clock], |row| rows::column(row, 0)).await
    }

    /// There are hardly more leases than calls under way, so none is looked for by an index.
    async fn lapsed(&self, now: Micros, limit: usize) -> Result<Vec<LapsedRow>, StoreError> {
        let sql = format!(
            "SELECT {}, l.until FROM leases l JOIN entities e ON e.id = l.entity
             WHERE l.until < $1 ORDER BY l.until, e.id LIMIT $2",
            rows::ENTITY
        );
        rows::all(&self.query(&sql, &[&now, &limited(limit)]).await?, rows::lapsed)
    }

    async fn leases(&self, entities: &[Uuid]) -> Result<Vec<LeaseRow>, StoreError> {
        let sql = "SELECT entity, until FROM leases WHERE entity = ANY ($1::uuid[]) ORDER BY entity";
        rows::all(&self.query(sql, &[&entities]).await?, rows::lease)
    }

    async fn open_invoices(&self, account: Uuid) -> Result<Vec<Uuid>, StoreError> {
        let sql = "SELECT invoice FROM open_invoices WHERE account = $1 ORDER BY invoice";
        rows::all(&self.query(sql, &[&account]).await?, |row| rows::column(row, 0))
    }

    async fn take_lease(&self, lease: LeaseRow, until: Micros) -> Result<bool, StoreError> {
        let sql = "UPDATE leases SET until = $3 WHERE entity = $1 AND until = $2 RETURNING entity";
        // Tried once: the second of two attempts would find the first one's lease and call it lost.
        let taken = self.once(sql, &[&lease.id, &lease.lease_until, &until]).await;
        Ok(!taken.map_err(Failure::into_error)?.is_empty())
    }

    async fn void_leases(&self) -> Result<(), StoreError> {
        let sql = "UPDATE leases SET until = 0";
        self.query(sql, &[]).await.map(|_rows| ())
    }

    async fn account_journal(
        &self,
        account: Uuid,
        after: i64,
        limit: usize,
    ) -> Result<Vec<JournalRow>, StoreError> {
        let sql = format!(
            "SELECT {} FROM journal j WHERE j.account = $1 AND j.sequence > $2 ORDER BY j.sequence LIMIT $3",
            rows::JOURNAL
        );
        rows::all(&self.query(&sql, &[&account, &after, &limited(limit)]).await?, rows::journal)
    }

    async fn requests(
        &self,
        account: Uuid,
        after: &str,
        limit: usize,
    ) -> Result<Vec<RequestRow>, StoreError> {
        let sql = "SELECT account, request_id, fingerprint, resource FROM requests
                   WHERE account = $1 AND request_id > $2 ORDER BY request_id LIMIT $3";
        rows::all(&self.query(sql, &[&account, &after, &limited(limit)]).await?, rows::request)
    }

    async fn claim(&self, (program, instrument): &ClaimKey) -> Result<Option<ClaimRow>, StoreError> {
        let sql = format!("{CLAIMS} WHERE program = $1 AND instrument = $2");
        self.option(&sql, &[program, &instrument.as_slice()], rows::claim).await
    }

    async fn claims(&self, after: Option<&ClaimKey>, limit: usize) -> Result<Vec<ClaimRow>, StoreError> {
        let sql =
            format!("{CLAIMS} WHERE (program, instrument) > ($1, $2) ORDER BY program, instrument LIMIT $3");
        let (program, instrument) =
            after.map_or(("", &[][..]), |(program, instrument)| (program, instrument));
        rows::all(&self.query(&sql, &[&program, &instrument, &limited(limit)]).await?, rows::claim)
    }

    async fn journal(&self, after: &Cursor, limit: usize) -> Result<Vec<JournalRow>, StoreError> {
        let (lanes, positions): (Vec<i32>, Vec<i64>) = after.iter().unzip();
        // One statement, one snapshot: it shows a beginning of each lane without a gap, since a lane's
        // transactions follow each other.
        let sql = format!(
            "SELECT {} FROM lanes l
             LEFT JOIN unnest($1::int4[], $2::int8[]) AS c (lane, position) ON c.lane = l.lane
             CROSS JOIN LATERAL (SELECT * FROM journal r
                                 WHERE r.lane = l.lane AND r.position > coalesce(c.position, 0)
                                 ORDER BY r.position LIMIT $3) j
             ORDER BY j.lane, j.position",
            rows::JOURNAL
        );
        rows::all(&self.query(&sql, &[&lanes, &positions, &limited(limit)]).await?, rows::journal)
    }

    async fn clock(&self, name: &str) -> Result<Option<Micros>, StoreError> {
        self.option("SELECT time FROM clocks WHERE name = $1", &[&name], |row| rows::column(row, 0)).await
    }

    async fn clocks(&self, after: &str, limit: usize) -> Result<Vec<(String, Micros)>, StoreError> {
        let sql = "SELECT name, time FROM clocks WHERE name > $1 ORDER BY name LIMIT $2";
        let rows = self.query(sql, &[&after, &limited(limit)]).await?;
        rows.iter().map(|row| Ok((rows::column(row, 0)?, rows::column(row, 1)?))).collect()
    }

    async fn tails(&self) -> Result<Cursor, StoreError> {
        let rows = self.query("SELECT lane, position FROM lanes", &[]).await?;
        rows.iter().map(|row| Ok((rows::column(row, 0)?, rows::column(row, 1)?))).collect()
    }

    async fn seal(&self, value: [u8; 32]) -> Result<bool, StoreError> {
        let value = value.as_slice();
        let first = "INSERT INTO seal (one, value) VALUES (1, $1) ON CONFLICT (one) DO NOTHING";
        self.query(first, &[&value]).await?;
        Ok(!self.query("SELECT one FROM seal WHERE value = $1", &[&value]).await?.is_empty())
    }

    async fn set_clock(&self, name: &str, time: Micros) -> Result<bool, StoreError> {
        batch::clock_name(name)?;
        let sql = "INSERT INTO clocks (name, time) VALUES ($1, $2)
                   ON CONFLICT (name) DO UPDATE SET time = excluded.time WHERE clocks.time <= excluded.time
                   RETURNING name";
        Ok(!self.query(sql, &[&name, &time]).await?.is_empty())
    }
}
