//! What the figures were taken on.

use std::{fs, path::Path, process::Command, thread};

use serde::Serialize;

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
