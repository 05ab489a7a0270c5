//! Somebody who watches the log of everything, through all that happens: no gap, nothing twice, each
//! account in its order (C11).

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bursar::proto::v1::{
    Event, ListEventsRequest, WatchEventsRequest, event_service_client::EventServiceClient,
};
use tokio_util::sync::CancellationToken;

use super::{chance::Chance, world::World};

const EVERYTHING: &str = "accounts/-";
/// After this time without an event the watcher asks anew, where the last cursor left off: the process that
/// it listened to may be gone.
const SILENCE: Duration = Duration::from_secs(5);
/// How often it breaks off by itself.
const BREAKS: f64 = 0.02;

/// Watches until it is over and nothing more comes.
pub async fn watch(world: Arc<World>, over: CancellationToken) -> Vec<Event> {
    let chance = Chance::of(world.seed, "watcher");
    let mut seen: Vec<Event> = Vec::new();
    loop {
        let cursor = seen.last().map(|event| event.cursor.clone()).unwrap_or_default();
        let request = WatchEventsRequest { parent: EVERYTHING.to_owned(), cursor };
        let mut client = EventServiceClient::new(world.cluster.door("watcher"));
        let Ok(Ok(stream)) = tokio::time::timeout(SILENCE, client.watch_events(request)).await else {
            tokio::time::sleep(SILENCE).await;
            continue;
        };
        let mut stream = stream.into_inner();
        loop {
            match tokio::time::timeout(SILENCE, stream.message()).await {
                Ok(Ok(Some(answer))) => seen.extend(answer.event),
                Err(_silence) if over.is_cancelled() => return seen,
                Ok(Ok(None) | Err(_)) | Err(_) => break,
            }
            if world.weather.strikes(&chance, BREAKS) {
                world.trace.count("watcher: breaks off");
                break;
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Compares what was seen with a listing from the start; answers what is wrong.
pub async fn missed(world: &Arc<World>, seen: Vec<Event>) -> Vec<String> {
    let mut client = EventServiceClient::new(world.cluster.door("lister"));
    let (mut listed, mut cursor) = (Vec::new(), String::new());
    loop {
        let request =
            ListEventsRequest { parent: EVERYTHING.to_owned(), cursor: cursor.clone(), page_size: 1_000 };
        let page = match client.list_events(request).await {
            Ok(page) => page.into_inner(),
            Err(status) => return vec![format!("the log can't be listed: {status:?}")],
        };
        listed.extend(page.events);
        if page.next_cursor == cursor {
            break;
        }
        cursor = page.next_cursor;
    }
    world.trace.add("events watched", u64::try_from(seen.len()).unwrap_or(0));
    let (seen, listed) = (by_account(&seen), by_account(&listed));
    listed
        .iter()
        .filter(|(account, told)| seen.get(*account) != Some(told))
        .map(|(account, told)| {
            let seen = seen.get(account).map_or(0, Vec::len);
            format!("{account}: of {} events {seen} were watched, or in another order", told.len())
        })
        .collect()
}

/// What is told of one event: sequence, type and resource.
type Told<'a> = (i64, &'a str, &'a str);

fn by_account(events: &[Event]) -> BTreeMap<&str, Vec<Told<'_>>> {
    let mut accounts: BTreeMap<&str, Vec<Told<'_>>> = BTreeMap::new();
    for event in events {
        let told = (event.sequence, event.r#type.as_str(), event.resource.as_str());
        accounts.entry(&event.account).or_default().push(told);
    }
    accounts
}
