//! What came of many worlds.

use std::{collections::BTreeMap, time::Duration};

use super::{course::Outcome, trace::Counts};

const YEAR_SECONDS: f64 = 365.25 * 86_400.0;
/// How many seeds with violations are told in full.
const TOLD_MAX: usize = 20;

/// The sum of many outcomes.
#[derive(Default)]
pub struct Summary {
    pub worlds: u64,
    pub twice: u64,
    simulated: Duration,
    points: u64,
    counts: Counts,
    reviews: BTreeMap<String, u64>,
    violations: BTreeMap<String, u64>,
    /// Seeds with violations, or that were not the same twice.
    pub bad: Vec<u64>,
}

impl Summary {
    /// Adds one.
    pub fn add(&mut self, seed: u64, outcome: Outcome) {
        self.worlds += 1;
        self.simulated += outcome.simulated;
        self.points += outcome.points;
        for (what, count) in outcome.counts {
            *self.counts.entry(what).or_default() += count;
        }
        for reason in outcome.verdict.reviews {
            *self.reviews.entry(reason).or_default() += 1;
        }
        if outcome.verdict.violations.is_empty() {
            return;
        }
        self.bad.push(seed);
        if self.bad.len() <= TOLD_MAX {
            eprintln!("seed {seed} is violated; {}", replay(seed));
        }
        for violation in outcome.verdict.violations {
            *self.violations.entry(format!("{:?}", violation.of)).or_default() += 1;
            if self.bad.len() <= TOLD_MAX {
                eprintln!("  {violation}");
            }
        }
    }

    /// A second run of a seed gave another trace.
    pub fn differs(&mut self, seed: u64, first: u64, second: u64) {
        self.bad.push(seed);
        eprintln!("seed {seed} gave {first:x} and then {second:x}: it is not determined; {}", replay(seed));
    }

    /// Whether all is well.
    pub fn is_good(&self) -> bool {
        self.bad.is_empty()
    }

    /// The sum of all counts that begin so.
    fn sum(&self, prefix: &str) -> u64 {
        self.counts.iter().filter(|(what, _)| what.starts_with(prefix)).map(|(_, count)| count).sum()
    }

    /// Prints it.
    pub fn print(&self, wall: Duration, all: bool) {
        let calls: u64 = ["perform", "inquire", "cancel", "tokenize"]
            .iter()
            .map(|call| self.sum(&format!("point: before {call}")))
            .sum();
        let count = |what: &str| self.counts.get(what).copied().unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "a bound of three digits")]
        let bound = 3.0 / (self.worlds.max(1) as f64);
        println!("worlds                {}, {} of them twice", self.worlds, self.twice);
        println!("wall time             {:.1} s", wall.as_secs_f64());
        println!("simulated time        {:.1} years", self.simulated.as_secs_f64() / YEAR_SECONDS);
        println!("crossings of gates    {}", self.points);
        println!("calls to the provider {calls}");
        println!("commits               {}", count("commit"));
        println!("crashes               {}", count("crashes"));
        println!("faults injected       {}", self.sum("fault: "));
        println!("reviews by a person   {}", self.reviews.values().sum::<u64>());
        for (reason, count) in &self.reviews {
            println!("  {count:>8} {reason}");
        }
        println!("worlds violated       {} (bound {bound:.2e} a world, 95 %)", self.bad.len());
        for (invariant, count) in &self.violations {
            println!("  {count:>8} {invariant}");
        }
        if !self.bad.is_empty() {
            println!("seeds violated        {:?}", &self.bad[..self.bad.len().min(TOLD_MAX)]);
        }
        if all {
            for (what, count) in &self.counts {
                println!("  {count:>10} {what}");
            }
        }
    }
}

fn replay(seed: u64) -> String {
    format!("replay it with: cargo test --profile sim --test sim -- --seed {seed}")
}
