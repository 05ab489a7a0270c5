//! SIGKILL at any moment loses nothing, charges nobody twice and leaves nothing stuck (C7, C8, C10).
//!
//! The world outside and bursar are processes of their own. Shoppers link cards, create invoices and
//! pay them, with cards whose answers come late, get lost or never come; bursar is killed at random
//! moments and started again at once on what it has stored; the shoppers repeat what was not answered
//! with the same `request_id`. In the end everything has to rest, `bursar audit` has to find the store whole and
//! in agreement with the issuers' ledger (I1, I2, I3, I5), and bursar has to say what it said before (I7, I11):
//! `known` and `journal`.
//!
//! `BURSAR_KILLS` kills more often than a run of all tests does; `BURSAR_SEED` repeats the moments of
//! a run (not the interleaving). `cargo test --test it crash:: -- --nocapture` shows the figures.

mod book;
mod journal;
mod kills;
mod known;
mod report;
mod scene;
mod shoppers;
mod uncommitted;
mod watcher;

use std::{sync::Arc, time::Duration};

use bursar::env::{Clock as _, Ids as _, RandomIds, SystemClock};
use tokio::{
    task::{JoinSet, LocalSet},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::support::{
    calls::Calls,
    figures::{self, setting},
    options::{Options, Outside, Store},
    world::World,
};
use book::Book;
use known::Known;

/// How often bursar is killed on each store.
const KILLS: u32 = 20;

fn options() -> Options {
    let options = Options::new().outside(Outside::Apart).at_lasting_addresses().with(&[
        "--provider-deadline",
        "400ms",
        "--lease",
        "1s",
    ]);
    scene::programs().into_iter().fold(options, |options, (file, text)| options.rule_file(file, text))
}

async fn survives(store: Store) {
    let kills = setting("BURSAR_KILLS").map_or(KILLS, |kills| u32::try_from(kills).expect("a count"));
    let seed =
        setting("BURSAR_SEED").unwrap_or_else(|| u64::from(RandomIds.uuid(SystemClock.now()).as_fields().0));
    println!("{store:?}: {kills} kills, seed {seed} (BURSAR_SEED={seed} repeats their moments)");

    let begun = figures::begin();
    let mut world = World::start(store, options()).await;
    let scene = scene::set(&world).await;
    let calls = Calls::new(world.channel());
    let book = Arc::new(Book::default());
    let enough = CancellationToken::new();
    let over = CancellationToken::new();
    let watcher = tokio::spawn(watcher::watch(world.channel(), over.clone()));
    let mut shopping = JoinSet::new();
    let shoppers = scene.shoppers.len();
    for (index, shopper) in scene.shoppers.iter().cloned().enumerate() {
        let own_seed = seed.wrapping_mul(1_000).wrapping_add(u64::try_from(index).expect("few"));
        shopping.spawn_local(shopper.shop(calls.clone(), Arc::clone(&book), enough.clone(), own_seed));
    }

    let started = Instant::now();
    let killed = kills::kill(&mut world, &calls, kills, seed).await;
    let under_fire = started.elapsed();
    enough.cancel();
    while let Some(shopper) = shopping.join_next().await {
        shopper.expect("no shopper was told anything unexpected");
    }
    let rested = known::rest(&world, &scene.accounts, Duration::from_secs(90)).await;

    let known = Known::read(&world, &scene.accounts).await;
    known.keeps_what_was_answered(&book);
    book.is_answered_the_same_again(&calls).await;
    let again = Known::read(&world, &scene.accounts).await;
    assert_eq!(known.counts(), again.counts(), "repeats of answered requests changed something");

    over.cancel();
    let seen = watcher.await.expect("the watcher reads on");
    watcher::missed_nothing(&seen, world.channel()).await;
    // One more kill: the store is read as a crash leaves it.
    world.server.kill().await;
    let audited = world.is_clean().await;
    journal::shows_one_holder_at_a_time(world.database_url(), &scene.accounts).await;
    let run = report::Run {
        begun,
        seed,
        shoppers,
        book: &book,
        known: &known,
        killed: &killed,
        under_fire,
        rested,
        audited: &audited,
    };
    report::print(store, &run);
}

#[tokio::test]
async fn c8_kills_lose_nothing_and_charge_nobody_twice_on_sqlite() {
    LocalSet::new().run_until(survives(Store::Sqlite)).await;
}

#[tokio::test]
async fn c8_kills_lose_nothing_and_charge_nobody_twice_on_postgres() {
    LocalSet::new().run_until(survives(Store::Postgres)).await;
}
