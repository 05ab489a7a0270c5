//! How many transactions a settle took, read from what was stored.

use std::{path::PathBuf, thread, time::Duration};

use rusqlite::{Connection, OpenFlags};

use crate::postgres::Cluster;

/// A store, as an administrator sees it.
pub enum Store<'a> {
    Sqlite(PathBuf),
    Postgres(&'a Cluster, String),
}

/// What was committed until some moment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Journal rows, one a command.
    pub commands: f64,
    /// Batches, one transaction each: the commands of a batch bear one time.
    pub batches: f64,
    /// Transactions as PostgreSQL counts them: also the loads, and the looks for what is due or left.
    pub transactions: f64,
}

const COMMITTED: &str = "SELECT (SELECT coalesce(sum(position), 0) FROM lanes) || ' ' ||
    (SELECT count(*) FROM (SELECT DISTINCT lane, time FROM journal) batches)";

impl Store<'_> {
    pub fn counts(&self) -> Counts {
        let (told, transactions) = match self {
            Self::Sqlite(path) => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
                let file = Connection::open_with_flags(path, flags).unwrap();
                (file.query_row(COMMITTED, [], |row| row.get::<_, String>(0)).unwrap(), 0.0)
            }
            Self::Postgres(cluster, database) => {
                // A connection tells its counts once a second.
                thread::sleep(Duration::from_millis(1_500));
                let sql = format!("SELECT xact_commit FROM pg_stat_database WHERE datname = '{database}'");
                let transactions = cluster.sql("postgres", &sql).parse().unwrap();
                (cluster.sql(database, COMMITTED), transactions)
            }
        };
        let mut numbers = told.split(' ').map(|number| number.parse().unwrap());
        let mut next = || numbers.next().unwrap();
        Counts { commands: next(), batches: next(), transactions }
    }
}

impl Counts {
    /// What was committed since, for each of so many settles.
    pub fn each(self, since: Self, settles: usize) -> Self {
        let settles = settles.max(1) as f64;
        Self {
            commands: (self.commands - since.commands) / settles,
            batches: (self.batches - since.batches) / settles,
            transactions: (self.transactions - since.transactions) / settles,
        }
    }
}
