//! Somebody who watches the log through all kills: no gap, no duplicate (C11).

use std::collections::BTreeMap;

use bursar::proto::v1::{
    Event, ListEventsRequest, WatchEventsRequest, event_service_client::EventServiceClient,
};
use tokio::time::{Duration, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

const EVERYTHING: &str = "accounts/-";
/// How long the stream has to be quiet before nothing more comes, once nobody does anything any more.
const QUIET: Duration = Duration::from_secs(1);

/// What is told of one event.
type Told = (i64, String, String);

/// Watches until there is nothing more to come, resuming where the stream broke off.
pub async fn watch(channel: Channel, over: CancellationToken) -> Vec<Event> {
    let mut seen: Vec<Event> = Vec::new();
    loop {
        let cursor = seen.last().map(|event| event.cursor.clone()).unwrap_or_default();
        let request = WatchEventsRequest { parent: EVERYTHING.to_owned(), cursor };
        let Ok(stream) = EventServiceClient::new(channel.clone()).watch_events(request).await else {
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let mut stream = stream.into_inner();
        loop {
            match timeout(QUIET, stream.message()).await {
                Ok(Ok(Some(answer))) => seen.push(answer.event.expect("an event")),
                Ok(Ok(None) | Err(_)) => break,
                Err(_) if over.is_cancelled() => return seen,
                Err(_) => {}
            }
        }
    }
}

/// What was seen is what a listing from the start tells, in each account's order.
pub async fn missed_nothing(seen: Vec<Event>, channel: Channel) {
    let mut client = EventServiceClient::new(channel);
    let mut listed = Vec::new();
    let mut cursor = String::new();
    loop {
        let request =
            ListEventsRequest { parent: EVERYTHING.to_owned(), cursor: cursor.clone(), page_size: 1_000 };
        let page = client.list_events(request).await.expect("events").into_inner();
        listed.extend(page.events);
        if page.next_cursor == cursor {
            break;
        }
        cursor = page.next_cursor;
    }
    let (seen, listed) = (by_account(seen), by_account(listed));
    assert!(seen.keys().eq(listed.keys()), "the watcher saw other accounts");
    for (account, told) in &listed {
        for (index, (event, seen)) in told.iter().zip(&seen[account]).enumerate() {
            assert_eq!(seen, event, "{account}, event {index}");
        }
    }
    let count = |events: &BTreeMap<String, Vec<Told>>| events.values().map(Vec::len).sum::<usize>();
    println!("watched {} events through the kills, of {}", count(&seen), count(&listed));
    assert_eq!(count(&seen), count(&listed));
}

fn by_account(events: Vec<Event>) -> BTreeMap<String, Vec<Told>> {
    let mut accounts: BTreeMap<String, Vec<Told>> = BTreeMap::new();
    for event in events {
        accounts.entry(event.account).or_default().push((event.sequence, event.r#type, event.resource));
    }
    accounts
}
