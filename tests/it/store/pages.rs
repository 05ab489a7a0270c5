//! What is read from one end to the other, as an audit does: page by page, in an order of its own.

use super::world::{World, claim_key, id, new, put, request};

pub async fn accounts_come_in_pages(world: World) {
    let mut writer = world.lane().await;
    assert_eq!(world.store.accounts(None, 3).await.unwrap(), []);
    let written = put(&mut *writer, (0..7).map(|n| new(id(10 * n)).clock("c"))).await;
    let heads: Vec<_> = written.writes.into_iter().map(|write| write.head).collect();
    assert_eq!(world.store.accounts(None, 3).await.unwrap(), heads[..3]);
    assert_eq!(world.store.accounts(Some(id(20)), 3).await.unwrap(), heads[3..6]);
    // Also behind one that does not exist.
    assert_eq!(world.store.accounts(Some(id(41)), 3).await.unwrap(), heads[5..]);
    assert_eq!(world.store.accounts(Some(id(60)), 3).await.unwrap(), []);
}

pub async fn the_accounts_own_entities_come_in_pages(world: World) {
    let mut writer = world.lane().await;
    assert_eq!(world.store.account_entities(None, 3).await.unwrap(), []);
    let accounts = (0..7).map(|n| new(id(10 * n)).entity(id(10 * n), |_| ()).entity(id(10 * n + 1), |_| ()));
    put(&mut *writer, accounts).await;
    let mut found = Vec::new();
    while found.len() < 7 {
        let rows = world.store.account_entities(found.last().copied(), 3).await.unwrap();
        assert!(!rows.is_empty() && rows.len() <= 3);
        found.extend(rows.into_iter().map(|row| row.id));
    }
    assert_eq!(found, (0..7).map(|n| id(10 * n)).collect::<Vec<_>>());
    assert_eq!(world.store.account_entities(Some(id(60)), 3).await.unwrap(), []);
    let first = world.store.account_entities(None, 1).await.unwrap().remove(0);
    assert_eq!(world.store.get(id(0)).await.unwrap(), Some(first));
}

pub async fn requests_come_in_pages(world: World) {
    let mut writer = world.lane().await;
    // By their bytes, whatever language the database speaks.
    let mut ids = ["b", "B", "a", "ä", "A", "aa", "1"];
    let own = ids.iter().fold(new(id(1)), |change, request_id| change.request(request_id));
    put(&mut *writer, [own, new(id(2)).request("c")]).await;
    ids.sort_unstable();
    let rows: Vec<_> = ids.iter().map(|request_id| request(id(1), request_id)).collect();
    assert_eq!(world.store.requests(id(1), "", 4).await.unwrap(), rows[..4]);
    assert_eq!(world.store.requests(id(1), ids[3], 4).await.unwrap(), rows[4..]);
    assert_eq!(world.store.requests(id(1), ids[6], 4).await.unwrap(), []);
    assert_eq!(world.store.requests(id(3), "", 4).await.unwrap(), []);
}

pub async fn claims_come_in_pages(world: World) {
    let mut writer = world.lane().await;
    let claims = [9, 1, 200].iter().fold(new(id(1)), |change, instrument| change.claim(*instrument, None));
    let mut elsewhere = new(id(2)).claim(5, None);
    for claim in &mut elsewhere.0.claims {
        claim.row.program = "Zephyr".to_owned();
    }
    put(&mut *writer, [claims, elsewhere]).await;
    let read = world.store.claims(None, 9).await.unwrap();
    let keys: Vec<_> = read.iter().map(|row| (row.program.as_str(), row.instrument[0])).collect();
    assert_eq!(keys, [("Zephyr", 5), ("aurora", 1), ("aurora", 9), ("aurora", 200)]);
    assert_eq!(world.store.claims(None, 2).await.unwrap(), read[..2]);
    assert_eq!(world.store.claims(Some(&read[1].key()), 2).await.unwrap(), read[2..]);
    assert_eq!(world.store.claims(Some(&read[3].key()), 2).await.unwrap(), []);
    assert_eq!(world.store.claim(&claim_key(9)).await.unwrap().as_ref(), Some(&read[2]));
    assert_eq!(world.store.claim(&claim_key(10)).await.unwrap(), None);
}
