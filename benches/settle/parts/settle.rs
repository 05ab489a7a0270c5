//! Settles in a closed loop: alone, 64 and 512 at a time, beside an echo, TPC-B and the baseline.

use super::{Bench, closed, note_example, wish};
use crate::{
    command::{Kind, Part},
    peers::tpcb::Tpcb,
    report::{Subject, Transactions},
    rig::Site,
    say,
};

pub fn run(bench: &mut Bench<'_>) {
    let (rig, plan) = (bench.rig, bench.plan);
    let orders: usize = plan.steps.iter().map(|step| closed_orders(bench, *step)).sum();
    let mut sites: Vec<Site<'_>> = Vec::new();
    let mut sandbox = None;
    for kind in plan.stores.iter().copied() {
        let (site, example) = rig.site(&wish(plan, kind, "settle", orders * plan.rounds));
        note_example(bench.report, &example);
        if sites.is_empty() {
            sites.push(rig.echo(&site, &example));
        }
        let baseline = rig.baseline(kind, &site);
        sites.extend([site, baseline]);
    }
    if plan.stores.contains(&Kind::Postgres) {
        let world = sandbox.insert(rig.sandbox());
        let mut wish = wish(plan, Kind::Postgres, "beside", closed_orders(bench, plan.wide()) * plan.rounds);
        // The customers are as many as elsewhere. All have the one card that its vault was given, because
        // its issuers approve published test numbers only, and those are few.
        wish.sandbox = Some(world.url.clone());
        let (mut site, _) = rig.site(&wish);
        site.others.push(crate::process::Watched::one("sandbox", world.pid()));
        sites.push(site);
    }
    let tpcb = plan.stores.contains(&Kind::Postgres).then(|| {
        say("filling TPC-B's tables");
        Tpcb::prepare(&rig.cluster, rig.postmaster, plan.scale)
    });
    for round in 0..plan.rounds {
        bench.begin_round(Part::Settle, round);
        for step in plan.steps {
            let is_wide = step == plan.wide();
            for site in &mut sites {
                if site.subject == Subject::PostgresSandbox && !is_wide {
                    continue;
                }
                let sample = site.measure(&closed(Part::Settle, "settle", round, plan, step));
                bench.keep(sample);
                // Next to what it is compared with first of all.
                if let (Some(tpcb), Subject::Postgres, true) = (&tpcb, site.subject, is_wide) {
                    say(&format!("settle, round {}: TPC-B", round + 1));
                    let rate = tpcb.measure(plan.tpcb);
                    bench.report.tpcb.push(Transactions { round, rate });
                }
            }
        }
    }
    drop(sites);
    if let Some(tpcb) = tpcb {
        tpcb.remove(&rig.cluster);
    }
}

fn closed_orders(bench: &Bench<'_>, step: (crate::load::Width, usize)) -> usize {
    closed(Part::Settle, "", 0, bench.plan, step).model.orders()
}
