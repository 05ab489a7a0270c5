//! What is measured, one file a part. Each makes its own sites, measures, and leaves nothing behind, so
//! each can be run alone.
//!
//! To add a part: a variant of `Part` with its line of help, a file here with `run`, its line below, and
//! what the report is to say of it.

mod arrivals;
mod growth;
pub mod hanging;
mod localstripe;
mod memory;
pub mod overload;
pub mod replicas;
mod scenarios;
mod settle;

use crate::{
    command::{Kind, Part, Plan},
    fill::{Example, Shape, USUAL},
    load::{Model, Phase, Spread, Width, Work},
    report::{Report, Sample},
    rig::{Load, Rig, Site, Wish},
    say,
};

/// What a part works with.
pub struct Bench<'a> {
    pub rig: &'a Rig,
    pub plan: &'a Plan,
    pub report: &'a mut Report,
}

pub fn run(part: Part, bench: &mut Bench<'_>) {
    say(&format!("== {part}"));
    match part {
        Part::Settle => settle::run(bench),
        Part::Arrivals => arrivals::run(bench),
        Part::Scenarios => scenarios::run(bench),
        Part::Overload => overload::run(bench),
        Part::Hanging => hanging::run(bench),
        Part::Replicas => replicas::run(bench),
        Part::Growth => growth::run(bench),
        Part::Memory => memory::run(bench),
        Part::Localstripe => localstripe::run(bench),
    }
}

impl Bench<'_> {
    /// Looks what else the machine has to do.
    fn begin_round(&mut self, part: Part, round: usize) {
        let conditions = self.rig.conditions();
        say(&format!("{part}, round {}: {}", round + 1, conditions.shown()));
        self.report.conditions.push((part, round, conditions));
    }

    fn keep(&mut self, sample: Sample) -> Sample {
        self.report.samples.push(sample.clone());
        sample
    }
}

/// A site of the usual kind.
fn wish<'a>(plan: &Plan, kind: Kind, name: &'a str, orders: usize) -> Wish<'a> {
    Wish { kind, name, accounts: plan.accounts, orders, shape: USUAL, sandbox: None, programs: None }
}

/// So many settles in a closed loop.
fn closed(part: Part, case: &str, round: usize, plan: &Plan, (width, calls): (Width, usize)) -> Load {
    Load {
        part,
        case: case.to_owned(),
        x: f64::NAN,
        round,
        work: Work::Settle,
        model: Model::counted(width, calls, plan.most),
        spread: Spread::ByTurn,
        strict: true,
        orders: None,
    }
}

/// Settles as they come.
fn open(part: Part, case: &str, connections: usize, phases: Vec<Phase>) -> Load {
    Load {
        part,
        case: case.to_owned(),
        x: f64::NAN,
        round: 0,
        work: Work::Settle,
        model: Model::Open { connections, phases },
        spread: Spread::ByTurn,
        strict: false,
        orders: None,
    }
}

fn phase(name: &str, rate: f64, seconds: f64) -> Phase {
    Phase { name: name.to_owned(), rate, seconds }
}

/// How many settles a second there can be.
fn saturation(bench: &mut Bench<'_>, part: Part, site: &mut Site<'_>) -> f64 {
    let load = closed(part, "saturation", 0, bench.plan, bench.plan.wide());
    let sample = site.measure(&load);
    bench.keep(sample).rate()
}

/// Notes how long a request and an answer are.
fn note_example(report: &mut Report, example: &Example) {
    if example.request_bytes > 0 {
        report.request_bytes = example.request_bytes;
        report.answer_bytes = example.answer.len();
    }
}

/// A customer without anything.
const NEWCOMER: Shape =
    Shape { program: "alibaba-cloud-intl", currency: "USD", card: false, paid: 0, open: 0 };
