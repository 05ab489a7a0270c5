//! What was aimed at, beside what was measured.

use serde::Serialize;

use super::{Report, Row, Sample, Subject, median};
use crate::{
    command::Part,
    load::Width,
    parts::{hanging, replicas},
};

/// One figure. It is not finite where its part was not run.
#[derive(Debug, Serialize)]
pub struct Target {
    pub figure: String,
    pub target: f64,
    /// Whether more is better.
    pub is_least: bool,
    pub measured: f64,
    pub unit: &'static str,
    pub part: Part,
}

impl Target {
    /// Whether it was reached, where it was measured.
    pub fn is_reached(&self) -> Option<bool> {
        let reached = if self.is_least { self.measured >= self.target } else { self.measured <= self.target };
        (!self.measured.is_nan()).then_some(reached)
    }
}

const STORES: [Subject; 2] = [Subject::Postgres, Subject::Sqlite];

impl Report {
    pub fn targets(&self) -> Vec<Target> {
        let rows = self.rows();
        let mut targets = Vec::new();
        settles(&rows, &mut targets);
        self.memory(&rows, &mut targets);
        self.growth(&mut targets);
        self.replicas(&mut targets);
        peers(&rows, &mut targets);
        self.strained(&mut targets);
        targets
    }

    fn memory(&self, rows: &[Row], targets: &mut Vec<Target>) {
        for (store, most) in STORES.into_iter().zip([64.0, 128.0]) {
            let row = rows.iter().find(|row| row.part == Part::Memory && row.subject == store);
            let title = store.title();
            let case = row.map_or_else(|| "1000000 settles".to_owned(), |row| row.case.clone());
            let measured = row.map_or(f64::NAN, |row| row.memory.1);
            let figure = format!("memory of the service, the most over {case}, {title}");
            targets.push(most_of(figure, most, measured, "MiB", Part::Memory));
            let flat = self.of(Part::Memory).filter(|one| one.subject == store).map(flatness);
            let figure = format!("… at the end ÷ after a quarter, {title}");
            targets.push(most_of(figure, 1.05, median(flat), "", Part::Memory));
        }
    }

    fn growth(&self, targets: &mut Vec<Target>) {
        for store in STORES {
            let samples: Vec<&Sample> = self.of(Part::Growth).filter(|one| one.subject == store).collect();
            let least = samples.iter().map(|one| one.x).fold(f64::INFINITY, f64::min);
            let most = samples.iter().map(|one| one.x).fold(0.0, f64::max);
            let cost = |x: f64| median(samples.iter().filter(|one| one.x == x).map(|one| one.cpu_us()));
            let (figure, measured) = if samples.is_empty() || least == most {
                ("CPU a settle at 10 million customers ÷ at 10 thousand".to_owned(), f64::NAN)
            } else {
                (format!("CPU a settle at {most:.0} customers ÷ at {least:.0}"), cost(most) / cost(least))
            };
            let figure = format!("{figure}, {}", store.title());
            targets.push(most_of(figure, 1.5, measured, "", Part::Growth));
        }
    }

    fn replicas(&self, targets: &mut Vec<Target>) {
        for case in [replicas::BY_TURN, replicas::BY_ACCOUNT] {
            let of = |round: usize, count: f64| {
                let is = |one: &&Sample| (one.round, &*one.case, one.x) == (round, case, count);
                self.of(Part::Replicas).find(is).map_or(f64::NAN, Sample::rate)
            };
            let ratios = (0..self.plan.rounds).map(|round| of(round, 4.0) / of(round, 1.0));
            let figure = format!("settles/s of four replicas ÷ one, {case}");
            targets.push(least_of(figure, 0.85, median(ratios), "", Part::Replicas));
        }
    }

    fn strained(&self, targets: &mut Vec<Target>) {
        let strains = self.strains();
        for store in STORES {
            let title = store.title();
            let of = |value: &dyn Fn(&super::strain::Strain) -> f64, worst: fn(f64, f64) -> f64| {
                strains.iter().filter(|one| one.subject == store).map(value).fold(f64::NAN, worst)
            };
            let mut most = |figure: &str, target: f64, measured: f64, unit| {
                targets.push(most_of(format!("{figure}, {title}"), target, measured, unit, Part::Overload));
            };
            most("overload: p99 of a refusal", 50.0, of(&|one| one.shed_p99_ms, f64::max), "ms");
            most(
                "overload: memory ÷ before",
                1.5,
                of(&|one| one.memory_most / one.memory_before, f64::max),
                "",
            );
            most("overload: memory", 512.0, of(&|one| one.memory_most, f64::max), "MiB");
            most("overload: time until it is as before", 10.0, of(&|one| one.recovery_s, f64::max), "s");
            let goodput = of(&|one| one.to_peak, f64::min);
            let figure = format!("overload: done ÷ peak, {title}");
            targets.push(least_of(figure, 0.9, goodput, "", Part::Overload));
            let figure = format!("overload: refusals that say when to come again, {title}");
            let told = of(&|one| one.with_retry, f64::min);
            targets.push(least_of(figure, 1.0, told, "", Part::Overload));
        }
        for store in STORES {
            let alone = |round: usize| {
                let is =
                    |one: &&Sample| (one.subject, one.round, &*one.case) == (store, round, hanging::ALONE);
                self.of(Part::Hanging).find(is).map_or(f64::NAN, Sample::rate)
            };
            let worst = self.of(Part::Hanging).filter(|one| one.subject == store && one.x > 0.0);
            let worst = worst.map(|one| one.rate() / alone(one.round)).fold(f64::NAN, f64::min);
            let figure = format!("one provider hangs: what the other's payments keep, {}", store.title());
            targets.push(least_of(figure, 0.9, worst, "", Part::Hanging));
        }
    }
}

fn settles(rows: &[Row], targets: &mut Vec<Target>) {
    let of = |subject: Subject, width: Width, value: fn(&Row) -> f64| {
        let is = |row: &&Row| row.part == Part::Settle && row.subject == subject && row.at == width.shown();
        rows.iter().find(is).map_or(f64::NAN, value)
    };
    let (postgres, sqlite) = (Subject::Postgres, Subject::Sqlite);
    let wide = Width::WIDE;
    let mut least = |figure: &str, subject: Subject, target: f64, value: fn(&Row) -> f64| {
        let figure = format!("{figure}, {}", subject.title());
        targets.push(least_of(figure, target, of(subject, wide, value), "", Part::Settle));
    };
    least("settles/s ÷ echo, 8 × 64", postgres, 0.25, |row| row.to_echo);
    least("settles/s ÷ echo, 8 × 64", sqlite, 0.20, |row| row.to_echo);
    least("settles/s ÷ TPC-B", postgres, 2.5, |row| row.to_tpcb);
    least("settles/s ÷ transaction per request", postgres, 6.0, |row| row.to_baseline);
    least("settles/s ÷ transaction per request", sqlite, 4.0, |row| row.to_baseline);
    for store in STORES {
        let title = store.title();
        let p99 = of(store, Width::MEDIUM, |row| row.latency.p99);
        targets.push(most_of(format!("p99 at 64 in flight, {title}"), 20.0, p99, "ms", Part::Settle));
        let p50 = of(store, Width::ALONE, |row| row.latency.p50);
        targets.push(most_of(format!("p50 at one in flight, {title}"), 1.5, p50, "ms", Part::Settle));
    }
    let wal = of(postgres, wide, |row| row.cost.wal_bytes) / 1e3;
    targets.push(most_of("WAL a settle, PostgreSQL".to_owned(), 6.0, wal, "kB", Part::Settle));
    for store in STORES {
        let disk = of(store, wide, |row| row.cost.disk_bytes) / 1e3;
        let figure = format!("growth on disk a settle, {}", store.title());
        targets.push(most_of(figure, 4.0, disk, "kB", Part::Settle));
    }
}

fn peers(rows: &[Row], targets: &mut Vec<Target>) {
    let rate = |part: Part, subject: Subject| {
        let is = |row: &&Row| row.part == part && row.subject == subject;
        rows.iter().filter(is).map(|row| row.rate).fold(f64::NAN, f64::max)
    };
    for store in STORES {
        let ratio = rate(Part::Settle, store) / rate(Part::Localstripe, Subject::Localstripe);
        let figure = format!("settles/s ÷ localstripe, {}", store.title());
        targets.push(least_of(figure, 100.0, ratio, "", Part::Localstripe));
    }
}

/// The service's memory at the end beside that after a quarter of the time.
fn flatness(sample: &Sample) -> f64 {
    let of_server = || sample.measured.memory.iter().filter(|one| one.process == "server");
    let quarter = sample.measured.seconds / 4.0;
    let early = of_server().find(|one| one.at >= quarter).map_or(f64::NAN, |one| one.mib);
    of_server().next_back().map_or(f64::NAN, |one| one.mib / early)
}

fn least_of(figure: String, target: f64, measured: f64, unit: &'static str, part: Part) -> Target {
    Target { figure, target, is_least: true, measured, unit, part }
}

fn most_of(figure: String, target: f64, measured: f64, unit: &'static str, part: Part) -> Target {
    Target { figure, target, is_least: false, measured, unit, part }
}
