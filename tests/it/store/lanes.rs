//! Lanes: who may write, and what happens where two write at once.

use std::sync::Arc;

use bursar::store::{
    Commit, LaneWriter, StoreError,
    rows::{Load, LostTo},
};
use tokio::{sync::Barrier, task::JoinSet};
use uuid::Uuid;

use super::world::{Change, World, batch, claim_key, id, load_of, new, on, put};

pub async fn lanes_are_taken_once_and_taken_over(world: World) {
    let first = world.store.open_lane(100, 200).await.unwrap();
    let second = world.store.open_lane(100, 200).await.unwrap();
    assert_eq!((first.lane(), second.lane()), (1, 2));
    let mut first = first;
    assert!(first.renew(400).await.unwrap());
    // The second one's lease is over, the first one's is not.
    let mut heir = world.store.open_lane(300, 500).await.unwrap();
    assert_eq!(heir.lane(), 2);
    let mut second = second;
    assert!(!second.renew(900).await.unwrap());
    assert!(heir.renew(900).await.unwrap());
    assert_eq!(world.store.open_lane(300, 500).await.unwrap().lane(), 3);
}

pub async fn a_writer_that_lost_its_lane_writes_nothing(world: World) {
    let mut old = world.store.open_lane(0, 10).await.unwrap();
    let first = put(&mut *old, [new(id(1))]).await;
    let mut heir = world.store.open_lane(11, 20).await.unwrap();
    assert_eq!((heir.lane(), heir.position()), (old.lane(), 1));

    let late = batch(&*old, [on(&first.writes[0].head).entity(id(10), |_| ()), new(id(2)).request("r")]);
    assert_eq!(old.commit(&late).await.unwrap(), Commit::LaneLost);
    assert_eq!(world.store.get(id(10)).await.unwrap(), None);
    assert_eq!(world.store.head(id(2)).await.unwrap(), None);
    put(&mut *heir, [on(&first.writes[0].head)]).await;
    assert_eq!(old.commit(&late).await.unwrap(), Commit::LaneLost);
    assert!(old.confirm(1).await.unwrap());
    assert!(!old.confirm(2).await.unwrap());
    assert_eq!(heir.position(), 2);
}

pub async fn two_lanes_race_for_one_account(world: World) {
    race(&world, |_, account| new(account), LostTo::Version).await;
}

pub async fn two_lanes_race_for_one_claim(world: World) {
    race(&world, |lane, account| mine(lane, account).claim_of(account.as_u128()), LostTo::Claim).await;
}

pub async fn two_lanes_race_for_one_request(world: World) {
    race(&world, |lane, account| mine(lane, account).request_in(account, "r"), LostTo::Request).await;
}

/// An account of this lane's own.
fn mine(lane: i32, account: Uuid) -> Change {
    new(Uuid::from_u128(account.as_u128() + 1_000_000 * lane as u128))
}

/// Four lanes commit at the same time what only one may have, again and again.
async fn race(world: &World, change: fn(i32, Uuid) -> Change, to: LostTo) {
    const LANES: usize = 4;
    let barrier = Arc::new(Barrier::new(LANES));
    let mut tasks = JoinSet::new();
    for _ in 0..LANES {
        let (mut writer, barrier) = (world.lane().await, Arc::clone(&barrier));
        tasks.spawn(async move {
            let mut won = Vec::new();
            for round in 0..20 {
                // Several a batch, in different orders of arrival: a chance to deadlock.
                let changes = (0..3).map(|n| change(writer.lane(), id(1_000 + round * 3 + n)));
                let batch = batch(&*writer, changes);
                barrier.wait().await;
                match writer.commit(&batch).await.unwrap() {
                    Commit::Done => won.push(round),
                    Commit::Lost(losers) => assert!(losers.iter().all(|lost| lost.to == to)),
                    Commit::LaneLost => panic!("nobody takes lanes over here"),
                }
            }
            won
        });
    }
    let mut won: Vec<u128> = tasks.join_all().await.into_iter().flatten().collect();
    won.sort_unstable();
    assert_eq!(won, (0..20).collect::<Vec<_>>(), "each round has one winner");
}

/// Counters behind the version check: every increment that was answered is there.
pub async fn many_writers_never_lose_an_update(world: World) {
    const ROUNDS: usize = 25;
    let accounts = [id(1), id(2), id(3)];
    let mut first = world.lane().await;
    put(&mut *first, accounts.map(|account| new(account).entity(account, |row| row.body = "0".to_owned())))
        .await;
    let mut tasks = JoinSet::new();
    for _ in 0..3 {
        let mut writer = world.lane().await;
        tasks.spawn(async move {
            for _ in 0..ROUNDS {
                while !increment(&mut *writer, &accounts).await.unwrap() {}
            }
        });
    }
    tasks.join_all().await;
    for account in accounts {
        assert_eq!(world.store.get(account).await.unwrap().unwrap().body, (3 * ROUNDS).to_string());
        assert_eq!(world.store.head(account).await.unwrap().unwrap().version, 1 + 3 * ROUNDS as i64);
    }
}

async fn increment(writer: &mut dyn LaneWriter, accounts: &[Uuid]) -> Result<bool, StoreError> {
    let loaded = writer.load(&load_of(accounts)).await?;
    let changes = loaded.heads.iter().map(|head| {
        let entity = loaded.entities.iter().find(|entity| entity.account == head.account).unwrap();
        // One snapshot: the entity is of the version that the head has.
        assert_eq!(entity.version, head.version);
        let next = entity.body.parse::<i64>().unwrap() + 1;
        on(head).entity(entity.id, |row| row.body = next.to_string())
    });
    let batch = batch(writer, changes);
    Ok(writer.commit(&batch).await? == Commit::Done)
}

pub async fn loads_see_what_any_lane_committed(world: World) {
    let (mut one, mut two) = (world.lane().await, world.lane().await);
    for round in 0..20_u128 {
        let written = put(&mut *one, [new(id(round)).entity(id(100 + round), |_| ()).claim_of(round)]).await;
        let loaded = two.load(&load_of(&[id(round)])).await.unwrap();
        assert_eq!(loaded.heads, [written.writes[0].head.clone()]);
        assert_eq!(loaded.entities, written.writes[0].entities);
        assert_eq!(world.store.head(id(round)).await.unwrap().as_ref(), Some(&written.writes[0].head));
    }
    let none = Load { claims: vec![claim_key(250)], ..Load::default() };
    assert_eq!(two.load(&none).await.unwrap().claims, []);
}
