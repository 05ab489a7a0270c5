//! Two replicas over one store.

use std::sync::Arc;

use futures::future::join_all;

use super::stage::{
    Replica, account, answered, bare, config, invoice, keyed, link_card, pay, refusal, replica, resource,
    running,
};
use crate::{
    domain::{
        attempt::{Input, Observed},
        command::Command,
        entity::Kind,
        ids::{MethodId, PaymentId},
        outcome::{Outcome, Silence},
        reason::Reason,
    },
    store::{MemoryStore, Store, StoreError, rows::Micros},
};

async fn two(store: &Arc<MemoryStore>) -> (Replica, Replica) {
    (replica(store.clone(), config(), 1).await, replica(store.clone(), config(), 2).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_on_one_account_from_two_replicas_all_happen_once() {
    let store = Arc::new(MemoryStore::default());
    let (one, two) = two(&store).await;
    one.open(1).await;
    let from = |replica: &Replica, name: &'static str| {
        let engine = replica.engine.clone();
        tokio::spawn(async move {
            let calls = (0..100).map(|n| engine.submit(keyed(1, invoice("1"), &format!("{name}{n}"), 1)));
            join_all(calls).await.into_iter().map(resource).collect::<Vec<_>>()
        })
    };
    let (left, right) = tokio::join!(from(&one, "left"), from(&two, "right"));
    let mut made = [left.unwrap(), right.unwrap()].concat();
    made.sort_unstable();
    made.dedup();
    assert_eq!(made.len(), 200, "every caller has a resource of its own");
    assert_eq!(store.list(account(1).0, Kind::Invoice as i16, None, 999).await.unwrap().len(), 200);
    assert_eq!(store.head(account(1).0).await.unwrap().unwrap().version, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_request_at_two_replicas_makes_one_resource() {
    let store = Arc::new(MemoryStore::default());
    let (one, two) = two(&store).await;
    one.open(1).await;
    // Both remember the account.
    answered(two.submit(bare(1, running(0))).await);
    for round in 0..50 {
        let id = format!("r{round}");
        let (left, right) = tokio::join!(
            one.submit(keyed(1, invoice("1"), &id, 1)),
            two.submit(keyed(1, invoice("1"), &id, 1))
        );
        assert_eq!(resource(left), resource(right));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_card_at_two_replicas_goes_to_exactly_one_account() {
    let store = Arc::new(MemoryStore::default());
    let (mut one, mut two) = two(&store).await;
    for round in 0..30 {
        let (a, b) = (2 * round + 10, 2 * round + 11);
        one.open(a).await;
        two.open(b).await;
        let card = format!("{round:04}");
        let (left, right) = tokio::join!(
            one.submit(keyed(a, link_card(a, &card), "link", 1)),
            two.submit(keyed(b, link_card(b, &card), "link", 1))
        );
        assert_eq!([&left, &right].into_iter().filter(|answer| answer.is_ok()).count(), 1);
        let lost = if left.is_ok() { right } else { left };
        assert_eq!(refusal(lost), Reason::CardLinkedElsewhere);
        assert_eq!(one.calls_made().await + two.calls_made().await, 1, "one verification is made");
    }
}

/// I1: an invoice is charged once, though both replicas remember it as open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_invoice_at_two_replicas_is_charged_once() {
    let store = Arc::new(MemoryStore::default());
    let (mut one, mut two) = two(&store).await;
    one.open(1).await;
    one.card(1, "4242").await;
    for _ in 0..30 {
        let owed = one.owe(1, "1").await;
        answered(two.submit(bare(1, running(0))).await);
        let (left, right) = tokio::join!(one.submit(bare(1, pay(owed))), two.submit(bare(1, pay(owed))));
        let lost = if left.is_ok() { right } else { left };
        assert_eq!(refusal(lost), Reason::InvoiceReserved);
        assert_eq!(one.calls_made().await + two.calls_made().await, 1);
    }
}

/// A payment that never left ends with its cancellation, also at a replica that never heard of its invoices.
#[tokio::test]
async fn a_payment_that_never_left_is_cancelled_anywhere() {
    let store = Arc::new(MemoryStore::default());
    let (mut one, two) = two(&store).await;
    one.open(1).await;
    one.card(1, "4242").await;
    let owed = one.owe(1, "1").await;
    let payment = answered(one.submit(bare(1, pay(owed))).await).id();
    let call = one.dispatches.recv().await.unwrap();
    let not_sent =
        Command::learn(&call.entity, call.effect.id, Input::Silent(call.effect.call, Silence::NotSent));
    one.engine.tell(account(1), not_sent).await.unwrap();
    let cancel = Command::CancelPayment { payment: PaymentId(payment) };
    assert_eq!(answered(two.submit(bare(1, cancel)).await).state(), "CANCELLED");
    assert_eq!(two.engine.read(account(1), owed).await.unwrap().unwrap().state(), "OPEN");
}

/// What another replica has changed is seen by a refusal, too.
#[tokio::test]
async fn a_refusal_is_only_answered_from_what_stands() {
    let store = Arc::new(MemoryStore::default());
    let (mut one, two) = two(&store).await;
    one.open(1).await;
    let owed = one.owe(1, "1").await;
    // The second replica remembers an account without a card.
    assert_eq!(refusal(two.submit(bare(1, pay(owed))).await), Reason::NoDefaultMethod);
    one.card(1, "4242").await;
    answered(two.submit(bare(1, pay(owed))).await);
}

/// Nor is a fault: what one command has loaded beside what was remembered from before another replica's
/// commit may not fit together.
#[tokio::test]
async fn what_only_seems_broken_is_decided_anew() {
    let store = Arc::new(MemoryStore::default());
    let (mut one, two) = two(&store).await;
    one.open(1).await;
    // The second replica remembers an account without a card.
    answered(two.submit(bare(1, running(0))).await);
    let card = MethodId(answered(one.submit(bare(1, link_card(1, "4242"))).await).id());
    let call = one.dispatches.recv().await.unwrap();
    let declined = Input::Learned(Observed::Performed, Outcome::Declined { code: "do_not_honor".to_owned() });
    let learn = Command::learn(&call.entity, call.effect.id, declined);
    let (preferred, learned) = tokio::join!(
        two.submit(bare(1, Command::SetDefault { method: card })),
        two.engine.tell(account(1), learn)
    );
    assert_eq!(refusal(preferred), Reason::MethodNotActive);
    assert_eq!(answered(learned).state(), "FAILED");
}

/// A writer that was thought dead finds out at its next commit, takes another lane and loses nothing.
#[tokio::test]
async fn a_lane_that_was_taken_over_is_left_to_its_taker() {
    let store = Arc::new(MemoryStore::default());
    let one = replica(store.clone(), config(), 1).await;
    one.open(1).await;
    let taken = take_lane(&*store).await.unwrap();
    let made = answered(one.submit(keyed(1, invoice("1"), "a", 1)).await).id();
    assert_eq!(resource(one.submit(keyed(1, invoice("1"), "a", 1)).await), made);
    let journal = store.account_journal(account(1).0, 0, 9).await.unwrap();
    let lanes: Vec<i32> = journal.iter().map(|row| row.lane).collect();
    assert_eq!(lanes.len(), 2);
    assert_ne!(lanes[1], taken, "the row stands in a lane of its own");
    assert_eq!((journal[1].previous_lane, journal[1].previous_position), (lanes[0], journal[0].position));
}

/// Takes a lane whose lease has passed, as a replica would that comes long after.
async fn take_lane(store: &dyn Store) -> Result<i32, StoreError> {
    let far: Micros = "2026-08-15T13:00:00Z".parse::<jiff::Timestamp>().unwrap().as_microsecond();
    Ok(store.open_lane(far, far + 1_000_000).await?.lane())
}
