//! The table, as it is printed and as it goes into `docs/benchmark.md`.

use std::fmt::Write as _;

use crate::{
    baseline,
    plan::Width,
    report::{Report, Row, Subject, median},
};

pub fn show(report: &Report) -> String {
    let mut text = String::new();
    let machine = &report.machine;
    let settings: Vec<String> =
        machine.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut lines = vec![
        format!("commit {}", machine.commit),
        format!(
            "{} cores ({}), {:.0} GiB, Linux {}, {}",
            machine.cores, machine.processor, machine.memory_gib, machine.kernel, machine.compiler
        ),
        format!("PostgreSQL {} on {}: {}", machine.postgres, machine.postgres_disk, settings.join(", ")),
        format!("SQLite {} on {}: WAL, synchronous=FULL", machine.sqlite, machine.sqlite_disk),
        format!(
            "{} accounts, a card each; a request has {} bytes, an answer {}; logs at info, to a file",
            report.accounts, report.request_bytes, report.answer_bytes
        ),
        format!(
            "TPC-B (pgbench -M prepared, scale {}, {} clients): {:.0} transactions/s",
            report.scale,
            baseline::CLIENTS,
            median(report.baseline.clone())
        ),
        format!("before each round: {}", conditions(report)),
    ];
    if report.quick {
        lines.push("--quick: this shows that the benchmark works; the figures mean nothing".to_owned());
    }
    for line in lines {
        let _ = writeln!(text, "- {line}");
    }
    text.push('\n');
    text.push_str(HEADER);
    for row in report.rows() {
        line(&mut text, &row);
    }
    text
}

/// Little else runs where the load is near zero and a sync takes no longer than the disk needs.
fn conditions(report: &Report) -> String {
    let told = report.conditions.iter().map(|one| {
        format!("load {:.1}, fdatasync {:.2} ms (p99 {:.1})", one.load, one.sync_p50_ms, one.sync_p99_ms)
    });
    told.collect::<Vec<_>>().join("; ")
}

const HEADER: &str = "\
| what | in flight | per second | p50 ms | p99 ms | ÷ echo | ÷ TPC-B | commands | batches | transactions | \
CPU µs: client | server | database | sandbox | server MiB |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
";

fn line(text: &mut String, row: &Row) {
    let settles = row.subject != Subject::Echo;
    let of_settle = |told: String| if settles { told } else { String::new() };
    let present = |value: f64, digits: usize| {
        if value.is_finite() && value > 0.0 { format!("{value:.digits$}") } else { String::new() }
    };
    let cells = [
        row.subject.title().to_owned(),
        width(row.width),
        format!("{:.0}", row.rate),
        format!("{:.2}", row.p50_ms),
        format!("{:.2}", row.p99_ms),
        of_settle(present(row.to_echo, 3)),
        of_settle(present(row.to_baseline, 2)),
        present(row.commands, 2),
        present(row.batches, 3),
        present(row.transactions, 3),
        present(row.client_us, 0),
        present(row.server_us, 0),
        present(row.database_us, 0),
        present(row.sandbox_us, 0),
        present(row.memory_mib, 0),
    ];
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

fn width(width: Width) -> String {
    match width.connections {
        1 => width.each.to_string(),
        connections => format!("{connections} × {}", width.each),
    }
}
