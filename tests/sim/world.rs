//! One world: the parts of it, and its course from the first call to the verdict.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bursar::{
    domain::ids::EffectId,
    env::{Clock as _, Connection, SeededIds, connection},
    proto::sandbox::v1::{GetNextEventRequest, sandbox_service_client::SandboxServiceClient},
    sandbox::{Config, LedgerLocation, Sandbox},
    store::{Batch, MemoryStore, Store as _},
};
use jiff::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    arrivals::Arrivals,
    chance::{Chance, sub_seed},
    gate::{Plan, Points},
    post,
    replica::{ADDRESS, BANK, Cluster},
    shops::Hooks,
    time::{Agenda, SimClock},
    trace::Trace,
    weather::Weather,
};

/// What all parts of a world share.
pub struct World {
    pub seed: u64,
    pub weather: Arc<Weather>,
    pub trace: Arc<Trace>,
    pub agenda: Agenda,
    /// The right time.
    pub clock: SimClock,
    pub points: Arc<Points>,
    pub store: MemoryStore,
    /// The outside world, and the ways to it that never fail.
    pub outside: Sandbox,
    pub bank: Connection,
    pub sandbox: Connection,
    pub inbox: Connection,
    pub remittances: Connection,
    pub cluster: Cluster,
    pub arrivals: Arrivals,
    pub witness: Arc<Witness>,
}

/// What is seen from outside while the world goes on.
#[derive(Default)]
pub struct Witness(Mutex<Seen>);

/// See [`Witness`].
#[derive(Default)]
pub struct Seen {
    /// Effects that were asked for, and whether the store knew of them by then (I12).
    pub performed: Vec<(String, bool)>,
    /// Rows of the journal in the order of their commits: account and sequence.
    pub committed: Vec<(Uuid, i64)>,
    /// Parts that ended badly (I13).
    pub faults: Vec<String>,
    /// Webhooks as they came: what was taken of each account at each address.
    pub hooks: Hooks,
    /// What each effect was asked to do.
    pub operations: BTreeMap<String, &'static str>,
}

impl Witness {
    pub fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An effect is about to be asked for.
    pub async fn performed(&self, world: &World, effect: &str) {
        let known = is_journaled(&world.store, effect).await;
        self.seen().performed.push((effect.to_owned(), known));
    }

    /// A batch was committed.
    pub fn committed(&self, batch: &Batch) {
        self.seen().committed.extend(batch.journal().map(|row| (row.account, row.sequence)));
    }

    pub fn fault(&self, what: String) {
        self.seen().faults.push(what);
    }
}

/// Whether a row of the journal has the intent of an effect.
async fn is_journaled(store: &MemoryStore, effect: &str) -> bool {
    let Ok(id) = effect.parse::<EffectId>() else { return false };
    let Ok(Some(row)) = store.get(id.entity).await else { return false };
    let rows = store.account_journal(row.account, 0, usize::MAX).await.unwrap_or_default();
    let quoted = format!("\"{effect}\"");
    rows.iter().any(|row| row.events.contains(&quoted))
}

/// Time that is not jumped over before something that is due.
const BEFORE: Duration = Duration::from_millis(300);
/// How often it is looked whether time can jump.
const LOOK: Duration = Duration::from_millis(500);

impl World {
    /// A world in which nothing has happened yet. Comes within a paused runtime.
    pub fn new(seed: u64, weather: Weather, plan: Plan, told: bool) -> Arc<Self> {
        let chance = Chance::of(seed, "world");
        let (weather, trace) = (Arc::new(weather), Arc::new(Trace::new(told)));
        let clock = SimClock::new(base(&chance), Instant::now());
        let points = Arc::new(Points::new(plan, Arc::clone(&weather), Arc::clone(&trace)));
        Arc::new_cyclic(|world: &std::sync::Weak<Self>| {
            let (late, stream) = (world.clone(), Chance::of(seed, "post"));
            let stream = Mutex::new(Some(stream));
            let connect = move |_target: &str| {
                let world = late.upgrade().ok_or("the world is over")?;
                let stream = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
                Ok(post::post(&world, stream.ok_or("there is one post only")?))
            };
            let config = Config::new(LedgerLocation::Memory, BANK);
            let ids = SeededIds::new(sub_seed(seed, "bank ids"));
            let outside =
                Sandbox::connected(config, Arc::new(clock.clone()), Arc::new(ids), Arc::new(connect))
                    .expect("a ledger in memory");
            Self {
                seed,
                weather,
                trace,
                agenda: Agenda::default(),
                points,
                store: MemoryStore::default(),
                bank: connection(outside.provider_service()),
                sandbox: connection(outside.sandbox_service()),
                inbox: connection(outside.inbox_service()),
                remittances: connection(outside.remittance_bank_service()),
                outside,
                cluster: Cluster::new(world.clone(), Chance::of(seed, "balancer")),
                arrivals: Arrivals::default(),
                witness: Arc::default(),
                clock,
            }
        })
    }

    /// Starts the outside world and the replicas.
    pub fn start(self: &Arc<Self>) {
        let outside = self.outside.clone();
        tokio::spawn(async move { outside.run(CancellationToken::new()).await });
        for slot in 0..self.weather.replicas {
            tokio::spawn(Cluster::keep(Arc::clone(self), slot));
        }
        if self.weather.is_restless() {
            tokio::spawn(super::replica::chaos(Arc::clone(self)));
        }
    }

    /// Lets time pass for as long as nobody else ends it: step by step while anything is under way, in
    /// jumps while nothing is.
    pub async fn pass_time(&self, until: Option<Instant>) {
        loop {
            tokio::time::sleep(LOOK).await;
            let now = Instant::now();
            if until.is_some_and(|until| now >= until) {
                return;
            }
            if self.agenda.is_busy() {
                continue;
            }
            let next = [self.next_due().await, self.agenda.next(), until].into_iter().flatten().min();
            let Some(next) = next else { continue };
            if next > now + BEFORE * 3 {
                let by = next - now - BEFORE;
                self.trace.note(format_args!("time jumps by {:.3} s", by.as_secs_f64()));
                tokio::time::advance(by).await;
            }
        }
    }

    /// When anything is next due in the service or at the bank.
    pub async fn next_due(&self) -> Option<Instant> {
        let ahead = self.cluster.all().iter().map(|replica| replica.clock.ahead()).max().unwrap_or_default();
        let due = self.store.next_due("").await.ok().flatten();
        let leased = self.store.lapsed(i64::MAX, 1).await.ok();
        let leased = leased.and_then(|rows| Some(rows.first()?.lease.lease_until));
        let inside = [due, leased]
            .into_iter()
            .flatten()
            .filter_map(|micros| Timestamp::from_microsecond(micros).ok())
            .filter_map(|at| at.checked_sub(ahead).ok())
            .min();
        let outside = SandboxServiceClient::new(self.sandbox.clone())
            .get_next_event(GetNextEventRequest { clock: String::new() })
            .await
            .ok()
            .and_then(|answer| bursar::wire::time::instant(&answer.into_inner().next_time?));
        [inside, outside].into_iter().flatten().min().map(|at| self.clock.instant(at))
    }

    /// Whether the service is reached at this address.
    pub fn is_ours(url: &str) -> bool {
        url.starts_with(ADDRESS)
    }

    /// What the time is.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// When a world begins: any time of two years, some of them just before a month or a year ends.
fn base(chance: &Chance) -> Timestamp {
    let edges =
        ["2026-02-28T23:50:00Z", "2026-12-31T23:55:00Z", "2028-02-28T23:59:00Z", "2027-03-28T00:58:00Z"];
    if chance.happens(0.2) {
        return chance.pick(&edges).parse().expect("an instant");
    }
    let first: Timestamp = "2026-01-02T00:00:00Z".parse().expect("an instant");
    let micros = chance.within(0, 2 * 365 * 86_400 * 1_000_000);
    Timestamp::from_microsecond(first.as_microsecond() + i64::try_from(micros).unwrap_or(0))
        .expect("an instant")
}
