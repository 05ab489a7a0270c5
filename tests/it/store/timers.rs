//! What is due, whose lease is over, clocks, and lists.

use std::sync::Arc;

use bursar::store::rows::{DueRow, LapsedRow, LeaseRow, Load};
use tokio::{sync::Barrier, task::JoinSet};
use uuid::Uuid;

use super::world::{World, id, load_of, new, on, put};

pub async fn what_is_due_is_told_by_clock(world: World) {
    let mut writer = world.lane().await;
    let due = |at: i64| move |row: &mut bursar::store::rows::EntityRow| row.due_at = Some(at);
    let system = new(id(1)).entity(id(13), due(30)).entity(id(11), due(10)).entity(id(12), due(20));
    let test = new(id(2)).clock("c").entity(id(21), due(-5)).entity(id(22), due(50)).entity(id(23), |_| ());
    let written = put(&mut *writer, [system, test]).await;

    let ids = |rows: Vec<DueRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(ids(world.store.due("", 9, 10).await.unwrap()), [] as [Uuid; 0]);
    assert_eq!(ids(world.store.due("", 20, 10).await.unwrap()), [id(11), id(12)]);
    assert_eq!(ids(world.store.due("", i64::MAX, 1).await.unwrap()), [id(11)]);
    let first = world.store.due("c", 0, 10).await.unwrap();
    assert_eq!(first, [DueRow { id: id(21), account: id(2), kind: 1, due_at: -5 }]);
    assert_eq!(ids(world.store.due("other", i64::MAX, 10).await.unwrap()), [] as [Uuid; 0]);

    assert_eq!(world.store.next_due("").await.unwrap(), Some(10));
    assert_eq!(world.store.next_due("c").await.unwrap(), Some(-5));
    assert_eq!(world.store.next_due("other").await.unwrap(), None);

    put(&mut *writer, [on(&written.writes[0].head).entity(id(11), |_| ()).entity(id(12), due(40))]).await;
    assert_eq!(world.store.next_due("").await.unwrap(), Some(30));
    assert_eq!(ids(world.store.due("", i64::MAX, 10).await.unwrap()), [id(13), id(12)]);
}

pub async fn leases_lapse_and_are_taken_by_one(world: World) {
    let mut writer = world.lane().await;
    let change = new(id(1)).entity(id(11), |_| ()).entity(id(10), |_| ()).entity(id(12), |_| ());
    let change = change.lease(id(11), Some(200)).lease(id(10), Some(100)).lease(id(12), None);
    let written = put(&mut *writer, [change]).await;
    assert_eq!(world.store.lapsed(100, 9).await.unwrap(), []);
    let lapsed = LapsedRow {
        entity: written.writes[0].entities[1].clone(),
        lease: LeaseRow { id: id(10), lease_until: 100 },
    };
    assert_eq!(world.store.lapsed(101, 9).await.unwrap(), [lapsed]);
    assert_eq!(world.store.lapsed(999, 1).await.unwrap().len(), 1);
    let both = world.store.lapsed(999, 9).await.unwrap();
    assert_eq!(both.iter().map(|row| row.lease.lease_until).collect::<Vec<_>>(), [100, 200]);

    let seen = LeaseRow { id: id(10), lease_until: 100 };
    let barrier = Arc::new(Barrier::new(8));
    let mut tasks = JoinSet::new();
    for number in 0..8 {
        let (store, barrier) = (Arc::clone(&world.store), Arc::clone(&barrier));
        tasks.spawn(async move {
            barrier.wait().await;
            store.take_lease(seen, 300 + number).await.unwrap()
        });
    }
    assert_eq!(tasks.join_all().await.into_iter().filter(|taken| *taken).count(), 1);

    let lapsed = world.store.lapsed(999, 9).await.unwrap();
    assert_eq!(lapsed.iter().map(|row| row.entity.id).collect::<Vec<_>>(), [id(11), id(10)]);
    assert!(lapsed[1].lease.lease_until >= 300);
    assert_eq!(lapsed[1].entity.version, 1, "a lease is no version");
    assert_eq!(world.store.head(id(1)).await.unwrap().unwrap().version, 1);
    assert!(!world.store.take_lease(LeaseRow { id: id(99), lease_until: 1 }, 5).await.unwrap());
    assert_eq!(world.store.lapsed(250, 9).await.unwrap().len(), 1);
}

pub async fn leases_go_on_and_end_with_their_account(world: World) {
    let mut writer = world.lane().await;
    let change = new(id(1)).entity(id(10), |_| ()).entity(id(11), |_| ());
    let first = put(&mut *writer, [change.lease(id(10), Some(100)).lease(id(11), Some(100))]).await;
    assert!(
        world.store.take_lease(LeaseRow { id: id(10), lease_until: 100 }, 150).await.unwrap(),
        "somebody takes it over"
    );
    let change = on(&first.writes[0].head).lease(id(10), Some(300)).lease(id(11), None);
    let second = put(&mut *writer, [change]).await;
    let lapsed = world.store.lapsed(999, 9).await.unwrap();
    let seen: Vec<LeaseRow> = lapsed.iter().map(|row| row.lease).collect();
    assert_eq!(seen, [LeaseRow { id: id(10), lease_until: 300 }], "the commit counts");
    put(&mut *writer, [on(&second.writes[0].head).lease(id(10), None).lease(id(11), None)]).await;
    assert_eq!(world.store.lapsed(i64::MAX, 9).await.unwrap(), []);
}

pub async fn void_leases_lapse_at_once(world: World) {
    let mut writer = world.lane().await;
    let change = new(id(1)).entity(id(10), |_| ()).entity(id(11), |_| ()).lease(id(10), Some(i64::MAX));
    put(&mut *writer, [change]).await;
    assert_eq!(world.store.lapsed(1_000, 9).await.unwrap(), []);
    world.store.void_leases().await.unwrap();
    let lapsed = world.store.lapsed(1_000, 9).await.unwrap();
    assert_eq!(lapsed.iter().map(|row| row.entity.id).collect::<Vec<_>>(), [id(10)]);
    assert!(world.store.take_lease(lapsed[0].lease, 5_000).await.unwrap());
}

pub async fn lists_come_in_pages(world: World) {
    let mut writer = world.lane().await;
    let mut one = new(id(1));
    for number in (0..25).rev() {
        one = one.entity(id(100 + number), |row| row.open = number % 2 == 0);
    }
    one = one.entity(id(110_000), |row| row.kind = 2);
    put(&mut *writer, [one, new(id(2)).entity(id(113_000), |_| ())]).await;

    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let page = world.store.list(id(1), 1, after, 10).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        pages.push(page.iter().map(|row| row.id).collect::<Vec<_>>());
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 5]);
    assert_eq!(pages.concat(), (100..125).map(id).collect::<Vec<_>>());
    assert_eq!(world.store.list(id(1), 3, None, 10).await.unwrap(), []);
    assert_eq!(world.store.list(id(3), 1, None, 10).await.unwrap(), []);
}

pub async fn clocks_only_go_forward(world: World) {
    assert_eq!(world.store.clock("c").await.unwrap(), None);
    assert!(world.store.set_clock("c", 100).await.unwrap());
    assert!(world.store.set_clock("c", 100).await.unwrap());
    assert!(world.store.set_clock("c", 150).await.unwrap());
    assert!(!world.store.set_clock("c", 149).await.unwrap());
    assert!(world.store.set_clock("d", -7).await.unwrap());
    assert_eq!(world.store.clock("c").await.unwrap(), Some(150));
    assert_eq!(world.store.clock("d").await.unwrap(), Some(-7));
    let all = [("c".to_owned(), 150), ("d".to_owned(), -7)];
    assert_eq!(world.store.clocks("", 9).await.unwrap(), all);
    assert_eq!(world.store.clocks("", 1).await.unwrap(), all[..1]);
    assert_eq!(world.store.clocks("c", 9).await.unwrap(), all[1..]);
    assert!(world.store.set_clock("", 1).await.is_err());
    assert!(world.store.set_clock("a\0b", 1).await.is_err());
}

pub async fn loads_tell_the_clocks_of_their_heads(world: World) {
    let mut writer = world.lane().await;
    world.store.set_clock("c", 100).await.unwrap();
    world.store.set_clock("unused", 200).await.unwrap();
    put(&mut *writer, [new(id(1)).clock("c"), new(id(2)), new(id(3)).clock("c"), new(id(4)).clock("gone")])
        .await;
    let loaded = writer.load(&load_of(&[id(1), id(2), id(3), id(4)])).await.unwrap();
    assert_eq!(loaded.clocks.into_iter().collect::<Vec<_>>(), [("c".to_owned(), 100)]);
    assert_eq!(writer.load(&Load::default()).await.unwrap().clocks.len(), 0);
}

pub async fn the_first_seal_counts(world: World) {
    assert!(world.store.seal([1; 32]).await.unwrap());
    assert!(!world.store.seal([2; 32]).await.unwrap());
    assert!(world.store.seal([1; 32]).await.unwrap());
}
