//! Looks for bugs that are planted in the product, to show that the worlds find such (F2c): each alone, from
//! a seed on, until the oracle objects. A find counts only if the same world is clean without the bug.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use bursar::planted::{Bug, plant};
use strum::{EnumMessage as _, EnumProperty as _, IntoEnumIterator as _};
use tokio::time::Instant;

use super::{args::Args, course, oracle::Invariant};

/// How far apart the starts are: further than anybody looks.
const APART: u64 = 100_000;

/// A bug that was found.
struct Find {
    /// How many seeds it took.
    seeds: u64,
    /// How much time passed in their worlds.
    simulated: Duration,
    /// What the oracle objected to.
    broken: BTreeSet<Invariant>,
}

/// What came of one search.
enum Search {
    Found(Find),
    NotFound,
    /// This seed is violated though nothing is planted.
    NotClean(u64),
}

/// With --seed and --planted, that world has the bug.
pub fn plant_asked(args: &Args) -> Result<(), String> {
    let Some(asked) = &args.planted else { return Ok(()) };
    let bugs = bugs(asked)?;
    if args.seed.is_some() {
        let [bug] = bugs.as_slice() else { return Err("name one bug for one seed".to_owned()) };
        plant(Some(*bug));
    }
    Ok(())
}

fn bugs(asked: &str) -> Result<Vec<Bug>, String> {
    if asked == "all" {
        return Ok(Bug::iter().collect());
    }
    asked.parse().map(|bug| vec![bug]).map_err(|_| {
        let known: Vec<String> = Bug::iter().map(|bug| bug.to_string()).collect();
        format!("there is no {asked:?}; there are all, {}", known.join(", "))
    })
}

/// Looks for the bugs that are asked for; `true`: all were found.
pub fn run(args: &Args) -> bool {
    let started = Instant::now();
    let bugs = args.planted.as_deref().map(bugs).and_then(Result::ok).unwrap_or_default();
    let hunts: Vec<(Bug, u64)> =
        bugs.iter().flat_map(|bug| (0..args.starts).map(|start| (*bug, 1 + start * APART))).collect();
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..args.jobs.max(1) {
            scope.spawn(|| {
                while let Some((bug, start)) = hunts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let search = look_for(*bug, *start, args.seeds_most);
                    eprintln!("{bug} from {start}: {}", search.shown());
                    found.lock().unwrap_or_else(PoisonError::into_inner).push((*bug, search));
                }
            });
        }
    });
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("| planted | made by | caught as | seeds: median | worst | simulated: median |");
    println!("|---|---|---|---:|---:|---:|");
    let mut good = true;
    for bug in bugs {
        let searches: Vec<&Search> = found.iter().filter(|(of, _)| *of == bug).map(|(_, it)| it).collect();
        good &= searches.iter().all(|search| matches!(search, Search::Found(_)));
        println!("{}", row(bug, &searches));
    }
    let wall = started.elapsed().as_secs_f64();
    println!("{} bugs, {} searches, {wall:.0} s of wall time", hunts.len() as u64 / args.starts, hunts.len());
    good
}

/// Runs world after world with the bug in it.
fn look_for(bug: Bug, start: u64, most: u64) -> Search {
    let mut simulated = Duration::ZERO;
    for seeds in 1..=most {
        let seed = start + seeds - 1;
        plant(Some(bug));
        let outcome = course::run(seed, false);
        plant(None);
        simulated += outcome.simulated;
        let broken: BTreeSet<Invariant> =
            outcome.verdict.violations.iter().map(|violation| violation.of).collect();
        if broken.is_empty() {
            continue;
        }
        if !course::run(seed, false).verdict.violations.is_empty() {
            return Search::NotClean(seed);
        }
        return Search::Found(Find { seeds, simulated, broken });
    }
    Search::NotFound
}

impl Search {
    fn shown(&self) -> String {
        match self {
            Self::Found(find) => format!("found at seed {} as {}", find.seeds, names(&find.broken)),
            Self::NotFound => "NOT FOUND".to_owned(),
            Self::NotClean(seed) => format!("SEED {seed} IS VIOLATED WITHOUT A BUG"),
        }
    }
}

fn names(broken: &BTreeSet<Invariant>) -> String {
    broken.iter().map(|of| format!("{of:?}")).collect::<Vec<_>>().join(", ")
}

/// A row of the table.
fn row(bug: Bug, searches: &[&Search]) -> String {
    let what = bug.get_documentation().unwrap_or_default().trim_end_matches('.');
    let who = bug.get_str("by").unwrap_or_default();
    let mut finds: Vec<&Find> = Vec::new();
    for search in searches {
        match search {
            Search::Found(find) => finds.push(find),
            Search::NotFound | Search::NotClean(_) => {
                return format!("| {what} (`{bug}`) | {who} | {} | | | |", search.shown());
            }
        }
    }
    finds.sort_by_key(|find| find.seeds);
    let (Some(median), Some(worst)) = (finds.get(finds.len() / 2), finds.last()) else {
        return format!("| {what} (`{bug}`) | {who} | not looked for | | | |");
    };
    let broken = finds.iter().flat_map(|find| find.broken.clone()).collect();
    let days = median.simulated.as_secs_f64() / 86_400.0;
    let caught = names(&broken);
    format!("| {what} (`{bug}`) | {who} | {caught} | {} | {} | {days:.0} days |", median.seeds, worst.seeds)
}
