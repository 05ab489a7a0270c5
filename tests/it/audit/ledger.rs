//! Where bursar and the issuers' ledger do not agree, it is found, and named.

use super::{copies::Copies, traffic};
use crate::support::{
    audit::audit,
    options::{Options, Outside, Store},
    process::{Process, log_file},
    world::World,
};

/// The ledger keeps its entries; whoever changes one has to do away with what keeps them.
const UNLOCK: &str = "DROP TRIGGER ledger_keeps; DROP TRIGGER ledger_stays;";
const COPIED: &str = "kind, currency, units, nanos, card, descriptor, created, original_effect_id";
const FIRST_CHARGE: &str = "FROM ledger WHERE kind = 4 AND units = 5 ORDER BY sequence LIMIT 1";

/// What is done to the ledger, of which kind the finding is, and what it says.
fn cases(declined: &str) -> Vec<(String, &'static str, &'static str)> {
    let enter = |effect: &str| {
        format!("INSERT INTO ledger (effect_id, {COPIED}) SELECT {effect}, {COPIED} {FIRST_CHARGE}")
    };
    vec![
        (enter("effect_id"), "double", "expected one charge"),
        (enter(&format!("'{declined}'")), "lost", "it ended FAILED with nothing taken"),
        (enter("'0190aaaa-0000-7000-8000-000000000000.1'"), "unknown", "no payment or verification"),
        (enter("'somebody else'"), "unknown", "no payment or verification"),
        ("DELETE FROM ledger WHERE kind = 4".to_owned(), "phantom", "the ledger has nothing of it"),
        ("UPDATE ledger SET units = units + 1 WHERE kind = 4".to_owned(), "phantom", "and it was charge"),
        ("UPDATE ledger SET currency = 'EUR' WHERE kind = 4".to_owned(), "phantom", "and it was charge EUR"),
        ("DELETE FROM ledger WHERE kind = 2".to_owned(), "orphan", "nothing gives back what was taken"),
        (
            "DELETE FROM ledger WHERE kind = 1".to_owned(),
            "phantom",
            "nothing was taken, and there is release",
        ),
        ("UPDATE ledger SET units = 9 WHERE kind = 2".to_owned(), "orphan", "to be given back, found"),
        (
            "UPDATE ledger SET original_effect_id = 'x' WHERE kind = 5".to_owned(),
            "orphan",
            "to be given back, found",
        ),
        (
            format!(
                "INSERT INTO ledger (effect_id, {COPIED}) SELECT effect_id, {COPIED} FROM ledger WHERE kind = 5 AND units = 2"
            ),
            "double",
            "expected one refund",
        ),
        (
            "UPDATE ledger SET original_effect_id = 'x' WHERE kind = 5 AND units = 2".to_owned(),
            "orphan",
            "to be given back, found refund USD 2.00",
        ),
        ("DELETE FROM effects".to_owned(), "", ""),
    ]
}

async fn is_found(store: Store) {
    let mut world = World::start(store, Options::new().outside(Outside::Apart)).await;
    let traffic = traffic(&world).await;
    world.is_clean().await;
    world.server.kill().await;
    world.lose_outside().await;
    let copies = Copies::of(&world);
    for (number, (statement, check, says)) in cases(&traffic.declined_effect).into_iter().enumerate() {
        let file = copies.ledger(number, &format!("{UNLOCK}{statement}"));
        let arguments =
            ["sandbox", "--grpc-address", "127.0.0.1:0", "--pages-address", "127.0.0.1:0", "--ledger"];
        let arguments: Vec<String> =
            arguments.into_iter().map(str::to_owned).chain([file.display().to_string()]).collect();
        let log = log_file(world.folder.path(), &format!("ledger-{number}.log"));
        let outside = Process::start(&arguments, log).await;
        let printed = audit(world.database_url(), Some(&outside.grpc)).await;
        let told = printed.findings.iter().any(|found| found.check == check && found.message.contains(says));
        // What the sandbox remembers beside its ledger is nobody's money.
        assert_eq!(
            told,
            !check.is_empty(),
            "{statement}: expected {check}: {says}, found {:#?}",
            printed.findings
        );
        assert!(told || printed.findings_count == 0, "{statement}: {:#?}", printed.findings);
    }
}

#[tokio::test]
async fn c8_where_the_ledger_differs_it_is_found_on_sqlite() {
    is_found(Store::Sqlite).await;
}

#[tokio::test]
async fn c8_where_the_ledger_differs_it_is_found_on_postgres() {
    is_found(Store::Postgres).await;
}
