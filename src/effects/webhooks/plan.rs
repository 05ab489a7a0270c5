//! Plans what is sent next. Every replica does; a plan that another was faster with is nothing.

use std::{collections::BTreeMap, num::NonZeroUsize, sync::Arc, time::Duration};

use lru::LruCache;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::read::Draft;
use crate::{
    domain::{
        account::Account,
        command::Command,
        entity::Kind,
        ids::EndpointId,
        program::ProgramId,
        seller::account_of,
        webhook::{WebhookAsk, WebhookEndpoint},
    },
    effects::Runner,
    engine::{
        Engine, EngineError,
        stream::{self, Place},
    },
    store::{Store, codec, rows::Cursor},
};

/// How often is looked for what other replicas have written.
const POLL: Duration = Duration::from_millis(500);
/// How long commits gather before they are looked at.
const GATHER: Duration = Duration::from_millis(10);
/// How many rows of the log, and of an account that is behind, are read at once.
const AT_ONCE: usize = 256;
const CATCH_UP: usize = 32;
/// After how many rows without anything that is wanted the place is kept, so that a restart goes on from there.
const ROWS_MOST: i64 = 4_096;
/// How many accounts' programs are remembered; they never change.
const ACCOUNTS: usize = 65_536;
const ENDPOINTS: usize = 200;

pub(in crate::effects) async fn run(runner: Runner, stop: CancellationToken) {
    let engine = runner.engine;
    let mut committed = engine.committed();
    let mut planner = Planner {
        engine,
        programs: LruCache::new(NonZeroUsize::new(ACCOUNTS).unwrap_or(NonZeroUsize::MIN)),
        ahead: BTreeMap::new(),
    };
    while !stop.is_cancelled() {
        committed.mark_unchanged();
        let is_wanted = planner.look().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "webhooks can't be planned");
            false
        });
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            // Where nobody wants to be told, commits are of no interest.
            Ok(()) = committed.changed(), if is_wanted => tokio::time::sleep(GATHER).await,
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

struct Planner {
    engine: Engine,
    /// Accounts' programs; none for what is no customer's.
    programs: LruCache<Uuid, Option<ProgramId>>,
    /// How far the log was read beyond what an endpoint of that revision knows, without anything for it.
    ahead: BTreeMap<EndpointId, (u64, Cursor)>,
}

impl Planner {
    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(self.engine.store())
    }

    /// Plans for every endpoint once, and tells whether there are any.
    async fn look(&mut self) -> Result<bool, EngineError> {
        let rules = Arc::clone(self.engine.rules());
        let mut found = Vec::new();
        for program in rules.programs.keys() {
            found.extend(self.endpoints(account_of(program).0).await?);
        }
        self.ahead.retain(|id, _| found.iter().any(|endpoint| endpoint.id == *id));
        for endpoint in &found {
            self.plan(endpoint).await?;
        }
        Ok(!found.is_empty())
    }

    /// The endpoints of a seller's account that are told.
    async fn endpoints(&self, seller: Uuid) -> Result<Vec<WebhookEndpoint>, EngineError> {
        let (mut enabled, mut after) = (Vec::new(), None);
        loop {
            let rows = self.store().list(seller, Kind::WebhookEndpoint as i16, after, ENDPOINTS).await?;
            for row in &rows {
                let entity = codec::decode(row)?;
                let endpoint = entity.get::<WebhookEndpoint>().filter(|endpoint| endpoint.is_enabled());
                enabled.extend(endpoint.cloned());
            }
            after = rows.last().map(|row| row.id);
            if rows.len() < ENDPOINTS {
                return Ok(enabled);
            }
        }
    }

    async fn plan(&mut self, endpoint: &WebhookEndpoint) -> Result<(), EngineError> {
        let store = self.store();
        let ahead = self.ahead.get(&endpoint.id).filter(|(revision, _)| *revision == endpoint.revision);
        let read = ahead.map_or_else(|| endpoint.read.clone(), |(_, read)| read.clone());
        let mut draft = Draft::new(endpoint, read);
        while draft.distance() < ROWS_MOST {
            let cursor = stream::Cursor { place: Place::All(draft.read.clone()), read: 0, lane: None };
            let rows = stream::rows(&*store, &cursor, AT_ONCE).await?;
            let mut room = true;
            for row in &rows {
                let program = self.program_of(row.account).await?;
                room = draft.take(row, program.as_ref());
                if !room {
                    break;
                }
            }
            if rows.is_empty() || !room || !draft.is_empty() {
                break;
            }
        }
        for (account, from) in draft.behind() {
            let rows = store.account_journal(account.0, from.sequence - 1, CATCH_UP).await?;
            draft.catch_up(account, from, &rows, CATCH_UP);
        }
        if draft.is_empty() && draft.distance() < ROWS_MOST {
            self.ahead.insert(endpoint.id, (endpoint.revision, draft.read));
            return Ok(());
        }
        let ask = Box::new(WebhookAsk::Plan(draft.plan()));
        let command = Command::Webhook { program: endpoint.program.clone(), ask };
        self.engine.tell(account_of(&endpoint.program), command).await?;
        Ok(())
    }

    /// The program that a customer's account is in.
    async fn program_of(&mut self, account: Uuid) -> Result<Option<ProgramId>, EngineError> {
        if let Some(known) = self.programs.get(&account) {
            return Ok(known.clone());
        }
        let row = self.store().get(account).await?;
        let entity = row.as_ref().map(codec::decode).transpose()?;
        let program = entity.and_then(|entity| entity.get::<Account>().map(|it| it.program.clone()));
        self.programs.put(account, program.clone());
        Ok(program)
    }
}
