//! Too much work is refused at once, what providers say is not, and a caller that leaves cancels nothing.

use std::sync::Arc;

use futures::{FutureExt as _, future::join_all};

use super::stage::{account, answered, bare, config, invoice, keyed, link_card, replica, running};
use crate::{
    domain::{entity::Kind, ids::AccountId},
    engine::{Config, EngineError, Reply},
    store::{MemoryStore, Store as _},
};

#[tokio::test]
async fn a_full_inbox_is_overloaded_and_outcomes_still_come_in() {
    let store = Arc::new(MemoryStore::default());
    let mut replica = replica(store.clone(), Config { inbox: 4, ..config() }, 1).await;
    replica.open(1).await;
    answered(replica.submit(bare(1, link_card(1, "4242"))).await);
    let call = replica.calls().pop().unwrap();
    // The writer does not get to run in between, so that the inbox fills.
    let calls = join_all((0..10).map(|n| replica.submit(keyed(1, running(n), &format!("r{n}"), 1))));
    let (answers, learned) = tokio::join!(calls, replica.approve(&call));
    learned.unwrap();
    let shed = answers.iter().filter(|answer| matches!(answer, Err(EngineError::Overloaded))).count();
    assert_eq!(shed, 6);
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 4);
    // Once it is worked off, there is room again; what was shed left nothing behind.
    answered(replica.submit(keyed(1, running(9), "r9", 2)).await);
}

#[tokio::test]
async fn commands_that_make_calls_are_shed_where_too_many_are_under_way() {
    let replica = replica(Arc::new(MemoryStore::default()), Config { effects: 1, ..config() }, 1).await;
    replica.open(1).await;
    let call = replica.engine.calls().begin("sandbox".to_owned());
    let shed = replica.submit(bare(1, link_card(1, "4242"))).await;
    assert!(matches!(shed, Err(EngineError::Overloaded)), "{shed:?}");
    answered(replica.submit(bare(1, running(1))).await);
    drop(call);
    answered(replica.submit(bare(1, link_card(1, "4242"))).await);
}

/// F11: a provider that hangs costs the others nothing.
#[tokio::test]
async fn a_provider_that_has_too_many_calls_sheds_its_own_only() {
    let mut config = Config { effects: 1, ..config() };
    let rules = Arc::get_mut(&mut config.rules).unwrap();
    rules.policies.insert("other".to_owned(), rules.unknown_provider);
    let replica = replica(Arc::new(MemoryStore::default()), config, 1).await;
    replica.open(1).await;
    let call = replica.engine.calls().begin("other".to_owned());
    answered(replica.submit(bare(1, link_card(1, "4242"))).await);
    // The door can't tell by the command whose it is; deciding it can.
    drop(call);
    let _call = replica.engine.calls().begin("sandbox".to_owned());
    let shed = replica.submit(bare(1, link_card(1, "4444"))).await;
    assert!(matches!(shed, Err(EngineError::Overloaded)), "{shed:?}");
    answered(replica.submit(bare(1, running(1))).await);
}

#[tokio::test]
async fn a_caller_that_leaves_cancels_nothing() {
    let store = Arc::new(MemoryStore::default());
    let replica = replica(store.clone(), config(), 1).await;
    replica.open(1).await;
    // Polled once, it is in the inbox; then it is dropped.
    let left = replica.submit(keyed(1, invoice("5"), "left", 1)).now_or_never();
    assert!(left.is_none());
    let again = replica.submit(keyed(1, invoice("5"), "left", 1)).await.unwrap();
    let invoices = store.list(account(1).0, Kind::Invoice as i16, None, 9).await.unwrap();
    assert_eq!(invoices.len(), 1);
    assert!(matches!(again, Reply::Known(id) if id == invoices[0].id), "{again:?}");
}

/// An entity of another account does not exist for this one.
#[tokio::test]
async fn nobody_reads_or_uses_what_belongs_to_others() {
    let mut replica = replica(Arc::new(MemoryStore::default()), config(), 1).await;
    replica.open(1).await;
    replica.open(2).await;
    let method = replica.card(1, "4242").await;
    let owed = replica.owe(1, "5").await;
    assert!(replica.engine.read(account(2), owed).await.unwrap().is_none());
    assert!(replica.engine.read(AccountId(account(1).0), owed).await.unwrap().is_some());
    let commands = [
        super::stage::pay(owed),
        crate::domain::command::Command::SetDefault { method },
        crate::domain::command::Command::Unlink { method },
    ];
    for command in commands {
        // In one batch with the account that has it, so that it is loaded.
        let (other, own) =
            tokio::join!(replica.submit(bare(2, command)), replica.submit(bare(1, running(1))));
        assert_eq!(super::stage::refusal(other), crate::domain::reason::Reason::ResourceNotFound);
        answered(own);
    }
}
