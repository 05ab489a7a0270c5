//! The benchmark: settles per second, beside a plain echo and pgbench's TPC-B on the same machine.
//!
//! ```text
//! cargo bench --bench settle               the whole of it, five to ten minutes
//! cargo bench --bench settle -- --quick    whether it works, about a minute; its figures mean nothing
//! ```
//!
//! Every part runs in a process of its own, all of them this program under another role: `load` and
//! `prepare` (the clients), `serve` (the service with an adapter that answers at once), `echo`,
//! `sandbox`. PostgreSQL is a cluster that the run starts and throws away. What a figure means, and what
//! bounds it, is in `docs/benchmark.md`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that can't go on ends, and says where"
)]

mod adapter;
mod baseline;
mod child;
mod counts;
mod echo;
mod load;
mod machine;
mod plan;
#[path = "../../tests/it/support/postgres.rs"]
#[expect(dead_code, reason = "the tests need more of it")]
mod postgres;
mod prepare;
mod process;
mod report;
mod run;
mod serve;
mod table;

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        // The shipped command line itself.
        ["sandbox", ..] => {
            child::end_with_parent();
            return bursar::app::run();
        }
        ["migrate", ..] => return bursar::app::run(),
        ["serve", job] => serve::run(&child::read(job)),
        ["echo", job] => echo::run(&child::read(job)),
        ["prepare", job] => prepare::run(&child::read(job)),
        ["load", job] => load::run(&child::read(job)),
        _ if words.contains(&"--bench") => run::run(&plan::Plan::new(words.contains(&"--quick"))),
        // `cargo test --all-targets` starts benchmarks, too.
        _ => {}
    }
    ExitCode::SUCCESS
}
