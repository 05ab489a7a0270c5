//! The command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    bursar::app::run()
}
