//! The log of what happened (C10), and watching it (C11).

use std::{collections::BTreeMap, time::Duration};

use bursar::proto::v1::{
    Event, ListEventsRequest, WatchEventsRequest, WatchEventsResponse,
    account_service_client::AccountServiceClient,
};
use tokio::time::timeout;
use tonic::{Request, Streaming};

use crate::support::{
    given::{ALIBABA, CHALLENGED, VISA, account_request, invoice_request, link_request, pay_request},
    refusal::refused,
    world::World,
};

const EVENT_WITHIN: Duration = Duration::from_secs(30);

impl World {
    /// Every event of an account, in pages of a size that divides nothing evenly.
    async fn events_of(&self, parent: &str) -> Vec<Event> {
        let mut events = Vec::new();
        let mut cursor = String::new();
        loop {
            let request =
                ListEventsRequest { parent: parent.to_owned(), cursor: cursor.clone(), page_size: 7 };
            let page = self.events().list_events(request).await.expect("events").into_inner();
            if page.events.is_empty() {
                assert_eq!(page.next_cursor, cursor, "where nothing is there, the cursor stays");
                return events;
            }
            assert_eq!(page.next_cursor, page.events.last().unwrap().cursor);
            cursor = page.next_cursor;
            events.extend(page.events);
        }
    }

    async fn watch(&self, parent: &str, cursor: &str) -> Streaming<WatchEventsResponse> {
        let request = WatchEventsRequest { parent: parent.to_owned(), cursor: cursor.to_owned() };
        self.events().watch_events(request).await.expect("a stream").into_inner()
    }
}

async fn next(stream: &mut Streaming<WatchEventsResponse>) -> Event {
    let message = timeout(EVENT_WITHIN, stream.message()).await.expect("an event in time").expect("a stream");
    message.expect("a stream does not end by itself").event.expect("an event")
}

/// That the sequence of each account has no gap, and that hashes chain: one for each command, and none twice.
#[track_caller]
fn assert_whole(events: &[Event]) {
    let mut accounts: BTreeMap<&str, (i64, &str)> = BTreeMap::new();
    let mut hashes = std::collections::BTreeSet::new();
    for event in events {
        let (sequence, hash) = accounts.entry(&event.account).or_insert((0, ""));
        if event.sequence == *sequence {
            assert_eq!(event.chain_hash, *hash, "events of one command share its hash: {event:?}");
        } else {
            assert_eq!(event.sequence, *sequence + 1, "{event:?}");
            assert_eq!(event.chain_hash.len(), 64, "{event:?}");
            assert!(hashes.insert(event.chain_hash.as_str()), "a hash twice: {event:?}");
        }
        (*sequence, *hash) = (event.sequence, &event.chain_hash);
    }
}

acceptance!(c10_every_change_is_an_event_with_its_cause, |world| {
    let mut create = Request::new(account_request(ALIBABA, "DE", "USD"));
    create.metadata_mut().insert("bursar-principal", "ada@example.com".parse().unwrap());
    let request_id = create.get_ref().request_id.clone();
    let account = world.accounts().create_account(create).await.unwrap().into_inner().account.unwrap().name;
    world.active(&account, VISA).await;
    let invoice = world.invoice(&account, "USD 5.00").await;
    let mut pay = Request::new(pay_request(&account, &[&invoice]));
    pay.metadata_mut().insert("bursar-principal", "grace".parse().unwrap());
    let pay_id = pay.get_ref().request_id.clone();
    let payment = world.payments().pay_invoices(pay).await.unwrap().into_inner().payment.unwrap();
    world.quiet(&account).await;

    let events = world.events_of(&account).await;
    assert_whole(&events);
    let types: Vec<&str> = events.iter().map(|event| event.r#type.as_str()).collect();
    for expected in [
        "account.created",
        "link_attempt.made",
        "payment_method.linked",
        "verification.started",
        "payment_method.action_required",
        "payment_method.activated",
        "verification.succeeded",
        "account.default_changed",
        "link_attempt.succeeded",
        "verification.released",
        "invoice.created",
        "invoice.reserved",
        "payment.started",
        "payment.succeeded",
        "invoice.paid",
    ] {
        assert!(types.contains(&expected), "{expected} is not in {types:#?}");
    }
    assert!(events.iter().all(|event| event.account == account && event.create_time.is_some()));

    let created = &events[0];
    assert_eq!(
        (created.r#type.as_str(), created.sequence, created.resource.as_str()),
        ("account.created", 1, account.as_str())
    );
    let cause = created.cause.as_ref().unwrap();
    assert_eq!(
        (cause.method.as_str(), cause.principal.as_str(), &cause.request_id),
        ("CreateAccount", "ada@example.com", &request_id)
    );
    let started = events.iter().find(|event| event.r#type == "payment.started").unwrap();
    let cause = started.cause.as_ref().unwrap();
    assert_eq!(
        (cause.method.as_str(), cause.principal.as_str(), &cause.request_id),
        ("PayInvoices", "grace", &pay_id)
    );
    assert_eq!(started.resource, payment.name);
    assert!(started.data.is_some());
    // What the provider said is the service's own activity, and nobody's request.
    let succeeded = events.iter().find(|event| event.r#type == "payment.succeeded").unwrap();
    let cause = succeeded.cause.as_ref().unwrap();
    assert_eq!(
        (cause.method.as_str(), cause.principal.as_str(), cause.request_id.as_str()),
        ("provider-outcome", "", "")
    );
    assert!(succeeded.sequence > started.sequence);
});

acceptance!(c10_a_refused_link_is_in_the_log_and_a_refusal_without_a_trace_is_not, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    refused(world.try_link(&account, crate::support::given::PREPAID).await);
    let before = world.events_of(&account).await;
    assert!(before.iter().any(|event| event.r#type == "link_attempt.made"), "{before:#?}");
    assert!(before.iter().any(|event| event.r#type == "account.link_failed"), "{before:#?}");
    // What cards are known by, here and at the provider, is not for watchers.
    world.active(&account, VISA).await;
    world.quiet(&account).await;
    let before = world.events_of(&account).await;
    let told = format!("{before:?}");
    for private in ["tok_", "instrument", "holder_name", "Ada Lovelace", "Marina"] {
        assert!(!told.contains(private), "{private} is told: {told}");
    }
    refused(world.try_link(&account, "4242424242424241").await);
    refused(world.send_pay(pay_request(&account, &["accounts/x/invoices/y"])).await);
    assert_eq!(world.events_of(&account).await, before);
});

acceptance!(c10_the_log_stays_as_it_is_after_a_restart, |mut world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    let invoice = world.invoice(&account, "USD 5.00").await;
    world.pay(&account, &[&invoice]).await;
    world.quiet(&account).await;
    let before = world.events_of(&account).await;
    world.restart().await;
    assert_eq!(world.events_of(&account).await, before);
    world.invoice(&account, "USD 6.00").await;
    let after = world.events_of(&account).await;
    assert_eq!(&after[..before.len()], before);
    assert_whole(&after);
});

acceptance!(c10_lists_refuse_cursors_that_are_not_theirs, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    for cursor in ["garbage", "AAAA", "0", "é"] {
        let request = ListEventsRequest { parent: account.clone(), cursor: cursor.to_owned(), page_size: 0 };
        let refusal = refused(world.events().list_events(request).await);
        refusal.is_bad_input("PAGE_TOKEN_INVALID", &["cursor"]);
        let request = WatchEventsRequest { parent: account.clone(), cursor: cursor.to_owned() };
        let refusal = refused(world.events().watch_events(request).await);
        refusal.is_bad_input("PAGE_TOKEN_INVALID", &["cursor"]);
    }
    let request = ListEventsRequest { parent: account.clone(), cursor: String::new(), page_size: -1 };
    refused(world.events().list_events(request).await).is_bad_input("INVALID_FIELD", &["page_size"]);
    let request = ListEventsRequest { parent: "garbage".to_owned(), ..ListEventsRequest::default() };
    refused(world.events().list_events(request).await).is_bad_input("INVALID_FIELD", &["parent"]);
});

acceptance!(c11_a_watcher_sees_what_was_there_and_then_what_happens, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let other = world.account(ALIBABA, "SG", "USD").await;
    let mut stream = world.watch(&account, "").await;
    assert_eq!(next(&mut stream).await.r#type, "account.created");
    world.invoice(&other, "USD 1.00").await;
    let invoice = world.invoice(&account, "USD 2.00").await;
    let event = next(&mut stream).await;
    assert_eq!((event.r#type.as_str(), event.resource.as_str()), ("invoice.created", invoice.as_str()));
});

acceptance!(c11_a_watch_that_broke_off_is_resumed_without_gap_or_duplicate_while_others_write, |world| {
    const WRITERS: usize = 6;
    const WRITES: usize = 25;
    let mut accounts = Vec::new();
    for _ in 0..WRITERS {
        accounts.push(world.account(ALIBABA, "SG", "USD").await);
    }
    let expected = WRITERS * (WRITES + 1);
    let write = async {
        let writers = accounts.iter().map(|account| async {
            for _ in 0..WRITES {
                world.create_invoice(invoice_request(account, "USD 1.00")).await.unwrap();
            }
        });
        futures::future::join_all(writers).await;
    };
    // A watcher that goes away after every few events and comes back with its last cursor.
    let watch = async {
        let mut seen: Vec<Event> = Vec::new();
        let mut patience = 1;
        while seen.len() < expected {
            let cursor = seen.last().map(|event| event.cursor.clone()).unwrap_or_default();
            let mut stream = world.watch("accounts/-", &cursor).await;
            let wanted = patience.min(expected - seen.len());
            for _ in 0..wanted {
                seen.push(next(&mut stream).await);
            }
            patience = patience % 17 + 1;
        }
        seen
    };
    let ((), seen) = tokio::join!(write, watch);
    assert_whole(&seen);
    // The list, from the start, is the same.
    assert_eq!(world.events_of("accounts/-").await.len(), expected);
    let mut cursors: Vec<&str> = seen.iter().map(|event| event.cursor.as_str()).collect();
    cursors.sort_unstable();
    cursors.dedup();
    assert_eq!(cursors.len(), expected);
    for account in &accounts {
        let theirs: Vec<Event> = seen.iter().filter(|event| event.account == *account).cloned().collect();
        let listed = world.events_of(account).await;
        let facts = |events: &[Event]| -> Vec<(i64, String)> {
            events.iter().map(|event| (event.sequence, event.resource.clone())).collect()
        };
        assert_eq!(facts(&theirs), facts(&listed));
    }
});

acceptance!(c11_a_cursor_survives_a_restart_and_events_of_one_command_are_not_torn, |mut world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.send_link(link_request(&account, CHALLENGED)).await.unwrap();
    assert!(method.payment_method.unwrap().next_action.is_some());
    let all = world.events_of(&account).await;
    assert!(all.windows(2).any(|pair| pair[0].sequence == pair[1].sequence), "{all:#?}");
    world.restart().await;
    for (read, event) in all.iter().enumerate() {
        let mut stream = world.watch(&account, &event.cursor).await;
        for expected in &all[read + 1..] {
            assert_eq!(&next(&mut stream).await, expected);
        }
        let mut accounts = AccountServiceClient::new(world.channel());
        let report = bursar::proto::v1::ReportObligationsRequest {
            account: account.clone(),
            running_resource_count: i32::try_from(read).unwrap(),
            request_id: crate::support::given::request_id(),
        };
        accounts.report_obligations(report).await.unwrap();
        // Reports of earlier rounds come first.
        for _ in 0..=read {
            assert_eq!(next(&mut stream).await.r#type, "account.obligations_reported");
        }
    }
});
