//! Callers that cancel their calls at random instants: whatever they leave behind is finished or was never
//! begun, and no connection to the database stays behind in a transaction (C7, C8).
//!
//! Each call is dropped after a random part of the time that such calls take, and often more than once; in
//! the end its request is repeated until it is answered. Then every payment rests, each request has one answer,
//! and `bursar audit` agrees with the issuers' ledger.
//!
//! `BURSAR_CANCELS` cancels more often than a run of all tests does; `BURSAR_SEED` repeats the instants of a run.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::Rc,
    time::Duration,
};

use bursar::{
    env::{Clock as _, Ids as _, RandomIds, SeededIds, SystemClock},
    proto::v1::{
        CreateInvoiceRequest, LinkCardRequest, ListPaymentsRequest, PayInvoicesRequest, PaymentMethodState,
        PaymentState, WatchEventsRequest,
    },
};
use futures::{StreamExt as _, future::join_all, stream};
use tokio::{
    task::{JoinSet, LocalSet, spawn_blocking},
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use crate::support::{
    calls::{Calls, Once},
    eventually::eventually,
    figures::{self, setting},
    given::{
        ALIBABA, AMEX, HUAWEI, MASTERCARD, VISA, invoice_request, link_request, pay_request, request_id,
    },
    options::{Options, Outside, Store},
    postgres::Cluster,
    world::World,
};

/// How many calls are cancelled on each store.
const CANCELS: u64 = 2_000;
const PAYERS: usize = 40;
/// How many requests are repeated at the same time in the end.
const AT_ONCE: usize = 32;
/// The shortest time within which calls are cancelled, however quick they are.
const AT_LEAST: Duration = Duration::from_millis(2);
/// Above what one replica needs: its readers, its writers, and what is being opened.
const CONNECTIONS: usize = 16;

/// What all callers share.
struct Callers {
    calls: Calls,
    chance: SeededIds,
    /// How long calls take that are answered, smoothed.
    usual: Cell<Duration>,
    cancelled: Cell<u64>,
    paid: RefCell<Vec<(PayInvoicesRequest, String)>>,
    invoiced: RefCell<Vec<(CreateInvoiceRequest, String)>>,
}

impl Callers {
    /// Calls, and cancels at a random instant, over and over; at last waits for the answer.
    async fn call<Q: Clone, A>(
        &self,
        request: Q,
        call: impl AsyncFn(Request<Q>) -> Result<Response<A>, Status>,
    ) -> Result<A, String> {
        // Somebody who cancels for ever would never pay.
        while self.chance.fraction() < 0.7 {
            let within = self.usual.get().max(AT_LEAST).mul_f64(1.5 * self.chance.fraction());
            match timeout(within, self.calls.once(Request::new(request.clone()), &call)).await {
                Ok(Once::Answered(answer)) => return Ok(answer),
                Ok(Once::Refused(reason)) => return Err(reason),
                Ok(Once::Later) => {}
                Ok(Once::Cut | Once::Unreached) => panic!("nobody killed the server"),
                Err(_) => self.cancelled.set(self.cancelled.get() + 1),
            }
        }
        let started = Instant::now();
        let answered = self.calls.insist(request, call).await;
        self.usual.set(self.usual.get().mul_f64(0.9) + started.elapsed().mul_f64(0.1));
        answered.answer
    }

    async fn pay(&self, account: &str) {
        let request = invoice_request(account, "USD 3.00");
        let created =
            self.call(request.clone(), async |it| self.calls.invoices().create_invoice(it).await).await;
        let invoice = created.expect("an invoice").invoice.expect("an invoice").name;
        self.invoiced.borrow_mut().push((request, invoice.clone()));
        let request = pay_request(account, &[&invoice]);
        let paid = self.call(request.clone(), async |it| self.calls.payments().pay_invoices(it).await).await;
        self.paid.borrow_mut().push((request, paid.expect("a payment").payment.expect("a payment").name));
        // What only reads goes over other connections.
        let request = ListPaymentsRequest { parent: account.to_owned(), page_size: 20, ..Default::default() };
        self.call(request, async |it| self.calls.payments().list_payments(it).await).await.expect("a list");
    }

    /// Links a card and unlinks it.
    async fn link(&self, account: &str, number: &str) {
        let request: LinkCardRequest = link_request(account, number);
        let linked = self.call(request, async |it| self.calls.methods().link_card(it).await).await;
        let method = linked.expect("nobody else links it").payment_method.expect("a method");
        assert_eq!(method.state(), PaymentMethodState::Active, "{method:#?}");
        let method = method.name;
        let request =
            bursar::proto::v1::UnlinkPaymentMethodRequest { name: method, request_id: request_id() };
        let unlinked =
            self.call(request, async |it| self.calls.methods().unlink_payment_method(it).await).await;
        unlinked.expect("nothing keeps it");
    }
}

/// What was seen of a database while calls were cancelled: how many connections there were at most, and how
/// often one had been idle in a transaction for more than a second.
#[derive(Debug, Default)]
struct Seen {
    looks: u32,
    connections: usize,
    left_open: usize,
}

/// Looks at the connections of a database until it is enough.
fn look_on(database_url: &str, enough: CancellationToken) -> Seen {
    let (_, database) = database_url.rsplit_once('/').expect("a database");
    let statement = format!(
        "SELECT count(*), count(*) FILTER (WHERE state LIKE 'idle in transaction%' \
                                           AND clock_timestamp() - state_change > interval '1 second') \
         FROM pg_stat_activity WHERE datname = '{database}' AND backend_type = 'client backend'"
    );
    let mut seen = Seen::default();
    while !enough.is_cancelled() {
        let said = Cluster::shared().sql("postgres", &statement);
        let (connections, left_open) = said.split_once('|').expect("two columns");
        seen.looks += 1;
        seen.connections = seen.connections.max(connections.parse().expect("a count"));
        seen.left_open += left_open.parse::<usize>().expect("a count");
        std::thread::sleep(Duration::from_millis(200));
    }
    seen
}

async fn leaves_nothing_behind(store: Store) {
    let count = setting("BURSAR_CANCELS").unwrap_or(CANCELS);
    let seed =
        setting("BURSAR_SEED").unwrap_or_else(|| u64::from(RandomIds.uuid(SystemClock.now()).as_fields().0));
    let run = figures::begin();
    let world = World::start(store, Options::new().outside(Outside::Apart)).await;
    let mut accounts = Vec::new();
    for (program, card) in [(ALIBABA, VISA), (ALIBABA, MASTERCARD), (HUAWEI, VISA), (HUAWEI, MASTERCARD)] {
        let account = world.account(program, "SG", "USD").await;
        world.active(&account, card).await;
        accounts.push(account);
    }
    let callers = Rc::new(Callers {
        calls: Calls::new(world.channel()),
        chance: SeededIds::new(seed),
        usual: Cell::new(Duration::from_millis(20)),
        cancelled: Cell::new(0),
        paid: RefCell::default(),
        invoiced: RefCell::default(),
    });
    let enough = CancellationToken::new();
    // So that a test that fails ends.
    let _end = enough.clone().drop_guard();
    let looking = (store == Store::Postgres).then(|| {
        let (url, enough) = (world.database_url().to_owned(), enough.clone());
        spawn_blocking(move || look_on(&url, enough))
    });

    let started = Instant::now();
    let mut calling = JoinSet::new();
    for number in 0..PAYERS {
        let (callers, account) = (Rc::clone(&callers), accounts[number % accounts.len()].clone());
        calling.spawn_local(async move {
            while callers.cancelled.get() < count {
                callers.pay(&account).await;
            }
        });
    }
    for (account, number) in [(&accounts[0], AMEX), (&accounts[1], "4111111111111111")] {
        let (callers, account) = (Rc::clone(&callers), account.clone());
        calling.spawn_local(async move {
            while callers.cancelled.get() < count {
                callers.link(&account, number).await;
            }
        });
    }
    while let Some(caller) = calling.join_next().await {
        caller.expect("no caller was told anything unexpected");
    }
    let took = started.elapsed();
    // A connection that was left in a transaction would still be in it now.
    sleep(Duration::from_millis(1_500)).await;
    enough.cancel();
    if let Some(looking) = looking {
        let seen = looking.await.expect("somebody looked on");
        println!("F5 {store:?}: {seen:?}");
        assert_eq!(seen.left_open, 0, "a connection stayed behind in a transaction");
        assert!(seen.connections <= CONNECTIONS && seen.looks > 5, "{seen:?}");
    }
    serves_as_before(&world, &accounts).await;
    for account in &accounts {
        world.quiet(account).await;
    }
    comes_to_rest(&world, &callers).await;
    let money = world.is_clean().await.money.expect("a ledger was compared");
    assert_eq!((money.under_way, money.in_review), (0, 0));
    let never = ["charged twice", "lost", "phantoms", "stuck", "connections left in a transaction"];
    let cancelled = usize::try_from(callers.cancelled.get()).expect("a count");
    println!(
        "F5 {store:?}: {} payments, {cancelled} cancelled calls, seed {seed}",
        callers.paid.borrow().len()
    );
    run.print(&format!("F5 {store:?}"), &never, cancelled, took);
}

/// No connection is poisoned: far more reads at the same moment than there are connections all succeed, and so
/// do writes.
async fn serves_as_before(world: &World, accounts: &[String]) {
    let reads = (0..100).map(|number| world.get_account(&accounts[number % accounts.len()]));
    assert_eq!(join_all(reads).await.len(), 100);
    let writes = (0..20).map(|number| world.invoice(&accounts[number % accounts.len()], "USD 1.00"));
    assert_eq!(join_all(writes).await.len(), 20);
}

/// Each request has one answer, however often it is repeated, and each payment its end.
async fn comes_to_rest(world: &World, callers: &Callers) {
    let paid = callers.paid.take();
    let names: BTreeSet<&str> = paid.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names.len(), paid.len(), "two requests made one payment");
    stream::iter(&paid)
        .for_each_concurrent(AT_ONCE, async |(request, name)| {
            assert_eq!(world.send_pay(request.clone()).await.expect("it is known").name, *name);
            eventually("the payment succeeds", async || {
                let payment = world.payment(name).await;
                if payment.state() == PaymentState::Succeeded { Ok(()) } else { Err(format!("{payment:#?}")) }
            })
            .await;
        })
        .await;
    let invoiced = callers.invoiced.take();
    stream::iter(&invoiced)
        .for_each_concurrent(AT_ONCE, async |(request, name)| {
            assert_eq!(world.create_invoice(request.clone()).await.expect("it is known").name, *name);
        })
        .await;
    callers.paid.replace(paid);
}

#[tokio::test]
async fn c8_cancelled_calls_leave_nothing_behind_on_sqlite() {
    LocalSet::new().run_until(leaves_nothing_behind(Store::Sqlite)).await;
}

#[tokio::test]
async fn c8_cancelled_calls_leave_nothing_behind_on_postgres() {
    LocalSet::new().run_until(leaves_nothing_behind(Store::Postgres)).await;
}

/// Whose deadline passes for many calls at the same moment keeps the connection, and the other calls on it.
#[tokio::test]
async fn calls_that_are_cancelled_together_cost_no_connection() {
    let world = World::start(Store::Sqlite, Options::new()).await;
    let account = world.account(ALIBABA, "SG", "USD").await;
    let watch = WatchEventsRequest { parent: account.clone(), ..Default::default() };
    let mut events = world.events().watch_events(watch).await.expect("a stream").into_inner();
    let mut cut_short = 0;
    while cut_short < 20 {
        // How many of them are through by then, or refused since too much waits, is the machine's affair.
        let calls = (0..200).map(|_| world.create_invoice(invoice_request(&account, "USD 1.00")));
        let burst = timeout(Duration::from_millis(5), join_all(calls)).await;
        cut_short += u32::from(burst.is_err());
    }
    let invoice = eventually("an invoice is accepted again", async || {
        let answer = world.create_invoice(invoice_request(&account, "USD 2.00")).await;
        answer.map(|invoice| invoice.name).map_err(|refused| refused.to_string())
    })
    .await;
    loop {
        let event = events.message().await.expect("the stream goes on").expect("an event").event;
        if event.expect("an event").resource == invoice {
            return;
        }
    }
}
