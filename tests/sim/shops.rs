//! The sellers' own systems, which webhooks are sent to: they take a message the second time that it comes,
//! so that every delivery is tried again, and see whether an account's events come in order (C11).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Weak},
};

use async_trait::async_trait;
use bursar::{
    domain::webhook::WebhookRules,
    effects::{Post, Receivers},
};
use jiff::SignedDuration;

use super::{gate::Gate, world::World};

/// An answer that means that nothing is wanted any more, for addresses that end so.
const GONE: &str = "/gone";

/// How deliveries are repeated here.
pub fn rules() -> WebhookRules {
    let retries = [5, 60, 600, 3_600, 36_000].map(SignedDuration::from_secs).to_vec();
    WebhookRules { retries, private_addresses: true }
}

/// What came.
#[derive(Debug, Default)]
pub struct Hooks {
    /// Messages that came at least once, and those that were taken.
    came: BTreeSet<String>,
    taken: BTreeSet<String>,
    /// The first and the last row of an account that was taken at an address.
    rows: BTreeMap<(String, String), (i64, i64)>,
}

impl Hooks {
    /// A message comes; the answer's status, and what is wrong.
    fn come(&mut self, post: &Post) -> (u16, Option<String>) {
        let [(_, id), ..] = &post.headers;
        if post.url.ends_with(GONE) {
            return (410, None);
        }
        let id = format!("{} {id}", post.url);
        if self.came.insert(id.clone()) {
            return (503, None);
        }
        let event: serde_json::Value = serde_json::from_str(&post.body).unwrap_or_default();
        let account = event["account"].as_str().unwrap_or_default().to_owned();
        let sequence = event["sequence"].as_str().and_then(|text| text.parse().ok()).unwrap_or(0);
        let (first, last) = self.rows.entry((post.url.clone(), account)).or_insert((sequence, sequence));
        // What is sent again on purpose may lie before what came first, and was mostly taken before.
        let is_new = self.taken.insert(id);
        let wrong = (is_new && sequence > *first && sequence < *last)
            .then(|| format!("a webhook tells of row {sequence} after row {last}: {}", post.body));
        *last = sequence.max(*last);
        (204, wrong)
    }
}

/// The way there from one replica.
pub struct Shops {
    world: Weak<World>,
    gate: Arc<Gate>,
}

impl Shops {
    pub fn new(world: &Arc<World>, gate: Arc<Gate>) -> Self {
        Self { world: Arc::downgrade(world), gate }
    }
}

#[async_trait]
impl Receivers for Shops {
    async fn post(&self, post: Post) -> Result<u16, String> {
        let Some(world) = self.world.upgrade() else { return Err("the world is over".to_owned()) };
        let (status, wrong) =
            self.gate.around("webhook", async { world.witness.seen().hooks.come(&post) }).await;
        world.trace.count(&format!("webhook: answered {status}"));
        if let Some(wrong) = wrong {
            world.witness.fault(wrong);
        }
        Ok(status)
    }
}
