//! Somebody who watches the log through all kills: no gap, no duplicate (C11).

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use bursar::proto::v1::{
    Event, ListEventsRequest, WatchEventsRequest, event_service_client::EventServiceClient,
};
use tokio::time::{Duration, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

const EVERYTHING: &str = "accounts/-";
/// How long the stream has to be quiet before nothing more comes, once nobody does anything any more.
const QUIET: Duration = Duration::from_secs(1);

/// What was told of each account's events, in its order. Runs are long, so each is kept as its hash.
pub type Told = BTreeMap<String, Vec<u64>>;

/// Watches until there is nothing more to come, resuming where the stream broke off.
pub async fn watch(channel: Channel, over: CancellationToken) -> Told {
    let (mut seen, mut last) = (Told::new(), String::new());
    loop {
        let request = WatchEventsRequest { parent: EVERYTHING.to_owned(), cursor: last.clone() };
        let Ok(stream) = EventServiceClient::new(channel.clone()).watch_events(request).await else {
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let mut stream = stream.into_inner();
        loop {
            match timeout(QUIET, stream.message()).await {
                Ok(Ok(Some(answer))) => {
                    let event = answer.event.expect("an event");
                    last.clone_from(&event.cursor);
                    note(&mut seen, &event);
                }
                Ok(Ok(None) | Err(_)) => break,
                Err(_) if over.is_cancelled() => return seen,
                Err(_) => {}
            }
        }
    }
}

/// What was seen is what a listing from the start tells, in each account's order.
pub async fn missed_nothing(seen: &Told, channel: Channel) {
    let mut client = EventServiceClient::new(channel);
    let mut listed = Told::new();
    let mut cursor = String::new();
    loop {
        let request =
            ListEventsRequest { parent: EVERYTHING.to_owned(), cursor: cursor.clone(), page_size: 1_000 };
        let page = client.list_events(request).await.expect("events").into_inner();
        for event in &page.events {
            note(&mut listed, event);
            let told = &listed[&event.account];
            let same = seen.get(&event.account).and_then(|seen| seen.get(told.len() - 1)) == told.last();
            assert!(same, "the watcher was not told of this, or of something else: {event:?}");
        }
        if page.next_cursor == cursor {
            break;
        }
        cursor = page.next_cursor;
    }
    let count = |events: &Told| events.values().map(Vec::len).sum::<usize>();
    println!("watched {} events through the kills, of {}", count(seen), count(&listed));
    assert_eq!(count(seen), count(&listed));
}

fn note(told: &mut Told, event: &Event) {
    let mut hash = DefaultHasher::new();
    (event.sequence, &event.r#type, &event.resource).hash(&mut hash);
    told.entry(event.account.clone()).or_default().push(hash.finish());
}
