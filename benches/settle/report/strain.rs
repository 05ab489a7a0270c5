//! What an overload did (F11).

use serde::Serialize;

use super::{Report, Sample, Subject};
use crate::{
    command::Part,
    load::Slot,
    parts::overload::{AFTER, BEFORE, DURING},
};

/// One overload.
#[derive(Debug, Serialize)]
pub struct Strain {
    pub subject: Subject,
    /// How many times the saturation, and how many calls a second that was.
    pub times: f64,
    pub due_per_s: f64,
    /// Done a second, and that beside what was the most before.
    pub goodput: f64,
    pub to_peak: f64,
    pub shed_per_s: f64,
    /// Of those that were shed, the share that was told when to come again.
    pub with_retry: f64,
    /// From when they were sent.
    pub shed_p99_ms: f64,
    /// Of those that were done, from when they were due.
    pub done_p99_ms: f64,
    /// The generator's own lateness; where it is large, the generator is what was too slow.
    pub late_p99_ms: f64,
    /// Calls that were neither done nor shed, and calls that the generator did not even send.
    pub other: usize,
    pub unsent: usize,
    /// The service's memory before, and the most, in MiB.
    pub memory_before: f64,
    pub memory_most: f64,
    /// Seconds from the end of the overload until latency stays what it was; infinite if it never does.
    pub recovery_s: f64,
}

impl Report {
    pub fn strains(&self) -> Vec<Strain> {
        self.of(Part::Overload).filter(|sample| sample.x.is_finite()).map(|one| self.strain(one)).collect()
    }

    fn strain(&self, sample: &Sample) -> Strain {
        let [before, during, after] = [BEFORE, DURING, AFTER].map(|name| sample.measured.window(name));
        let begin = before.seconds;
        let end = begin + during.seconds;
        let is_peak = |one: &&Sample| one.subject == sample.subject && !one.x.is_finite();
        let peak = self.of(Part::Overload).find(is_peak).map_or(f64::NAN, Sample::rate);
        // What is answered while it lasts; what was admitted then and is answered later is not counted.
        let within = sample.measured.slots.iter().filter(|slot| slot.at >= begin && slot.at < end);
        let goodput = within.map(|slot| slot.done).sum::<usize>() as f64 / during.seconds;
        let memory = || sample.measured.memory.iter().filter(|one| one.process == "server");
        Strain {
            subject: sample.subject,
            times: sample.x,
            due_per_s: during.due as f64 / during.seconds,
            goodput,
            to_peak: goodput / peak,
            shed_per_s: during.shed as f64 / during.seconds,
            with_retry: during.shed_with_retry as f64 / during.shed as f64,
            shed_p99_ms: if during.shed == 0 { f64::NAN } else { during.shed_latency.p99 },
            done_p99_ms: during.latency.p99,
            late_p99_ms: during.late_p99_ms,
            other: [before, during, after].iter().flat_map(|window| window.other.values()).sum(),
            unsent: during.unsent,
            memory_before: memory().take_while(|one| one.at <= begin).last().map_or(f64::NAN, |one| one.mib),
            memory_most: memory().map(|one| one.mib).fold(f64::NAN, f64::max),
            recovery_s: recovery(&sample.measured.slots, end, before.latency.p99),
        }
    }
}

/// Twice what was usual, or what nobody minds.
const USUAL_TIMES: f64 = 2.0;
const UNMINDED_MS: f64 = 20.0;

fn recovery(slots: &[Slot], end: f64, usual_p99_ms: f64) -> f64 {
    let bound = (usual_p99_ms * USUAL_TIMES).max(UNMINDED_MS);
    let after = || slots.iter().filter(|slot| slot.at >= end);
    let is_bad = |slot: &&Slot| slot.p99_ms > bound || slot.shed > 0 || slot.other > 0;
    let last_bad = after().rfind(is_bad);
    let last = after().next_back();
    match (last_bad, last) {
        (Some(bad), Some(last)) if bad.at >= last.at => f64::INFINITY,
        (Some(bad), Some(_)) => bad.at + 0.25 - end,
        (None, Some(_)) => 0.0,
        (_, None) => f64::NAN,
    }
}
