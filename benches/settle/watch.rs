//! Watchers of all events, in a process of their own.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use bursar::proto::v1::{self as pb, event_service_client::EventServiceClient};
use serde::{Deserialize, Serialize};
use tonic::transport::Channel;

use crate::{child, load};

#[derive(Serialize, Deserialize)]
pub struct Job {
    pub url: String,
    pub count: usize,
}

#[derive(Serialize, Deserialize)]
pub struct Seen {
    /// By all of them together.
    pub events: u64,
}

/// Watches until its standard input ends.
pub fn run(job: &Job) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let events = Arc::new(AtomicU64::new(0));
    runtime.block_on(async {
        let channels = load::connect(&job.url, job.count.min(8)).await;
        let cursor = end(&channels[0]).await;
        for number in 0..job.count {
            let mut client = EventServiceClient::new(channels[number % channels.len()].clone());
            let request = pb::WatchEventsRequest { parent: "accounts/-".to_owned(), cursor: cursor.clone() };
            let mut stream = client.watch_events(request).await.unwrap().into_inner();
            let events = Arc::clone(&events);
            tokio::spawn(async move {
                while let Ok(Some(_)) = stream.message().await {
                    events.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        child::answer(&"ready");
        tokio::task::spawn_blocking(child::await_parent).await.unwrap();
    });
    child::answer(&Seen { events: events.load(Ordering::Relaxed) });
}

/// The cursor behind everything that there is so far.
async fn end(channel: &Channel) -> String {
    let mut client = EventServiceClient::new(channel.clone());
    let mut cursor = String::new();
    loop {
        let request = pb::ListEventsRequest {
            parent: "accounts/-".to_owned(),
            page_size: 1_000,
            cursor: cursor.clone(),
        };
        let page = client.list_events(request).await.unwrap().into_inner();
        if page.events.is_empty() {
            return cursor;
        }
        cursor = page.next_cursor;
    }
}
