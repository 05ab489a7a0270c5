-- The same tables as in ../../postgres/migrations. Ids are 16-byte blobs, times microseconds since 1970.
-- WITHOUT ROWID saves every table the second tree that its primary key would need.

CREATE TABLE accounts (
    account  BLOB    NOT NULL PRIMARY KEY,
    version  INTEGER NOT NULL,
    hash     BLOB    NOT NULL,
    lane     INTEGER NOT NULL,
    position INTEGER NOT NULL,
    clock    TEXT    NOT NULL
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
    lease_until INTEGER,
    body        TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX entities_by_kind ON entities (account, kind, id);
CREATE INDEX entities_open ON entities (account, kind) WHERE open = 1;
CREATE INDEX entities_due ON entities (clock, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX entities_leased ON entities (lease_until) WHERE lease_until IS NOT NULL;

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
) STRICT, WITHOUT ROWID;

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
