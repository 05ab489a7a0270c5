//! The replicas of the service: put together as `bursar serve` does it, with other outsides, and started
//! again whenever one is gone.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
    time::Duration,
};

use bursar::{
    app::{Outside, Parts, Rulebooks, Size, admit, assemble, ruleset},
    domain::card::IinTable,
    engine::Ruleset,
    env::{Connection, Keys, Links, SeededIds, connection},
    proto::DESCRIPTORS,
    provider::{Limits, Registry, RemittanceReports, Remote},
    telemetry::{RequestLayer, RequestService},
};
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;
use tonic::{
    Status,
    body::Body,
    codegen::{StdError, http},
    service::Routes,
};
use tower::{Layer as _, ServiceExt as _, service_fn};

use super::{
    chance::{Chance, sub_seed},
    disk::Disk,
    gate::Gate,
    shops::{self, Shops},
    time::SimClock,
    wire,
    world::World,
};

/// Where the service is found, by adapters and browsers.
pub const ADDRESS: &str = "http://bursar.sim";
/// Where the bank's pages are.
pub const BANK: &str = "http://bank.sim/sandbox";
const EFFECTS: usize = 256;

/// One process of the service.
pub struct Replica {
    pub gate: Arc<Gate>,
    pub clock: SimClock,
    /// Cancelled when it is told to stop.
    stop: CancellationToken,
    routes: RequestService<Routes>,
    pages: axum::Router,
}

/// All of them.
pub struct Cluster {
    world: Weak<World>,
    slots: Mutex<BTreeMap<usize, Arc<Replica>>>,
    chance: Chance,
}

/// What is data and the same in every world.
struct Books {
    books: Rulebooks,
    iins: Arc<IinTable>,
    rules: Mutex<BTreeMap<(Duration, bool), Arc<Ruleset>>>,
    layer: RequestLayer,
}

fn books() -> &'static Books {
    static BOOKS: OnceLock<Books> = OnceLock::new();
    BOOKS.get_or_init(|| {
        let books = Rulebooks::shipped().expect("the shipped rules");
        let iins = Arc::new(books.iins.clone());
        let layer = RequestLayer::new(&[DESCRIPTORS], None).expect("descriptors");
        Books { books, iins, rules: Mutex::default(), layer }
    })
}

impl Replica {
    /// Starts a process. An error is that of the store, as for a real process, which ends then.
    async fn start(world: &Arc<World>, gate: Arc<Gate>, clock: SimClock) -> Result<Self, StdError> {
        let name = gate.name().to_owned();
        let chance = |part: &str| Chance::of(world.seed, &format!("{name} {part}"));
        let weather = Arc::clone(&world.weather);
        let store = Arc::new(Disk::new(world, Arc::clone(&gate), chance("disk")));
        let stop = CancellationToken::new();
        let keys = Keys::derive(&[7; 32]);
        if !admit(&*store, &keys).await? {
            return Err("the store was filled with another secret".into());
        }
        let links =
            Arc::new(Links { pages_url: ADDRESS.to_owned(), notification_target: ADDRESS.to_owned(), keys });
        let provider = wire::wire(world, Arc::clone(&gate), chance("wire"));
        let reports = RemittanceReports { target: ADDRESS.to_owned(), token: links.keys.remittance_token() };
        let patience = Duration::from_secs(60);
        let remote = Remote::over(provider, "the simulated provider", patience, &reports).await?;
        let mut providers = Registry::default();
        let limits = Limits { deadline: weather.deadline, concurrency: EFFECTS };
        assert!(providers.add(Arc::new(remote), limits), "the provider has a name");
        let shared = books();
        let key = (weather.conclusive_after, weather.can_cancel);
        let rules = Arc::clone(
            shared
                .rules
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(key)
                .or_insert_with(|| Arc::new(ruleset(shared.books.clone(), &providers, shops::rules()))),
        );
        let outside = Outside {
            clock: Arc::new(clock.clone()),
            ids: Arc::new(SeededIds::new(sub_seed(world.seed, &format!("{name} ids")))),
            store,
            providers,
            links,
            rules,
            iins: Arc::clone(&shared.iins),
            sandbox: Some(world.sandbox.clone()),
            receivers: Arc::new(Shops::new(world, Arc::clone(&gate))),
            stop: stop.clone(),
        };
        let size = Size { writers: Some(weather.writers), effects: EFFECTS, lease: weather.lease };
        let Parts { engine, runner, dispatches, routes, pages } = assemble(outside, size).await?;
        tokio::spawn(runner.run(dispatches, stop.clone()));
        let faulty = Arc::clone(world);
        let ended = engine.fault().clone();
        let process = Arc::clone(&gate);
        tokio::spawn(async move {
            ended.cancelled().await;
            faulty.witness.fault(format!("a part of {} has ended badly", process.name()));
            process.close();
        });
        let routes = shared.layer.layer(routes.routes().prepare());
        Ok(Self { gate, clock, stop, routes, pages })
    }

    /// Answers a call, if the process lives that long.
    async fn serve(&self, request: http::Request<Body>) -> Result<http::Response<Body>, StdError> {
        let what = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
        let answered = async {
            self.gate.open().await;
            let Ok(answer) = self.routes.clone().oneshot(request).await;
            if is_reading(&what) {
                self.gate.open().await;
            } else {
                self.gate.cross("answer", &what).await;
            }
            answer
        };
        tokio::select! {
            biased;
            answer = answered => Ok(answer),
            () = self.gate.closed() => Err("the simulated process is gone".into()),
        }
    }

    /// Answers a browser, if the process lives that long.
    async fn browse(
        &self,
        request: http::Request<axum::body::Body>,
    ) -> Result<http::Response<axum::body::Body>, StdError> {
        let answered = async {
            self.gate.open().await;
            let Ok(answer): Result<_, Infallible> = self.pages.clone().oneshot(request).await;
            self.gate.cross("answer", "page").await;
            answer
        };
        tokio::select! {
            biased;
            answer = answered => Ok(answer),
            () = self.gate.closed() => Err("the simulated process is gone".into()),
        }
    }
}

/// Whether a method only reads. Where nothing changes, a crash has no place of its own.
pub fn is_reading(method: &str) -> bool {
    ["Get", "List", "Watch", "Explain"].iter().any(|prefix| method.starts_with(prefix))
}

impl Cluster {
    pub fn new(world: Weak<World>, chance: Chance) -> Self {
        Self { world, slots: Mutex::default(), chance }
    }

    fn slots(&self) -> std::sync::MutexGuard<'_, BTreeMap<usize, Arc<Replica>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The processes there are.
    pub fn all(&self) -> Vec<Arc<Replica>> {
        self.slots().values().cloned().collect()
    }

    /// Whether as many run as should.
    pub fn is_whole(&self, size: usize) -> bool {
        let slots = self.slots();
        slots.len() == size && slots.values().all(|replica| !replica.gate.is_closed())
    }

    /// Keeps one process running, for ever.
    pub async fn keep(world: Arc<World>, slot: usize) {
        let chance = Chance::of(world.seed, &format!("operator {slot}"));
        for incarnation in 0_u64.. {
            let gate = Arc::new(Gate::new(format!("r{slot}.{incarnation}"), Arc::clone(&world.points)));
            let clock = world.clock.another();
            world.trace.note(format_args!("{} starts", gate.name()));
            let started = tokio::select! {
                biased;
                started = Replica::start(&world, Arc::clone(&gate), clock) => started,
                () = gate.closed() => Err("gone while it started".into()),
            };
            match started {
                Ok(replica) => {
                    world.cluster.slots().insert(slot, Arc::new(replica));
                    gate.closed().await;
                    world.cluster.slots().remove(&slot);
                    world.trace.count("crashes");
                }
                Err(error) => {
                    world.trace.note(format_args!("{} did not start: {error}", gate.name()));
                    gate.close();
                }
            }
            let most = world.weather.down_most.max(Duration::from_millis(20));
            world.agenda.sleep(chance.any_span(Duration::from_millis(10), most)).await;
        }
    }

    /// Lets go of everything, so that nothing holds itself.
    pub fn clear(&self) {
        self.slots().clear();
    }

    fn one(&self) -> Option<Arc<Replica>> {
        let slots = self.slots();
        // Who is told to stop takes no new calls.
        let living: Vec<Arc<Replica>> =
            slots.values().filter(|replica| !replica.stop.is_cancelled()).cloned().collect();
        if living.is_empty() { None } else { Some(Arc::clone(self.chance.pick(&living))) }
    }

    /// A connection to whichever process is there.
    pub fn door(&self, who: &str) -> Connection {
        let (world, who) = (self.world.clone(), who.to_owned());
        connection(service_fn(move |request: http::Request<Body>| {
            let (world, who) = (world.clone(), who.clone());
            async move {
                let world = world.upgrade().ok_or("the world is over")?;
                let path = request.uri().path().to_owned();
                let one = world.cluster.one().ok_or("no simulated process is there")?;
                let answer = one.serve(request).await;
                let code = answer.as_ref().ok().map(|answer| Status::from_header_map(answer.headers()));
                // What goes well says so behind its body.
                if matches!(code, Some(None)) {
                    world.trace.count(&format!("rpc: {path}"));
                }
                let code = code.flatten().map(|status| status.code());
                world.trace.note(format_args!("{who} {path} at {}: {code:?}", one.gate.name()));
                answer
            }
        }))
    }

    /// A page of whichever process is there.
    pub async fn page(
        &self,
        request: http::Request<axum::body::Body>,
    ) -> Result<http::Response<axum::body::Body>, StdError> {
        let one = self.one().ok_or("no simulated process is there")?;
        one.browse(request).await
    }
}

/// What goes wrong with processes by itself: they stand still, and their clocks jump. Where everybody sleeps
/// for days, as until money arrives, most of the storms would strike nothing: they are rarer then.
pub async fn chaos(world: Arc<World>) {
    let chance = Chance::of(world.seed, "chaos");
    let weather = &world.weather;
    while !weather.is_healed() {
        let most = (world.agenda.idle() / 8).clamp(Duration::from_secs(40), Duration::from_secs(6 * 3_600));
        world.agenda.sleep(chance.any_span(Duration::from_millis(200), most)).await;
        let replicas = world.cluster.all();
        if replicas.is_empty() {
            continue;
        }
        let replica = Arc::clone(chance.pick(&replicas));
        if weather.strikes(&chance, weather.stand_still) {
            world.trace.count("fault: process stands still");
            replica.gate.shut();
            let world = Arc::clone(&world);
            let time = chance.any_span(Duration::from_millis(50), weather.lease * 3);
            let gate = Arc::clone(&replica.gate);
            tokio::spawn(async move {
                world.agenda.sleep(time).await;
                gate.reopen();
            });
        }
        if weather.strikes(&chance, weather.restart) {
            world.trace.count("fault: process told to stop");
            let (world, replica) = (Arc::clone(&world), Arc::clone(&replica));
            let time = chance.any_span(Duration::from_millis(20), weather.lease * 2);
            tokio::spawn(async move {
                replica.stop.cancel();
                world.agenda.sleep(time).await;
                replica.gate.close();
            });
        }
        if weather.strikes(&chance, weather.clock) {
            world.trace.count("fault: clock jumps");
            let most = weather.clock_most.as_millis();
            let ahead = i64::try_from(most).unwrap_or(0) as f64 * (chance.fraction() * 2.0 - 1.0);
            #[expect(clippy::cast_possible_truncation, reason = "milliseconds of a day")]
            let ahead = SignedDuration::from_millis(ahead as i64);
            world.trace.note(format_args!("{}: the clock is ahead by {ahead}", replica.gate.name()));
            replica.clock.put_ahead(ahead);
        }
    }
    for replica in world.cluster.all() {
        replica.gate.reopen();
        replica.clock.put_ahead(SignedDuration::ZERO);
    }
}
