//! The benchmark: what a settle costs, beside what it can be compared with on the same machine.
//!
//! ```text
//! cargo bench --bench settle                      everything
//! cargo bench --bench settle -- --quick           whether it works, in two minutes; its figures mean nothing
//! cargo bench --bench settle -- settle overload   these parts
//! cargo bench --bench settle -- --help            which parts there are, and what can be chosen
//! ```
//!
//! Every part runs in processes of its own, all of them this program under another role: `load` and
//! `watch` (the clients), `serve` (the service with an adapter that answers at once), `echo`, `baseline`,
//! `sandbox`. PostgreSQL is a cluster that the run starts and throws away. What a figure means, and what
//! bounds it, is in `docs/performance.md`.
//!
//! ```text
//! command   the command line, and how much is measured     parts/     what is measured, one file a part
//! rig       folder, PostgreSQL, sites                      load/      the load generator
//! fill/     stores full of customers                       baseline/  a settle of one's own
//! peers/    echo, TPC-B, localstripe                       report/    tables, targets, plots
//! ```
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that can't go on ends, and says where"
)]

mod adapter;
mod baseline;
mod child;
mod command;
mod fill;
mod load;
mod machine;
mod parts;
mod peers;
#[path = "../../tests/it/support/postgres.rs"]
#[expect(dead_code, reason = "the tests need more of it")]
mod postgres;
mod process;
mod report;
mod rig;
mod serve;
mod store;
mod watch;

use std::{env, process::ExitCode, sync::OnceLock};

use clap::Parser as _;
use tokio::time::Instant;

use crate::{command::CommandLine, report::Report, rig::Rig};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        // The shipped command line itself.
        ["sandbox", "--ledger", ..] => {
            child::end_with_parent();
            return bursar::app::run();
        }
        ["migrate", "--database-url", _] => return bursar::app::run(),
        ["serve", job] => serve::run(&child::read(job)),
        ["echo", job] => peers::echo::run(&child::read(job)),
        ["baseline", job] => baseline::run(&child::read(job)),
        ["load", job] => load::run(&child::read(job)),
        ["watch", job] => watch::run(&child::read(job)),
        _ if words.contains(&"--bench") => run(&arguments),
        // `cargo test --all-targets` starts benchmarks, too.
        _ => {}
    }
    ExitCode::SUCCESS
}

fn run(arguments: &[String]) {
    let plan = CommandLine::parse().plan(arguments);
    let rig = Rig::start(&plan);
    let mut report = Report::new(&plan, rig.machine());
    for part in plan.parts.clone() {
        parts::run(part, &mut parts::Bench { rig: &rig, plan: &plan, report: &mut report });
        // What was measured is kept, whatever becomes of the rest.
        report.write(&plan.json);
    }
    drop(rig);
    tell(&report.show());
    let plots = report.plot();
    tell(&format!("\nwritten to {}{plots}", plan.json.display()));
}

/// How far the run is, and for how long it has been running.
#[expect(clippy::print_stderr, reason = "how far the run is")]
fn say(what: &str) {
    static STARTED: OnceLock<Instant> = OnceLock::new();
    let elapsed = STARTED.get_or_init(Instant::now).elapsed();
    eprintln!("{:>5} s  {what}", elapsed.as_secs());
}

#[expect(clippy::print_stdout, reason = "the answer of a command line tool")]
fn tell(what: &str) {
    println!("{what}");
}
