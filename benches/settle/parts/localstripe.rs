//! `localstripe`: a payment there is created and confirmed.

use std::{path::Path, time::Duration};

use super::Bench;
use crate::{
    command::Part,
    load::Measured,
    peers::stripe::Stripe,
    report::{Sample, Subject},
    say,
    store::Cost,
};

pub fn run(bench: &mut Bench<'_>) {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools");
    let time = Duration::from_secs_f64(bench.plan.open_seconds);
    let measured = Stripe::start(&tools, &bench.rig.path(".")).and_then(|stripe| {
        (0..bench.plan.rounds).map(|_| stripe.measure(time)).collect::<Result<Vec<_>, _>>()
    });
    match measured {
        Ok(windows) => {
            for (round, window) in windows.into_iter().enumerate() {
                let (made, seconds) = (window.done, window.seconds);
                let measured = Measured { windows: vec![window], made, seconds, ..Measured::default() };
                bench.keep(Sample {
                    part: Part::Localstripe,
                    subject: Subject::Localstripe,
                    case: "create and confirm".to_owned(),
                    at: "1".to_owned(),
                    x: f64::NAN,
                    round,
                    measured,
                    cost: Cost::default(),
                    watched_events: None,
                });
            }
        }
        Err(why) => {
            let note = format!("localstripe not run: {why}");
            say(&note);
            bench.report.notes.push(note);
        }
    }
}
