//! What Linux tells of a process: its CPU time and its memory.

use std::{collections::BTreeMap, fs};

use serde::{Deserialize, Serialize};

/// A process whose CPU time is told beside a measurement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Watched {
    pub name: String,
    pub pid: u32,
    /// With all that it has started: PostgreSQL is a process a connection.
    pub family: bool,
}

/// CPU seconds by name.
pub type Cpu = BTreeMap<String, f64>;

/// Linux tells times in hundredths of a second, on every architecture.
const TICKS: f64 = 100.0;

pub fn cpu(watched: &[Watched]) -> Cpu {
    watched
        .iter()
        .map(|one| (one.name.clone(), if one.family { family(one.pid) } else { alone(one.pid) }))
        .collect()
}

fn alone(pid: u32) -> f64 {
    stat(pid).map_or(0.0, |stat| stat.own)
}

/// Its own, that of children that have ended, and that of those that live.
fn family(pid: u32) -> f64 {
    let parent = stat(pid).map_or(0.0, |stat| stat.own + stat.ended_children);
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    parent + pids.filter_map(stat).filter(|stat| stat.parent == pid).map(|stat| stat.own).sum::<f64>()
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

/// Resident memory in MiB: as it is, and the most it was.
pub fn memory(pid: u32) -> (f64, f64) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
    };
    (field("VmRSS:"), field("VmHWM:"))
}
