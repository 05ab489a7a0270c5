//! What a settle costs where there are many customers with a history.

use super::{Bench, closed, wish};
use crate::{
    command::{Kind, Part},
    machine,
    report::Sizes,
    rig::{Load, Wish},
    say,
};

/// What is left free on the disk.
const RESERVE: f64 = 4e9;

pub fn run(bench: &mut Bench<'_>) {
    let (rig, plan) = (bench.rig, bench.plan);
    for kind in plan.stores.iter().copied() {
        let mut each = 0.0;
        for accounts in plan.growth.iter().copied() {
            // PostgreSQL keeps a log of what it is filled with, too.
            let needed = each * accounts as f64 * if kind == Kind::Postgres { 1.15 } else { 1.05 } + RESERVE;
            let disk = if kind == Kind::Postgres { std::env::temp_dir() } else { rig.path(".") };
            let free = machine::free_bytes(&disk);
            if each > 0.0 && needed > free {
                let note = format!(
                    "growth, {kind}: {accounts} customers not run: they take {:.0} GB at {each:.0} bytes \
                     each, and {:.0} GB are free",
                    needed / 1e9,
                    free / 1e9
                );
                say(&note);
                bench.report.notes.push(note);
                continue;
            }
            let load = |round: usize| closed(Part::Growth, &shown(accounts), round, plan, plan.wide());
            let orders = load(0).model.orders() * plan.rounds;
            let wish = Wish { accounts, ..wish(plan, kind, "growth", orders) };
            let (mut site, _) = rig.site(&wish);
            let store = site.store.as_ref().unwrap();
            let tables = store.sizes();
            each = tables.iter().map(|(_, bytes)| bytes).sum::<f64>() / accounts as f64;
            bench.report.sizes.push(Sizes { kind, accounts, tables });
            for round in 0..plan.rounds {
                bench.begin_round(Part::Growth, round);
                let sample = site.measure(&Load { x: accounts as f64, ..load(round) });
                bench.keep(sample);
            }
        }
    }
}

/// A number of customers as people read it.
fn shown(accounts: usize) -> String {
    match accounts {
        millions if millions >= 1_000_000 && millions % 1_000_000 == 0 => {
            format!("{} million customers", millions / 1_000_000)
        }
        thousands if thousands >= 1_000 && thousands % 1_000 == 0 => {
            format!("{} thousand customers", thousands / 1_000)
        }
        few => format!("{few} customers"),
    }
}
