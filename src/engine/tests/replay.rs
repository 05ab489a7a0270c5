//! The log gives the tables (C10), and whoever changes a row is found out.

use std::{collections::BTreeMap, sync::Arc};

use strum::IntoEnumIterator as _;

use super::stage::{account, answered, bare, config, keyed, link_card, pay, refusal, replica};
use crate::{
    domain::{
        attempt::{Call, Input, Observed},
        command::Command,
        entity::{Entity, Kind},
        event::Happened,
        outcome::{Outcome, Silence},
        world::World,
    },
    engine::{Cause, link},
    store::{MemoryStore, Store as _, codec, rows::JournalRow},
};

/// A day of an account's life: two cards of which one fails, a refusal, payments of all sorts.
async fn live(store: &Arc<MemoryStore>) {
    let mut replica = replica(store.clone(), config(), 1).await;
    replica.open(1).await;
    replica.open(2).await;
    replica.card(1, "4242").await;
    assert!(replica.submit(keyed(2, link_card(2, "4242"), "link", 1)).await.is_err());
    answered(replica.submit(keyed(1, link_card(1, "1111"), "link", 1)).await);
    let call = replica.calls().pop().unwrap();
    let declined = Outcome::Declined { code: "05".to_owned() };
    let input = Input::Learned(Observed::Performed, declined.clone());
    replica.engine.tell(account(1), Command::learn(&call.entity, call.effect.id, input)).await.unwrap();
    let inputs = [
        Input::Learned(Observed::Notified, declined),
        Input::Silent(Call::Perform, Silence::Unknown),
        Input::Learned(Observed::Performed, Outcome::Pending),
    ];
    for input in inputs {
        let owed = replica.owe(1, "5").await;
        answered(replica.submit(bare(1, pay(owed))).await);
        let call = replica.calls().pop().unwrap();
        replica.engine.tell(account(1), Command::learn(&call.entity, call.effect.id, input)).await.unwrap();
    }
    let owed = replica.owe(1, "7").await;
    answered(replica.submit(bare(1, pay(owed))).await);
    let call = replica.calls().pop().unwrap();
    replica.approve(&call).await.unwrap();
    refusal(replica.submit(bare(1, pay(owed))).await);
}

fn events(row: &JournalRow) -> Vec<Happened> {
    serde_json::from_str(&row.events).unwrap()
}

#[tokio::test]
async fn c10_rebuilding_from_the_log_gives_the_tables() {
    let store = Arc::new(MemoryStore::default());
    live(&store).await;
    for number in [1, 2] {
        let id = account(number).0;
        let mut world = World { account: id, ..World::default() };
        for row in store.account_journal(id, 0, 999).await.unwrap() {
            for happened in events(&row) {
                world.apply(&happened).unwrap();
            }
        }
        let mut stored: BTreeMap<_, Entity> = BTreeMap::new();
        for kind in Kind::iter() {
            for row in store.list(id, kind as i16, None, 999).await.unwrap() {
                stored.insert(row.id, codec::decode(&row).unwrap());
            }
        }
        let rebuilt: BTreeMap<_, Entity> =
            world.entities.iter().map(|(id, entity)| (*id, (**entity).clone())).collect();
        assert_eq!(rebuilt, stored);
        assert!(stored.len() > 1, "{stored:?}");
    }
}

/// The first row whose hash is not that of what it says.
fn broken(journal: &[JournalRow]) -> Option<i64> {
    let mut previous = [0; 32];
    for row in journal {
        let hash = link(&previous, row.account, row.sequence, row.time, &row.cause, &row.events);
        if hash != row.hash {
            return Some(row.sequence);
        }
        previous = hash;
    }
    None
}

#[tokio::test]
async fn c10_the_chain_verifies_and_finds_what_was_changed() {
    let store = Arc::new(MemoryStore::default());
    live(&store).await;
    let journal = store.account_journal(account(1).0, 0, 999).await.unwrap();
    assert!(journal.len() > 15);
    assert_eq!(broken(&journal), None);
    assert_eq!(store.head(account(1).0).await.unwrap().unwrap().hash, journal.last().unwrap().hash);
    type Change = fn(&mut JournalRow);
    let changes: [Change; 4] = [
        |row| row.events = row.events.replace("5.00", "4.00") + " ",
        |row| row.cause += " ",
        |row| row.time += 1,
        |row| row.sequence += 1,
    ];
    for change in changes {
        let mut forged = journal.clone();
        change(&mut forged[4]);
        assert!(broken(&forged).is_some());
    }
    let mut shorter = journal.clone();
    shorter.remove(4);
    assert_eq!(broken(&shorter), Some(6));
}

#[tokio::test]
async fn c10_a_row_says_who_and_by_which_request() {
    let store = Arc::new(MemoryStore::default());
    live(&store).await;
    let journal = store.account_journal(account(1).0, 0, 999).await.unwrap();
    let causes: Vec<Cause> = journal.iter().map(|row| serde_json::from_str(&row.cause).unwrap()).collect();
    let first = Cause {
        method: "CreateAccount".to_owned(),
        principal: "tester".to_owned(),
        request_id: "create".to_owned(),
    };
    assert_eq!(causes[0], first);
    assert!(causes.iter().any(|cause| cause.method == "provider-outcome" && cause.principal.is_empty()));
}

/// Every row points at its account's row before, so that a watcher of the whole log finds gaps.
#[tokio::test]
async fn c11_each_row_points_at_the_one_before() {
    let store = Arc::new(MemoryStore::default());
    live(&store).await;
    for number in [1, 2] {
        let journal = store.account_journal(account(number).0, 0, 999).await.unwrap();
        for pair in journal.windows(2) {
            assert_eq!((pair[1].previous_lane, pair[1].previous_position), (pair[0].lane, pair[0].position));
        }
        assert_eq!(journal[0].previous_position, 0);
    }
}
