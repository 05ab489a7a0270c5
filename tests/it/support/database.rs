//! A database of a test's own in the shared cluster, gone with the test: hundreds of them would fill a disk.

use super::postgres::Cluster;

/// An empty database. Dropping it removes it, whoever is still connected.
pub struct Database(String);

impl Database {
    /// One that nobody else uses.
    pub async fn create() -> Self {
        let url = tokio::task::spawn_blocking(|| Cluster::shared().create_database());
        Self(url.await.expect("a database"))
    }

    /// One that holds what another, which nobody is connected to, holds.
    pub fn copy(of: &str, name: &str) -> Self {
        let cluster = Cluster::shared();
        cluster.sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE {of}"));
        Self(cluster.url(name))
    }

    /// Where it is.
    pub fn url(&self) -> String {
        self.0.clone()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (_, name) = self.0.rsplit_once('/').expect("a database");
        Cluster::shared().sql("postgres", &format!("DROP DATABASE {name} WITH (FORCE)"));
    }
}
