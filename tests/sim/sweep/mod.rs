//! The sweep: every workflow, times everything that can become of its calls to the provider, with a crash
//! at every crossing of a gate; and then with a second crash at every crossing after that.
//!
//! Crossings are numbered as they come, so nobody lists them: a run with a crash at the nth begins exactly
//! as the run without, up to the nth. A [`Case`] is run without a crash, which tells how many crossings
//! there are, then once for each of them, and each of those tells how many there are for a second crash.
//! What such a run is to show is the oracle's business and the same as for any other world.
//!
//! Whether the workflows reach everything is compared with what there is ([`reach`]): commands, methods of
//! the API, what a provider can be asked, what it can answer. To add a workflow: a line in `workflows.rs`.

mod actor;
mod case;
mod double;
mod hooks;
mod reach;
mod report;
mod single;
mod twist;
mod waiting;
mod workflows;

pub use case::Kind;
pub use twist::{Kind as Becomes, Strike, Twist};

use super::{args::Args, course::Outcome};
use report::Report;

/// Runs what the command line asks for; `true`: all is well.
pub fn run(args: &Args, kind: Kind) -> bool {
    double::selftest();
    reach::selftest();
    let started = tokio::time::Instant::now();
    if let Some(points) = &args.point {
        return single::tell(args, &points.0);
    }
    let mut report = Report::default();
    let cases = single::run(args, kind, &mut report);
    if args.workflow.is_none() && args.outcome.is_none() {
        report.unreached = reach::unreached(&report.counts);
    }
    if kind == Kind::Double {
        double::run(args, &cases, &mut report);
    }
    report.print(started.elapsed());
    report.is_good()
}
