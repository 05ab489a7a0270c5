//! Latency over arrival rate, from the intended start of each call.

use super::{Bench, open, phase, saturation, wish};
use crate::{command::Part, load::Width};

pub fn run(bench: &mut Bench<'_>) {
    let (rig, plan) = (bench.rig, bench.plan);
    for kind in plan.stores.iter().copied() {
        // The most that was ever seen on a machine of this kind is far below.
        let most = if plan.quick { 2_000.0 } else { 15_000.0 };
        let shares: f64 = plan.arrivals.iter().sum::<f64>() * 1.25;
        // What comes at random comes more often at times; the closed loop uses up what is in flight, too.
        let random = (most * shares * plan.open_seconds * 1.25) as usize;
        let orders = random + plan.wide().1 * 2 + Width::WIDE.in_flight() * 2;
        let (mut site, _) = rig.site(&wish(plan, kind, "arrivals", orders));
        bench.begin_round(Part::Arrivals, 0);
        let saturation = saturation(bench, Part::Arrivals, &mut site).min(most);
        for share in &plan.arrivals {
            let rate = saturation * share;
            let phases = vec![
                phase("warm-up", rate, plan.open_seconds / 4.0),
                phase("measured", rate, plan.open_seconds),
            ];
            let mut load = open(Part::Arrivals, "open loop", Width::WIDE.connections, phases);
            load.x = *share;
            let sample = site.measure(&load);
            bench.keep(sample);
        }
    }
}
