//! More than can be done: what is still done, how fast the rest is refused, what it takes, how it ends.

use super::{Bench, open, phase, saturation, wish};
use crate::{command::Part, say};

/// How many times the saturation.
pub const TIMES: [f64; 3] = [2.0, 5.0, 10.0];
/// The share of the saturation before and after.
const CALM: f64 = 0.5;
/// Each connection has up to 1,024 calls under way, then the client queues them itself.
const CONNECTIONS: usize = 32;

pub const BEFORE: &str = "before";
pub const DURING: &str = "during";
pub const AFTER: &str = "after";

pub fn run(bench: &mut Bench<'_>) {
    let (rig, plan) = (bench.rig, bench.plan);
    let times: &[f64] = if plan.quick { &TIMES[..1] } else { &TIMES };
    let seconds = plan.overload_seconds;
    for kind in plan.stores.iter().copied() {
        // What is refused is asked for again, so only what can be done needs an order of its own.
        let most = if plan.quick { 2_000.0 } else { 10_000.0 };
        let each = (most * (seconds + 2.0 * calm(seconds) * CALM)) as usize + 40_000;
        let each = if plan.quick { each / 4 } else { each };
        let (mut site, _) = rig.site(&wish(plan, kind, "overload", plan.wide().1 * 2 + each * times.len()));
        bench.begin_round(Part::Overload, 0);
        let saturation = saturation(bench, Part::Overload, &mut site);
        for times in times {
            say(&format!("overload: {times} times {saturation:.0}/s for {seconds} s"));
            let phases = vec![
                phase(BEFORE, saturation * CALM, calm(seconds)),
                phase(DURING, saturation * times, seconds),
                phase(AFTER, saturation * CALM, calm(seconds)),
            ];
            let mut load = open(Part::Overload, &format!("{times} × saturation"), CONNECTIONS, phases);
            load.x = *times;
            load.orders = Some(each);
            let sample = site.measure(&load);
            bench.keep(sample);
        }
    }
}

/// How long it is calm before and after, in seconds.
fn calm(overload: f64) -> f64 {
    overload.clamp(1.0, 15.0)
}
