//! Several commands in one batch: on one account, on one card, on many accounts.

use std::sync::Arc;

use futures::future::join_all;

use super::{
    lost::Unreliable,
    stage::{account, answered, bare, config, create, invoice, keyed, link_card, refusal, replica, running},
};
use crate::{
    domain::{entity::Entity, reason::Reason},
    store::{MemoryStore, Store as _},
};

#[tokio::test]
async fn commands_on_one_account_are_decided_in_order_and_committed_once() {
    let store = Arc::new(Unreliable::default());
    let replica = replica(store.clone(), config(), 1).await;
    replica.open(1).await;
    let before = store.commits();
    let answers =
        join_all((1..=50).map(|count| replica.submit(keyed(1, running(count), &format!("r{count}"), 1))))
            .await;
    assert_eq!(store.commits() - before, 1, "all fifty are one transaction");
    for answer in answers {
        let Entity::Account(account) = &*answered(answer) else { panic!() };
        assert_eq!(account.running_resources, 50, "answered as it stands after the commit");
    }
    let journal = store.account_journal(account(1).0, 0, 100).await.unwrap();
    assert_eq!(journal.iter().map(|row| row.sequence).collect::<Vec<_>>(), (1..=51).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_refusal_aborts_nobody_else_in_its_batch() {
    let replica = replica(Arc::new(MemoryStore::default()), config(), 1).await;
    replica.open(1).await;
    replica.open(2).await;
    let answers = join_all([
        replica.submit(keyed(1, running(1), "a", 1)),
        replica.submit(keyed(1, running(-1), "b", 1)),
        replica.submit(keyed(2, invoice("0"), "a", 1)),
        replica.submit(keyed(2, invoice("5"), "b", 1)),
        replica.submit(keyed(3, running(1), "a", 1)),
    ])
    .await;
    let mut answers = answers.into_iter();
    answered(answers.next().unwrap());
    assert_eq!(refusal(answers.next().unwrap()), Reason::InvalidField);
    assert_eq!(refusal(answers.next().unwrap()), Reason::AmountOutOfRange);
    answered(answers.next().unwrap());
    assert_eq!(refusal(answers.next().unwrap()), Reason::ResourceNotFound);
}

/// A8: the second waits for the next batch, where it meets the claim of the first.
#[tokio::test]
async fn one_card_contested_within_a_batch_goes_to_exactly_one() {
    let store = Arc::new(Unreliable::default());
    let replica = replica(store.clone(), config(), 1).await;
    for number in 1..=5 {
        replica.open(number).await;
    }
    let before = store.commits();
    let answers =
        join_all((1..=5).map(|number| replica.submit(keyed(number, link_card(number, "4242"), "link", 1))))
            .await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 4));
    for answer in lost {
        assert_eq!(refusal(answer), Reason::CardLinkedElsewhere);
    }
    assert_eq!(store.commits() - before, 5, "each account has a batch of its own");
}

/// The account that links comes into being in the same batch, so that only then is it known which
/// program's claim has to be looked at.
#[tokio::test]
async fn a_card_linked_in_the_batch_that_makes_the_account_takes_its_claim() {
    let replica = replica(Arc::new(MemoryStore::default()), config(), 1).await;
    replica.open(1).await;
    answered(replica.submit(bare(1, link_card(1, "4242"))).await);
    let (made, linked) = tokio::join!(
        replica.submit(keyed(2, create(2), "create", 0)),
        replica.submit(keyed(2, link_card(2, "4242"), "link", 1)),
    );
    answered(made);
    assert_eq!(refusal(linked), Reason::CardLinkedElsewhere);
}

#[tokio::test]
async fn a_card_is_linked_once_by_one_account_in_one_batch() {
    let replica = replica(Arc::new(MemoryStore::default()), config(), 1).await;
    replica.open(1).await;
    let (first, second) = tokio::join!(
        replica.submit(keyed(1, link_card(1, "4242"), "a", 1)),
        replica.submit(keyed(1, link_card(1, "4242"), "b", 1)),
    );
    answered(first);
    assert_eq!(refusal(second), Reason::CardAlreadyLinked);
}
