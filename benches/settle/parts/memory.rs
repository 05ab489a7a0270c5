//! The service's memory over very many settles.

use std::time::Duration;

use super::{Bench, closed, wish};
use crate::{
    command::Part,
    load::{Model, Width},
    rig::{Load, Wish},
};

/// An end, should it not come by itself.
const MOST: Duration = Duration::from_secs(2 * 3_600);
/// How many invoices of a customer are paid.
const EACH: usize = 10;

pub fn run(bench: &mut Bench<'_>) {
    let (rig, plan) = (bench.rig, bench.plan);
    for kind in plan.stores.iter().copied() {
        let model = Model::counted(Width::WIDE, plan.settles, MOST);
        let orders = model.orders();
        let wish = Wish { accounts: orders.div_ceil(EACH), ..wish(plan, kind, "memory", orders) };
        let (mut site, _) = rig.site(&wish);
        bench.begin_round(Part::Memory, 0);
        let case = format!("{} settles", plan.settles);
        let load = Load { model, ..closed(Part::Memory, &case, 0, plan, plan.wide()) };
        let sample = site.measure(&load);
        bench.keep(sample);
    }
}
