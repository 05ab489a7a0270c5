//! Copies of what a world has stored, each to be changed by hand.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
};

use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::{database::Database, options::Store, postgres::Cluster, world::World};

/// What was stored when the world was stopped.
pub struct Copies<'a> {
    world: &'a World,
    folder: TempDir,
    databases: RefCell<Vec<Database>>,
}

impl<'a> Copies<'a> {
    /// Of a world whose processes are stopped.
    pub fn of(world: &'a World) -> Self {
        Self { world, folder: tempfile::tempdir().expect("a folder"), databases: RefCell::default() }
    }

    /// A copy of the database after these statements; its URL.
    pub fn database(&self, number: usize, statements: &str) -> String {
        match self.world.store {
            Store::Sqlite => {
                let copy = self.folder.path().join(format!("{number}.db"));
                changed(&self.world.folder.path().join("bursar.db"), &copy, statements);
                format!("sqlite:{}", copy.display())
            }
            Store::Postgres => {
                let (_, template) = self.world.database_url().rsplit_once('/').expect("a database");
                let cluster = Cluster::shared();
                cluster.sql(
                    "postgres",
                    &format!(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{template}'"
                    ),
                );
                let copy = Database::copy(template, &format!("{template}_copy_{number}"));
                let url = copy.url();
                cluster.sql(url.rsplit_once('/').expect("a database").1, statements);
                self.databases.borrow_mut().push(copy);
                url
            }
        }
    }

    /// A copy of the issuers' ledger after these statements.
    pub fn ledger(&self, number: usize, statements: &str) -> PathBuf {
        let copy = self.folder.path().join(format!("ledger-{number}.db"));
        changed(&self.world.folder.path().join("sandbox.db"), &copy, statements);
        copy
    }
}

fn changed(from: &Path, to: &Path, statements: &str) {
    let original = Connection::open(from).expect("a database");
    original.execute("VACUUM INTO ?1", [to.display().to_string()]).expect("a copy");
    let copy = Connection::open(to).expect("the copy");
    copy.execute_batch(statements).unwrap_or_else(|error| panic!("{statements}: {error}"));
}
