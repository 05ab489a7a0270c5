//! The command line.

use std::{num::ParseIntError, ops::Range, str::FromStr, time::Duration};

use clap::Parser;

use super::sweep::{Becomes, Kind as Sweep};

/// Simulated worlds of bursar. One seed is one world; the same seed is always the same world.
#[derive(Debug, Parser)]
#[command(name = "sim")]
pub struct Args {
    /// Which seeds, as in 1..10001 (the end is not one of them).
    #[arg(long, default_value = "1..201")]
    pub seeds: Seeds,
    /// One seed, with everything that happens in it.
    #[arg(long, conflicts_with_all = ["minutes"])]
    pub seed: Option<u64>,
    /// With --seed: crashes at these crossings of gates, and not where the seed has them.
    #[arg(long, requires = "seed", value_delimiter = ',')]
    pub crash_at: Vec<u64>,
    /// Goes on past the seeds for as long.
    #[arg(long)]
    pub minutes: Option<u64>,
    /// How many worlds at once.
    #[arg(long, default_value_t = 2)]
    pub jobs: usize,
    /// Every how many seeds one is run twice and has to give the same trace; 0 for never.
    #[arg(long, default_value_t = 50)]
    pub twice_every: u64,
    /// Not worlds of chance, but every workflow with crashes at its crossings of gates, one after the other.
    #[arg(long, conflicts_with = "seed")]
    pub sweep: Option<Sweep>,
    /// With --sweep: this workflow alone.
    #[arg(long, requires = "sweep")]
    pub workflow: Option<String>,
    /// With --sweep: alone what becomes of calls to the provider: acknowledged, not-applied, answer-lost,
    /// declined-N (the Nth effect that takes something).
    #[arg(long, requires = "sweep")]
    pub outcome: Option<Becomes>,
    /// With --workflow: crashes at these crossings alone, with everything that happens; none for no crash.
    #[arg(long, requires = "workflow")]
    pub point: Option<PointList>,
    /// With --sweep double: skips as many pairs.
    #[arg(long, requires = "sweep", default_value_t = 0)]
    pub offset: u64,
    /// How often everything was hit.
    #[arg(long)]
    pub counts: bool,
    /// Plants this bug, or all of them one after the other, and looks for it: how many seeds it takes.
    /// With --seed, the world of that seed is told with the bug in it. Needs `--features planted`.
    #[arg(long, value_name = "BUG|all")]
    pub planted: Option<String>,
    /// With --planted: how many seeds are tried at most.
    #[arg(long, default_value_t = 2_000)]
    pub seeds_most: u64,
    /// With --planted: how many times it is looked for, each from other seeds on.
    #[arg(long, default_value_t = 1)]
    pub starts: u64,
    /// What `cargo test` hands to every test program: names of tests; others than this one's are no
    /// business of it.
    #[arg(hide = true)]
    filters: Vec<String>,
    #[arg(long, hide = true)]
    list: bool,
    #[arg(long, hide = true, alias = "exact", alias = "include-ignored", alias = "ignored")]
    nocapture: bool,
    #[arg(long, short, hide = true)]
    quiet: bool,
    #[arg(long, hide = true, alias = "format", alias = "color", alias = "skip")]
    test_threads: Option<String>,
}

impl Args {
    /// Whether this program is meant at all.
    pub fn concerns_us(&self) -> bool {
        !self.list && (self.filters.is_empty() || self.filters.iter().any(|filter| "sim".contains(filter)))
    }

    pub fn at_least(&self) -> Option<Duration> {
        self.minutes.map(|minutes| Duration::from_secs(minutes * 60))
    }
}

/// Crossings of gates.
#[derive(Debug, Clone)]
pub struct PointList(pub Vec<u64>);

impl FromStr for PointList {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let points = text.split(',').filter(|point| *point != "none").map(str::parse);
        points.collect::<Result<_, _>>().map(Self)
    }
}

/// A range of seeds.
#[derive(Debug, Clone)]
pub struct Seeds(pub Range<u64>);

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (first, end) = text.split_once("..").ok_or("expected two numbers, as in 1..10001")?;
        let number = |text: &str| text.parse().map_err(|error: ParseIntError| format!("{text:?}: {error}"));
        let (first, end) = (number(first)?, number(end)?);
        if first < end { Ok(Self(first..end)) } else { Err("the end has to be behind the start".to_owned()) }
    }
}
