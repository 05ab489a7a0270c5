//! What came of a sweep.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    super::{course::Outcome, trace::Counts},
    case::Case,
};

/// How many runs with violations are told in full.
const TOLD_MAX: usize = 10;

/// The sum of many runs.
#[derive(Default)]
pub struct Report {
    runs: u64,
    /// Cases, and the points that their runs without a crash had.
    cases: BTreeMap<String, u64>,
    workflows: BTreeSet<&'static str>,
    crashed: u64,
    simulated: Duration,
    pub counts: Counts,
    reviews: BTreeMap<String, u64>,
    violations: BTreeMap<String, u64>,
    bad: Vec<String>,
    /// What no run reached.
    pub unreached: Vec<String>,
    /// Pairs of points: how many there are, and how many were run.
    pub doubles: (u64, u64),
    /// Where to go on with pairs.
    pub offset: u64,
}

impl Report {
    /// Adds one run.
    pub fn add(&mut self, case: Case, points: &[u64], outcome: Outcome) {
        self.runs += 1;
        self.workflows.insert(case.workflow.name);
        self.simulated += outcome.simulated;
        self.crashed += outcome.fallen;
        if points.is_empty() {
            self.cases.insert(case.to_string(), outcome.points);
        }
        for (what, count) in outcome.counts {
            *self.counts.entry(what).or_default() += count;
        }
        for reason in outcome.verdict.reviews {
            *self.reviews.entry(reason).or_default() += 1;
        }
        let mut wrong: Vec<String> = Vec::new();
        for violation in outcome.verdict.violations {
            *self.violations.entry(format!("{:?}", violation.of)).or_default() += 1;
            wrong.push(violation.to_string());
        }
        let planned = u64::try_from(points.len()).unwrap_or(0);
        if outcome.fallen != planned {
            wrong.push(format!("{} of {planned} crashes: the runs are not determined", outcome.fallen));
        }
        if wrong.is_empty() {
            return;
        }
        let replay = replay(case, points);
        if self.bad.len() < TOLD_MAX {
            eprintln!("violated: {replay}");
            for what in &wrong {
                eprintln!("  {what}");
            }
        }
        self.bad.push(replay);
    }

    /// Whether all is well.
    pub fn is_good(&self) -> bool {
        self.bad.is_empty() && self.unreached.is_empty()
    }

    /// Prints it.
    pub fn print(&self, wall: Duration) {
        println!("workflows             {}", self.workflows.len());
        println!("cases                 {} (workflows times outcomes)", self.cases.len());
        println!("points                {}", self.cases.values().sum::<u64>());
        println!("runs                  {}", self.runs);
        println!("crashes               {}", self.crashed);
        if self.doubles.0 > 0 {
            let (all, run) = self.doubles;
            println!("double crashes        {run} of {all}; go on with --offset {}", self.offset);
        }
        println!("wall time             {:.1} s", wall.as_secs_f64());
        println!("simulated time        {:.1} days", self.simulated.as_secs_f64() / 86_400.0);
        println!("reviews by a person   {}", self.reviews.values().sum::<u64>());
        for (reason, count) in &self.reviews {
            println!("  {count:>8} {reason}");
        }
        println!("runs violated         {}", self.bad.len());
        for (invariant, count) in &self.violations {
            println!("  {count:>8} {invariant}");
        }
        for prefix in ["command: ", "rpc: ", "call: ", "outcome: ", "twist: "] {
            let met: Vec<&str> = self.counts.keys().filter_map(|what| what.strip_prefix(prefix)).collect();
            println!("reached, {prefix:<13}{}", met.join(", "));
        }
        for what in &self.unreached {
            println!("never reached         {what}");
        }
    }
}

fn replay(case: Case, points: &[u64]) -> String {
    let points: Vec<String> = points.iter().map(u64::to_string).collect();
    let at = if points.is_empty() { "none".to_owned() } else { points.join(",") };
    format!("cargo test --profile sim --test sim -- --sweep single {case} --point {at}")
}
