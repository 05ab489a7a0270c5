//! Runs many worlds, several at once, each in a thread and a runtime of its own.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use tokio::time::Instant;

use super::{args::Args, course, gate::Plan, summary::Summary, weather::Weather, world::World};

/// Runs what the command line asks for; `true`: all is well.
pub fn run(args: &Args) -> bool {
    let started = Instant::now();
    let next = AtomicU64::new(args.seeds.0.start);
    let summary = Mutex::new(Summary::default());
    let more = |seed: u64| match args.at_least() {
        Some(time) => started.elapsed() < time,
        None => seed < args.seeds.0.end,
    };
    thread::scope(|scope| {
        for _ in 0..args.jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if !more(seed) {
                        return;
                    }
                    let outcome = course::run(seed, false);
                    let again = args.twice_every > 0 && seed.is_multiple_of(args.twice_every);
                    let second = again.then(|| course::run(seed, false).trace);
                    let mut summary = summary.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Some(second) = second {
                        summary.twice += 1;
                        if second != outcome.trace {
                            summary.differs(seed, outcome.trace, second);
                        }
                    }
                    summary.add(seed, outcome);
                }
            });
        }
    });
    let mut summary = summary.into_inner().unwrap_or_else(PoisonError::into_inner);
    summary.bad.sort_unstable();
    summary.bad.dedup();
    summary.print(started.elapsed(), args.counts);
    summary.is_good()
}

/// Runs one seed and tells everything that happens.
pub fn tell(seed: u64, crash_at: &[u64]) -> bool {
    let started = Instant::now();
    let outcome = if crash_at.is_empty() {
        course::run(seed, true)
    } else {
        let plan = Plan::At(crash_at.iter().copied().collect());
        course::within(|| World::new(seed, Weather::of(seed), plan, true), course::live)
    };
    println!("trace {:x}", outcome.trace);
    let mut summary = Summary::default();
    summary.add(seed, outcome);
    summary.print(started.elapsed(), true);
    summary.is_good()
}
