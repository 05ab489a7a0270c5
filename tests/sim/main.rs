//! Simulated worlds.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a world that can't go on ends, and says where"
)]

mod args;
mod ask;
mod book;
mod chance;
mod collect;
mod course;
mod customer;
mod disk;
mod gate;
mod journal;
mod look;
mod oracle;
mod panics;
mod post;
mod replica;
mod run;
mod shopper;
mod summary;
mod time;
mod trace;
mod watcher;
mod weather;
mod wire;
mod world;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let args = args::Args::parse();
    if !args.concerns_us() {
        return ExitCode::SUCCESS;
    }
    println!("the oracle refuses {} made-up runs, as it should", oracle::selftest());
    panics::keep();
    let good = match args.seed {
        Some(seed) => run::tell(seed, &args.crash_at),
        None => run::run(&args),
    };
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
