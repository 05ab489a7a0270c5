//! The same load on one, two, four processes over one PostgreSQL, all on the same cores.

use super::{Bench, closed, wish};
use crate::{
    command::{Kind, Part},
    load::Spread,
    rig::Load,
    say,
};

pub const BY_TURN: &str = "accounts meet all in turn";
pub const BY_ACCOUNT: &str = "accounts stay with one";

pub fn run(bench: &mut Bench<'_>) {
    let (rig, plan) = (bench.rig, bench.plan);
    if !plan.stores.contains(&Kind::Postgres) {
        say("replicas: not measured, for it takes PostgreSQL");
        return;
    }
    let load = |case: &str, round: usize| closed(Part::Replicas, case, round, plan, plan.wide());
    let orders = load("", 0).model.orders() * plan.rounds * plan.replicas.len() * 2;
    let (mut site, _) = rig.filled(&wish(plan, Kind::Postgres, "replicas", orders));
    for round in 0..plan.rounds {
        bench.begin_round(Part::Replicas, round);
        for count in &plan.replicas {
            rig.start_services(&mut site, *count);
            for (case, spread) in [(BY_TURN, Spread::ByTurn), (BY_ACCOUNT, Spread::ByAccount)] {
                say(&format!("replicas: {count}"));
                let sample = site.measure(&Load { x: *count as f64, spread, ..load(case, round) });
                bench.keep(sample);
            }
        }
    }
}
