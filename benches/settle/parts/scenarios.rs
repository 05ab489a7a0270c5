//! Other work than settles of many customers: cards linked and verified, one customer who pays all the
//! time, mostly reads, and settles that many watch.

use std::{thread, time::Duration};

use super::{Bench, NEWCOMER, closed, wish};
use crate::{
    child::Client,
    command::{Kind, Part},
    load::{Spread, Work},
    report::Sample,
    rig::{Load, Site, Wish},
    say, watch,
};

pub const LINK: &str = "link, hold USD 1.00, release";
pub const HOT: &str = "settle, all of one customer";
pub const READS: &str = "80 % reads, 20 % settles";
pub const USUAL: &str = "settle";
const WATCHERS: [usize; 2] = [8, 64];

pub fn run(bench: &mut Bench<'_>) {
    for kind in bench.plan.stores.iter().copied() {
        bench.begin_round(Part::Scenarios, 0);
        link(bench, kind);
        hot(bench, kind);
        read_and_watched(bench, kind);
    }
}

fn keep_rounds(bench: &mut Bench<'_>, mut measure: impl FnMut(usize) -> Sample) {
    for round in 0..bench.plan.rounds {
        let sample = measure(round);
        bench.keep(sample);
    }
}

fn load(bench: &Bench<'_>, case: &str, work: Work, round: usize) -> Load {
    let (width, calls) = bench.plan.wide();
    let calls = if work == Work::Settle { calls } else { calls / 2 };
    Load { work, spread: Spread::ByTurn, ..closed(Part::Scenarios, case, round, bench.plan, (width, calls)) }
}

fn link(bench: &mut Bench<'_>, kind: Kind) {
    let (rig, plan) = (bench.rig, bench.plan);
    let accounts = load(bench, LINK, Work::Link, 0).model.orders() * plan.rounds;
    let wish = Wish { accounts, shape: NEWCOMER, ..wish(plan, kind, "link", 0) };
    let (mut site, _) = rig.site(&wish);
    let loads: Vec<Load> = (0..plan.rounds).map(|round| load(bench, LINK, Work::Link, round)).collect();
    keep_rounds(bench, |round| site.measure(&loads[round]));
    // A card can pay once its hold is placed; giving it back follows at once, and belongs to the scenario.
    let store = site.store.as_ref().unwrap();
    let held = || store.number("SELECT count(*) FROM entities WHERE kind = 3 AND open");
    for _ in 0..100 {
        if held() == 0 {
            return;
        }
        thread::sleep(Duration::from_millis(100));
    }
    let note = format!("scenarios, {kind}: {} holds were not released within ten seconds", held());
    say(&note);
    bench.report.notes.push(note);
}

fn hot(bench: &mut Bench<'_>, kind: Kind) {
    let (rig, plan) = (bench.rig, bench.plan);
    let loads: Vec<Load> = (0..plan.rounds).map(|round| load(bench, HOT, Work::Settle, round)).collect();
    let orders = loads.iter().map(|load| load.model.orders()).sum();
    let (mut site, _) = rig.site(&Wish { accounts: 1, ..wish(plan, kind, "hot", orders) });
    keep_rounds(bench, |round| site.measure(&loads[round]));
}

/// Reads, and settles that are watched: of the same customers.
fn read_and_watched(bench: &mut Bench<'_>, kind: Kind) {
    let (rig, plan) = (bench.rig, bench.plan);
    let watchers = if plan.quick { &WATCHERS[..1] } else { &WATCHERS };
    let counts: Vec<usize> = [0].iter().chain(watchers).copied().collect();
    let of = |work: Work| load(bench, "", work, 0).model.orders();
    let orders = (of(Work::Reads) + of(Work::Settle) * counts.len()) * plan.rounds;
    let (mut site, _) = rig.site(&wish(plan, kind, "usual", orders));
    for round in 0..plan.rounds {
        let sample = site.measure(&load(bench, READS, Work::Reads, round));
        bench.keep(sample);
        for count in &counts {
            let sample = watched(bench, &mut site, *count, round);
            bench.keep(sample);
        }
    }
}

fn watched(bench: &Bench<'_>, site: &mut Site<'_>, count: usize, round: usize) -> Sample {
    if count == 0 {
        return site.measure(&load(bench, USUAL, Work::Settle, round));
    }
    let mut watchers = Client::start("watch", &watch::Job { url: site.servers[0].url.clone(), count });
    watchers.ready();
    let case = format!("settle, {count} watchers of all");
    let mut sample = site.measure(&Load { x: count as f64, ..load(bench, &case, Work::Settle, round) });
    watchers.end();
    let seen: watch::Seen = watchers.answer();
    say(&format!("scenarios: {count} watchers saw {} events", seen.events));
    sample.watched_events = Some(seen.events as f64 / sample.measured.seconds);
    sample
}
