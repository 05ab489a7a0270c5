//! A store as an administrator sees it, and what a settle costs it.

use std::{fs, path::PathBuf, thread, time::Duration};

use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};

use crate::postgres::Cluster;

/// Where a service keeps its state.
#[derive(Clone)]
pub enum Store<'a> {
    Sqlite(PathBuf),
    Postgres {
        cluster: &'a Cluster,
        database: String,
        /// How long it is given to tell its counts.
        patience: Duration,
    },
}

/// What was committed and written until some moment.
#[derive(Debug, Clone, Default)]
pub struct Mark {
    /// The last position of each lane of the journal.
    lanes: Vec<(i64, i64)>,
    transactions: f64,
    wal: f64,
    disk: f64,
}

/// What a settle came to, on average over all that were made.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Cost {
    /// Journal rows, one a command.
    pub commands: f64,
    /// Batches, one transaction each: the commands of a batch bear one time.
    pub batches: f64,
    /// Transactions as PostgreSQL counts them: also the loads, and the looks for what is due or left.
    pub transactions: f64,
    /// Bytes of PostgreSQL's write-ahead log.
    pub wal_bytes: f64,
    /// Bytes by which the database grew; for SQLite the file, with what its log still held.
    pub disk_bytes: f64,
}

const LANES: &str = "SELECT lane, position FROM lanes ORDER BY lane";

impl Store<'_> {
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres { cluster, database, .. } => cluster.url(database),
        }
    }

    /// For a service that keeps no journal (the baseline), `journal` is `false`.
    pub fn mark(&self, journal: bool) -> Mark {
        match self {
            Self::Sqlite(path) => {
                let lanes = if journal { self.pairs(LANES) } else { Vec::new() };
                // What is still in the log belongs to the file; how long the log is, is no growth.
                let file = Connection::open(path).unwrap();
                file.busy_timeout(Duration::from_secs(5)).unwrap();
                file.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).unwrap();
                let disk = fs::metadata(path).map_or(0.0, |file| file.len() as f64);
                Mark { lanes, disk, ..Mark::default() }
            }
            Self::Postgres { cluster, database, patience } => {
                thread::sleep(*patience);
                let sql = format!(
                    "SELECT xact_commit || ' ' || pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')
                     || ' ' || pg_database_size(datname) FROM pg_stat_database WHERE datname = '{database}'"
                );
                let told = cluster.sql("postgres", &sql);
                let mut numbers = told.split(' ').map(|number| number.parse::<f64>().unwrap());
                let mut next = || numbers.next().unwrap();
                let (transactions, wal, disk) = (next(), next(), next());
                let lanes = if journal { self.pairs(LANES) } else { Vec::new() };
                Mark { lanes, transactions, wal, disk }
            }
        }
    }

    /// What was committed since, for each of so many settles.
    pub fn since(&self, before: &Mark, settles: usize) -> Cost {
        let after = self.mark(!before.lanes.is_empty());
        let settles = settles.max(1) as f64;
        let (mut commands, mut batches) = (0, 0);
        for (lane, position) in &after.lanes {
            let from = before.lanes.iter().find(|(known, _)| known == lane).map_or(0, |(_, from)| *from);
            commands += position - from;
            let sql = format!(
                "SELECT {lane}, count(DISTINCT time) FROM journal WHERE lane = {lane} AND position > {from}"
            );
            batches += self.pairs(&sql).first().map_or(0, |(_, count)| *count);
        }
        Cost {
            commands: commands as f64 / settles,
            batches: batches as f64 / settles,
            // A connection of the baseline's that rests tells nothing for ten seconds.
            transactions: if before.lanes.is_empty() {
                f64::NAN
            } else {
                (after.transactions - before.transactions) / settles
            },
            wal_bytes: (after.wal - before.wal) / settles,
            disk_bytes: (after.disk - before.disk) / settles,
        }
    }

    /// A number that one statement tells.
    pub fn number(&self, sql: &str) -> i64 {
        self.pairs(&format!("SELECT 0, ({sql})")).first().map_or(0, |(_, number)| *number)
    }

    /// The size of every table and index, in bytes.
    pub fn sizes(&self) -> Vec<(String, f64)> {
        let told: Vec<String> = match self {
            Self::Sqlite(_) => self.rows(
                "SELECT name || '|' || sum(pgsize) FROM dbstat GROUP BY name ORDER BY sum(pgsize) DESC",
            ),
            Self::Postgres { cluster, database, .. } => {
                let sql = "SELECT relname || '|' || pg_relation_size(oid) FROM pg_class
                           WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
                           ORDER BY pg_relation_size(oid) DESC";
                cluster.sql(database, sql).lines().map(str::to_owned).collect()
            }
        };
        let pair = |line: &String| {
            let (name, bytes) = line.split_once('|')?;
            Some((name.to_owned(), bytes.parse().ok()?))
        };
        told.iter().filter_map(pair).collect()
    }

    fn pairs(&self, sql: &str) -> Vec<(i64, i64)> {
        match self {
            Self::Sqlite(_) => {
                let file = self.open();
                let mut statement = file.prepare(sql).unwrap();
                let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
                rows.map(Result::unwrap).collect()
            }
            Self::Postgres { cluster, database, .. } => {
                let told = cluster.sql(database, sql);
                let pair = |line: &str| {
                    let (first, second) = line.split_once('|').unwrap();
                    (first.parse().unwrap(), second.parse().unwrap())
                };
                told.lines().map(pair).collect()
            }
        }
    }

    fn rows(&self, sql: &str) -> Vec<String> {
        let file = self.open();
        // A SQLite built without this table has no sizes to tell.
        let Ok(mut statement) = file.prepare(sql) else { return Vec::new() };
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    fn open(&self) -> Connection {
        let Self::Sqlite(path) = self else { panic!("this is no file") };
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
    }
}
