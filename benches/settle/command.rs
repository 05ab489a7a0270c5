//! The command line, and how much each part measures. Everything is bounded in number and in time.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Parser, ValueEnum};
use serde::Serialize;
use strum::{Display, EnumIter, IntoEnumIterator as _};

use crate::load::Width;

/// Measures what a settle costs, beside what it can be compared with on the same machine.
///
/// Without a PART, all of them are measured, one after the other; that takes about an hour.
#[derive(Debug, Parser)]
#[command(name = "settle", bin_name = "cargo bench --bench settle --", max_term_width = 100)]
pub struct CommandLine {
    /// What to measure.
    #[arg(value_enum, value_name = "PART")]
    parts: Vec<Part>,
    /// A miniature of each part, in two or three minutes: whether it works. Its figures mean nothing.
    #[arg(long)]
    quick: bool,
    /// How often the parts with rounds measure, in turns; told are medians.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=100))]
    rounds: Option<u16>,
    /// Which stores.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Kind::iter())]
    stores: Vec<Kind>,
    /// `growth`: how many customers, as in 10000,1000000.
    #[arg(long, value_delimiter = ',')]
    accounts: Vec<usize>,
    /// `memory`: how many settles.
    #[arg(long)]
    settles: Option<usize>,
    /// `overload`, `hanging`: for how many seconds.
    #[arg(long)]
    seconds: Option<f64>,
    /// `replicas`: how many processes, as in 1,2,4.
    #[arg(long, value_delimiter = ',')]
    replicas: Vec<usize>,
    /// Every single measurement goes here, the plots beside it; target/bench/settle.json if absent, with
    /// --quick target/bench/quick/settle.json.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// What cargo says to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Display, EnumIter, Serialize)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Settles in a closed loop beside an echo, TPC-B and a transaction per request.
    Settle,
    /// Latency over arrival rate, from the intended start of each call.
    Arrivals,
    /// Cards linked and verified, one hot account, mostly reads, watchers.
    Scenarios,
    /// Two, five and ten times more than can be done, and what follows.
    Overload,
    /// One provider that never answers beside a good one.
    Hanging,
    /// Several processes on one PostgreSQL.
    Replicas,
    /// What a settle costs with many customers.
    Growth,
    /// Memory over very many settles.
    Memory,
    /// `localstripe`, from PyPI, as the soft peer that it is.
    Localstripe,
}

/// A store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Display, EnumIter, Serialize)]
pub enum Kind {
    #[strum(serialize = "PostgreSQL")]
    Postgres,
    #[strum(serialize = "SQLite")]
    Sqlite,
}

/// How much is measured.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// As it was given.
    pub command: String,
    pub parts: Vec<Part>,
    pub stores: Vec<Kind>,
    pub quick: bool,
    pub rounds: usize,
    /// Customers, but for growth.
    pub accounts: usize,
    /// Calls counted at each width.
    #[serde(skip)]
    pub steps: [(Width, usize); 3],
    /// How long one closed measurement goes on at most, and an open one.
    pub most: Duration,
    pub open_seconds: f64,
    /// Shares of the saturation.
    pub arrivals: Vec<f64>,
    /// TPC-B: branches of 100,000 accounts each, and how long it runs.
    pub scale: u32,
    pub tpcb: Duration,
    pub overload_seconds: f64,
    pub growth: Vec<usize>,
    pub replicas: Vec<usize>,
    pub settles: usize,
    pub json: PathBuf,
}

impl CommandLine {
    pub fn plan(self, words: &[String]) -> Plan {
        let quick = self.quick;
        let choose = |full: usize, small: usize| if quick { small } else { full };
        let seconds = |full: f64, small: f64| if quick { small } else { full };
        // It is fetched from elsewhere, which a check should not depend on.
        let usual = Part::iter().filter(|part| !quick || *part != Part::Localstripe).collect();
        let or = |given: Vec<usize>, usual: Vec<usize>| if given.is_empty() { usual } else { given };
        let given: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "--bench").collect();
        Plan {
            command: ["cargo bench --bench settle --"].into_iter().chain(given).collect::<Vec<_>>().join(" "),
            parts: if self.parts.is_empty() { usual } else { self.parts },
            stores: self.stores,
            quick,
            rounds: self.rounds.map_or(choose(3, 1), usize::from),
            accounts: choose(4_096, 64),
            steps: [
                (Width::ALONE, choose(1_000, 50)),
                (Width::MEDIUM, choose(10_000, 300)),
                (Width::WIDE, choose(20_000, 400)),
            ],
            most: Duration::from_secs_f64(seconds(10.0, 1.0)),
            open_seconds: seconds(10.0, 1.0),
            arrivals: if quick { vec![0.25, 0.5] } else { vec![0.1, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95] },
            scale: if quick { 1 } else { 50 },
            tpcb: Duration::from_secs(choose(8, 1) as u64),
            overload_seconds: self.seconds.unwrap_or(seconds(10.0, 2.0)),
            growth: or(self.accounts, if quick { vec![200, 1_000] } else { vec![10_000, 1_000_000] }),
            replicas: or(self.replicas, if quick { vec![1, 2] } else { vec![1, 2, 4] }),
            settles: self.settles.unwrap_or(choose(1_000_000, 2_000)),
            json: self.json.unwrap_or_else(|| {
                Path::new(if quick { "target/bench/quick" } else { "target/bench" }).join("settle.json")
            }),
        }
    }
}

impl Plan {
    /// The widest step.
    pub fn wide(&self) -> (Width, usize) {
        self.steps[2]
    }
}
