//! The load generator, a process of its own.
//!
//! ```text
//! closed   so many calls under way at a time, each followed by the next   how much can be done
//! open     calls begin when they are due, whatever became of those before how long it takes to be served
//! ```
//!
//! In the open model a call's latency counts from the instant at which it was due, so that a server that
//! stalls can't keep the calls that would have shown it from being counted (no coordinated omission).
//!
//! To add a kind of work: a variant of [`Work`] and what it calls, in `calls`.

mod calls;
mod closed;
mod measured;
mod open;
mod orders;

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};
use tonic::transport::{Channel, Endpoint};

pub use calls::{Work, link_request, pay_request, request_id};
pub use measured::{Latency, Measured, Memory, Slot, Window, histogram, micros};
pub use orders::{Order, Writer, read_all as read_orders};

use crate::{child, process::Watched};

/// How many calls are under way at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Width {
    pub connections: usize,
    pub each: usize,
}

impl Width {
    pub const ALONE: Self = Self { connections: 1, each: 1 };
    pub const MEDIUM: Self = Self { connections: 8, each: 8 };
    pub const WIDE: Self = Self { connections: 8, each: 64 };

    pub fn in_flight(self) -> usize {
        self.connections * self.each
    }

    /// As the tables have it.
    pub fn shown(self) -> String {
        match self.connections {
            1 => self.each.to_string(),
            connections => format!("{connections} × {}", self.each),
        }
    }
}

/// A time with one arrival rate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Phase {
    pub name: String,
    /// Calls a second, on average; they come at random (a Poisson process).
    pub rate: f64,
    pub seconds: f64,
}

/// When calls are made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Model {
    /// The first calls do not count; the window ends after `calls` or after `most`.
    Closed { width: Width, warm_up: usize, calls: usize, most: Duration },
    /// Every phase is a window of its own.
    Open { connections: usize, phases: Vec<Phase> },
}

impl Model {
    /// So many calls, after an eighth as many that do not count.
    pub fn counted(width: Width, calls: usize, most: Duration) -> Self {
        Self::Closed { width, warm_up: calls / 8, calls, most }
    }

    /// How many orders it may use up.
    pub fn orders(&self) -> usize {
        match self {
            Self::Closed { width, warm_up, calls, .. } => warm_up + calls + width.in_flight(),
            Self::Open { phases, .. } => {
                let mean: f64 = phases.iter().map(|phase| phase.rate * phase.seconds).sum();
                // Six standard deviations of chance.
                (mean + 6.0 * mean.sqrt()).ceil() as usize + 1
            }
        }
    }
}

impl Model {
    /// As the tables have it.
    pub fn shown(&self) -> String {
        match self {
            Self::Closed { width, .. } => width.shown(),
            Self::Open { phases, .. } => {
                let most = phases.iter().map(|phase| phase.rate).fold(0.0, f64::max);
                format!("{most:.0}/s")
            }
        }
    }
}

/// How orders are spread over several servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Spread {
    /// Whoever is next: an account meets all servers in turn.
    ByTurn,
    /// An account always meets the same server.
    ByAccount,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Job {
    pub urls: Vec<String>,
    pub spread: Spread,
    pub orders: PathBuf,
    /// Which of them is the first.
    pub from: usize,
    /// How many there may be.
    pub count: usize,
    pub work: Work,
    pub model: Model,
    /// What a call that does not succeed means: the end of the run, or one more of its kind.
    pub strict: bool,
    /// What each call gives the server as its deadline.
    pub deadline: Option<Duration>,
    /// Whose use of the machine is told; the generator's own is, too.
    pub watched: Vec<Watched>,
}

pub fn run(job: &Job) {
    child::end_with_parent();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut job = job.clone();
    job.watched.push(Watched { name: "client".to_owned(), pid: std::process::id(), family: false });
    child::answer(&runtime.block_on(async {
        match job.model {
            Model::Closed { width, warm_up, calls, most } => {
                let window = closed::Bounds { warm_up, calls, most };
                closed::measure(&job, width, window).await
            }
            Model::Open { connections, ref phases } => open::measure(&job, connections, phases).await,
        }
    }));
}

pub async fn connect(url: &str, connections: usize) -> Vec<Channel> {
    let mut channels = Vec::new();
    for _ in 0..connections {
        let endpoint = Endpoint::from_shared(url.to_owned()).unwrap().tcp_nodelay(true);
        channels.push(endpoint.connect().await.unwrap());
    }
    channels
}
