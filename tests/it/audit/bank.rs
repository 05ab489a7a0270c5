//! Where bursar and the bank's ledger do not agree, it is found, and named (A26, A27).

use jiff::SignedDuration;

use super::copies::Copies;
use crate::support::{
    audit::audit,
    eventually::eventually,
    options::{Options, Outside, Store},
    process::{Process, log_file},
    world::World,
};

/// The ledger keeps its entries; whoever changes one has to do away with what keeps them.
const UNLOCK: &str = "DROP TRIGGER bank_ledger_keeps; DROP TRIGGER bank_ledger_stays;";
const COPIED: &str =
    "account, currency, units, nanos, created, report FROM bank_ledger WHERE kind = 1 LIMIT 1";

/// What is done to the bank's ledger, of which kind the finding is, and what it says.
fn cases() -> Vec<(String, &'static str, &'static str)> {
    let enter = |kind: i32, reference: &str| {
        format!(
            "INSERT INTO bank_ledger (kind, reference, account, currency, units, nanos, created, report)
             SELECT {kind}, {reference}, {COPIED}"
        )
    };
    vec![
        (enter(1, "'another'"), "lost", "and it is not known here"),
        (enter(2, "reference"), "phantom", "the bank has taken it back"),
        (enter(3, "reference"), "phantom", "gave it back to the payer"),
        ("DELETE FROM bank_ledger WHERE kind = 1".to_owned(), "phantom", "the bank has nothing of it"),
        ("DELETE FROM bank_ledger WHERE kind = 2".to_owned(), "lost", "the bank has not taken it back"),
        ("UPDATE bank_ledger SET units = units + 1".to_owned(), "phantom", "and the bank has"),
        (format!("{}; {}", enter(1, "'nobody'"), enter(3, "'nobody'")), "", ""),
    ]
}

async fn is_found(store: Store) {
    let mut world = World::start(store, Options::new().outside(Outside::Apart)).await;
    let mut clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    world.attach(&account, &clock).await;
    world.funded(&account, "USD 20", &mut clock).await;
    let reference = world.funded(&account, "USD 30", &mut clock).await;
    world.take_back(&reference).await;
    let (_, shared) = world.shared(&account, "USD 40", &mut clock).await;
    world.claim("ann", &shared.name, &account).await.expect("it is claimed");
    eventually("what was taken back is gone", async || {
        let has = world.has(&account).await;
        if has == ["USD 20.00"] { Ok(()) } else { Err(format!("{has:?}")) }
    })
    .await;
    world.advance(&mut clock, SignedDuration::from_hours(24)).await;
    world.is_clean().await;
    world.server.kill().await;
    world.lose_outside().await;
    let copies = Copies::of(&world);
    for (number, (statement, check, says)) in cases().into_iter().enumerate() {
        let file = copies.ledger(number, &format!("{UNLOCK}{statement}"));
        let arguments =
            ["sandbox", "--grpc-address", "127.0.0.1:0", "--pages-address", "127.0.0.1:0", "--ledger"];
        let arguments: Vec<String> =
            arguments.into_iter().map(str::to_owned).chain([file.display().to_string()]).collect();
        let log = log_file(world.folder.path(), &format!("bank-{number}.log"));
        let outside = Process::start(&arguments, log).await;
        let printed = audit(world.database_url(), Some(&outside.grpc)).await;
        let told = printed.findings.iter().any(|found| found.check == check && found.message.contains(says));
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
async fn a26_where_the_banks_ledger_differs_it_is_found_on_sqlite() {
    is_found(Store::Sqlite).await;
}

#[tokio::test]
async fn a26_where_the_banks_ledger_differs_it_is_found_on_postgres() {
    is_found(Store::Postgres).await;
}
