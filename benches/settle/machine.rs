//! What the figures were taken on.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt as _,
    path::Path,
    process::Command,
    thread,
};

use serde::Serialize;
use tokio::time::Instant;

use crate::postgres::Cluster;

#[derive(Serialize)]
pub struct Machine {
    pub commit: String,
    pub cores: usize,
    pub processor: String,
    pub memory_gib: f64,
    pub kernel: String,
    pub compiler: String,
    pub sqlite: String,
    pub sqlite_disk: String,
    pub postgres: String,
    pub postgres_disk: String,
    /// PostgreSQL's settings that decide what a commit costs.
    pub settings: Vec<(String, String)>,
}

const SETTINGS: [&str; 6] =
    ["fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size", "max_connections"];

impl Machine {
    pub fn look(cluster: &Cluster, data: &Path, folder: &Path) -> Self {
        let setting = |name: &str| (name.to_owned(), cluster.sql("postgres", &format!("SHOW {name}")));
        let dirty = if said("git", &["status", "--porcelain", "--untracked-files=no"]).is_empty() {
            ""
        } else {
            " and changes not committed"
        };
        Self {
            commit: said("git", &["rev-parse", "--short=12", "HEAD"]) + dirty,
            cores: thread::available_parallelism().map_or(0, Into::into),
            processor: field("/proc/cpuinfo", "model name"),
            memory_gib: field("/proc/meminfo", "MemTotal")
                .split_whitespace()
                .next()
                .and_then(|kib| kib.parse::<f64>().ok())
                .unwrap_or(0.0)
                / f64::from(1 << 20),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned(),
            compiler: said("rustc", &["--version"]),
            sqlite: rusqlite::version().to_owned(),
            sqlite_disk: file_system(folder),
            postgres: cluster.sql("postgres", "SHOW server_version"),
            postgres_disk: file_system(data),
            settings: SETTINGS.map(setting).into(),
        }
    }
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_once(':')).map_or_else(String::new, |(_, value)| value.trim().to_owned())
}

/// The kind of file system a path is on: the longest mount that it lies under.
fn file_system(path: &Path) -> String {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let under = mounts.filter(|(at, _)| path.starts_with(at));
    under.max_by_key(|(at, _)| at.len()).map_or_else(String::new, |(_, kind)| kind.to_owned())
}

/// What else the machine has to do at a moment. On one that is busy with other work, no figure is worth
/// much.
#[derive(Debug, Serialize)]
pub struct Conditions {
    /// The load average of the last minute.
    pub load: f64,
    /// How long the disk takes to keep 8 KiB.
    pub sync_p50_ms: f64,
    pub sync_p99_ms: f64,
}

/// What is free on the disk that a path is on.
pub fn free_bytes(path: &Path) -> f64 {
    let told = said("df", &["-B1", "--output=avail", &path.display().to_string()]);
    told.lines().last().and_then(|line| line.trim().parse().ok()).unwrap_or(f64::INFINITY)
}

impl Conditions {
    pub fn shown(&self) -> String {
        let Self { load, sync_p50_ms, sync_p99_ms } = self;
        format!("load {load:.1}, fdatasync {sync_p50_ms:.2} ms (p99 {sync_p99_ms:.1})")
    }

    pub fn look(folder: &Path) -> Self {
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let file = File::create(folder.join("sync")).unwrap();
        let mut times: Vec<f64> = (0..200)
            .map(|place| {
                let started = Instant::now();
                file.write_all_at(&[0x5a; 8192], place * 8192).unwrap();
                file.sync_data().unwrap();
                started.elapsed().as_secs_f64() * 1_000.0
            })
            .collect();
        times.sort_by(f64::total_cmp);
        Self {
            load: load.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(f64::NAN),
            sync_p50_ms: times[100],
            sync_p99_ms: times[198],
        }
    }
}
