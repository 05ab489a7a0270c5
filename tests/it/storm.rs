//! An idempotency storm: each request arrives many times at the same moment, at three replicas over one
//! PostgreSQL, and is done once (C7, C8).
//!
//! Every key is sent in `DUPLICATES` calls, spread over the replicas. Most are the same to the letter: they get
//! one and the same answer, and the issuers' ledger one charge. Some say something else under the same
//! `request_id`, once the first answer is there while others are still on their way: each is refused with
//! `REQUEST_ID_REUSED` and changes nothing. The same holds after all replicas were killed and started again.
//!
//! `BURSAR_STORM_KEYS` sends more keys than a run of all tests does.

use std::collections::BTreeSet;

use bursar::proto::{
    sandbox::v1::LedgerEntryKind,
    v1::{PayInvoicesRequest, Payment, PaymentState},
};
use futures::{StreamExt as _, future::join_all, stream};
use tokio::{sync::watch, time::Instant};

use crate::support::{
    calls::Calls,
    figures::{self, setting},
    given::{ALIBABA, HUAWEI, MASTERCARD, VISA, invoice_request, pay_request},
    options::{Options, Outside, Store},
    process::Process,
    world::{World, connect},
};

const KEYS: u64 = 200;
/// Calls with one key at the same moment.
const DUPLICATES: usize = 64;
/// How many of them say something else.
const CHANGED: usize = 4;
/// Keys at the same moment.
const AT_ONCE: usize = 8;

/// Three replicas and a way to each.
struct Replicas {
    world: World,
    others: Vec<Process>,
    calls: Vec<Calls>,
}

/// A request that was sent in many copies, and the answer they got.
struct Key {
    request: PayInvoicesRequest,
    /// Another invoice of the account, which nobody pays.
    unpaid: String,
    answer: Payment,
}

/// Who pays, with what, and an invoice that stays open.
struct Payer {
    account: String,
    method: String,
    unpaid: String,
}

impl Replicas {
    async fn start() -> Self {
        let options = Options::new().outside(Outside::Apart).at_lasting_addresses();
        let world = World::start(Store::Postgres, options).await;
        let mut replicas = Self { world, others: Vec::new(), calls: Vec::new() };
        replicas.find().await;
        replicas
    }

    async fn find(&mut self) {
        self.others = vec![self.world.replica().await, self.world.replica().await];
        let elsewhere = self.others.iter().map(|other| Calls::new(connect(&other.grpc)));
        self.calls = std::iter::once(Calls::new(self.world.channel())).chain(elsewhere).collect();
    }

    /// Kills all of them, and starts them again.
    async fn restart(&mut self) {
        for other in &mut self.others {
            other.kill().await;
        }
        self.world.restart().await;
        self.find().await;
    }

    /// A replica for the n-th call.
    fn calls(&self, number: usize) -> &Calls {
        &self.calls[number % self.calls.len()]
    }
}

async fn pay(calls: &Calls, request: PayInvoicesRequest) -> Result<Payment, String> {
    let paid = calls.insist(request, async |it| calls.payments().pay_invoices(it).await).await;
    paid.answer.map(|answer| answer.payment.expect("a payment"))
}

async fn payers(world: &World) -> Vec<Payer> {
    let mut payers = Vec::new();
    for (program, card) in [(ALIBABA, VISA), (ALIBABA, MASTERCARD), (HUAWEI, VISA), (HUAWEI, MASTERCARD)] {
        let account = world.account(program, "SG", "USD").await;
        let method = world.active(&account, card).await;
        let unpaid = world.invoice(&account, "USD 9.00").await;
        world.quiet(&account).await;
        payers.push(Payer { account, method, unpaid });
    }
    payers
}

/// The same request id for something else.
fn changed(request: &PayInvoicesRequest, unpaid: &str, how: usize) -> PayInvoicesRequest {
    let mut request = request.clone();
    match how % CHANGED {
        0 => request.return_url.push('/'),
        1 => request.payment_method.clear(),
        2 => request.invoices = vec![unpaid.to_owned()],
        _ => request.invoices.push(unpaid.to_owned()),
    }
    request
}

/// One key: sends all of its calls and compares what comes back.
async fn send(replicas: &Replicas, payer: &Payer, number: usize) -> Key {
    let calls = replicas.calls(number);
    let invoice = invoice_request(&payer.account, "USD 5.00");
    let created = calls.insist(invoice, async |it| calls.invoices().create_invoice(it).await).await;
    let invoice = created.answer.expect("an invoice").invoice.expect("an invoice").name;
    let mut request = pay_request(&payer.account, &[&invoice]);
    request.payment_method.clone_from(&payer.method);

    let (first, answered) = watch::channel(false);
    let same = join_all((0..DUPLICATES - CHANGED).map(|copy| {
        let (request, first) = (request.clone(), &first);
        async move {
            let answer = pay(replicas.calls(number + copy), request).await.expect("it is accepted");
            first.send_replace(true);
            answer
        }
    }));
    let other = join_all((0..CHANGED).map(|how| {
        let (request, mut answered) = (changed(&request, &payer.unpaid, how), answered.clone());
        async move {
            answered.wait_for(|answered| *answered).await.expect("somebody is answered");
            pay(replicas.calls(number + how), request).await
        }
    }));
    let (same, other) = tokio::join!(same, other);
    let answer = same.first().expect("an answer").clone();
    assert_eq!(answer.state(), PaymentState::Succeeded, "{answer:#?}");
    assert!(same.iter().all(|copy| *copy == answer), "not one answer: {same:#?}");
    for refused in other {
        assert_eq!(refused.map(|payment| payment.name), Err("REQUEST_ID_REUSED".to_owned()));
    }
    Key { request, unpaid: payer.unpaid.clone(), answer }
}

/// The same key at every replica, once as it was and once changed.
async fn send_again(replicas: &Replicas, key: &Key) {
    for (number, calls) in replicas.calls.iter().enumerate() {
        assert_eq!(pay(calls, key.request.clone()).await.as_ref(), Ok(&key.answer));
        let refused = pay(calls, changed(&key.request, &key.unpaid, number)).await;
        assert_eq!(refused.map(|payment| payment.name), Err("REQUEST_ID_REUSED".to_owned()));
    }
}

/// How much was charged, and by how many effects.
async fn charges(world: &World) -> (usize, BTreeSet<String>) {
    let entries = world.entries().await;
    let charges = entries.into_iter().filter(|entry| entry.kind() == LedgerEntryKind::Charge);
    let effects: Vec<String> = charges.map(|entry| entry.effect_id).collect();
    (effects.len(), effects.into_iter().collect())
}

#[tokio::test]
async fn c7_a_storm_of_duplicates_over_three_replicas_is_one_effect_a_key() {
    let count = setting("BURSAR_STORM_KEYS").unwrap_or(KEYS);
    let run = figures::begin();
    let mut replicas = Replicas::start().await;
    let payers = payers(&replicas.world).await;
    let (before, _) = charges(&replicas.world).await;

    let started = Instant::now();
    let keys: Vec<Key> = stream::iter(0..usize::try_from(count).expect("a count"))
        .map(|number| send(&replicas, &payers[number % payers.len()], number))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let stormed = started.elapsed();
    let paid: BTreeSet<&str> = keys.iter().map(|key| key.answer.name.as_str()).collect();
    assert_eq!(paid.len(), keys.len(), "two keys made one payment");
    let (charged, effects) = charges(&replicas.world).await;
    assert_eq!((charged, effects.len()), (before + keys.len(), before + keys.len()), "not one effect a key");

    replicas.restart().await;
    stream::iter(&keys).for_each_concurrent(AT_ONCE, |key| send_again(&replicas, key)).await;
    assert_eq!(charges(&replicas.world).await, (charged, effects));
    for payer in &payers {
        assert!(replicas.world.get_invoice(&payer.unpaid).await.payment.is_empty());
    }
    let audited = replicas.world.is_clean().await;
    let money = audited.money.expect("a ledger was compared");
    assert_eq!((money.under_way, money.in_review), (0, 0));

    println!(
        "F7: {} keys x {DUPLICATES} calls over 3 replicas in {:.1} s: {} effects, {} changed calls refused; then {} \
         calls after a restart",
        keys.len(),
        stormed.as_secs_f64(),
        keys.len(),
        keys.len() * CHANGED,
        keys.len() * replicas.calls.len() * 2,
    );
    let never = ["second effects", "other answers", "changed calls accepted"];
    run.print("F7", &never, keys.len() * DUPLICATES, stormed);
}
