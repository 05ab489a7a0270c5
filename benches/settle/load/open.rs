//! The open model: calls begin when they are due.
//!
//! A thread of its own keeps the schedule, because a timer of the runtime is only good to a millisecond.
//! When it is late it makes up for it at once, and the calls' latencies say so.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use hdrhistogram::Histogram;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use tokio::{runtime::Handle, time::Instant};
use tokio_util::task::TaskTracker;

use super::{
    Job, Phase,
    calls::{Caller, End, Work},
    connect,
    measured::{Latency, Measured, Slot, Window, histogram, micros},
    orders::{Order, Queues},
};
use crate::process::{self, Sampler, Usage};

/// How many calls may be under way. What is due beyond that is counted, not sent.
const OUTSTANDING_MOST: usize = 40_000;
/// How long calls that are under way at the end are waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// The length of a slot, in seconds.
const SLOT: f64 = 0.25;
/// The same arrivals every time.
const SEED: u64 = 0x5eed;

struct Run {
    work: Work,
    strict: bool,
    started: Instant,
    callers: Vec<Caller>,
    queues: Queues,
    servers: usize,
    outstanding: AtomicUsize,
    tasks: TaskTracker,
    tally: Mutex<Tally>,
}

/// What has come of the calls of one phase.
struct Tallied {
    window: Window,
    done: Histogram<u64>,
    shed: Histogram<u64>,
    late: Histogram<u64>,
}

struct Tally {
    windows: Vec<Tallied>,
    slots: BTreeMap<usize, (Slot, Histogram<u64>)>,
}

/// A call that is due.
struct Due {
    order: Order,
    at: Instant,
    phase: usize,
    caller: usize,
}

pub async fn measure(job: &Job, connections: usize, phases: &[Phase]) -> Measured {
    let queues = Queues::read(&job.orders, job.from, job.count, job.urls.len(), job.spread);
    let mut callers = Vec::new();
    for connection in 0..connections {
        let url = &job.urls[connection % job.urls.len()];
        callers.push(Caller::new(connect(url, 1).await.remove(0), job.deadline));
    }
    let windows = phases.iter().map(|phase| {
        let window = Window { name: phase.name.clone(), seconds: phase.seconds, ..Window::default() };
        Tallied { window, done: histogram(3), shed: histogram(3), late: histogram(3) }
    });
    let started = Instant::now() + Duration::from_millis(50);
    let run = Arc::new(Run {
        work: job.work,
        strict: job.strict,
        started,
        callers,
        queues,
        servers: job.urls.len(),
        outstanding: AtomicUsize::new(0),
        tasks: TaskTracker::new(),
        tally: Mutex::new(Tally { windows: windows.collect(), slots: BTreeMap::new() }),
    });
    let sampler = Sampler::start(job.watched.clone());
    let marks = mark_phases(job, started, phases);
    let made = keep_schedule(Arc::clone(&run), phases.to_vec());
    let made = tokio::task::spawn_blocking(move || made.join().unwrap()).await.unwrap();
    run.tasks.close();
    let all = tokio::time::timeout(PATIENCE, run.tasks.wait()).await;
    assert!(all.is_ok() || !job.strict, "calls are under way that nobody answers");
    let marks = tokio::task::spawn_blocking(move || marks.join().unwrap()).await.unwrap();
    let tally = run.tally.lock().unwrap();
    let windows = tally.windows.iter().zip(marks.windows(2)).map(|(tallied, marks)| Window {
        latency: Latency::of(&tallied.done),
        shed_latency: Latency::of(&tallied.shed),
        late_p99_ms: Latency::of(&tallied.late).p99,
        usage: process::between(&marks[0], &marks[1]),
        ..tallied.window.clone()
    });
    let slots = tally.slots.values().map(|(slot, latencies)| {
        let latency = Latency::of(latencies);
        Slot { p50_ms: latency.p50, p99_ms: latency.p99, ..*slot }
    });
    Measured {
        windows: windows.collect(),
        slots: slots.collect(),
        memory: sampler.stop(),
        made,
        seconds: started.elapsed().as_secs_f64(),
    }
}

/// What was used until the begin of each phase and the end of the last.
fn mark_phases(job: &Job, started: Instant, phases: &[Phase]) -> thread::JoinHandle<Vec<Usage>> {
    let mut ends = vec![started];
    for phase in phases {
        ends.extend(ends.last().map(|end| *end + Duration::from_secs_f64(phase.seconds)));
    }
    let watched = job.watched.clone();
    thread::spawn(move || {
        ends.into_iter()
            .map(|end| {
                thread::sleep(end.saturating_duration_since(Instant::now()));
                process::usage(&watched)
            })
            .collect()
    })
}

/// Sends each call when it is due; tells how many orders it used.
fn keep_schedule(run: Arc<Run>, phases: Vec<Phase>) -> thread::JoinHandle<usize> {
    let runtime = Handle::current();
    thread::spawn(move || {
        let mut chance = StdRng::seed_from_u64(SEED);
        let (mut begin, mut made, mut calls) = (run.started, 0, 0_usize);
        for (phase, Phase { rate, seconds, .. }) in phases.into_iter().enumerate() {
            let end = begin + Duration::from_secs_f64(seconds);
            let mut at = begin;
            loop {
                // Gaps of a Poisson process.
                let fraction: f64 = chance.random();
                at += Duration::from_secs_f64(-(1.0 - fraction).ln() / rate);
                if at >= end {
                    break;
                }
                thread::sleep(at.saturating_duration_since(Instant::now()));
                let caller = calls % run.callers.len();
                calls += 1;
                let order = run.queues.next(caller % run.servers).expect("orders enough");
                made += 1;
                run.send(&runtime, Due { order, at, phase, caller });
            }
            thread::sleep(end.saturating_duration_since(Instant::now()));
            begin = end;
        }
        made
    })
}

impl Run {
    fn send(self: &Arc<Self>, runtime: &Handle, due: Due) {
        let full = self.outstanding.load(Ordering::Relaxed) >= OUTSTANDING_MOST;
        {
            let mut tally = self.tally.lock().unwrap();
            let window = &mut tally.windows[due.phase].window;
            window.due += 1;
            window.unsent += usize::from(full);
        }
        if full {
            self.queues.put_back(due.caller % self.servers, due.order);
            return;
        }
        self.outstanding.fetch_add(1, Ordering::Relaxed);
        let run = Arc::clone(self);
        self.tasks.spawn_on(
            async move {
                let sent = Instant::now();
                let end = run.callers[due.caller].call(run.work, &due.order).await;
                run.outstanding.fetch_sub(1, Ordering::Relaxed);
                run.count(&due, sent, end);
            },
            runtime,
        );
    }

    fn count(&self, due: &Due, sent: Instant, end: End) {
        let now = Instant::now();
        let elapsed = micros(now.duration_since(due.at));
        let slot = |at: Instant| (at.duration_since(self.started).as_secs_f64() / SLOT) as usize;
        let mut tally = self.tally.lock().unwrap();
        let Tally { windows, slots } = &mut *tally;
        let Tallied { window, done, shed, late } = &mut windows[due.phase];
        late.record(micros(sent.duration_since(due.at))).unwrap();
        let mut of = |place: usize, change: &mut dyn FnMut(&mut Slot, &mut Histogram<u64>)| {
            let (slot, latencies) = slots
                .entry(place)
                .or_insert_with(|| (Slot { at: place as f64 * SLOT, ..Slot::default() }, histogram(2)));
            change(slot, latencies);
        };
        match end {
            End::Done => {
                window.done += 1;
                done.record(elapsed).unwrap();
                of(slot(now), &mut |slot, _| slot.done += 1);
                of(slot(due.at), &mut |_, latencies| latencies.record(elapsed).unwrap());
            }
            End::Shed(retry) if !self.strict => {
                window.shed += 1;
                window.shed_with_retry += usize::from(retry.is_some());
                // What it cost to be refused; how late the generator was stands beside it.
                shed.record(micros(now.duration_since(sent))).unwrap();
                self.queues.put_back(due.caller % self.servers, due.order);
                of(slot(now), &mut |slot, _| slot.shed += 1);
            }
            End::Other(what) if !self.strict => {
                *window.other.entry(what).or_default() += 1;
                of(slot(now), &mut |slot, _| slot.other += 1);
            }
            End::Shed(_) => panic!("a call was shed"),
            End::Other(what) => panic!("a call failed: {what}"),
        }
    }
}
