//! Other work than settles of many customers: cards linked and verified, one customer who pays all the
//! time, mostly reads, and settles that many watch.

use std::{thread, time::Duration};

use super::{Bench, NEWCOMER, closed, wish};
use crate::{
    child::Client,
    command::{Kind, Part},
    load::{Spread, Work},
    report::Sample,
    rig::{Load, Wish},
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
        reads(bench, kind);
        watched(bench, kind);
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

fn reads(bench: &mut Bench<'_>, kind: Kind) {
    let (rig, plan) = (bench.rig, bench.plan);
    let loads: Vec<Load> = (0..plan.rounds).map(|round| load(bench, READS, Work::Reads, round)).collect();
    let orders = loads.iter().map(|load| load.model.orders()).sum();
    let (mut site, _) = rig.site(&wish(plan, kind, "reads", orders));
    keep_rounds(bench, |round| site.measure(&loads[round]));
}

fn watched(bench: &mut Bench<'_>, kind: Kind) {
    let (rig, plan) = (bench.rig, bench.plan);
    let watchers = if plan.quick { &WATCHERS[..1] } else { &WATCHERS };
    let counts = || [0].iter().chain(watchers).copied();
    let orders = load(bench, "", Work::Settle, 0).model.orders() * plan.rounds * counts().count();
    let (mut site, _) = rig.site(&wish(plan, kind, "watched", orders));
    for round in 0..plan.rounds {
        for count in counts() {
            let case = if count == 0 { USUAL.to_owned() } else { format!("settle, {count} watchers of all") };
            let watchers = (count > 0).then(|| {
                let job = watch::Job { url: site.servers[0].url.clone(), count };
                let mut client = Client::start("watch", &job);
                client.ready();
                client
            });
            let load = Load { x: count as f64, ..load(bench, &case, Work::Settle, round) };
            let mut sample = site.measure(&load);
            if let Some(mut watchers) = watchers {
                watchers.end();
                let seen: watch::Seen = watchers.answer();
                say(&format!("scenarios: {count} watchers saw {} events", seen.events));
                sample.watched_events = Some(seen.events as f64 / sample.measured.seconds);
            }
            bench.keep(sample);
        }
    }
}
