//! The statements of a lane, prepared once a connection.
//!
//! Rows travel as one array a column, in ascending order of their key: two writers that want the same
//! rows then take them in the same order and never wait for each other in a circle.

use tokio_postgres::{Client, Error, Statement};

use super::rows;

/// Opens the transaction of a commit.
///
/// The statements that follow travel behind it without waiting for its answer. Should it fail (an
/// administrator cancels just that), each of them would be a transaction of its own; [`GUARD`] lets
/// them do nothing then.
pub(super) const BEGIN: &str = "BEGIN; SET LOCAL bursar.commit = 'open'";

/// True only within the transaction that [`BEGIN`] opened.
const GUARD: &str = "current_setting('bursar.commit', true) = 'open'";

/// Without a timeout: one that strikes while a commit waits for its standby would end the wait, not the
/// commit, and say that all is well.
pub(super) const COMMIT: &str = "SET LOCAL statement_timeout = 0; COMMIT";

/// Everything that is ours to write by then. It fails where not all entities are found that it is to change.
///
/// One statement, because each is answered by a message of its own that wakes up both sides. Its parts see
/// the tables as they were before it, so no row may be in two of them. Entities are inserted or
/// updated: an upsert would lock each row before it changes it, and log that.
const WRITE: &str = "
    WITH made AS (
        INSERT INTO entities (id, account, kind, state, open, version, clock, due_at, body)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int2[], $4::text[], $5::bool[], $6::int8[],
                             $7::text[], $8::int8[], $9::text[])
    ), changed AS (
        UPDATE entities e SET state = u.state, open = u.open, version = u.version, clock = u.clock,
            due_at = u.due_at, body = u.body
        FROM unnest($10::uuid[], $11::text[], $12::bool[], $13::int8[], $14::text[], $15::int8[], $16::text[])
             AS u (id, state, open, version, clock, due_at, body)
        WHERE e.id = u.id
        RETURNING e.id
    ), leased AS (
        INSERT INTO leases (entity, until) SELECT * FROM unnest($17::uuid[], $18::int8[])
        ON CONFLICT (entity) DO UPDATE SET until = excluded.until
    ), ended AS (
        DELETE FROM leases WHERE entity = ANY ($19::uuid[])
    ), opened AS (
        INSERT INTO open_invoices (account, invoice) SELECT * FROM unnest($20::uuid[], $21::uuid[])
        ON CONFLICT DO NOTHING
    ), closed AS (
        DELETE FROM open_invoices o USING unnest($22::uuid[], $23::uuid[]) u (account, invoice)
        WHERE o.account = u.account AND o.invoice = u.invoice
    ), written AS (
        INSERT INTO journal (lane, position, account, sequence, previous_lane, previous_position,
                             time, cause, events, hash)
        SELECT $24, u.* FROM unnest($25::int8[], $26::uuid[], $27::int8[], $28::int4[], $29::int8[],
                                    $30::int8[], $31::text[], $32::text[], $33::bytea[]) u
    )
    SELECT 1 / (count(*) = $34)::int FROM changed";

/// Prepared statements.
#[derive(Debug)]
pub(super) struct Statements {
    pub(super) lane: Statement,
    pub(super) owner: Statement,
    pub(super) requests: Statement,
    pub(super) claims_new: Statement,
    pub(super) claims: Statement,
    pub(super) heads: Statement,
    pub(super) heads_new: Statement,
    pub(super) checks: Statement,
    pub(super) write: Statement,
    pub(super) load_heads: Statement,
    pub(super) load_entities: Statement,
    pub(super) load_open: Statement,
    pub(super) load_invoices: Statement,
    pub(super) load_requests: Statement,
    pub(super) load_claims: Statement,
}

impl Statements {
    pub(super) async fn prepare(client: &Client) -> Result<Self, Error> {
        Ok(Self {
            lane: client
                .prepare(&format!(
                    "UPDATE lanes SET position = $4
                 WHERE lane = $1 AND epoch = $2 AND position = $3 AND {GUARD} RETURNING lane"
                ))
                .await?,
            owner: client.prepare("SELECT lane FROM lanes WHERE lane = $1 AND epoch = $2").await?,
            requests: client
                .prepare(&format!(
                    "INSERT INTO requests (account, request_id, fingerprint, resource)
                 SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::uuid[]) WHERE {GUARD}
                 ON CONFLICT DO NOTHING RETURNING account, request_id"
                ))
                .await?,
            claims_new: client
                .prepare(&format!(
                    "INSERT INTO claims (program, instrument, version, body)
                 SELECT * FROM unnest($1::text[], $2::bytea[], $3::int8[], $4::text[]) WHERE {GUARD}
                 ON CONFLICT DO NOTHING RETURNING program, instrument"
                ))
                .await?,
            claims: client
                .prepare(&format!(
                    "UPDATE claims c SET version = u.version, body = u.body
                 FROM unnest($1::text[], $2::bytea[], $3::int8[], $4::text[])
                      AS u (program, instrument, version, body)
                 WHERE c.program = u.program AND c.instrument = u.instrument
                   AND c.version = u.version - 1 AND {GUARD}
                 RETURNING c.program, c.instrument"
                ))
                .await?,
            heads: client
                .prepare(&format!(
                    "UPDATE accounts a
                 SET version = u.version, hash = u.hash, lane = $1, position = u.position, clock = u.clock,
                     open = u.open::uuid[]
                 FROM unnest($2::uuid[], $3::int8[], $4::int8[], $5::bytea[], $6::int8[], $7::text[],
                             $8::text[])
                      AS u (account, expected, version, hash, position, clock, open)
                 WHERE a.account = u.account AND a.version = u.expected AND {GUARD}
                 RETURNING a.account"
                ))
                .await?,
            heads_new: client
                .prepare(&format!(
                    "INSERT INTO accounts (account, version, hash, lane, position, clock, open)
                 SELECT account, version, hash, $1, position, clock, open::uuid[]
                 FROM unnest($2::uuid[], $3::int8[], $4::bytea[], $5::int8[], $6::text[], $7::text[])
                      AS u (account, version, hash, position, clock, open)
                 WHERE {GUARD}
                 ON CONFLICT DO NOTHING RETURNING account"
                ))
                .await?,
            checks: client
                .prepare("SELECT account, version FROM accounts WHERE account = ANY ($1::uuid[])")
                .await?,
            write: client.prepare(WRITE).await?,
            load_heads: client
                .prepare(&format!(
                    "SELECT {}, k.time FROM accounts a LEFT JOIN clocks k ON k.name = a.clock
                 WHERE a.account = ANY ($1::uuid[])",
                    rows::HEAD
                ))
                .await?,
            load_entities: client
                .prepare(&format!("SELECT {} FROM entities e WHERE e.id = ANY ($1::uuid[])", rows::ENTITY))
                .await?,
            load_open: client
                .prepare(&format!(
                "SELECT {} FROM accounts a CROSS JOIN unnest(a.open) o (id) JOIN entities e ON e.id = o.id
                 WHERE a.account = ANY ($1::uuid[])",
                rows::ENTITY
            ))
                .await?,
            load_invoices: client
                .prepare(&format!(
                    "SELECT {} FROM open_invoices o JOIN entities e ON e.id = o.invoice
                 WHERE o.account = ANY ($1::uuid[])",
                    rows::ENTITY
                ))
                .await?,
            load_requests: client
                .prepare(
                    "SELECT r.account, r.request_id, r.fingerprint, r.resource
                 FROM unnest($1::uuid[], $2::text[]) u (account, request_id)
                 JOIN requests r ON r.account = u.account AND r.request_id = u.request_id",
                )
                .await?,
            load_claims: client
                .prepare(
                    "SELECT c.program, c.instrument, c.version, c.body
                 FROM unnest($1::text[], $2::bytea[]) u (program, instrument)
                 JOIN claims c ON c.program = u.program AND c.instrument = u.instrument",
                )
                .await?,
        })
    }
}
