//! One provider that never answers a charge, beside a good one: what the good one's payments lose.

use std::{fs, path::PathBuf, time::Duration};

use super::{Bench, closed, phase, wish};
use crate::{
    adapter::HANGING,
    child::Client,
    command::Part,
    fill::{Shape, USUAL},
    load::{Measured, Model, Width},
    rig::{Load, Rig},
    say,
};

pub const ALONE: &str = "good provider alone";

/// Payments a second to the provider that hangs.
const RATES: [f64; 2] = [100.0, 1_000.0];

pub fn run(bench: &mut Bench<'_>) {
    let (rig, plan) = (bench.rig, bench.plan);
    let seconds = plan.overload_seconds;
    let programs = programs(rig);
    let rates = if plan.quick { &RATES[..1] } else { &RATES };
    for kind in plan.stores.iter().copied() {
        let most = if plan.quick { 1_000.0 } else { 8_000.0 };
        let load = |case: &str, round: usize| {
            let load = closed(Part::Hanging, case, round, plan, plan.wide());
            let orders = Some((most * seconds * 1.5) as usize);
            Load { model: timed(seconds), strict: false, orders, ..load }
        };
        let orders = load("", 0).orders.unwrap_or(0) * plan.rounds * (1 + rates.len());
        let mut wish = wish(plan, kind, "hanging", orders);
        wish.programs = Some(programs.clone());
        let euros = Shape { currency: "EUR", paid: 0, ..USUAL };
        let (mut site, others) = rig.mixed(&wish, &euros);
        let mut used = 0;
        for round in 0..plan.rounds {
            bench.begin_round(Part::Hanging, round);
            let sample = site.measure(&Load { x: 0.0, ..load(ALONE, round) });
            bench.keep(sample);
            for rate in rates {
                say(&format!("hanging: {rate} payments a second to a provider that does not answer"));
                let mut job = site.job(&load("", round));
                // They begin before the others, and go on until these are done.
                let length = seconds * 1.5 + 1.0;
                job.model = Model::Open { connections: 4, phases: vec![phase("hanging", *rate, length)] };
                job.count = job.model.orders();
                let count = job.count;
                (job.orders, job.from) = (others.clone(), used);
                job.deadline = Some(Duration::from_secs(2));
                job.watched.clear();
                let hanging = Client::start("load", &job);
                let case = format!("beside {rate:.0} hanging a second");
                let sample = site.measure(&Load { x: *rate, ..load(&case, round) });
                bench.keep(sample);
                let _: Measured = hanging.answer();
                used += count;
            }
        }
    }
}

/// 512 at a time, for a time.
fn timed(seconds: f64) -> Model {
    let (warm_up, calls) = (Width::WIDE.in_flight(), 100_000_000);
    Model::Closed { width: Width::WIDE, warm_up, calls, most: Duration::from_secs_f64(seconds) }
}

/// The usual program, but payments in euros go to the provider that hangs.
fn programs(rig: &Rig) -> PathBuf {
    let text = include_str!("../../../programs/aws-inc.toml");
    let route = "[[edition.routes]]\nprovider = \"sandbox\"";
    assert_eq!(text.matches(route).count(), 1, "the program's routes are others than this part knows");
    let both = format!("[[edition.routes]]\nprovider = \"{HANGING}\"\ncurrencies = [\"EUR\"]\n\n{route}");
    let folder = rig.path("programs");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("aws-inc.toml"), text.replace(route, &both)).unwrap();
    folder
}
