//! Figures of a run, each with what it says and what it does not.

use std::{process::Command, time::Duration};

/// A run that has begun.
pub struct Run {
    /// The tests may be changed while a long run goes on.
    commit: String,
}

/// Begins a run.
pub fn begin() -> Run {
    Run { commit: commit() }
}

impl Run {
    /// Prints what never happened, among how many, and how often it may happen all the same: where nothing
    /// was seen in N, the true rate is below 3/N in 95 of 100 such runs.
    pub fn print(&self, what: &str, never: &[&str], among: usize, took: Duration) {
        let bound = 3.0 / u32::try_from(among.max(1)).map_or(f64::INFINITY, f64::from);
        let never: Vec<String> = never.iter().map(|what| format!("0 {what}")).collect();
        println!("{what}: {} in N = {among} (95 %: below {bound:.1e} each)", never.join(", "));
        println!("{what}: {:.1} s, commit {}", took.as_secs_f64(), self.commit);
    }
}

/// A setting for longer runs than those of all tests.
pub fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} has to be a number")))
}

/// The commit that the tests run at; `+` where files differ from it.
fn commit() -> String {
    let git = Command::new("git").args(["describe", "--always", "--dirty=+", "--exclude=*"]).output();
    let said = git.ok().filter(|output| output.status.success()).map(|output| output.stdout);
    said.map_or_else(|| "unknown".to_owned(), |said| String::from_utf8_lossy(&said).trim().to_owned())
}
