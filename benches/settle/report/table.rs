//! The tables, as they are printed and as they go into `docs/performance.md`.

use std::fmt::Write as _;

use strum::IntoEnumIterator as _;

use super::{Report, Row, median, strain::Strain, targets::Target};
use crate::{command::Part, peers::tpcb};

pub fn show(report: &Report) -> String {
    let mut text = String::new();
    for line in conditions(report) {
        let _ = writeln!(text, "- {line}");
    }
    let rows = report.rows();
    for part in Part::iter() {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.part == part).collect();
        if !rows.is_empty() {
            let _ = write!(text, "\n{part}\n\n{}", table(&columns(), &rows));
        }
    }
    let strains = report.strains();
    if !strains.is_empty() {
        let _ = write!(text, "\nwhat the overloads did\n\n{}", table(&strain_columns(), &strains));
    }
    for sizes in &report.sizes {
        let all: f64 = sizes.tables.iter().map(|(_, bytes)| bytes).sum();
        let each = |bytes: &f64| bytes / sizes.accounts as f64;
        let _ = writeln!(
            text,
            "\n{}, {} customers: {:.0} bytes a customer: {}",
            sizes.kind,
            sizes.accounts,
            each(&all),
            sizes
                .tables
                .iter()
                .map(|(name, bytes)| format!("{name} {:.0}", each(bytes)))
                .collect::<Vec<_>>()
                .join(", ")
        );
    }
    let targets = report.targets();
    let _ = write!(text, "\ntargets\n\n{}", table(&target_columns(report), &targets));
    text
}

fn conditions(report: &Report) -> Vec<String> {
    let machine = &report.machine;
    let settings: Vec<String> =
        machine.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut lines = vec![
        format!("`{}`", report.plan.command),
        format!("commit {}", machine.commit),
        format!(
            "{} cores ({}), {:.0} GiB, Linux {}, {}",
            machine.cores, machine.processor, machine.memory_gib, machine.kernel, machine.compiler
        ),
        format!("PostgreSQL {} on {}: {}", machine.postgres, machine.postgres_disk, settings.join(", ")),
        format!("SQLite {} on {}: WAL, synchronous=FULL", machine.sqlite, machine.sqlite_disk),
        format!(
            "{} accounts, a card each; a request has {} bytes, an answer {}; logs at info, to a file",
            report.plan.accounts, report.request_bytes, report.answer_bytes
        ),
    ];
    if !report.tpcb.is_empty() {
        lines.push(format!(
            "TPC-B (pgbench -M prepared, scale {}, {} clients): {:.0} transactions/s",
            report.plan.scale,
            tpcb::CLIENTS,
            median(report.tpcb.iter().map(|tpcb| tpcb.rate))
        ));
    }
    // Little else runs where the load is near zero and a sync takes no longer than the disk needs.
    for (part, round, conditions) in &report.conditions {
        lines.push(format!("before {part}, round {}: {}", round + 1, conditions.shown()));
    }
    if report.plan.quick {
        lines.push("--quick: this shows that the benchmark works; the figures mean nothing".to_owned());
    }
    lines.extend(report.notes.iter().cloned());
    lines
}

/// A column: its head and what stands in it; empty where there is nothing to tell.
struct Column<'a, T> {
    head: String,
    cell: Box<dyn Fn(&T) -> String + 'a>,
}

fn column<'a, T>(head: impl ToString, cell: impl Fn(&T) -> String + 'a) -> Column<'a, T> {
    Column { head: head.to_string(), cell: Box::new(cell) }
}

/// Columns in which there is nothing are left out.
fn table<T, R: std::borrow::Borrow<T>>(columns: &[Column<'_, T>], rows: &[R]) -> String {
    let cells: Vec<Vec<String>> =
        columns.iter().map(|column| rows.iter().map(|row| (column.cell)(row.borrow())).collect()).collect();
    let kept: Vec<usize> =
        (0..columns.len()).filter(|column| cells[*column].iter().any(|cell| !cell.is_empty())).collect();
    let line = |cell: &dyn Fn(usize) -> String| {
        format!("| {} |\n", kept.iter().map(|column| cell(*column)).collect::<Vec<_>>().join(" | "))
    };
    let mut text = line(&|column| columns[column].head.clone());
    text += &line(&|column| if column < 3 { "---".to_owned() } else { "--:".to_owned() });
    for (row, _) in rows.iter().enumerate() {
        text += &line(&|column| cells[column][row].clone());
    }
    text
}

fn number(value: f64, digits: usize) -> String {
    if value.is_finite() && value != 0.0 { format!("{value:.digits$}") } else { String::new() }
}

fn columns() -> Vec<Column<'static, Row>> {
    let kb = |bytes: f64| number(bytes / 1e3, 1);
    vec![
        column("what", |row: &Row| row.case.clone()),
        column("where", |row: &Row| row.subject.title().to_owned()),
        column("in flight, or due", |row: &Row| row.at.clone()),
        column("per s", |row: &Row| number(row.rate, 0)),
        column("p50 ms", |row: &Row| number(row.latency.p50, 2)),
        column("p99 ms", |row: &Row| number(row.latency.p99, 2)),
        column("p99.9 ms", |row: &Row| number(row.latency.p999, 2)),
        column("÷ echo", |row: &Row| number(row.to_echo, 3)),
        column("÷ TPC-B", |row: &Row| number(row.to_tpcb, 2)),
        column("÷ transaction per request", |row: &Row| number(row.to_baseline, 2)),
        column("commands", |row: &Row| number(row.cost.commands, 2)),
        column("batches", |row: &Row| number(row.cost.batches, 3)),
        column("transactions", |row: &Row| number(row.cost.transactions, 3)),
        column("CPU µs: client", |row: &Row| number(row.client_us, 0)),
        column("server", |row: &Row| number(row.server_us, 0)),
        column("database", |row: &Row| number(row.database_us, 0)),
        column("sandbox", |row: &Row| number(row.sandbox_us, 0)),
        column("WAL kB", move |row: &Row| kb(row.cost.wal_bytes)),
        column("grown kB", move |row: &Row| kb(row.cost.disk_bytes)),
        column("written kB", move |row: &Row| kb(row.written)),
        column("server MiB: first", |row: &Row| number(row.memory.0, 0)),
        column("most", |row: &Row| number(row.memory.1, 0)),
        column("last", |row: &Row| number(row.memory.2, 0)),
        column("events/s to watchers", |row: &Row| number(row.watched_events, 0)),
    ]
}

fn strain_columns() -> Vec<Column<'static, Strain>> {
    vec![
        column("where", |one: &Strain| one.subject.title().to_owned()),
        column("× saturation", |one: &Strain| number(one.times, 0)),
        column("due/s", |one: &Strain| number(one.due_per_s, 0)),
        column("done/s", |one: &Strain| number(one.goodput, 0)),
        column("÷ peak", |one: &Strain| number(one.to_peak, 2)),
        column("p99 ms", |one: &Strain| number(one.done_p99_ms, 0)),
        column("refused/s", |one: &Strain| number(one.shed_per_s, 0)),
        column("with RetryInfo", |one: &Strain| number(one.with_retry, 3)),
        column("p99 ms of a refusal", |one: &Strain| number(one.shed_p99_ms, 1)),
        column("generator late, p99 ms", |one: &Strain| number(one.late_p99_ms, 1)),
        column("not sent", |one: &Strain| number(one.unsent as f64, 0)),
        column("other answers", |one: &Strain| number(one.other as f64, 0)),
        column("MiB before", |one: &Strain| number(one.memory_before, 0)),
        column("most", |one: &Strain| number(one.memory_most, 0)),
        column("s until as before", |one: &Strain| match one.recovery_s {
            never if never.is_infinite() => "not within the run".to_owned(),
            seconds => format!("{seconds:.1}"),
        }),
    ]
}

fn target_columns(report: &Report) -> Vec<Column<'_, Target>> {
    let quick = if report.plan.quick { " --quick" } else { "" };
    vec![
        column("figure", |one: &Target| one.figure.clone()),
        column("target", |one: &Target| {
            let bound = if one.is_least { "≥" } else { "≤" };
            format!("{bound} {} {}", one.target, one.unit).trim().to_owned()
        }),
        column("measured", |one: &Target| match one.measured {
            absent if absent.is_nan() => "not run".to_owned(),
            measured if measured.is_infinite() => "not within the run".to_owned(),
            measured => {
                let digits = if measured.abs() < 10.0 { 3 } else { 1 };
                format!("{measured:.digits$} {}", one.unit).trim().to_owned()
            }
        }),
        column("measured ÷ target", |one: &Target| number(one.measured / one.target, 2)),
        column("reached", |one: &Target| match one.is_reached() {
            Some(true) => "yes".to_owned(),
            Some(false) => "no".to_owned(),
            None => String::new(),
        }),
        column("command", move |one: &Target| format!("`cargo bench --bench settle -- {}{quick}`", one.part)),
    ]
}
