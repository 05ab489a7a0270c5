//! Puts the service together: from the command line to running parts and back to rest.

mod audit;
mod health;
mod parts;
mod programs;
mod sandbox;
mod secret;
mod serve;
mod stop;
mod test_clock;

use std::process::ExitCode;

use clap::Parser as _;

use crate::{
    config::{Command, CommandLine, LogFormat, ProgramCommand},
    telemetry,
};

pub use parts::{Outside, Parts, Size, admit, assemble, ruleset};
pub use programs::Rulebooks;
pub use serve::{Service, ServiceError};

/// Runs the command that the process was started with.
#[must_use]
pub fn run() -> ExitCode {
    let line = CommandLine::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("the runtime can't be started: {error}")),
    };
    match runtime.block_on(command(line)) {
        Ok(code) => code,
        Err(message) => fail(&message),
    }
}

#[expect(clippy::print_stderr, reason = "the last word of a process that could not do what it was asked to")]
fn fail(message: &str) -> ExitCode {
    eprintln!("bursar: {message}");
    ExitCode::FAILURE
}

async fn command(line: CommandLine) -> Result<ExitCode, String> {
    // Answers of a command line tool; no logs are wanted for these.
    match &line.command {
        Command::Program { command: ProgramCommand::Check { file } } => {
            return programs::check(file).map(|()| ExitCode::SUCCESS);
        }
        Command::Migrate { database_url } => {
            let migrated = crate::store::migrate(database_url).await;
            return migrated.map(|()| ExitCode::SUCCESS).map_err(|error| error.to_string());
        }
        Command::Audit(args) => return Ok(audit::run(args).await),
        Command::Serve(_) | Command::Sandbox(_) => {}
    }
    let config = telemetry::Config {
        format: match line.log_format {
            LogFormat::Text => telemetry::Format::Text,
            LogFormat::Json => telemetry::Format::Json,
        },
        filter: line.log,
        otlp_endpoint: line.otlp_endpoint.filter(|endpoint| !endpoint.is_empty()),
        trace_ratio: line.trace_ratio,
        instance: line.instance,
    };
    let telemetry = telemetry::init(&config).map_err(|error| error.to_string())?;
    let stop = stop::on_signal();
    let served = match line.command {
        Command::Serve(args) => serve::run(&args, stop).await.map_err(|error| error.to_string()),
        Command::Sandbox(args) => sandbox::run(&args, stop).await,
        Command::Migrate { .. } | Command::Audit(_) | Command::Program { .. } => Ok(()),
    };
    telemetry.shutdown().await;
    served.map(|()| ExitCode::SUCCESS)
}
