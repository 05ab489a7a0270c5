//! Simulated worlds: the service as it ships, in a world that a seed decides.
//!
//! ```text
//! cargo test --profile sim --test sim                          200 worlds
//! cargo test --profile sim --test sim -- --seeds 1..10001      as many as are asked for
//! cargo test --profile sim --test sim -- --minutes 60          as many as there is time for
//! cargo test --profile sim --test sim -- --seed 17             one, with everything that happens in it
//! ```
//!
//! A world is one thread, one tokio runtime whose time is paused, and streams of chance that all come from
//! the seed. What is replaced, and by what:
//!
//! | in production | here |
//! |---|---|
//! | the machine's clock | `time`: tokio's time, and for each replica how wrong its clock is |
//! | the machine's chance | `chance`, and `env::SeededIds` for ids |
//! | sockets | `replica` (clients, browsers), `wire` (the provider), `post` (notifications) |
//! | SQLite, PostgreSQL | `store::MemoryStore`, which all replicas share, behind `disk` |
//! | the process | `gate`: where it closes, the process is gone |
//!
//! Everything else is the code that ships, put together by the same function (`app::assemble`): gRPC
//! services and their wire format, engine, domain, runner, guard, adapter client, pages; and the sandbox,
//! whose ledger is the truth.
//!
//! The course of a world (`course`): `shopper`s and the `customer`s they send to the issuers' pages do what
//! people do, while the `weather` lasts; then every fault is healed, four days pass, what was answered is
//! asked once more, and the `oracle` judges the collected facts. `--seeds` runs begin with the oracle's own
//! test: it has to refuse made-up facts for each invariant.
//!
//! **To add a fault**, give it a share in `weather` and let it strike where it belongs; count it with a name
//! that begins `fault: `. **To add a request**, add a variant to `ask::Ask`. **To add an invariant**, add
//! what has to be known to `oracle::facts`, judge it in `oracle/`, and add a case to `oracle/selftest.rs`.
//!
//! Two things must never be used in here: a hash map whose order is by chance where the order matters, and
//! `tokio::select!` without `biased` or `tokio::sync::watch` with several receivers, which choose by a
//! chance that no seed decides. `--twice-every` finds what was overlooked.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a world that can't go on ends, and says where"
)]

mod args;
mod arrivals;
mod ask;
mod asked;
mod book;
mod caller;
mod chance;
mod collect;
mod contact;
mod course;
mod customer;
mod disk;
mod gate;
mod journal;
mod kyc;
mod look;
mod oracle;
mod panics;
#[cfg(feature = "planted")]
mod planted;
mod post;
mod replica;
mod requests;
mod run;
mod shopper;
mod shops;
mod summary;
mod sweep;
mod time;
mod trace;
mod transfer;
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
    #[cfg(feature = "planted")]
    let asked = planted::plant_asked(&args);
    #[cfg(not(feature = "planted"))]
    let asked = args.planted.as_ref().map_or(Ok(()), |_| Err("this build has none: add --features planted"));
    if let Err(why) = asked {
        eprintln!("planted bugs: {why}");
        return ExitCode::FAILURE;
    }
    let good = match (args.sweep, args.seed, &args.planted) {
        (Some(sweep), _, _) => sweep::run(&args, sweep),
        (None, Some(seed), _) => run::tell(seed, &args.crash_at),
        #[cfg(feature = "planted")]
        (None, None, Some(_)) => planted::run(&args),
        (None, None, _) => run::run(&args) && sweep::run(&args, sweep::Kind::Slice),
    };
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
