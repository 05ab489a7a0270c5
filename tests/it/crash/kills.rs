//! Killing bursar at random moments.

use std::time::Duration;

use bursar::env::{Clock as _, Ids as _, SeededIds, SystemClock};
use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use crate::support::calls::Calls;
use crate::support::world::World;

/// How many calls wait for an answer at a kill, but for those that come right after a start.
const ON_THE_WIRE: usize = 100;
const BUSY_WITHIN: Duration = Duration::from_secs(30);

/// One kill.
#[derive(Debug, Clone, Copy)]
pub struct Kill {
    pub at: Timestamp,
    /// How many calls waited for an answer.
    pub on_the_wire: usize,
    /// Whether it was so soon that the server was still picking up what the kill before had left.
    pub soon: bool,
    /// How long it took until the next process was ready.
    pub ready: Duration,
}

/// Kills and starts again, so often.
pub async fn kill(world: &mut World, calls: &Calls, count: u32, seed: u64) -> Vec<Kill> {
    let chance = SeededIds::new(seed);
    let mut kills = Vec::new();
    for number in 0..count {
        // Every fourth comes while what the one before has left is being picked up.
        let soon = number % 4 == 3;
        if soon {
            sleep(Duration::from_secs(1).mul_f64(chance.fraction())).await;
        } else {
            sleep(Duration::from_secs(1).mul_f64(1.0 + chance.fraction())).await;
            until_busy(calls).await;
        }
        let (at, on_the_wire) = (SystemClock.now(), calls.on_the_wire());
        let started = Instant::now();
        world.restart().await;
        kills.push(Kill { at, on_the_wire, soon, ready: started.elapsed() });
    }
    // Those who were cut off by the last one come back, too.
    until_busy(calls).await;
    kills
}

async fn until_busy(calls: &Calls) {
    let until = Instant::now() + BUSY_WITHIN;
    while calls.on_the_wire() < ON_THE_WIRE {
        assert!(Instant::now() < until, "only {} calls wait for an answer", calls.on_the_wire());
        sleep(Duration::from_millis(2)).await;
    }
}
