//! One crash in each run: the point advances until none is left.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::{
    super::args::Args,
    case::{Case, Kind, taking},
    report::Report,
    twist,
    workflows::{ALL, Workflow},
};

/// Of how many crossings a slice takes one.
const SLICE: u64 = 31;

/// A case that was swept: for each point, how many points there were in the run that crashed there.
pub struct Swept {
    pub case: Case,
    pub points: Vec<u64>,
}

/// Sweeps what the command line asks for.
pub fn run(args: &Args, kind: Kind, report: &mut Report) -> Vec<Swept> {
    let flows: Vec<&'static Workflow> =
        ALL.iter().filter(|flow| args.workflow.as_ref().is_none_or(|name| name == flow.name)).collect();
    let next = AtomicUsize::new(0);
    let shared = Mutex::new((report, Vec::new()));
    let add = |case: Case, points: &[u64], outcome: super::Outcome| {
        shared.lock().unwrap_or_else(PoisonError::into_inner).0.add(case, points, outcome);
    };
    let sweep = |case: Case| {
        let first = case.run(&[], false);
        let (there, takes) = (first.points, taking(&first));
        add(case, &[], first);
        let mut swept = Swept { case, points: Vec::new() };
        for point in (0..there).filter(|point| kind != Kind::Slice || point % SLICE == 1) {
            let outcome = case.run(&[point], false);
            swept.points.push(outcome.points);
            add(case, &[point], outcome);
        }
        shared.lock().unwrap_or_else(PoisonError::into_inner).1.push(swept);
        takes
    };
    thread::scope(|scope| {
        for _ in 0..args.jobs.max(1) {
            scope.spawn(|| {
                while let Some(workflow) = flows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let wanted = |becomes| args.outcome.is_none_or(|one| one == becomes);
                    let mut takes = 0;
                    for becomes in
                        [twist::Kind::Acknowledged, twist::Kind::NotApplied, twist::Kind::AnswerLost]
                    {
                        if wanted(becomes) {
                            takes = takes.max(sweep(Case { workflow, becomes }));
                        }
                    }
                    let mut nth = 1;
                    while nth <= takes || args.outcome == Some(twist::Kind::Declined(nth)) {
                        let becomes = twist::Kind::Declined(nth);
                        if wanted(becomes) {
                            sweep(Case { workflow, becomes });
                        }
                        nth += 1;
                    }
                }
            });
        }
    });
    let (_, mut swept) = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    swept.sort_by_key(|swept| swept.case.to_string());
    swept
}

/// Runs one case with crashes at these points and tells everything that happens.
pub fn tell(args: &Args, points: &[u64]) -> bool {
    let flow = ALL.iter().find(|flow| args.workflow.as_deref() == Some(flow.name));
    let Some(workflow) = flow else {
        eprintln!("no such workflow; there are: {:?}", ALL.iter().map(|flow| flow.name).collect::<Vec<_>>());
        return false;
    };
    let case = Case { workflow, becomes: args.outcome.unwrap_or_default() };
    let outcome = case.run(points, true);
    for (what, count) in &outcome.counts {
        println!("  {count:>10} {what}");
    }
    let mut report = Report::default();
    report.add(case, points, outcome);
    report.is_good()
}
