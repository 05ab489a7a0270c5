//! A PostgreSQL that loses the replies to commits, or dies and comes back, while customers pay: bursar heals by
//! itself, and nothing is lost or done twice (C8).
//!
//! `BURSAR_LOST_REPLIES` and `BURSAR_DATABASE_STOPS` do it more often than a run of all tests does.

use std::{cell::Cell, rc::Rc, time::Duration};

use bursar::proto::v1::PaymentState;
use tokio::{
    task::{JoinSet, LocalSet, spawn_blocking},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::support::{
    calls::Calls,
    eventually::eventually,
    figures::{self, setting},
    given::{ALIBABA, HUAWEI, MASTERCARD, VISA},
    options::{Options, Outside, Store},
    postgres::Cluster,
    process::run,
    proxy::{Fault, Proxy},
    world::World,
};

const LOST_REPLIES: u64 = 100;
const STOPS: u64 = 3;
const CUSTOMERS: usize = 16;

/// Customers who pay over and over.
struct Customers {
    paying: JoinSet<()>,
    paid: Rc<Cell<usize>>,
    enough: CancellationToken,
    since: Instant,
    run: figures::Run,
}

impl Customers {
    async fn come(world: &World) -> Self {
        let mut accounts = Vec::new();
        for (program, card) in [(ALIBABA, VISA), (ALIBABA, MASTERCARD), (HUAWEI, VISA), (HUAWEI, MASTERCARD)]
        {
            let account = world.account(program, "SG", "USD").await;
            world.active(&account, card).await;
            accounts.push(account);
        }
        let mut paying = JoinSet::new();
        let (paid, enough) = (Rc::new(Cell::new(0)), CancellationToken::new());
        for number in 0..CUSTOMERS {
            let (calls, account) = (Calls::new(world.channel()), accounts[number % accounts.len()].clone());
            let (paid, enough) = (Rc::clone(&paid), enough.clone());
            paying.spawn_local(async move {
                while !enough.is_cancelled() {
                    let payment = calls.buy(&account, "USD 3.00").await.expect("it is accepted");
                    assert_eq!(payment.state(), PaymentState::Succeeded, "{payment:#?}");
                    paid.set(paid.get() + 1);
                }
            });
        }
        Self { paying, paid, enough, since: Instant::now(), run: figures::begin() }
    }

    /// Waits until they have paid so often more, and tells how long that took.
    async fn pay(&self, more: usize) -> Duration {
        let (before, started) = (self.paid.get(), Instant::now());
        eventually("customers pay", async || {
            let paid = self.paid.get() - before;
            if paid >= more { Ok(()) } else { Err(format!("{paid} of {more}")) }
        })
        .await;
        started.elapsed()
    }

    /// Lets them finish, compares with the issuers' ledger, and prints the figure.
    async fn leave(mut self, world: &World, what: &str) {
        self.enough.cancel();
        while let Some(customer) = self.paying.join_next().await {
            customer.expect("no customer was told anything unexpected");
        }
        let money = world.is_clean().await.money.expect("a ledger was compared");
        assert_eq!((money.under_way, money.in_review), (0, 0));
        let never = ["charged twice", "lost", "phantoms", "stuck"];
        self.run.print(what, &never, self.paid.get(), self.since.elapsed());
    }
}

fn options() -> Options {
    Options::new().outside(Outside::Apart).at_lasting_addresses()
}

async fn replies_are_lost() {
    let count = setting("BURSAR_LOST_REPLIES").unwrap_or(LOST_REPLIES);
    let mut world = World::start(Store::Postgres, options()).await;
    let port = Cluster::shared().port();
    let proxy = Proxy::start(port).await;
    world.database_url = proxy.url(&world.database_url, port);
    world.restart().await;
    let customers = Customers::come(&world).await;
    for number in 0..count {
        proxy.inject(Fault::AnswerLost);
        eventually(&format!("reply {number} is lost"), async || {
            if proxy.happened() { Ok(()) } else { Err("not yet".to_owned()) }
        })
        .await;
    }
    customers.pay(CUSTOMERS).await;
    customers.leave(&world, &format!("F4, {count} replies to commits lost")).await;
}

async fn it_is_stopped() {
    let count = setting("BURSAR_DATABASE_STOPS").unwrap_or(STOPS);
    let mut world = World::start(Store::Postgres, options()).await;
    let mut cluster = spawn_blocking(|| Cluster::start(true)).await.expect("a cluster");
    world.database_url = cluster.create_database();
    let migrated = run(&["migrate", "--database-url", &world.database_url].map(str::to_owned)).await;
    assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    world.restart().await;
    let customers = Customers::come(&world).await;
    let mut healed = Duration::ZERO;
    for _ in 0..count {
        customers.pay(CUSTOMERS).await;
        // They go on while it is away.
        let back = spawn_blocking(move || {
            cluster.stop();
            cluster.start_again();
            cluster
        });
        cluster = back.await.expect("it is back");
        // More than had their answers on the way.
        healed = healed.max(customers.pay(2 * CUSTOMERS).await);
    }
    println!(
        "F4: {} payments more took {:.2} s from when PostgreSQL was back, at most",
        2 * CUSTOMERS,
        healed.as_secs_f64()
    );
    customers.leave(&world, &format!("F4, PostgreSQL stopped {count} times")).await;
}

#[tokio::test]
async fn c8_replies_that_are_lost_lose_nothing() {
    LocalSet::new().run_until(replies_are_lost()).await;
}

#[tokio::test]
async fn c8_a_database_that_dies_and_comes_back_loses_nothing() {
    LocalSet::new().run_until(it_is_stopped()).await;
}
