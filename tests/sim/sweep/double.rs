//! Two crashes in each run: the second at any crossing after the first, in recovery from it or later.
//!
//! How many there are is known from the single crashes. They are gone through in an order that jumps over
//! all cases, so that what fits into an hour is a fair part of all; with an offset it goes on where an
//! earlier run ended.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use tokio::time::Instant;

use super::{super::args::Args, report::Report, single::Swept};

/// All pairs of points, as one range of numbers.
struct Pairs<'a> {
    /// The number of the first pair with this first point, the case, and the point.
    starts: Vec<(u64, &'a Swept, u64)>,
    len: u64,
    stride: u64,
}

impl<'a> Pairs<'a> {
    fn of(swept: &'a [Swept]) -> Self {
        let (mut starts, mut len) = (Vec::new(), 0);
        for case in swept {
            for (first, there) in (0_u64..).zip(&case.points) {
                starts.push((len, case, first));
                len += there.saturating_sub(first + 1);
            }
        }
        // Near the golden section of all of them, and without a divisor in common with their number.
        let mut stride = (len / 1_000 * 618).max(1);
        while gcd(stride, len) > 1 {
            stride += 1;
        }
        Self { starts, len, stride }
    }

    /// The nth in the order in which they are gone through.
    fn nth(&self, nth: u64) -> (&'a Swept, [u64; 2]) {
        let number =
            u64::try_from(u128::from(nth) * u128::from(self.stride) % u128::from(self.len)).unwrap_or(0);
        let at = self.starts.partition_point(|(start, _, _)| *start <= number) - 1;
        let (start, case, first) = self.starts[at];
        (case, [first, first + 1 + number - start])
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Goes through as many as the time allows.
pub fn run(args: &Args, swept: &[Swept], report: &mut Report) {
    let pairs = Pairs::of(swept);
    if pairs.len == 0 {
        return;
    }
    let until = args.minutes.map(|minutes| Instant::now() + Duration::from_secs(minutes * 60));
    let next = AtomicU64::new(args.offset);
    report.doubles.0 = pairs.len;
    let shared = Mutex::new(report);
    thread::scope(|scope| {
        for _ in 0..args.jobs.max(1) {
            scope.spawn(|| {
                while until.is_none_or(|until| Instant::now() < until) {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth >= pairs.len {
                        return;
                    }
                    let (swept, points) = pairs.nth(nth);
                    let outcome = swept.case.run(&points, false);
                    let mut report = shared.lock().unwrap_or_else(PoisonError::into_inner);
                    report.doubles.1 += 1;
                    report.offset = report.offset.max(nth + 1);
                    report.add(swept.case, &points, outcome);
                }
            });
        }
    });
}

/// The order meets every pair exactly once.
pub fn selftest() {
    use super::{case::Case, twist, workflows::ALL};
    let case = |points: &[u64]| Swept {
        case: Case { workflow: &ALL[0], becomes: twist::Kind::Acknowledged },
        points: points.to_vec(),
    };
    let swept = [case(&[4, 6, 6]), case(&[]), case(&[3, 2, 9])];
    let pairs = Pairs::of(&swept);
    let mut met: Vec<[u64; 2]> = (0..pairs.len).map(|nth| pairs.nth(nth).1).collect();
    met.sort_unstable();
    let mut expected: Vec<[u64; 2]> = Vec::new();
    for swept in &swept {
        for (first, there) in (0_u64..).zip(&swept.points) {
            expected.extend((first + 1..*there).map(|second| [first, second]));
        }
    }
    expected.sort_unstable();
    assert_eq!(met, expected);
}
