//! Each way to change the tables by hand is found, and named.

use super::{copies::Copies, traffic};
use crate::support::{
    audit::audit,
    options::{Options, Outside, Store},
    world::World,
};

/// What is done to the tables, of which kind the finding is, and what it says.
#[rustfmt::skip]
const CASES: [(&str, &str, &str); 40] = [
    ("UPDATE entities SET body = replace(body, '\"USD\"', '\"EUR\"') WHERE kind = 4", "entity", "expected the body"),
    ("UPDATE entities SET body = 'x' WHERE kind = 5", "entity", "can't be read"),
    ("UPDATE entities SET state = 'REFUNDED' WHERE kind = 5", "entity", "expected state \"SUCCEEDED\", found \"REFUNDED\""),
    ("UPDATE entities SET open = NOT open WHERE kind = 2", "entity", "expected open"),
    ("UPDATE entities SET due_at = due_at + 1 WHERE due_at IS NOT NULL", "entity", "expected due_at"),
    ("UPDATE entities SET due_at = 1 WHERE kind = 4", "entity", "expected due_at None"),
    ("INSERT INTO leases SELECT id, 1 FROM entities WHERE kind = 5", "entity", "expected a lease false"),
    ("DELETE FROM open_invoices", "entity", "expected a place among the open invoices true"),
    ("UPDATE accounts SET open = (SELECT a.open FROM accounts a ORDER BY a.account LIMIT 1)", "head", "expected open entities"),
    ("UPDATE entities SET clock = 'x' WHERE due_at IS NOT NULL", "entity", "expected clock"),
    ("UPDATE entities SET version = version + 1000 WHERE kind = 5", "entity", "no row of the journal"),
    ("UPDATE entities SET version = 1 WHERE kind = 1", "entity", "found as of version 1"),
    ("DELETE FROM entities WHERE kind = 5", "entity", "not in the table"),
    ("UPDATE entities SET account = (SELECT account FROM accounts ORDER BY account DESC LIMIT 1)", "entity", "no event up to"),
    ("UPDATE journal SET events = replace(events, '5.00', '6.00')", "chain", "expected the hash"),
    ("UPDATE journal SET events = '[]' WHERE sequence = 2", "chain", "expected the hash"),
    ("UPDATE journal SET events = 'x' WHERE sequence = 2", "event", "its events can't be read"),
    ("UPDATE journal SET events = '[]' WHERE sequence = 1", "event", "does not fit"),
    ("UPDATE journal SET cause = replace(cause, 'method', 'Method') WHERE sequence = 2", "event", "its cause can't be read"),
    ("UPDATE journal SET time = time - 1 WHERE sequence = 3", "chain", "expected the hash"),
    ("UPDATE journal SET hash = (SELECT a.hash FROM accounts a ORDER BY a.account LIMIT 1) WHERE sequence = 3", "chain", "expected the hash"),
    ("UPDATE journal SET previous_position = previous_position + 1 WHERE sequence = 2", "chain", "expected the row before"),
    ("DELETE FROM journal WHERE sequence = 3", "chain", "1 rows are missing"),
    ("DELETE FROM journal WHERE sequence = (SELECT max(sequence) FROM journal)", "head", "expected version"),
    ("DELETE FROM journal WHERE sequence = 3", "lane", "expected behind"),
    ("DELETE FROM lanes", "lane", "an account's last row stands there"),
    ("UPDATE accounts SET version = version - 1", "head", "the head says"),
    ("UPDATE accounts SET hash = (SELECT j.hash FROM journal j WHERE j.sequence = 1 ORDER BY j.account LIMIT 1)", "head", "expected hash"),
    ("UPDATE accounts SET clock = 'testClocks/x'", "head", "expected clock"),
    ("DELETE FROM accounts WHERE account = (SELECT account FROM accounts ORDER BY account LIMIT 1)", "head", "and no head"),
    ("UPDATE requests SET request_id = request_id || 'x'", "request", "no command of the journal has it"),
    ("UPDATE requests SET resource = (SELECT account FROM accounts ORDER BY account DESC LIMIT 1)", "request", "not of this account"),
    ("UPDATE journal SET events = replace(events, '\"succeeded\"', '\"cancelled\"')", "invoice", "paid by payment"),
    ("UPDATE journal SET events = replace(events, '\"paid\"', '\"reserved\"')", "invoice", "it has succeeded, and its invoice"),
    ("UPDATE journal SET events = replace(events, '\"refunded\"', '\"refund_failed\"')", "refund", "its payment counts it: false"),
    ("DELETE FROM requests", "request", "not among the used ones"),
    ("UPDATE claims SET body = (SELECT c.body FROM claims c WHERE c.body LIKE '%holder%' ORDER BY c.instrument LIMIT 1)", "claim", "which stands for another instrument"),
    ("UPDATE claims SET body = '[1,{}]'", "claim", "nobody holds it"),
    ("UPDATE claims SET program = 'not-' || program", "claim", "which is of program"),
    ("DELETE FROM claims", "claim", "expected to be held by method"),
];

async fn is_found(store: Store) {
    let mut world = World::start(store, Options::new().outside(Outside::Apart)).await;
    traffic(&world).await;
    world.is_clean().await;
    world.server.kill().await;
    let copies = Copies::of(&world);
    assert_eq!(audit(&copies.database(0, "SELECT 1"), None).await.findings_count, 0);
    for (number, (statement, check, says)) in CASES.iter().enumerate() {
        let printed = audit(&copies.database(number + 1, statement), None).await;
        let told = printed.findings.iter().any(|found| found.check == *check && found.message.contains(says));
        assert!(told, "{statement}: expected {check}: {says}, found {:#?}", printed.findings);
        assert!(printed.findings.iter().all(|found| !found.row.is_empty()));
    }
}

#[tokio::test]
async fn c10_what_is_changed_in_the_tables_is_found_on_sqlite() {
    is_found(Store::Sqlite).await;
}

#[tokio::test]
async fn c10_what_is_changed_in_the_tables_is_found_on_postgres() {
    is_found(Store::Postgres).await;
}
