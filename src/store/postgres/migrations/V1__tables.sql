-- The same tables as in ../../sqlite/migrations. Times are microseconds since 1970. No sequence, no
-- foreign key, no trigger: nothing that a PostgreSQL spread over many machines could not do.
--
-- Text keys are compared byte by byte ("C"), which is faster and the same on every machine.
--
-- Statistics: autovacuum by default looks at a table again when a tenth of it has changed. In the first
-- hours of a table that is far too late (plans made for an empty table were measured twice as slow), and
-- with a hundred million rows it is never. Sessions of bursar's pin their join methods besides
-- (`connect.rs`), so statistics matter most to people who look at the tables with SQL.
--
-- Fill factors leave room on each page for a row's next version: with it an update that touches no
-- index stays on its page and leaves the indexes alone. Payments that were made together are also ended
-- together, before any of their first versions may go: their pages need room for all of them twice.

CREATE TABLE accounts (
    account  uuid   NOT NULL PRIMARY KEY,
    version  bigint NOT NULL,
    hash     bytea  NOT NULL,
    lane     int    NOT NULL,
    position bigint NOT NULL,
    clock    text   COLLATE "C" NOT NULL,
    open     uuid[] NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000,
        autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 500);

CREATE TABLE entities (
    id          uuid     NOT NULL PRIMARY KEY,
    account     uuid     NOT NULL,
    kind        smallint NOT NULL,
    state       text     COLLATE "C" NOT NULL,
    open        boolean  NOT NULL,
    version     bigint   NOT NULL,
    clock       text     COLLATE "C" NOT NULL,
    due_at      bigint,
    body        text     NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000,
        autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 500);

CREATE INDEX entities_by_kind ON entities (account, kind, id);
CREATE INDEX entities_due ON entities (clock, due_at) WHERE due_at IS NOT NULL;

-- The open entities that every decision needs are named in `accounts`; invoices may be too many for that.
CREATE TABLE open_invoices (
    account uuid NOT NULL,
    invoice uuid NOT NULL,
    PRIMARY KEY (account, invoice)
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 10000);

-- Calls to providers that are under way, and until when each is somebody's. In a table of their own: a
-- payment's row then changes in place, and no index of it moves. Rows come and go with each call.
CREATE TABLE leases (
    entity uuid   NOT NULL PRIMARY KEY,
    until  bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

CREATE TABLE journal (
    lane              int    NOT NULL,
    position          bigint NOT NULL,
    account           uuid   NOT NULL,
    sequence          bigint NOT NULL,
    previous_lane     int    NOT NULL,
    previous_position bigint NOT NULL,
    time              bigint NOT NULL,
    cause             text   NOT NULL,
    events            text   NOT NULL,
    hash              bytea  NOT NULL,
    PRIMARY KEY (lane, position)
) WITH (autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 500);

CREATE UNIQUE INDEX journal_by_account ON journal (account, sequence);

CREATE TABLE requests (
    account     uuid  NOT NULL,
    request_id  text  COLLATE "C" NOT NULL,
    fingerprint bytea NOT NULL,
    resource    uuid  NOT NULL,
    PRIMARY KEY (account, request_id)
) WITH (autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 500);

CREATE TABLE claims (
    program    text   COLLATE "C" NOT NULL,
    instrument bytea  NOT NULL,
    version    bigint NOT NULL,
    body       text   NOT NULL,
    PRIMARY KEY (program, instrument)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);

-- A handful of rows, each updated by every batch of its lane.
CREATE TABLE lanes (
    lane        int    NOT NULL PRIMARY KEY,
    epoch       bigint NOT NULL,
    position    bigint NOT NULL,
    lease_until bigint NOT NULL
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- One row: the check value of the secret that fingerprints in these tables are keyed with.
CREATE TABLE seal (
    one   int   NOT NULL PRIMARY KEY,
    value bytea NOT NULL
);

CREATE TABLE clocks (
    name text   COLLATE "C" NOT NULL PRIMARY KEY,
    time bigint NOT NULL
);
