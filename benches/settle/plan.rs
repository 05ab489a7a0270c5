//! How much is measured. Everything is bounded in number and in time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How many calls are under way at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Width {
    pub connections: usize,
    pub each: usize,
}

impl Width {
    pub fn in_flight(self) -> usize {
        self.connections * self.each
    }
}

/// One width, and how many calls are counted at it in a round.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    pub width: Width,
    pub calls: usize,
}

pub struct Plan {
    pub quick: bool,
    /// Everything is measured this often, in turns. What is told is the median.
    pub rounds: usize,
    pub steps: [Step; 3],
    /// At the widest step, with the sandbox in a process of its own.
    pub sandbox_calls: usize,
    /// How long one measurement goes on at most.
    pub most: Duration,
    /// Customers, each with a card of its own.
    pub accounts: usize,
    /// TPC-B: branches of 100,000 accounts each, and how long it runs in a round.
    pub scale: u32,
    pub baseline: Duration,
}

/// What is done before anything counts: a share of the calls of each measurement.
pub const WARM_UP: usize = 8;

const WIDTHS: [Width; 3] = [
    Width { connections: 1, each: 1 },
    Width { connections: 8, each: 8 },
    Width { connections: 8, each: 64 },
];

impl Plan {
    pub fn new(quick: bool) -> Self {
        let steps = |calls: [usize; 3]| {
            let mut calls = calls.into_iter();
            WIDTHS.map(|width| Step { width, calls: calls.next().unwrap_or(0) })
        };
        if quick {
            return Self {
                quick,
                rounds: 1,
                steps: steps([200, 1_500, 3_000]),
                sandbox_calls: 500,
                most: Duration::from_secs(3),
                accounts: 64,
                scale: 2,
                baseline: Duration::from_secs(2),
            };
        }
        Self {
            quick,
            rounds: 3,
            steps: steps([1_000, 10_000, 20_000]),
            sandbox_calls: 5_000,
            most: Duration::from_secs(10),
            accounts: 4_096,
            scale: 50,
            baseline: Duration::from_secs(8),
        }
    }

    /// How many invoices all measurements of one store may use up.
    pub fn invoices(&self) -> usize {
        let each = |step: &Step| step.calls + step.calls / WARM_UP + step.width.in_flight();
        self.steps.iter().map(each).sum::<usize>() * self.rounds
    }
}
