//! Which faults a world has, and how often: drawn from its seed. Each class is left out of about half of
//! the worlds, so that no fault hides behind another, and some worlds are calm.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use jiff::SignedDuration;

use super::{chance::Chance, sweep::Twist};

/// The faults of one world. Each number is the share of calls (crossings, rounds) that it strikes.
pub struct Weather {
    healed: AtomicBool,
    /// How many replicas there are, and how many writers each has.
    pub replicas: usize,
    pub writers: usize,
    pub deadline: Duration,
    pub lease: Duration,
    /// What the provider's adapter promises.
    pub conclusive_after: Duration,
    pub can_cancel: bool,
    /// A crash at a crossing, and how long until the next start at most.
    pub crash: f64,
    pub down_most: Duration,
    /// A replica stands still for a while, maybe past its leases (a round of chaos).
    pub stand_still: f64,
    /// A replica is told to stop, finishes what it can and is started anew (a round of chaos).
    pub restart: f64,
    /// A replica's clock is put wrong (a round of chaos), by this much at most.
    pub clock: f64,
    pub clock_most: SignedDuration,
    /// How long the store takes at most when all is well.
    pub store_latency: Duration,
    pub store: StoreFaults,
    pub wire: WireFaults,
    pub post: PostFaults,
    pub clients: ClientFaults,
    /// What a sweep has become of calls to the provider.
    pub twist: Twist,
}

/// Faults of a replica's way to the store.
#[derive(Default)]
pub struct StoreFaults {
    /// Nothing is written.
    pub refuse: f64,
    /// A commit's answer is lost; every second time it was applied.
    pub lose_answer: f64,
    pub read_fails: f64,
    pub slow: f64,
    pub slow_most: Duration,
}

/// Faults on the way to the provider.
#[derive(Default)]
pub struct WireFaults {
    /// Nobody is reached; nothing was sent.
    pub refused: f64,
    /// The request never arrives.
    pub lost: f64,
    /// The request arrives long after, when nobody waits for the answer any more.
    pub late: f64,
    pub late_most: Duration,
    /// The request arrives, and once more later.
    pub twice: f64,
    /// It is done; the answer is lost.
    pub answer_lost: f64,
    /// It is done; the answer drips in, maybe after the deadline.
    pub slow: f64,
    /// An error instead of an answer, before or after it was done.
    pub error: f64,
    /// From here on, and for as long as `outage_most`, there are errors only, before or after it was done.
    pub outage: f64,
    pub outage_most: Duration,
    /// An answer that says nothing.
    pub nonsense: f64,
    /// What takes something is refused as a request that can't be performed.
    pub refuses: f64,
    /// An inquiry does not know the effect yet, though it arrived.
    pub not_found_yet: f64,
}

/// Faults on the way of notifications.
#[derive(Default)]
pub struct PostFaults {
    pub lost: f64,
    pub answer_lost: f64,
    /// Taken by somebody in between, who delivers it never, once or several times, up to `late_most` late.
    pub relayed: f64,
    pub late_most: Duration,
}

/// What clients do, and faults on their way.
#[derive(Default)]
pub struct ClientFaults {
    pub lost: f64,
    pub answer_lost: f64,
    /// A call is made twice at once, maybe at two replicas.
    pub twice: f64,
    /// Somebody hangs up after a moment, and asks again.
    pub impatient: f64,
    /// Somebody hangs up and never asks again.
    pub vanish: f64,
    /// Something old is asked for again; and with other parameters.
    pub again: f64,
}

impl Weather {
    /// The weather of a seed.
    pub fn of(seed: u64) -> Self {
        let chance = Chance::of(seed, "weather");
        let calm = chance.happens(0.05);
        let class = |common: f64| {
            if calm || chance.happens(0.5) { 0.0 } else { common * *chance.pick(&[0.2, 1.0, 3.0]) }
        };
        let secs = Duration::from_secs;
        let outage = Chance::of(seed, "outage");
        let refusal = Chance::of(seed, "refusal");
        let deadline = *chance.pick(&[Duration::from_millis(400), secs(1), secs(5)]);
        Self {
            healed: AtomicBool::new(false),
            replicas: *chance.pick(&[1, 2, 2, 3]),
            writers: *chance.pick(&[1, 1, 2]),
            deadline,
            lease: deadline * *chance.pick(&[3, 3, 10]),
            conclusive_after: *chance.pick(&[Duration::ZERO, Duration::ZERO, secs(3), secs(60), secs(600)]),
            can_cancel: chance.happens(0.85),
            crash: class(0.01),
            down_most: *chance.pick(&[Duration::from_millis(100), secs(5), secs(120), secs(1_800)]),
            stand_still: class(0.3),
            restart: class(0.1),
            clock: class(0.3),
            clock_most: *chance.pick(&[
                SignedDuration::from_millis(500),
                SignedDuration::from_secs(5),
                SignedDuration::from_mins(1),
                SignedDuration::from_hours(1),
                // Less than the day within which a hold is given back: what a clock that is ahead has
                // leased, or put off, waits for as long.
                SignedDuration::from_hours(20),
            ]),
            store_latency: *Chance::of(seed, "latency").pick(&[
                Duration::ZERO,
                Duration::ZERO,
                Duration::from_millis(6),
            ]),
            store: StoreFaults {
                refuse: class(0.03),
                lose_answer: class(0.03),
                read_fails: class(0.02),
                slow: class(0.05),
                slow_most: *chance.pick(&[Duration::from_millis(20), secs(2), secs(30)]),
            },
            wire: WireFaults {
                refused: class(0.05),
                lost: class(0.05),
                late: class(0.05),
                late_most: *chance.pick(&[secs(10), secs(600), secs(86_400)]),
                twice: class(0.05),
                answer_lost: class(0.05),
                slow: class(0.08),
                error: class(0.05),
                nonsense: class(0.02),
                refuses: if calm || refusal.happens(0.7) { 0.0 } else { *refusal.pick(&[0.02, 0.1]) },
                not_found_yet: class(0.3),
                outage: if calm || outage.happens(0.7) { 0.0 } else { 0.02 },
                outage_most: *outage.pick(&[secs(20), secs(600)]),
            },
            post: PostFaults {
                lost: class(0.1),
                answer_lost: class(0.1),
                relayed: class(0.2),
                late_most: *chance.pick(&[secs(2), secs(300), secs(259_200)]),
            },
            clients: ClientFaults {
                lost: class(0.03),
                answer_lost: class(0.03),
                twice: class(0.05),
                impatient: class(0.1),
                vanish: class(0.05),
                again: class(0.2),
            },
            twist: Twist::default(),
        }
    }

    /// No fault but what a sweep has planned: one replica with one writer.
    pub fn still(twist: Twist) -> Self {
        let deadline = Duration::from_millis(400);
        Self {
            healed: AtomicBool::new(false),
            replicas: 1,
            writers: 1,
            deadline,
            lease: deadline * 3,
            conclusive_after: Duration::ZERO,
            can_cancel: true,
            crash: 0.0,
            down_most: Duration::from_millis(100),
            stand_still: 0.0,
            restart: 0.0,
            clock: 0.0,
            clock_most: SignedDuration::ZERO,
            store_latency: Duration::ZERO,
            store: StoreFaults::default(),
            wire: WireFaults::default(),
            post: PostFaults::default(),
            clients: ClientFaults::default(),
            twist,
        }
    }

    /// Whether anything goes wrong with processes by itself.
    pub fn is_restless(&self) -> bool {
        self.stand_still > 0.0 || self.restart > 0.0 || self.clock > 0.0
    }

    /// Whether a fault of this share strikes now.
    pub fn strikes(&self, chance: &Chance, share: f64) -> bool {
        !self.is_healed() && chance.happens(share)
    }

    /// No more faults from now on.
    pub fn heal(&self) {
        self.healed.store(true, Ordering::Relaxed);
    }

    pub fn is_healed(&self) -> bool {
        self.healed.load(Ordering::Relaxed)
    }
}
