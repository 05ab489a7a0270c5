//! What was measured, and what is told of it: medians over the rounds, and ratios taken within one.
//!
//! ```text
//! row       one line of a table: the medians of one thing that was measured
//! strain    what an overload did
//! targets   what was aimed at, beside what was measured
//! table     all of it as text        plot   as pictures
//! ```

mod plot;
mod row;
mod strain;
mod table;
mod targets;

pub use row::Row;

use std::{fs, path::Path};

use serde::Serialize;
use serde_json::json;

use crate::{
    command::{Kind, Part, Plan},
    load::Measured,
    machine::{Conditions, Machine},
    store::Cost,
};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Subject {
    Echo,
    Postgres,
    Sqlite,
    PostgresSandbox,
    BaselinePostgres,
    BaselineSqlite,
    Localstripe,
}

impl Subject {
    pub fn of(kind: Kind, sandbox: bool) -> Self {
        match kind {
            Kind::Postgres if sandbox => Self::PostgresSandbox,
            Kind::Postgres => Self::Postgres,
            Kind::Sqlite => Self::Sqlite,
        }
    }

    pub fn baseline(kind: Kind) -> Self {
        match kind {
            Kind::Postgres => Self::BaselinePostgres,
            Kind::Sqlite => Self::BaselineSqlite,
        }
    }

    /// What a subject is measured beside: a transaction per request on the same store.
    fn yardstick(self) -> Option<Self> {
        match self {
            Self::Postgres | Self::PostgresSandbox => Some(Self::BaselinePostgres),
            Self::Sqlite => Some(Self::BaselineSqlite),
            Self::Echo | Self::BaselinePostgres | Self::BaselineSqlite | Self::Localstripe => None,
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
            Self::PostgresSandbox => "PostgreSQL, sandbox over gRPC",
            Self::BaselinePostgres => "transaction per request, PostgreSQL",
            Self::BaselineSqlite => "transaction per request, SQLite",
            Self::Localstripe => "localstripe",
        }
    }
}

/// One measurement.
#[derive(Debug, Clone, Serialize)]
pub struct Sample {
    pub part: Part,
    pub subject: Subject,
    pub case: String,
    /// How many calls were under way, or how many were due a second.
    pub at: String,
    /// How much of what was varied.
    pub x: f64,
    pub round: usize,
    pub measured: Measured,
    pub cost: Cost,
    /// Events that watchers got a second, where there were any.
    pub watched_events: Option<f64>,
}

impl Sample {
    pub fn rate(&self) -> f64 {
        self.measured.last().rate()
    }

    /// CPU microseconds a call of service and database together.
    fn cpu_us(&self) -> f64 {
        let of = |name: &str| Some(self.measured.last().cpu_us(name)).filter(|cpu| cpu.is_finite());
        of("server").unwrap_or(0.0) + of("database").unwrap_or(0.0)
    }
}

/// What TPC-B made in a round, a second.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Transactions {
    pub round: usize,
    pub rate: f64,
}

/// How large a store is, by table and index.
#[derive(Debug, Clone, Serialize)]
pub struct Sizes {
    pub kind: Kind,
    pub accounts: usize,
    pub tables: Vec<(String, f64)>,
}

#[derive(Serialize)]
pub struct Report {
    pub plan: Plan,
    pub machine: Machine,
    pub request_bytes: usize,
    pub answer_bytes: usize,
    pub samples: Vec<Sample>,
    pub tpcb: Vec<Transactions>,
    pub sizes: Vec<Sizes>,
    /// What else the machine had to do, before each round.
    pub conditions: Vec<(Part, usize, Conditions)>,
    /// What was not run, and why; what went wrong.
    pub notes: Vec<String>,
}

impl Report {
    pub fn new(plan: &Plan, machine: Machine) -> Self {
        Self {
            plan: plan.clone(),
            machine,
            request_bytes: 0,
            answer_bytes: 0,
            samples: Vec::new(),
            tpcb: Vec::new(),
            sizes: Vec::new(),
            conditions: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub fn write(&self, path: &Path) {
        let document = json!({
            "report": self,
            "rows": self.rows(),
            "strains": self.strains(),
            "targets": self.targets(),
        });
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).unwrap();
        }
        fs::write(path, serde_json::to_string_pretty(&document).unwrap()).unwrap();
    }

    pub fn show(&self) -> String {
        table::show(self)
    }

    /// Draws what there is to draw, beside the measurements; names the files.
    pub fn plot(&self) -> String {
        let folder = self.plan.json.parent().unwrap_or(Path::new("."));
        let files = plot::all(self, folder);
        files.iter().map(|file| format!(", {}", file.display())).collect()
    }

    fn of(&self, part: Part) -> impl Iterator<Item = &Sample> {
        self.samples.iter().filter(move |sample| sample.part == part)
    }
}

/// The value in the middle.
fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
