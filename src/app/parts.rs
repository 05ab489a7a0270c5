//! The service's own parts, put together from what comes in from outside. `bursar serve` gives it the
//! machine's clock, files and sockets; simulation gives it others. There is no second wiring.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;
use tonic::service::RoutesBuilder;

use super::{
    programs::Rulebooks,
    serve::{ServiceError, fault},
    test_clock::TestClocks,
};
use crate::{
    api::{Desk, pages, services},
    domain::{
        attempt::{Backoff, Policy},
        card::IinTable,
        webhook::WebhookRules,
    },
    effects::{Receivers, Runner},
    engine::{Config, Dispatch, Engine, Ruleset},
    env::{Clock, Connection, Ids, Keys, Links},
    proto::sandbox::v1::{
        sandbox_service_client::SandboxServiceClient, test_clock_service_server::TestClockServiceServer,
    },
    provider::{Provider as _, Registry},
    store::Store,
};

/// What comes in from outside.
pub struct Outside {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub ids: Arc<dyn Ids>,
    /// Durable state.
    pub store: Arc<dyn Store>,
    /// The adapters.
    pub providers: Registry,
    /// How the outside finds back.
    pub links: Arc<Links>,
    /// The rules.
    pub rules: Arc<Ruleset>,
    /// What the vendors of card ranges know.
    pub iins: Arc<IinTable>,
    /// The sandbox, where test clocks are to be served.
    pub sandbox: Option<Connection>,
    /// Programs' own systems, which webhooks reach.
    pub receivers: Arc<dyn Receivers>,
    /// Cancelled when the service is told to stop.
    pub stop: CancellationToken,
}

/// How large the service is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// How many writers; `None`: what suits the store.
    pub writers: Option<usize>,
    /// How many calls to providers may be under way.
    pub effects: usize,
    /// For how long such a call is its maker's.
    pub lease: Duration,
}

/// A service that does not run yet, but for its writers.
pub struct Parts {
    /// From a command to a durable decision.
    pub engine: Engine,
    /// What makes the calls that were committed to be made.
    pub runner: Runner,
    /// Those calls.
    pub dispatches: UnboundedReceiver<Dispatch>,
    /// gRPC.
    pub routes: RoutesBuilder,
    /// Pages for browsers.
    pub pages: axum::Router,
}

/// Comes to terms with a store: whether it was filled with this secret, and what was left behind in it.
///
/// # Errors
/// The store does not answer.
pub async fn admit(store: &dyn Store, keys: &Keys) -> Result<bool, ServiceError> {
    if !store.seal(keys.check_value()).await.map_err(fault)? {
        return Ok(false);
    }
    // Whoever held a lease on this store is gone: what was left behind is taken up at once.
    if store.is_exclusive() {
        store.void_leases().await.map_err(fault)?;
    }
    Ok(true)
}

/// The rules of all programs, and what the adapters promise.
#[must_use]
pub fn ruleset(books: Rulebooks, providers: &Registry, webhooks: WebhookRules) -> Ruleset {
    let policies = providers.all().map(|(name, provider)| {
        let promised = provider.capabilities();
        let policy = Policy {
            conclusive_after: promised.conclusive_after,
            retention: promised.retention,
            can_cancel: promised.can_cancel,
            ..unknown_provider()
        };
        (name.to_owned(), policy)
    });
    Ruleset {
        policies: policies.collect(),
        programs: books.programs,
        rates: books.rates,
        declines: books.declines,
        unknown_provider: unknown_provider(),
        webhooks,
    }
}

/// What holds for a provider that is not configured (any more).
fn unknown_provider() -> Policy {
    Policy {
        conclusive_after: SignedDuration::from_hours(24),
        retention: SignedDuration::ZERO,
        can_cancel: false,
        sends: 4,
        backoff: Backoff { first: SignedDuration::from_millis(500), most: SignedDuration::from_mins(5) },
    }
}

/// Puts the parts together and starts the writers.
///
/// # Errors
/// The store does not answer.
pub async fn assemble(outside: Outside, size: Size) -> Result<Parts, ServiceError> {
    let Outside { clock, ids, store, providers, links, rules, iins, sandbox, receivers, stop } = outside;
    let config = Config {
        writers: size.writers.unwrap_or_else(|| store.default_writers()),
        inbox: 2_048,
        batch: 512,
        cached_accounts: 8_192,
        effects: size.effects,
        lease: SignedDuration::try_from(size.lease).map_err(fault)?,
        rules,
    };
    let (engine, dispatches) = Engine::start(store, config, clock, ids).await.map_err(fault)?;
    let runner = Runner::new(engine.clone(), providers.clone(), Arc::clone(&links), receivers);
    let desk = Desk { engine: engine.clone(), providers, links, iins, stop };
    let mut routes = RoutesBuilder::default();
    services(&mut routes, &desk);
    if let Some(sandbox) = sandbox {
        let clocks = TestClocks::new(engine.clone(), SandboxServiceClient::new(sandbox));
        routes.add_service(TestClockServiceServer::new(clocks));
    }
    Ok(Parts { engine, runner, dispatches, routes, pages: pages(desk) })
}
