//! Two replicas over one PostgreSQL: any of them may serve any account. SQLite is made for one, so these
//! run on PostgreSQL only.

use bursar::proto::{
    sandbox::v1::LedgerEntryKind,
    v1::{
        Event, ListEventsRequest, PaymentState, WatchEventsRequest, event_service_client::EventServiceClient,
        invoice_service_client::InvoiceServiceClient,
        payment_method_service_client::PaymentMethodServiceClient,
        payment_service_client::PaymentServiceClient,
    },
};
use tonic::transport::Channel;

use crate::support::{
    given::{ALIBABA, AMEX, MASTERCARD, VISA, invoice_request, link_request, pay_request},
    options::{Options, Outside, Store},
    process::Process,
    refusal::Refusal,
    world::{World, connect},
};

const EVENT_WITHIN: std::time::Duration = std::time::Duration::from_secs(30);

/// A world with a second replica, and a way to it.
async fn two() -> (World, Process, Channel) {
    let world = World::start(Store::Postgres, Options::new().outside(Outside::Apart)).await;
    let replica = world.replica().await;
    let there = connect(&replica.grpc);
    (world, replica, there)
}

#[tokio::test]
async fn c7_another_replica_finds_what_the_first_did() {
    let (world, _replica, there) = two().await;
    let mut there = PaymentServiceClient::new(there);
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    for _ in 0..5 {
        let invoice = world.invoice(&account, "USD 5.00").await;
        let pay = pay_request(&account, &[&invoice]);
        let (here, other) = tokio::join!(world.send_pay(pay.clone()), there.pay_invoices(pay.clone()));
        let other = other.unwrap().into_inner().payment.unwrap();
        let here = here.unwrap();
        assert_eq!((here.name.as_str(), here.state()), (other.name.as_str(), PaymentState::Succeeded));
        assert_eq!(other.state(), PaymentState::Succeeded);
    }
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 5);
    assert_eq!(world.payments_of(&account).await.len(), 5);
}

#[tokio::test]
async fn c8_of_two_replicas_that_pay_one_invoice_exactly_one_does() {
    let (world, _replica, there) = two().await;
    let mut there = PaymentServiceClient::new(there);
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    for round in 1..=10 {
        let invoice = world.invoice(&account, "USD 5.00").await;
        let (one, other) = (pay_request(&account, &[&invoice]), pay_request(&account, &[&invoice]));
        let (here, other) = tokio::join!(world.send_pay(one), there.pay_invoices(other));
        let refusal = match (here, other) {
            (Ok(payment), Err(status)) => {
                assert_eq!(payment.state(), PaymentState::Succeeded);
                status
            }
            (Err(status), Ok(_)) => status,
            both => panic!("round {round}: {both:#?}"),
        };
        let refusal = Refusal::read(&refusal);
        assert!(matches!(refusal.reason.as_str(), "INVOICE_RESERVED" | "INVOICE_NOT_OPEN"), "{refusal:#?}");
        assert_eq!(world.count(LedgerEntryKind::Charge).await, round);
    }
}

#[tokio::test]
async fn a8_of_two_accounts_that_race_on_two_replicas_exactly_one_gets_the_card() {
    let (world, _replica, there) = two().await;
    let mut there = PaymentMethodServiceClient::new(there);
    let cards = [VISA, MASTERCARD, AMEX, "4111111111111111", "5555444433331111", "370000000000002"];
    for number in cards {
        let first = world.account(ALIBABA, "SG", "USD").await;
        let second = world.account(ALIBABA, "SG", "USD").await;
        let (here, other) =
            tokio::join!(world.try_link(&first, number), there.link_card(link_request(&second, number)),);
        let (loser, refusal) = match (here, other) {
            (Ok(_), Err(status)) => (second, status),
            (Err(status), Ok(_)) => (first, status),
            both => panic!("{number}: {both:#?}"),
        };
        Refusal::read(&refusal).is_by_rules(&["A8 CARD_LINKED_ELSEWHERE"]);
        assert_eq!(world.methods_of(&loser).await, []);
    }
    assert_eq!(world.count(LedgerEntryKind::Hold).await, cards.len());
}

#[tokio::test]
async fn c11_a_watcher_of_one_replica_misses_nothing_that_another_writes() {
    const WRITES: usize = 60;
    let (world, _replica, there) = two().await;
    let mut invoices_there = InvoiceServiceClient::new(there.clone());
    let mut events_there = EventServiceClient::new(there);
    // One account that both write to, so that its log goes from lane to lane.
    let shared = world.account(ALIBABA, "SG", "USD").await;
    let own = world.account(ALIBABA, "SG", "USD").await;
    let write = async {
        for _ in 0..WRITES {
            let here = world.create_invoice(invoice_request(&shared, "USD 1.00"));
            let other = invoices_there.create_invoice(invoice_request(&shared, "USD 2.00"));
            let (here, other) = tokio::join!(here, other);
            here.unwrap();
            other.unwrap();
            world.create_invoice(invoice_request(&own, "USD 3.00")).await.unwrap();
        }
    };
    let expected = 3 * WRITES + 2;
    let watch = async {
        let mut seen: Vec<Event> = Vec::new();
        while seen.len() < expected {
            // Every few events from the other replica, from where the one before left off.
            let cursor = seen.last().map(|event| event.cursor.clone()).unwrap_or_default();
            let request = WatchEventsRequest { parent: "accounts/-".to_owned(), cursor };
            let here = seen.len().is_multiple_of(2);
            let mut events = if here { world.events() } else { events_there.clone() };
            let mut stream = events.watch_events(request).await.unwrap().into_inner();
            for _ in 0..7.min(expected - seen.len()) {
                let next = tokio::time::timeout(EVENT_WITHIN, stream.message()).await;
                seen.push(next.expect("an event in time").unwrap().unwrap().event.unwrap());
            }
        }
        seen
    };
    let ((), seen) = tokio::join!(write, watch);
    for account in [&shared, &own] {
        let theirs = seen.iter().filter(|event| event.account == *account);
        let sequences: Vec<i64> = theirs.map(|event| event.sequence).collect();
        let whole: Vec<i64> = (1..).take(sequences.len()).collect();
        assert_eq!(sequences, whole, "in order, each once");
    }
    let request =
        ListEventsRequest { parent: "accounts/-".to_owned(), cursor: String::new(), page_size: 1000 };
    let listed = events_there.list_events(request).await.unwrap().into_inner().events;
    assert_eq!(listed.len(), expected);
}
