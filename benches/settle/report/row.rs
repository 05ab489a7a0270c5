//! Lines of tables.

use serde::Serialize;

use super::{Report, Sample, Subject, median};
use crate::{command::Part, load::Latency, store::Cost};

/// The medians of what was measured in several rounds.
#[derive(Debug, Serialize)]
pub struct Row {
    pub part: Part,
    pub subject: Subject,
    pub case: String,
    pub at: String,
    pub x: f64,
    pub rounds: usize,
    pub rate: f64,
    pub latency: Latency,
    pub to_echo: f64,
    pub to_tpcb: f64,
    pub to_baseline: f64,
    /// CPU microseconds a call.
    pub client_us: f64,
    pub server_us: f64,
    pub database_us: f64,
    pub sandbox_us: f64,
    pub cost: Cost,
    /// Bytes a call that service and database gave the file system to write.
    pub written: f64,
    /// The service's memory in MiB: at first, the most, at last.
    pub memory: (f64, f64, f64),
    pub watched_events: f64,
}

impl Report {
    pub fn rows(&self) -> Vec<Row> {
        let mut groups: Vec<Vec<&Sample>> = Vec::new();
        for sample in &self.samples {
            match groups.iter_mut().find(|group| is_same(group[0], sample)) {
                Some(group) => group.push(sample),
                None => groups.push(vec![sample]),
            }
        }
        groups.iter().map(|group| self.row(group)).collect()
    }

    fn row(&self, group: &[&Sample]) -> Row {
        let first = group[0];
        let of = |value: &dyn Fn(&Sample) -> f64| median(group.iter().map(|sample| value(sample)));
        let cpu = |name: &'static str| of(&move |sample| sample.measured.last().cpu_us(name));
        let latency = |which: &dyn Fn(&Latency) -> f64| of(&|sample| which(&sample.measured.last().latency));
        let cost = |which: &dyn Fn(&Cost) -> f64| of(&|sample| which(&sample.cost));
        let written = |sample: &Sample| {
            let of = |name: &str| Some(sample.measured.last().written(name)).filter(|sum| sum.is_finite());
            of("server").unwrap_or(0.0) + of("database").unwrap_or(0.0)
        };
        let yardstick = first.subject.yardstick();
        Row {
            part: first.part,
            subject: first.subject,
            case: first.case.clone(),
            at: first.at.clone(),
            x: first.x,
            rounds: group.len(),
            rate: of(&Sample::rate),
            latency: Latency {
                p50: latency(&|one| one.p50),
                p90: latency(&|one| one.p90),
                p99: latency(&|one| one.p99),
                p999: latency(&|one| one.p999),
                max: latency(&|one| one.max),
            },
            to_echo: of(&|sample| self.ratio(sample, Some(Subject::Echo))),
            to_tpcb: of(&|sample| self.to_tpcb(sample)),
            to_baseline: of(&|sample| self.ratio(sample, yardstick)),
            client_us: cpu("client"),
            server_us: cpu("server"),
            database_us: cpu("database"),
            sandbox_us: cpu("sandbox"),
            cost: Cost {
                commands: cost(&|one| one.commands),
                batches: cost(&|one| one.batches),
                transactions: cost(&|one| one.transactions),
                wal_bytes: cost(&|one| one.wal_bytes),
                disk_bytes: cost(&|one| one.disk_bytes),
            },
            written: of(&written),
            memory: (
                of(&|sample| sample.measured.server_memory().0),
                of(&|sample| sample.measured.server_memory().1),
                of(&|sample| sample.measured.server_memory().2),
            ),
            watched_events: of(&|sample| sample.watched_events.unwrap_or(f64::NAN)),
        }
    }

    /// Its rate beside that of another subject of the same round.
    fn ratio(&self, sample: &Sample, to: Option<Subject>) -> f64 {
        let is_beside = |other: &&Sample| {
            (other.part, other.round, &other.at) == (sample.part, sample.round, &sample.at)
                && Some(other.subject) == to
                && sample.subject != Subject::Echo
        };
        self.samples.iter().find(is_beside).map_or(f64::NAN, |other| sample.rate() / other.rate())
    }

    fn to_tpcb(&self, sample: &Sample) -> f64 {
        let compares = sample.part == Part::Settle && sample.subject != Subject::Echo;
        let round = self.tpcb.iter().find(|tpcb| compares && tpcb.round == sample.round);
        round.map_or(f64::NAN, |tpcb| sample.rate() / tpcb.rate)
    }
}

fn is_same(one: &Sample, other: &Sample) -> bool {
    (one.part, one.subject, &one.case, &one.at, one.x.to_bits())
        == (other.part, other.subject, &other.case, &other.at, other.x.to_bits())
}
