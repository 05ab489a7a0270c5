//! Callers that wait until a resource rests.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::stage::{account, bare, config, keyed, link_card, pay, replica};
use crate::{
    domain::attempt::{Input, Observed},
    domain::command::Command,
    domain::entity::Entity,
    domain::outcome::Outcome,
    engine::Request,
    store::MemoryStore,
};

fn until_rest(request: Request) -> Request {
    Request { until_rest: true, ..request }
}

#[tokio::test]
async fn a_caller_is_answered_when_the_outcome_comes() {
    let mut replica = replica(Arc::new(MemoryStore::default()), config(), 1).await;
    replica.open(1).await;
    replica.card(1, "4242").await;
    let owed = replica.owe(1, "5").await;
    let engine = replica.engine.clone();
    let deadline = Instant::now() + Duration::from_secs(30);
    let waiting = tokio::spawn(async move {
        engine.submit_until(until_rest(keyed(1, pay(owed), "pay", 1)), deadline).await
    });
    let call = replica.dispatches.recv().await.unwrap();
    // A repeat waits as the first call does.
    let engine = replica.engine.clone();
    let again = tokio::spawn(async move {
        engine.submit_until(until_rest(keyed(1, pay(owed), "pay", 1)), deadline).await
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!waiting.is_finished() && !again.is_finished());
    replica.approve(&call).await.unwrap();
    for (answer, known) in [(waiting, false), (again, true)] {
        let rested = answer.await.unwrap().unwrap().unwrap();
        assert_eq!((rested.entity.state(), rested.known), ("SUCCEEDED", known));
    }
}

#[tokio::test]
async fn at_the_deadline_the_resource_is_answered_as_it_stands() {
    let mut replica = replica(Arc::new(MemoryStore::default()), config(), 1).await;
    replica.open(1).await;
    let before = Instant::now();
    let request = until_rest(bare(1, link_card(1, "4242")));
    let rested = replica.engine.submit_until(request, before + Duration::from_millis(150)).await;
    assert_eq!(rested.unwrap().unwrap().entity.state(), "PENDING_VERIFICATION");
    assert!(before.elapsed() >= Duration::from_millis(150));
    assert_eq!(replica.calls().len(), 1, "the call goes on");
}

/// It is the customer's turn, so the caller has to be told.
#[tokio::test]
async fn a_challenge_ends_the_wait() {
    let mut replica = replica(Arc::new(MemoryStore::default()), config(), 1).await;
    replica.open(1).await;
    let engine = replica.engine.clone();
    let deadline = Instant::now() + Duration::from_secs(30);
    let waiting = tokio::spawn(async move {
        engine.submit_until(until_rest(bare(1, link_card(1, "4242"))), deadline).await
    });
    let call = replica.dispatches.recv().await.unwrap();
    let expire_at = "2026-08-15T12:15:00Z".parse().unwrap();
    let action = Outcome::ActionRequired { url: "https://acs/1".to_owned(), expire_at };
    let learn = Command::learn(&call.entity, call.effect.id, Input::Learned(Observed::Performed, action));
    replica.engine.tell(account(1), learn).await.unwrap();
    let rested = waiting.await.unwrap().unwrap().unwrap();
    let Entity::Method(method) = &*rested.entity else { panic!("{:?}", rested.entity) };
    assert_eq!(method.state.name(), "REQUIRES_ACTION");
}

/// Another replica brings it to rest, so nothing comes through this one's writer.
#[tokio::test]
async fn an_outcome_at_another_replica_ends_the_wait_too() {
    let store = Arc::new(MemoryStore::default());
    let mut one = replica(store.clone(), config(), 1).await;
    let two = replica(store.clone(), config(), 2).await;
    one.open(1).await;
    one.card(1, "4242").await;
    let owed = one.owe(1, "5").await;
    let engine = one.engine.clone();
    let deadline = Instant::now() + Duration::from_secs(30);
    let waiting =
        tokio::spawn(async move { engine.submit_until(until_rest(bare(1, pay(owed))), deadline).await });
    let call = one.dispatches.recv().await.unwrap();
    two.approve(&call).await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap().unwrap().entity.state(), "SUCCEEDED");
}
