//! What a load generator tells.

use std::{collections::BTreeMap, time::Duration};

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::process::Usage;

/// In milliseconds; zero where nothing was counted.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Latency {
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
}

impl Latency {
    pub fn of(histogram: &Histogram<u64>) -> Self {
        let at = |quantile| millis(histogram.value_at_quantile(quantile));
        if histogram.is_empty() {
            return Self::default();
        }
        Self { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: millis(histogram.max()) }
    }
}

/// A time in which calls counted.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Window {
    pub name: String,
    pub seconds: f64,
    /// In the open model: calls that were due.
    pub due: usize,
    /// Of these, calls that were not even sent, because too many were under way.
    pub unsent: usize,
    pub done: usize,
    /// Refused for there was too much work; how many of these said when to come again.
    pub shed: usize,
    pub shed_with_retry: usize,
    /// Whatever else was answered, and how often.
    pub other: BTreeMap<String, usize>,
    /// Of the calls that were done.
    pub latency: Latency,
    /// Of those that were shed, from when they were sent.
    pub shed_latency: Latency,
    /// How late the generator itself sent, in the open model.
    pub late_p99_ms: f64,
    /// By process.
    pub usage: Usage,
}

impl Window {
    /// Calls done a second.
    pub fn rate(&self) -> f64 {
        if self.seconds > 0.0 { self.done as f64 / self.seconds } else { 0.0 }
    }

    /// CPU microseconds a call.
    pub fn cpu_us(&self, process: &str) -> f64 {
        self.usage.get(process).map_or(f64::NAN, |used| used.cpu_s * 1e6 / self.done.max(1) as f64)
    }

    /// Bytes a call that a process gave the file system to write.
    pub fn written(&self, process: &str) -> f64 {
        self.usage.get(process).map_or(f64::NAN, |used| used.written / self.done.max(1) as f64)
    }
}

/// A short time, for plots.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Slot {
    /// Its begin, in seconds from the first call.
    pub at: f64,
    /// Calls answered in it.
    pub done: usize,
    pub shed: usize,
    pub other: usize,
    /// Of the calls that were due in it and done.
    pub p50_ms: f64,
    pub p99_ms: f64,
}

/// Resident memory of a process at a moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Memory {
    pub at: f64,
    pub process: String,
    pub mib: f64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Measured {
    /// One in the closed model, one a phase in the open one.
    pub windows: Vec<Window>,
    pub slots: Vec<Slot>,
    pub memory: Vec<Memory>,
    /// All orders that were used up.
    pub made: usize,
    /// The length of everything, warm-up included, in seconds.
    pub seconds: f64,
}

impl Measured {
    /// A window by its name.
    pub fn window(&self, name: &str) -> &Window {
        self.windows.iter().find(|window| window.name == name).expect("the window was measured")
    }

    /// The window that counts: the last one.
    pub fn last(&self) -> &Window {
        self.windows.last().expect("a window was measured")
    }

    /// The service's memory in MiB: at first, the most, and at last.
    pub fn server_memory(&self) -> (f64, f64, f64) {
        let of_server = || self.memory.iter().filter(|one| one.process == "server").map(|one| one.mib);
        let first = of_server().next().unwrap_or(f64::NAN);
        let last = of_server().next_back().unwrap_or(f64::NAN);
        (first, of_server().fold(f64::NAN, f64::max), last)
    }
}

/// To so many digits, from a microsecond to two minutes.
pub fn histogram(digits: u8) -> Histogram<u64> {
    Histogram::new_with_bounds(1, 120_000_000, digits).unwrap()
}

pub fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX).clamp(1, 120_000_000)
}

fn millis(micros: u64) -> f64 {
    Duration::from_micros(micros).as_secs_f64() * 1_000.0
}
