//! The closed model: a place makes its next call when it has the answer to its last.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

use super::{
    Job, Width,
    calls::{Caller, End, Work},
    connect,
    measured::{Latency, Measured, Window, histogram, micros},
    orders::Queues,
};
use crate::process::{self, Sampler, Usage, Watched};

/// A moment: when it was, and what was used until then.
struct Mark(Instant, Usage);

/// What counts: after so many calls, so many, for so long at most.
#[derive(Clone, Copy)]
pub struct Bounds {
    pub warm_up: usize,
    pub calls: usize,
    pub most: Duration,
}

struct Run {
    queues: Queues,
    work: Work,
    strict: bool,
    bounds: Bounds,
    watched: Vec<Watched>,
    made: AtomicUsize,
    done: AtomicUsize,
    opened: Mutex<Option<Mark>>,
    closed: Mutex<Option<(usize, Mark)>>,
}

/// What one place has seen.
struct Seen {
    latencies: hdrhistogram::Histogram<u64>,
    window: Window,
}

pub async fn measure(job: &Job, width: Width, bounds: Bounds) -> Measured {
    let queues = Queues::read(&job.orders, job.from, job.count, job.urls.len(), job.spread);
    let run = Arc::new(Run {
        queues,
        work: job.work,
        strict: job.strict,
        bounds,
        watched: job.watched.clone(),
        made: AtomicUsize::new(0),
        done: AtomicUsize::new(0),
        opened: Mutex::new(None),
        closed: Mutex::new(None),
    });
    if run.bounds.warm_up == 0 {
        *run.opened.lock().unwrap() = Some(run.mark());
    }
    let sampler = Sampler::start(job.watched.clone());
    let started = Instant::now();
    let mut places = Vec::new();
    for connection in 0..width.connections {
        let server = connection % job.urls.len();
        let channel = connect(&job.urls[server], 1).await.remove(0);
        for _ in 0..width.each {
            let caller = Caller::new(channel.clone(), job.deadline);
            places.push(tokio::spawn(place(Arc::clone(&run), caller, server)));
        }
    }
    let mut seen = Seen { latencies: histogram(3), window: Window::default() };
    for place in places {
        let part = place.await.unwrap();
        seen.latencies.add(part.latencies).unwrap();
        seen.window.shed += part.window.shed;
        seen.window.shed_with_retry += part.window.shed_with_retry;
        for (what, count) in part.window.other {
            *seen.window.other.entry(what).or_default() += count;
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let Mark(opened, before) = run.opened.lock().unwrap().take().expect("the window opened");
    // Where the orders ran out first, the window ends with them.
    let closed = run.closed.lock().unwrap().take();
    let (done, Mark(closed, after)) =
        closed.unwrap_or_else(|| (run.done.load(Ordering::Relaxed) - run.bounds.warm_up, run.mark()));
    let window = Window {
        name: "closed".to_owned(),
        seconds: closed.duration_since(opened).as_secs_f64(),
        done,
        latency: Latency::of(&seen.latencies),
        usage: process::between(&before, &after),
        ..seen.window
    };
    Measured {
        windows: vec![window],
        slots: Vec::new(),
        memory: sampler.stop(),
        made: run.made.load(Ordering::Relaxed),
        seconds,
    }
}

/// One place: a call after the other.
async fn place(run: Arc<Run>, caller: Caller, server: usize) -> Seen {
    let mut seen = Seen { latencies: histogram(3), window: Window::default() };
    while !run.is_closed() {
        let Some(order) = run.queues.next(server) else { break };
        run.made.fetch_add(1, Ordering::Relaxed);
        let started = Instant::now();
        let end = caller.call(run.work, &order).await;
        let elapsed = micros(started.elapsed());
        match end {
            End::Done => {
                if run.count() {
                    seen.latencies.record(elapsed).unwrap();
                }
            }
            End::Shed(retry) if !run.strict => {
                seen.window.shed += 1;
                seen.window.shed_with_retry += usize::from(retry.is_some());
                // As a client does that minds what it is told.
                tokio::time::sleep(retry.unwrap_or(Duration::from_millis(100))).await;
            }
            End::Other(what) if !run.strict => *seen.window.other.entry(what).or_default() += 1,
            End::Shed(_) => panic!("a call was shed"),
            End::Other(what) => panic!("a call failed: {what}"),
        }
        run.close_in_time();
    }
    seen
}

impl Run {
    fn is_closed(&self) -> bool {
        self.closed.lock().unwrap().is_some()
    }

    /// One more call is done: whether it counts.
    fn count(&self) -> bool {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if done <= self.bounds.warm_up {
            if done == self.bounds.warm_up {
                *self.opened.lock().unwrap() = Some(self.mark());
            }
            return false;
        }
        let mut closed = self.closed.lock().unwrap();
        if closed.is_some() {
            return false;
        }
        let counted = done - self.bounds.warm_up;
        if counted >= self.bounds.calls {
            *closed = Some((counted, self.mark()));
        }
        true
    }

    /// A server that answers nothing must not keep the window open.
    fn close_in_time(&self) {
        let late =
            self.opened.lock().unwrap().as_ref().is_some_and(|mark| mark.0.elapsed() >= self.bounds.most);
        let mut closed = self.closed.lock().unwrap();
        if late && closed.is_none() {
            *closed = Some((self.done.load(Ordering::Relaxed) - self.bounds.warm_up, self.mark()));
        }
    }

    fn mark(&self) -> Mark {
        Mark(Instant::now(), process::usage(&self.watched))
    }
}
