//! `bursar audit` finds nothing where nothing is wrong, also while bursar serves, and finds whatever is changed
//! by hand (C8, C10).
//!
//! To add a way to tamper: a line in [`tampering`], for the tables, or in [`ledger`], for what the issuers say.

mod bank;
mod copies;
mod ledger;
mod tampering;

use std::time::Duration;

use bursar::proto::v1::{CancelPaymentRequest, PaymentMethodState, PaymentState, RefundPaymentRequest};
use jiff::SignedDuration;
use tokio::task::{JoinSet, LocalSet};
use tokio_util::sync::CancellationToken;

use crate::support::{
    calls::Calls,
    given::{ALIBABA, AMEX, CHALLENGED, DECLINED, HUAWEI, MASTERCARD, VISA, pay_request, request_id},
    money::money,
    options::{Options, Outside, Store},
    process::run,
    world::World,
};

/// Pays at first, and not any more later.
const LATER_DECLINED: &str = "4000009900000012";

/// What came of the traffic.
struct Traffic {
    /// The effect of a charge that was declined.
    declined_effect: String,
}

/// Some of everything: linked, refused, unlinked and failed cards, holds and charges for verification, payments
/// that succeed, fail, are cancelled and are refunded in part, and an account on a clock of its own.
async fn traffic(world: &World) -> Traffic {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    world.active(&account, CHALLENGED).await;
    let gone = world.active(&account, MASTERCARD).await;
    world.unlink(&gone).await.expect("nothing keeps it");
    world.try_link(&account, VISA).await.expect_err("it is linked already");
    assert_eq!(world.link(&account, DECLINED).await.state(), PaymentMethodState::Failed);
    for _ in 0..4 {
        let invoice = world.invoice(&account, "USD 5.00").await;
        let request = pay_request(&account, &[&invoice]);
        let payment = world.send_pay(request.clone()).await.expect("a payment");
        assert_eq!(payment.state(), PaymentState::Succeeded);
        assert_eq!(world.send_pay(request).await.expect("the same").name, payment.name);
    }
    let paid = world.payments_of(&account).await.remove(0).name;
    let request = RefundPaymentRequest {
        name: paid,
        amount: Some(money("USD 2.00")),
        reason: "returned".to_owned(),
        request_id: request_id(),
    };
    world.payments().refund_payment(request).await.expect("a part of it is refunded");
    let invoice = world.invoice(&account, "USD 4000.00").await;
    let challenged = world.pay(&account, &[&invoice]).await;
    let request = CancelPaymentRequest { name: challenged.name, request_id: request_id() };
    world.payments().cancel_payment(request).await.expect("it is cancelled");
    world.quiet(&account).await;

    let other = world.account(HUAWEI, "SG", "USD").await;
    world.active(&other, LATER_DECLINED).await;
    world.active(&other, AMEX).await;
    let invoice = world.invoice(&other, "USD 7.00").await;
    let declined = world.pay(&other, &[&invoice]).await;
    assert_eq!(declined.state(), PaymentState::Failed, "{declined:#?}");
    world.quiet(&other).await;

    let mut clock = world.clock().await;
    let timed = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    world.active(&timed, AMEX).await;
    let invoice = world.invoice(&timed, "USD 5.00").await;
    world.pay(&timed, &[&invoice]).await;
    world.advance(&mut clock, SignedDuration::from_hours(24 * 366 * 9)).await;
    Traffic { declined_effect: declined.attempts[0].effect_id.clone() }
}

/// While customers pay, audits find nothing; nor do they when the customers have left.
async fn is_clean_while_it_serves(store: Store) {
    let world = World::start(store, Options::new().outside(Outside::Apart)).await;
    traffic(&world).await;
    let enough = CancellationToken::new();
    let mut customers = JoinSet::new();
    // Some on accounts of their own, and some that share a busy one.
    let shared = world.account(ALIBABA, "SG", "USD").await;
    world.active(&shared, "4111111111111111").await;
    for number in 0..12 {
        let account = match number % 3 {
            0 => shared.clone(),
            _ => world.account(ALIBABA, "SG", "USD").await,
        };
        let (calls, enough) = (Calls::new(world.channel()), enough.clone());
        customers.spawn_local(async move {
            let mut rounds = 0_u32;
            while !enough.is_cancelled() {
                // One without a card is refused.
                if let Err(reason) = calls.buy(&account, "USD 3.00").await {
                    assert_eq!(reason, "NO_DEFAULT_METHOD");
                }
                rounds += 1;
            }
            rounds
        });
    }
    for _ in 0..4 {
        let printed = world.is_clean().await;
        assert!(printed.journal_rows > 0 && printed.entities > 0, "{printed:#?}");
    }
    enough.cancel();
    let rounds: u32 = customers.join_all().await.into_iter().sum();
    let printed = world.is_clean().await;
    let money = printed.money.expect("a ledger was given");
    println!(
        "{store:?}: {rounds} rounds while audited; then {} rows, {} entries",
        printed.journal_rows, money.entries
    );
    assert!(rounds > 0, "nobody did anything meanwhile");
    assert!(money.attempts > 0 && money.entries > 0);
}

#[tokio::test]
async fn c10_it_is_clean_while_it_serves_on_sqlite() {
    LocalSet::new().run_until(is_clean_while_it_serves(Store::Sqlite)).await;
}

#[tokio::test]
async fn c10_it_is_clean_while_it_serves_on_postgres() {
    LocalSet::new().run_until(is_clean_while_it_serves(Store::Postgres)).await;
}

/// What can't be audited is not called clean.
#[tokio::test]
async fn c10_what_can_not_be_read_is_said() {
    let mut world = World::start(Store::Sqlite, Options::new().outside(Outside::Apart)).await;
    let url = world.database_url().to_owned();
    let missing = format!("sqlite:{}", world.folder.path().join("nothing.db").display());
    let nobody = "http://127.0.0.1:9".to_owned();
    for (arguments, says) in [
        (vec!["--database-url", &missing], "nothing.db"),
        (vec!["--database-url", "mysql://x"], "postgres://"),
        (vec!["--database-url", &url, "--sandbox", &nobody], "start the sandbox"),
        (vec!["--database-url", &url, "--sandbox", "not an address"], "http://127.0.0.1:7080"),
    ] {
        let arguments: Vec<String> = ["audit"].into_iter().chain(arguments).map(str::to_owned).collect();
        let output = run(&arguments).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty());
    }
    world.server.stop(Duration::from_secs(30)).await;
    let output = run(&["audit".to_owned(), "--database-url".to_owned(), url]).await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(said, "0 accounts, 0 journal rows, 0 entities, 0 request ids, 0 claims, 0 lanes\nclean\n");
    assert_eq!(output.status.code(), Some(0));
}

/// Whoever reads what it prints may leave (`| head`); the exit code is about the store.
#[tokio::test]
async fn c10_a_reader_that_leaves_changes_nothing() {
    let world = World::start(Store::Sqlite, Options::new()).await;
    let mut audit = tokio::process::Command::new(env!("CARGO_BIN_EXE_bursar"))
        .args(["audit", "--database-url", world.database_url()])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("an audit");
    drop(audit.stdout.take());
    let output = audit.wait_with_output().await.expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*said), (Some(0), ""));
}
