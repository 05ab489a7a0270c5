//! Request ids (C7).

use std::sync::Arc;

use futures::future::join_all;

use super::stage::{
    account, answered, bare, config, create, invoice, keyed, link_card, pay, refusal, replica, resource,
    running,
};
use crate::{
    domain::{command::Command, entity::Kind, ids::MethodId, reason::Reason},
    engine::{Config, Reply},
    store::{MemoryStore, Store as _},
};

#[tokio::test]
async fn the_same_request_many_times_at_once_makes_one_resource() {
    let store = Arc::new(MemoryStore::default());
    let replica = replica(store.clone(), config(), 1).await;
    replica.open(1).await;
    let answers = join_all((0..20).map(|_| replica.submit(keyed(1, invoice("5"), "same", 1)))).await;
    let mut names: Vec<_> = answers.into_iter().map(resource).collect();
    names.dedup();
    assert_eq!(names.len(), 1);
    assert_eq!(store.list(account(1).0, Kind::Invoice as i16, None, 99).await.unwrap().len(), 1);
}

#[tokio::test]
async fn another_body_is_refused_in_the_same_batch_and_later() {
    let replica = replica(Arc::new(MemoryStore::default()), config(), 1).await;
    replica.open(1).await;
    let (first, other) = tokio::join!(
        replica.submit(keyed(1, invoice("5"), "same", 1)),
        replica.submit(keyed(1, invoice("6"), "same", 2)),
    );
    answered(first);
    assert_eq!(refusal(other), Reason::RequestIdReused);
    // Both where deciding would accept it and where it would not.
    assert_eq!(refusal(replica.submit(keyed(1, invoice("7"), "same", 3)).await), Reason::RequestIdReused);
    assert_eq!(refusal(replica.submit(keyed(1, invoice("0"), "same", 3)).await), Reason::RequestIdReused);
    // Its scope is the account.
    replica.open(2).await;
    answered(replica.submit(keyed(2, invoice("7"), "same", 3)).await);
}

/// What a request has changed must not refuse its own repeat, whether the account is remembered or not.
#[tokio::test]
async fn a_repeat_after_success_finds_its_resource_though_deciding_anew_would_refuse() {
    for cached_accounts in [64, 1] {
        let store = Arc::new(MemoryStore::default());
        let mut replica = replica(store.clone(), Config { cached_accounts, ..config() }, 1).await;
        replica.open(1).await;
        replica.open(2).await;
        let method = replica.card(1, "4242").await;
        let owed = replica.owe(1, "5").await;
        let requests = || {
            [
                keyed(1, create(1), "create", 0),
                keyed(1, link_card(1, "1111"), "link", 1),
                keyed(1, pay(owed), "pay", 2),
                keyed(1, Command::SetDefault { method }, "default", 3),
            ]
        };
        let mut first = Vec::new();
        for request in requests() {
            first.push(resource(replica.submit(request).await));
            answered(replica.submit(bare(2, running(1))).await);
        }
        let version = store.head(account(1).0).await.unwrap().unwrap().version;
        for (request, resource) in requests().into_iter().zip(first) {
            answered(replica.submit(bare(2, running(1))).await);
            let reply = replica.submit(request).await.unwrap();
            assert!(matches!(reply, Reply::Known(id) if id == resource), "{reply:?}");
        }
        assert_eq!(store.head(account(1).0).await.unwrap().unwrap().version, version, "nothing happened");
    }
}

#[tokio::test]
async fn a_refusal_that_changed_nothing_is_not_stored() {
    let mut replica = replica(Arc::new(MemoryStore::default()), config(), 1).await;
    replica.open(1).await;
    let default = |method| keyed(1, Command::SetDefault { method }, "same", 1);
    let unknown = MethodId(account(99).0);
    assert_eq!(refusal(replica.submit(default(unknown)).await), Reason::ResourceNotFound);
    let method = replica.card(1, "4242").await;
    assert_eq!(resource(replica.submit(default(method)).await), method.0);
}

/// H12: a link refused by rule is history, so its repeat is the same attempt and counts once.
#[tokio::test]
async fn a_refusal_that_is_history_happens_once() {
    let store = Arc::new(MemoryStore::default());
    let replica = replica(store.clone(), config(), 1).await;
    replica.open(1).await;
    replica.open(2).await;
    answered(replica.submit(bare(1, link_card(1, "4242"))).await);
    let again = || replica.submit(keyed(2, link_card(2, "4242"), "link", 1));
    assert_eq!(refusal(again().await), Reason::CardLinkedElsewhere);
    let attempts = store.list(account(2).0, Kind::LinkAttempt as i16, None, 9).await.unwrap();
    assert_eq!(attempts.len(), 1);
    assert_eq!(resource(again().await), attempts[0].id, "the attempt says why it was refused");
    let attempts = store.list(account(2).0, Kind::LinkAttempt as i16, None, 9).await.unwrap();
    assert_eq!(attempts.len(), 1);
}

/// C7: a repeat that the rules at the door would refuse is recalled instead of decided.
#[tokio::test]
async fn a_request_is_recalled_if_it_was_accepted() {
    let replica = replica(Arc::new(MemoryStore::default()), config(), 1).await;
    replica.open(1).await;
    let recall = |body| replica.submit(keyed(1, Command::Recall, "same", body));
    assert_eq!(refusal(recall(1).await), Reason::ResourceNotFound);
    let owed = resource(replica.submit(keyed(1, invoice("5"), "same", 1)).await);
    assert_eq!(resource(recall(1).await), owed);
    assert_eq!(refusal(recall(2).await), Reason::RequestIdReused);
}

/// C7: also what changed nothing is remembered once it was accepted.
#[tokio::test]
async fn an_accepted_request_without_events_is_remembered() {
    let mut replica = replica(Arc::new(MemoryStore::default()), config(), 1).await;
    replica.open(1).await;
    let method = replica.card(1, "4242").await;
    let request = |body| keyed(1, Command::SetDefault { method }, "same", body);
    assert_eq!(resource(replica.submit(request(1)).await), method.0);
    assert!(matches!(replica.submit(request(1)).await, Ok(Reply::Known(id)) if id == method.0));
    assert_eq!(refusal(replica.submit(request(2)).await), Reason::RequestIdReused);
}
