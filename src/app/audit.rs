//! `bursar audit`: the audit from the command line.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use crate::{
    audit::{self, Report, ledger::Ledger},
    config::AuditArgs,
    env::{Clock as _, SystemClock},
    store,
};

/// It found something.
const FINDINGS: u8 = 1;
/// It could not run.
const NOT_RUN: u8 = 2;

/// Audits, prints what it found, and says by its exit code how it ended.
#[expect(clippy::print_stderr, reason = "the answer of a command line tool")]
pub(super) async fn run(args: &AuditArgs) -> ExitCode {
    let report = match audit(args).await {
        Ok(report) => report,
        Err(message) => {
            eprintln!("bursar: {message}");
            return ExitCode::from(NOT_RUN);
        }
    };
    let text = if args.json { serde_json::to_string(&report) } else { Ok(report.to_string()) };
    let printed = text.map_err(io::Error::from).and_then(|text| print(text.trim_end()));
    if let Err(error) = printed {
        eprintln!("bursar: {error}");
        return ExitCode::from(NOT_RUN);
    }
    if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::from(FINDINGS) }
}

/// Whoever reads it may stop reading (`| head`): what was found stands all the same.
fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

async fn audit(args: &AuditArgs) -> Result<Report, String> {
    let store = store::open_to_read(&args.database_url).await.map_err(|error| error.to_string())?;
    let ledger = match &args.sandbox {
        Some(address) => Some(Ledger::connect(address).await.map_err(|error| error.to_string())?),
        None => None,
    };
    audit::audit(&*store, ledger.as_ref(), SystemClock.now()).await.map_err(|error| error.to_string())
}
