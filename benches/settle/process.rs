//! What Linux tells of a process: its CPU time, what it wrote, its memory.

use std::{
    collections::BTreeMap,
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::load::Memory;

/// A process whose use of the machine is told beside a measurement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Watched {
    /// Several of one name are told together.
    pub name: String,
    pub pid: u32,
    /// With all that it has started: PostgreSQL is a process a connection.
    pub family: bool,
}

impl Watched {
    pub fn one(name: &str, pid: u32) -> Self {
        Self { name: name.to_owned(), pid, family: false }
    }
}

/// What processes have used, by name.
pub type Usage = BTreeMap<String, Used>;

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Used {
    /// CPU seconds.
    pub cpu_s: f64,
    /// Bytes given to file systems to be written; 0 where Linux does not let us see it.
    pub written: f64,
}

/// Linux tells times in hundredths of a second, on every architecture.
const TICKS: f64 = 100.0;

pub fn usage(watched: &[Watched]) -> Usage {
    let mut usage = Usage::new();
    for one in watched {
        let used = if one.family { family(one.pid) } else { alone(one.pid) };
        let sum = usage.entry(one.name.clone()).or_default();
        sum.cpu_s += used.cpu_s;
        sum.written += used.written;
    }
    usage
}

/// What was used from one moment to another.
pub fn between(before: &Usage, after: &Usage) -> Usage {
    let since = |name: &String, after: &Used| {
        let before = before.get(name).copied().unwrap_or_default();
        Used { cpu_s: after.cpu_s - before.cpu_s, written: after.written - before.written }
    };
    after.iter().map(|(name, used)| (name.clone(), since(name, used))).collect()
}

fn alone(pid: u32) -> Used {
    Used { cpu_s: stat(pid).map_or(0.0, |stat| stat.own), written: written(pid) }
}

/// Its own, that of children that have ended, and that of those that live.
fn family(pid: u32) -> Used {
    let mut sum = Used {
        cpu_s: stat(pid).map_or(0.0, |stat| stat.own + stat.ended_children),
        // What ended children wrote is counted here, too.
        written: written(pid),
    };
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    for pid_of_child in all.filter_map(|entry| entry.file_name().to_str()?.parse().ok()) {
        if let Some(stat) = stat(pid_of_child).filter(|stat| stat.parent == pid) {
            sum.cpu_s += stat.own;
            sum.written += written(pid_of_child);
        }
    }
    sum
}

struct Stat {
    parent: u32,
    own: f64,
    ended_children: f64,
}

fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, may hold anything.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0) / TICKS;
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own: ticks(11) + ticks(12),
        ended_children: ticks(13) + ticks(14),
    })
}

fn written(pid: u32) -> f64 {
    field(&format!("/proc/{pid}/io"), "write_bytes:").unwrap_or(0.0)
}

/// Resident memory in MiB.
fn resident(pid: u32) -> Option<f64> {
    field(&format!("/proc/{pid}/status"), "VmRSS:").map(|kib| kib / 1024.0)
}

fn field(file: &str, name: &str) -> Option<f64> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Reads the memory of processes four times a second, at least at its start and its end.
pub struct Sampler {
    ended: Arc<AtomicBool>,
    thread: thread::JoinHandle<Vec<Memory>>,
}

impl Sampler {
    pub fn start(watched: Vec<Watched>) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let end = Arc::clone(&ended);
        let thread = thread::spawn(move || {
            let started = Instant::now();
            let mut samples = Vec::new();
            loop {
                let last = end.load(Ordering::Relaxed);
                let at = started.elapsed().as_secs_f64();
                let mut sums = BTreeMap::new();
                for one in watched.iter().filter(|one| !one.family) {
                    *sums.entry(one.name.clone()).or_insert(0.0) += resident(one.pid).unwrap_or(0.0);
                }
                samples.extend(sums.into_iter().map(|(process, mib)| Memory { at, process, mib }));
                if last {
                    return samples;
                }
                thread::sleep(Duration::from_millis(250));
            }
        });
        Self { ended, thread }
    }

    pub fn stop(self) -> Vec<Memory> {
        self.ended.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}
