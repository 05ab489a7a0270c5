//! `bursar serve`: the whole service.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use jiff::SignedDuration;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::{
    service::RoutesBuilder,
    transport::{Endpoint, Server, server::TcpIncoming},
};

use super::{
    health,
    parts::{Outside, Parts, Size, admit, assemble, ruleset},
    programs,
    sandbox::{bind, local},
    secret,
};
use crate::{
    config::{SandboxMode, ServeArgs},
    console,
    domain::webhook::WebhookRules,
    effects::{HttpReceivers, Receivers, Runner},
    engine::Engine,
    env::{Clock, Connection, Ids, Links, RandomIds, SystemClock, connection},
    proto::DESCRIPTORS,
    provider::{Limits, Provider, Registry, RemittanceReports, Remote},
    sandbox::{Config as SandboxConfig, LedgerLocation, Sandbox},
    store::{self, Store},
    telemetry::RequestLayer,
};

/// How long the service waits at start for an adapter to be there.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long calls that are under way are given once the service is told to stop.
const GRACE: Duration = Duration::from_secs(20);
/// What a client may have open on one connection.
const STREAMS: u32 = 1_024;
/// How many calls on one connection may be cancelled before the server has got to them; one more, and the
/// connection is taken for an attack and closed, with every call on it. A client whose deadline passes for
/// all it has open is none. HTTP/2 libraries take 20, which a busy server is behind by at once.
const RESETS: usize = STREAMS as usize;

/// Why the service can't be started, with what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ServiceError(String);

pub(super) fn fault(error: impl ToString) -> ServiceError {
    ServiceError(error.to_string())
}

/// Serves until told to stop.
pub(super) async fn run(args: &ServeArgs, stop: CancellationToken) -> Result<(), ServiceError> {
    Service::start(args, Vec::new(), stop).await?.run().await
}

/// A service that is about to run.
pub struct Service {
    grpc: TcpListener,
    pages: TcpListener,
    routes: RoutesBuilder,
    page_routes: axum::Router,
    engine: Engine,
    runner: Runner,
    dispatches: tokio::sync::mpsc::UnboundedReceiver<crate::engine::Dispatch>,
    store: Arc<dyn Store>,
    sandbox: Option<Embedded>,
    stop: CancellationToken,
}

/// A sandbox in this process: reached over its public interface all the same.
struct Embedded {
    sandbox: Sandbox,
    address: SocketAddr,
}

impl Service {
    /// Puts the service together. `providers` are adapters in this process.
    pub async fn start(
        args: &ServeArgs,
        providers: Vec<Arc<dyn Provider>>,
        stop: CancellationToken,
    ) -> Result<Self, ServiceError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ids: Arc<dyn Ids> = Arc::new(RandomIds);
        check(args)?;
        let books =
            programs::load(args.programs.as_deref(), args.exchange_rates.as_deref()).map_err(ServiceError)?;
        let keys =
            secret::load(&args.key_file, args.sandbox != SandboxMode::None, &*ids).map_err(ServiceError)?;
        let store = store::open(&args.database_url).await.map_err(fault)?;
        if !admit(&*store, &keys).await? {
            return Err(ServiceError(format!(
                "the secret in {} is not the one that this database was filled with, so linked cards could \
                 not be told apart. Start with the key file that was used first",
                args.key_file.display()
            )));
        }

        let grpc = bind(args.grpc_address).await.map_err(ServiceError)?;
        let pages_listener = bind(args.pages_address).await.map_err(ServiceError)?;
        let grpc_address = local(&grpc).map_err(ServiceError)?;
        let pages_address = local(&pages_listener).map_err(ServiceError)?;
        let links = Arc::new(Links {
            pages_url: args
                .pages_url
                .clone()
                .unwrap_or_else(|| format!("http://{}", reachable(pages_address))),
            notification_target: args
                .notification_url
                .clone()
                .unwrap_or_else(|| format!("http://{}", reachable(grpc_address))),
            keys,
        });

        let embedded = match &args.sandbox {
            SandboxMode::Embedded => Some(embed(args, &links.pages_url, &clock, &ids, &stop).await?),
            SandboxMode::None | SandboxMode::At(_) => None,
        };
        let world = match (&args.sandbox, &embedded) {
            (SandboxMode::At(address), _) => Some(address.clone()),
            (SandboxMode::Embedded, Some(embedded)) => Some(format!("http://{}", embedded.address)),
            (SandboxMode::Embedded | SandboxMode::None, _) => None,
        };
        let providers = register(args, providers, world.as_deref(), &links).await?;
        let iins = Arc::new(books.iins.clone());
        let webhooks = webhook_rules(args)?;
        let receivers = HttpReceivers::new(args.provider_deadline.0, webhooks.private_addresses);
        let receivers: Arc<dyn Receivers> = Arc::new(receivers.map_err(ServiceError)?);
        let pages_url = links.pages_url.clone();
        let outside = Outside {
            clock,
            ids,
            store: Arc::clone(&store),
            rules: Arc::new(ruleset(books, &providers, webhooks)),
            receivers,
            providers,
            links,
            iins,
            sandbox: world.map(lazily).transpose()?,
            stop: stop.clone(),
        };
        let size = Size { writers: args.writers, effects: args.provider_concurrency, lease: args.lease.0 };
        let Parts { engine, runner, dispatches, mut routes, pages: mut page_routes } =
            assemble(outside, size).await?;
        if let Some(embedded) = &embedded {
            routes.add_service(embedded.sandbox.sandbox_service());
            routes.add_service(embedded.sandbox.remittance_bank_service());
            routes.add_service(embedded.sandbox.provider_service());
            routes.add_service(embedded.sandbox.inbox_service());
            page_routes = page_routes.nest("/sandbox", embedded.sandbox.pages());
            // The console is a client of the service's, as any other.
            let itself = lazily(format!("http://{}", reachable(grpc_address)))?;
            page_routes = page_routes.nest("/console", console::pages(itself, &pages_url));
        }
        Ok(Self {
            grpc,
            pages: pages_listener,
            routes,
            page_routes,
            engine,
            runner,
            dispatches,
            store,
            sandbox: embedded,
            stop,
        })
    }

    /// Where gRPC is served.
    pub fn grpc_address(&self) -> Result<SocketAddr, ServiceError> {
        local(&self.grpc).map_err(ServiceError)
    }

    /// Serves until told to stop, then lets what is under way finish.
    pub async fn run(mut self) -> Result<(), ServiceError> {
        let stop = self.stop.clone();
        let (grpc_address, pages_address) = (self.grpc_address()?, local(&self.pages).map_err(ServiceError)?);
        let (reporter, health_service) = tonic_health::server::health_reporter();
        health::report(&reporter, &*self.store, false).await;
        let health = tokio::spawn(health::watch(reporter, Arc::clone(&self.store), stop.clone()));
        let (v1, v1alpha) = reflection().map_err(fault)?;
        self.routes.add_service(health_service).add_service(v1).add_service(v1alpha);
        let layer = RequestLayer::new(
            &[
                DESCRIPTORS,
                tonic_health::pb::FILE_DESCRIPTOR_SET,
                tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
                tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
            ],
            None,
        )
        .map_err(fault)?;

        let effects_stop = CancellationToken::new();
        let effects = tokio::spawn(self.runner.run(self.dispatches, effects_stop.clone()));
        let pages = tokio::spawn(
            axum::serve(self.pages, self.page_routes)
                .with_graceful_shutdown(stop.clone().cancelled_owned())
                .into_future(),
        );
        let world = self.sandbox.map(|embedded| {
            let world_stop = effects_stop.clone();
            tokio::spawn(async move { embedded.sandbox.run(world_stop).await })
        });
        announce(&format!("bursar serves gRPC on {grpc_address} and pages on http://{pages_address}"));
        let incoming = TcpIncoming::from(self.grpc).with_nodelay(Some(true));
        let served = Server::builder()
            .layer(layer)
            .tcp_nodelay(true)
            .http2_keepalive_interval(Some(Duration::from_secs(60)))
            .max_concurrent_streams(Some(STREAMS))
            .http2_max_pending_accept_reset_streams(Some(RESETS))
            .add_routes(self.routes.routes())
            .serve_with_incoming_shutdown(incoming, stop.clone().cancelled_owned());
        let broken = self.engine.fault().clone();
        tokio::select! {
            served = served => served.map_err(fault)?,
            () = broken.cancelled() => {
                return Err(ServiceError("a part of the service has ended badly; see the log".to_owned()));
            }
            // Clients that never hang up are left: their calls have had their time.
            () = async { stop.cancelled().await; tokio::time::sleep(GRACE).await } => {}
        }
        // Callers have their answers; what was committed for them is carried out before the end.
        effects_stop.cancel();
        let _ = (effects.await, pages.await, health.await);
        if let Some(world) = world {
            let _ = world.await;
        }
        Ok(())
    }
}

fn check(args: &ServeArgs) -> Result<(), ServiceError> {
    if let Some(url) = &args.pages_url {
        let read = url::Url::parse(url).ok();
        if !read.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
            return Err(ServiceError(format!(
                "--pages-url {url:?} is no URL such as https://pay.example.com"
            )));
        }
    }
    if args.provider_deadline.0.is_zero() || args.provider_concurrency == 0 || args.writers == Some(0) {
        return Err(ServiceError(
            "--provider-deadline, --provider-concurrency and --writers have to be more than nothing"
                .to_owned(),
        ));
    }
    if args.lease.0 < args.provider_deadline.0 * 5 / 2 {
        return Err(ServiceError(
            "--lease has to be at least two and a half times --provider-deadline: a call is over before \
             anybody else looks after it"
                .to_owned(),
        ));
    }
    Ok(())
}

fn webhook_rules(args: &ServeArgs) -> Result<WebhookRules, ServiceError> {
    let retries = args.webhook_retries.iter().map(|pause| SignedDuration::try_from(pause.0));
    let retries = retries.collect::<Result<Vec<_>, _>>().map_err(fault)?;
    Ok(WebhookRules { retries, private_addresses: args.webhook_private_addresses })
}

/// A connection that comes about once it is used.
fn lazily(address: String) -> Result<Connection, ServiceError> {
    Ok(connection(Endpoint::from_shared(address).map_err(fault)?.connect_lazy()))
}

async fn register(
    args: &ServeArgs,
    providers: Vec<Arc<dyn Provider>>,
    world: Option<&str>,
    links: &Links,
) -> Result<Registry, ServiceError> {
    let limits = Limits { deadline: args.provider_deadline.0, concurrency: args.provider_concurrency };
    let reports =
        RemittanceReports { target: links.notification_target.clone(), token: links.keys.remittance_token() };
    let mut registry = Registry::default();
    let mut adapters = providers;
    for address in args.providers.iter().map(String::as_str).chain(world) {
        adapters.push(Arc::new(Remote::connect(address, PATIENCE, &reports).await.map_err(fault)?));
    }
    for adapter in adapters {
        let name = adapter.capabilities().provider.clone();
        if !registry.add(adapter, limits) {
            return Err(ServiceError(format!(
                "two adapters call themselves {name:?}, or one has no name; routes could not tell them apart"
            )));
        }
    }
    Ok(registry)
}

/// Starts a sandbox in this process, with a gRPC port of its own on the loopback interface.
async fn embed(
    args: &ServeArgs,
    pages_url: &str,
    clock: &Arc<dyn Clock>,
    ids: &Arc<dyn Ids>,
    stop: &CancellationToken,
) -> Result<Embedded, ServiceError> {
    let location = LedgerLocation::File(args.sandbox_ledger.clone());
    let config = SandboxConfig::new(location, format!("{pages_url}/sandbox"));
    let sandbox = Sandbox::open(config, Arc::clone(clock), Arc::clone(ids)).map_err(fault)?;
    let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.map_err(ServiceError)?;
    let address = local(&listener).map_err(ServiceError)?;
    let server = Server::builder()
        .tcp_nodelay(true)
        .add_service(sandbox.provider_service())
        .add_service(sandbox.sandbox_service())
        .add_service(sandbox.remittance_bank_service());
    // It outlives the service's own port: what is under way is finished before the end.
    let stop = stop.clone();
    tokio::spawn(async move {
        let end = async move {
            stop.cancelled().await;
            tokio::time::sleep(Duration::from_secs(60)).await;
        };
        if let Err(error) = server.serve_with_incoming_shutdown(TcpListenerStream::new(listener), end).await {
            tracing::error!(%error, "the embedded sandbox has stopped");
        }
    });
    Ok(Embedded { sandbox, address })
}

/// An address that can be called: a wildcard listens everywhere but is nowhere.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() { SocketAddr::from(([127, 0, 0, 1], address.port())) } else { address }
}

/// Says that the service is ready, on standard output, where a script can read it.
#[expect(clippy::print_stdout, reason = "the one line that says where the service is to be found")]
pub(super) fn announce(line: &str) {
    println!("{line}");
}

type ReflectionError = tonic_reflection::server::Error;

/// Reflection in both of its versions: older tools know only the first.
pub(super) fn reflection() -> Result<
    (
        tonic_reflection::server::v1::ServerReflectionServer<
            impl tonic_reflection::server::v1::ServerReflection,
        >,
        tonic_reflection::server::v1alpha::ServerReflectionServer<
            impl tonic_reflection::server::v1alpha::ServerReflection,
        >,
    ),
    ReflectionError,
> {
    let builder = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            // So that grpcurl can print what errors carry.
            .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
    };
    Ok((builder().build_v1()?, builder().build_v1alpha()?))
}
