//! pgbench's TPC-B on the same PostgreSQL: a yardstick that everybody has.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use crate::postgres::Cluster;

pub const CLIENTS: usize = 32;

pub struct Tpcb {
    pgbench: PathBuf,
    port: String,
}

const DATABASE: &str = "tpcb";

impl Tpcb {
    /// Fills the tables.
    pub fn prepare(cluster: &Cluster, postmaster: u32, scale: u32) -> Self {
        cluster.sql("postgres", &format!("CREATE DATABASE {DATABASE}"));
        // Beside the server, so that both are of one version.
        let server = fs::read_link(format!("/proc/{postmaster}/exe")).unwrap_or_default();
        let beside = server.with_file_name("pgbench");
        let pgbench = if beside.is_file() { beside } else { PathBuf::from("pgbench") };
        let tpcb = Self { pgbench, port: cluster.port().to_string() };
        tpcb.run(&["-i", "-q", "-s", &scale.to_string()]);
        tpcb
    }

    /// Transactions per second.
    pub fn measure(&self, time: Duration) -> f64 {
        let (clients, seconds) = (CLIENTS.to_string(), time.as_secs().to_string());
        let told = self.run(&["-n", "-M", "prepared", "-c", &clients, "-j", "2", "-T", &seconds]);
        let rate = told.lines().find_map(|line| line.strip_prefix("tps = "));
        rate.and_then(|rate| rate.split_whitespace().next()?.parse().ok()).expect("pgbench tells a rate")
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = Command::new(&self.pgbench)
            .args(["-h", "127.0.0.1", "-p", &self.port, "-U", "bursar"])
            .args(arguments)
            .arg(DATABASE)
            .output()
            .expect("pgbench runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "pgbench {arguments:?}: {said}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Its tables are gone, its space is free.
    pub fn remove(&self, cluster: &Cluster) {
        cluster.sql("postgres", &format!("DROP DATABASE {DATABASE} WITH (FORCE)"));
    }
}
