-- The same tables as in ../../postgres/migrations. Ids are 16-byte blobs, times microseconds since 1970.
-- WITHOUT ROWID saves a table the second tree that its primary key would need. Not so where rows are long:
-- in a tree of that form every level holds whole rows, and what is longer than a quarter of a page goes
-- to a page of its own.

CREATE TABLE accounts (
    account  BLOB    NOT NULL PRIMARY KEY,
    version  INTEGER NOT NULL,
    hash     BLOB    NOT NULL,
    lane     INTEGER NOT NULL,
    position INTEGER NOT NULL,
    clock    TEXT    NOT NULL,
    open     BLOB    NOT NULL -- ids of 16 bytes each
) STRICT, WITHOUT ROWID;

CREATE TABLE entities (
    id          BLOB    NOT NULL PRIMARY KEY,
    account     BLOB    NOT NULL,
    kind        INTEGER NOT NULL,
    state       TEXT    NOT NULL,
    open        INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    clock       TEXT    NOT NULL,
    due_at      INTEGER,
    body        TEXT    NOT NULL
) STRICT;

CREATE INDEX entities_by_kind ON entities (account, kind, id);
CREATE INDEX entities_due ON entities (clock, due_at) WHERE due_at IS NOT NULL;

-- The open entities that every decision needs are named in `accounts`; invoices may be too many for that.
CREATE TABLE open_invoices (
    account BLOB NOT NULL,
    invoice BLOB NOT NULL,
    PRIMARY KEY (account, invoice)
) STRICT, WITHOUT ROWID;

-- Calls to providers that are under way, and until when each is somebody's. In a table of their own: a
-- payment's row then changes in place, and no index of it moves.
CREATE TABLE leases (
    entity BLOB    NOT NULL PRIMARY KEY,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    lane              INTEGER NOT NULL,
    position          INTEGER NOT NULL,
    account           BLOB    NOT NULL,
    sequence          INTEGER NOT NULL,
    previous_lane     INTEGER NOT NULL,
    previous_position INTEGER NOT NULL,
    time              INTEGER NOT NULL,
    cause             TEXT    NOT NULL,
    events            TEXT    NOT NULL,
    hash              BLOB    NOT NULL,
    PRIMARY KEY (lane, position)
) STRICT;

CREATE UNIQUE INDEX journal_by_account ON journal (account, sequence);

CREATE TABLE requests (
    account     BLOB NOT NULL,
    request_id  TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    resource    BLOB NOT NULL,
    PRIMARY KEY (account, request_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE claims (
    program    TEXT    NOT NULL,
    instrument BLOB    NOT NULL,
    version    INTEGER NOT NULL,
    body       TEXT    NOT NULL,
    PRIMARY KEY (program, instrument)
) STRICT, WITHOUT ROWID;

CREATE TABLE lanes (
    lane        INTEGER NOT NULL PRIMARY KEY,
    epoch       INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    lease_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row: the check value of the secret that fingerprints in these tables are keyed with.
CREATE TABLE seal (
    one   integer NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE clocks (
    name TEXT    NOT NULL PRIMARY KEY,
    time INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
