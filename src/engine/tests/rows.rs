//! Bodies: every entity of every state comes back from its row as it was, and one from a newer bursar is
//! named as that.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    domain::{entity::Kind, tests::scenes},
    store::{StoreError, codec},
};

const STANDING: codec::Standing<'static> = codec::Standing { account: Uuid::nil(), version: 1, clock: "" };

#[test]
fn every_entity_of_every_state_comes_back_as_it_was() {
    for scene in scenes::all() {
        let stage = scene.play();
        for entity in stage.world('a').entities.values() {
            let row = codec::encode(entity, &STANDING).unwrap();
            assert_eq!(codec::decode(&row).unwrap(), **entity, "{}", scene.script);
            assert_eq!((row.state.as_str(), row.open), (entity.state(), entity.is_open()));
            assert_eq!(row.due_at, entity.due_at().map(Timestamp::as_microsecond));
        }
        for claim in stage.claims.values() {
            assert_eq!(&codec::decode_claim(&codec::encode_claim(claim).unwrap()).unwrap(), claim);
        }
    }
}

/// What a timer or a call hangs on must be found again: only what is open is loaded with its account.
#[test]
fn what_may_still_move_is_open() {
    for scene in scenes::all() {
        let stage = scene.play();
        for entity in stage.world('a').entities.values() {
            if entity.due_at().is_some() || entity.call().is_some() {
                // An account is loaded with every command about it.
                let found = entity.is_open() || entity.kind() == Kind::Account;
                assert!(found, "{}: {entity:?}", scene.script);
            }
        }
    }
}

#[test]
fn a_body_from_a_newer_bursar_is_named_as_that() {
    let stage = scenes::all()[0].play();
    let entity = stage.world('a').entities.values().next().unwrap();
    let row = codec::encode(entity, &STANDING).unwrap();
    let bodies = [
        (row.body.replacen("[1,", "[2,", 1), "has version 2, newer"),
        (r#"[2,{"shaped":"otherwise"}]"#.to_owned(), "has version 2, newer"),
        (r#"[1,{"shaped":"otherwise"}]"#.to_owned(), "can't be read"),
        ("{}".to_owned(), "can't be read"),
    ];
    for (body, expected) in bodies {
        let mut row = row.clone();
        row.body = body;
        match codec::decode(&row) {
            Err(StoreError::Inconsistent(what)) => assert!(what.contains(expected), "{what}"),
            other => panic!("{other:?}"),
        }
    }
    let mut row = row;
    row.kind = 99;
    assert!(matches!(codec::decode(&row), Err(StoreError::Inconsistent(what)) if what.contains("kind 99")));
}
