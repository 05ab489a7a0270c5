-- The sandbox's own truth. Nothing of bursar's is in here, and no security code ever is.

-- What a token stands for. `number` is set only for numbers of the catalogue, which are published
-- for testing; of any other number only the truncation is kept. `charges` counts the charges begun.
CREATE TABLE vault (
  token         TEXT    NOT NULL PRIMARY KEY,
  number        TEXT,
  truncated     TEXT    NOT NULL,
  code_matches  INTEGER NOT NULL,
  holder_known  INTEGER NOT NULL,
  expiry_year   INTEGER NOT NULL,
  expiry_month  INTEGER NOT NULL,
  charges       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What was read in an identity document. Its content is not kept.
CREATE TABLE documents (
  token     TEXT NOT NULL PRIMARY KEY,
  file_name TEXT NOT NULL,
  name      TEXT,
  expires   TEXT
) STRICT, WITHOUT ROWID;

-- One row an effect id. `page` is the secret part of its challenge page's address.
CREATE TABLE effects (
  sequence  INTEGER PRIMARY KEY,
  effect_id TEXT    NOT NULL UNIQUE,
  page      TEXT    UNIQUE,
  performs  INTEGER NOT NULL,
  inquiries INTEGER NOT NULL,
  cancels   INTEGER NOT NULL,
  body      TEXT    NOT NULL
) STRICT;

-- What a wallet's token stands for is in the vault, with its e-mail address for a number. Here is which
-- agreement it is of, and whether that has ended.
CREATE TABLE agreements (
  effect_id TEXT    NOT NULL PRIMARY KEY,
  token     TEXT    NOT NULL UNIQUE,
  account   TEXT    NOT NULL,
  merchant  TEXT    NOT NULL,
  ended     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX agreements_account ON agreements (account);

-- Who has logged on, on which page of a wallet, and whether they have added a bank or card on it.
CREATE TABLE visits (
  page    TEXT    NOT NULL PRIMARY KEY,
  account TEXT    NOT NULL,
  funded  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Requests of banks that were captured or withdrawn: neither happens twice.
CREATE TABLE used_requests (
  effect_id TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Requests that a scenario dropped on their way: the issuer never heard of them.
CREATE TABLE dropped (
  effect_id TEXT    NOT NULL PRIMARY KEY,
  performs  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger (
  sequence           INTEGER PRIMARY KEY,
  effect_id          TEXT    NOT NULL,
  kind               INTEGER NOT NULL,
  currency           TEXT    NOT NULL,
  units              INTEGER NOT NULL,
  nanos              INTEGER NOT NULL,
  card               TEXT    NOT NULL,
  descriptor         TEXT    NOT NULL,
  created            INTEGER NOT NULL,
  original_effect_id TEXT    NOT NULL
) STRICT;
CREATE INDEX ledger_effect ON ledger (effect_id);
CREATE INDEX ledger_original ON ledger (original_effect_id) WHERE original_effect_id <> '';
CREATE TRIGGER ledger_keeps BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_stays BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- What has arrived in inboxes, by e-mail address or mobile number.
CREATE TABLE inbox (
  sequence  INTEGER PRIMARY KEY,
  effect_id TEXT    NOT NULL UNIQUE,
  address   TEXT    NOT NULL,
  template  TEXT    NOT NULL,
  subject   TEXT    NOT NULL,
  text      TEXT    NOT NULL,
  code      TEXT    NOT NULL,
  url       TEXT    NOT NULL,
  created   INTEGER NOT NULL
) STRICT;
CREATE INDEX inbox_address ON inbox (address, sequence);
CREATE TRIGGER inbox_keeps BEFORE UPDATE ON inbox BEGIN SELECT RAISE(ABORT, 'what was sent was sent'); END;
CREATE TRIGGER inbox_stays BEFORE DELETE ON inbox BEGIN SELECT RAISE(ABORT, 'what was sent was sent'); END;

-- Test clocks. The system's clock has no row; its name is empty. `told` is 0 while only an effect
-- has named the clock, which then stands where the system's clock stood.
CREATE TABLE clocks (
  name TEXT    NOT NULL PRIMARY KEY,
  time INTEGER NOT NULL,
  told INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What happens by itself, and when on its clock. Times are microseconds since 1970.
CREATE TABLE timers (
  sequence  INTEGER PRIMARY KEY,
  clock     TEXT    NOT NULL,
  due       INTEGER NOT NULL,
  kind      INTEGER NOT NULL,
  effect_id TEXT    NOT NULL
) STRICT;
CREATE INDEX timers_due ON timers (clock, due, sequence);
CREATE INDEX timers_effect ON timers (effect_id);

-- What bursar is still to be told, and how often. `kind` says which message it is; `next_attempt` is on the system's clock.
CREATE TABLE notices (
  notice_id    TEXT    NOT NULL PRIMARY KEY,
  target       TEXT    NOT NULL,
  kind         INTEGER NOT NULL,
  attempts     INTEGER NOT NULL,
  deliveries   INTEGER NOT NULL,
  next_attempt INTEGER NOT NULL,
  message      BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX notices_due ON notices (next_attempt);

-- Where the bank reports what has arrived, as bursar said when it introduced itself.
CREATE TABLE bank_listener (
  one    INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  target TEXT    NOT NULL,
  token  TEXT    NOT NULL
) STRICT;

-- One row a remittance, by the bank's own reference.
CREATE TABLE remittances (
  reference TEXT NOT NULL PRIMARY KEY,
  body      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE bank_ledger (
  sequence  INTEGER PRIMARY KEY,
  kind      INTEGER NOT NULL,
  account   TEXT    NOT NULL,
  reference TEXT    NOT NULL,
  currency  TEXT    NOT NULL,
  units     INTEGER NOT NULL,
  nanos     INTEGER NOT NULL,
  created   INTEGER NOT NULL,
  report    INTEGER NOT NULL
) STRICT;
CREATE INDEX bank_ledger_account ON bank_ledger (account);
CREATE TRIGGER bank_ledger_keeps BEFORE UPDATE ON bank_ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER bank_ledger_stays BEFORE DELETE ON bank_ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
