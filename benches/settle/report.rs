//! What was measured, and what is told of it: medians over the rounds, and ratios taken within one.

use serde::Serialize;

use crate::{
    load::Measured,
    machine::{Conditions, Machine},
    plan::Width,
};

/// What is measured at each width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Subject {
    Echo,
    Postgres,
    Sqlite,
    PostgresSandbox,
}

impl Subject {
    pub fn title(self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Postgres => "settle, PostgreSQL",
            Self::Sqlite => "settle, SQLite",
            Self::PostgresSandbox => "settle, PostgreSQL, sandbox over gRPC",
        }
    }
}

/// One measurement.
#[derive(Debug, Clone, Serialize)]
pub struct Sample {
    pub round: usize,
    pub subject: Subject,
    pub width: Width,
    pub measured: Measured,
    /// Journal rows, batches and PostgreSQL's transactions a settle.
    pub commands: f64,
    pub batches: f64,
    pub transactions: f64,
    /// The server's resident memory afterwards, and its peak, in MiB.
    pub memory: (f64, f64),
}

impl Sample {
    pub fn rate(&self) -> f64 {
        self.measured.calls as f64 / self.measured.seconds
    }

    /// CPU microseconds a call.
    pub fn cpu(&self, name: &str) -> f64 {
        self.measured.cpu.get(name).map_or(0.0, |seconds| seconds * 1e6 / self.measured.calls.max(1) as f64)
    }
}

#[derive(Serialize)]
pub struct Report {
    pub quick: bool,
    pub machine: Machine,
    pub request_bytes: usize,
    pub answer_bytes: usize,
    pub accounts: usize,
    pub scale: u32,
    pub samples: Vec<Sample>,
    /// TPC-B's transactions per second, by round.
    pub baseline: Vec<f64>,
    /// What else the machine had to do, by round.
    pub conditions: Vec<Conditions>,
}

/// A line of the table.
#[derive(Debug, Serialize)]
pub struct Row {
    pub subject: Subject,
    pub width: Width,
    pub rate: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub to_echo: f64,
    pub to_baseline: f64,
    pub commands: f64,
    pub batches: f64,
    pub transactions: f64,
    pub client_us: f64,
    pub server_us: f64,
    pub database_us: f64,
    pub sandbox_us: f64,
    pub memory_mib: f64,
}

impl Report {
    pub fn rows(&self) -> Vec<Row> {
        let mut seen: Vec<(Subject, Width)> = Vec::new();
        for sample in &self.samples {
            if !seen.contains(&(sample.subject, sample.width)) {
                seen.push((sample.subject, sample.width));
            }
        }
        seen.into_iter().map(|(subject, width)| self.row(subject, width)).collect()
    }

    fn row(&self, subject: Subject, width: Width) -> Row {
        let samples = || self.samples.iter().filter(|one| one.subject == subject && one.width == width);
        let of = |value: &dyn Fn(&Sample) -> f64| median(samples().map(value).collect());
        let echo = |round: usize| {
            let same = |one: &&Sample| (one.subject, one.width, one.round) == (Subject::Echo, width, round);
            self.samples.iter().find(same).map_or(f64::NAN, Sample::rate)
        };
        let baseline = |round: usize| self.baseline.get(round).copied().unwrap_or(f64::NAN);
        Row {
            subject,
            width,
            rate: of(&Sample::rate),
            p50_ms: of(&|one| one.measured.p50_ms),
            p99_ms: of(&|one| one.measured.p99_ms),
            to_echo: of(&|one| one.rate() / echo(one.round)),
            to_baseline: of(&|one| one.rate() / baseline(one.round)),
            commands: of(&|one| one.commands),
            batches: of(&|one| one.batches),
            transactions: of(&|one| one.transactions),
            client_us: of(&|one| one.cpu("client")),
            server_us: of(&|one| one.cpu("server")),
            database_us: of(&|one| one.cpu("database")),
            sandbox_us: of(&|one| one.cpu("sandbox")),
            memory_mib: of(&|one| one.memory.0),
        }
    }
}

/// The value in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
