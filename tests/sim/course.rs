//! The course of a world: clients do what they do, faults are healed, time runs on, and the oracle judges.

use std::{sync::Arc, time::Duration};

use bursar::proto::sandbox::v1::{ListScenariosRequest, sandbox_service_client::SandboxServiceClient};
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    ask::Answer,
    chance::Chance,
    collect,
    gate::Plan,
    oracle::{self, Verdict, facts::Facts},
    panics,
    shopper::{Mall, Shopper},
    trace::Counts,
    watcher,
    weather::Weather,
    world::World,
};

/// How long time runs on after healing: longer than the latest notification is late.
const AFTERMATH: Duration = Duration::from_secs(4 * 86_400);
/// Longer than the sandbox waits before it repeats a notification.
const LADDER: Duration = Duration::from_secs(31 * 60);
/// How long a world may take, in steps of its time, before it is stuck.
const WORK_MOST: Duration = Duration::from_secs(30 * 86_400);

/// The share of worlds in which somebody watches the log.
const WATCHED: f64 = 0.3;

/// What came of a world.
pub struct Outcome {
    pub verdict: Verdict,
    /// The hash of everything that happened.
    pub trace: u64,
    /// How much time passed in it.
    pub simulated: Duration,
    pub counts: Counts,
    /// How many crossings of gates there were.
    pub points: u64,
    /// How many of them were crashes by plan.
    pub fallen: u64,
}

/// Runs the world of a seed.
pub fn run(seed: u64, told: bool) -> Outcome {
    let crashes = Plan::Seeded(Box::new(Chance::of(seed, "crashes")));
    within(move || World::new(seed, Weather::of(seed), crashes, told), live)
}

/// Runs a world in a runtime of its own, whose time stands still unless everybody waits.
pub fn within(
    make: impl FnOnce() -> Arc<World>,
    course: impl AsyncFnOnce(&Arc<World>) -> Verdict,
) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    panics::forget();
    runtime.block_on(async {
        let started = Instant::now();
        let world = make();
        world.start();
        let mut verdict = course(&world).await;
        for what in panics::take() {
            verdict.violations.push(oracle::Violation { of: oracle::Invariant::I13, what });
        }
        world.cluster.clear();
        Outcome {
            verdict,
            trace: world.trace.hash(),
            simulated: started.elapsed(),
            counts: world.trace.counts(),
            points: world.points.planned(),
            fallen: world.points.fallen(),
        }
    })
}

/// Clients shop while faults strike.
pub async fn live(world: &Arc<World>) -> Verdict {
    let chance = Chance::of(world.seed, "course");
    let mut sandbox = SandboxServiceClient::new(world.sandbox.clone());
    let scenarios = sandbox.list_scenarios(ListScenariosRequest {}).await.expect("the sandbox answers");
    let scenarios = scenarios.into_inner().scenarios;
    let catalogue: Vec<String> = scenarios.into_iter().map(|scenario| scenario.card_number).collect();
    let mall = Arc::new(Mall::open(&chance, &catalogue));

    let mut shopping = JoinSet::new();
    for number in 0..chance.within(1, 3) {
        let shopper = Shopper::new(world, &mall, usize::try_from(number).unwrap_or(0));
        shopping.spawn(shopper.shop());
    }
    let over = CancellationToken::new();
    let watching =
        chance.happens(WATCHED).then(|| tokio::spawn(watcher::watch(Arc::clone(world), over.clone())));
    let shopped = tokio::select! {
        biased;
        shopped = shopping.join_all() => Some(shopped),
        () = world.pass_time(Some(Instant::now() + WORK_MOST)) => None,
    };
    if shopped.is_none() {
        world.witness.fault("the clients never came to an end".to_owned());
    }
    let accounts: Vec<String> = shopped.into_iter().flatten().flatten().collect();
    let mut facts = heal(world, &mall, &accounts).await;
    over.cancel();
    if let Some(watching) = watching
        && let Ok(seen) = watching.await
    {
        facts.log.broken.extend(watcher::missed(world, seen).await);
    }
    let mut verdict = oracle::judge(&facts);
    world.trace.add("effects performed", u64::try_from(facts.performed.len()).unwrap_or(0));
    world.trace.add("ledger entries", u64::try_from(facts.ledger.len()).unwrap_or(0));
    verdict.reviews.sort();
    verdict
}

/// Ends all faults, lets time run on, asks everything once more and collects the facts.
pub async fn heal(world: &Arc<World>, mall: &Mall, accounts: &[String]) -> Facts {
    world.trace.note(format_args!("the clients are done"));
    world.weather.heal();
    world.pass_time(Some(Instant::now() + AFTERMATH)).await;
    for _ in 0..4 {
        tokio::time::advance(LADDER).await;
        tokio::time::sleep(Duration::from_secs(4)).await;
    }
    if !world.cluster.is_whole(world.weather.replicas) {
        world.witness.fault("not all replicas run after healing".to_owned());
    }
    ask_again(world, mall).await;
    collect::facts(world, mall, accounts).await
}

/// I7: whatever was answered is answered the same, now that all is quiet.
async fn ask_again(world: &Arc<World>, mall: &Mall) {
    for ask in mall.book.all() {
        if !mall.book.was_told(&ask) {
            continue;
        }
        let answer = ask.send(world.cluster.door("again"), Duration::from_secs(20)).await;
        mall.book.answered(&ask, &answer, true);
        if let Answer::Lost | Answer::Later(_) = answer {
            world.witness.fault(format!("{}: no answer though all is well: {answer:?}", ask.method()));
        }
    }
}
