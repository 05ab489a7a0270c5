//! Opening the file: the lock that keeps a second replica out, the settings, the migrations.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use refinery::{Migration, Runner};
use rusqlite::{Connection, OpenFlags};

use super::checkpoint;
use crate::store::StoreError;

/// Earlier versions can corrupt a file in WAL mode when a checkpoint races with a reset of the log.
const OLDEST_SAFE: i32 = 3_051_003;

/// How many statements a connection keeps prepared: seven lengths for each kind of insert, and the rest.
const STATEMENTS: usize = 128;

/// A process that was killed holds its locks until the kernel is done with it, and whoever restarts it
/// at once must not fail for that.
const LOCK_TRIES: u32 = 60;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// Takes the file for this process. SQLite itself would let several in, and each would void the
/// others' leases and run their effects a second time.
///
/// The lock is on a file beside it: closing any handle of the database file itself would drop the
/// locks that SQLite holds on it.
pub(super) fn lock(path: &Path) -> Result<Arc<File>, StoreError> {
    let unavailable = |error: std::io::Error| StoreError::Unavailable(format!("{}: {error}", path.display()));
    let mut name = real(path).map_err(unavailable)?.into_os_string();
    name.push(".lock");
    let file = File::options().create(true).append(true).open(&name).map_err(unavailable)?;
    for _ in 0..LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(Arc::new(file)),
            Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
            Err(TryLockError::Error(error)) => return Err(unavailable(error)),
        }
    }
    Err(StoreError::Unavailable(format!(
        "{} is in use by another bursar. SQLite serves one replica: stop the other one, give this one a file \
         of its own, or let both use PostgreSQL (postgres://…)",
        path.display()
    )))
}

/// The path with all links resolved, so that one file has one lock under all its names.
fn real(path: &Path) -> std::io::Result<PathBuf> {
    if path.exists() {
        return fs::canonicalize(path);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(fs::canonicalize(folder)?.join(path.file_name().unwrap_or_default()))
}

/// The connection that writes, with the schema up to date.
pub(super) fn writer(path: &Path) -> Result<Connection, StoreError> {
    if rusqlite::version_number() < OLDEST_SAFE {
        let found = rusqlite::version();
        return Err(StoreError::Unavailable(format!("SQLite {found} can corrupt its log; 3.51.3 is needed")));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.pragma_update(None, "page_size", 4096)?;
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Unavailable(format!(
            "{} can't have a write-ahead log: {mode}",
            path.display()
        )));
    }
    // NORMAL would lose answered commits when the power fails.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", checkpoint::LOG_PAGES)?;
    // After a checkpoint the log shrinks to this again.
    connection.pragma_update(None, "journal_size_limit", 128 << 20)?;
    settings(&connection, WRITER_CACHE)?;
    migrate(&mut connection)?;
    // Nobody else has the file, so whoever leased a lane is gone. Without this each restart within a lease
    // would leave a lane behind.
    connection.execute("UPDATE lanes SET lease_until = 0", [])?;
    Ok(connection)
}

/// A connection that moves the log into the file, and nothing else.
pub(super) fn checkpointer(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    Ok(connection)
}

/// A connection that only reads.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    settings(&connection, READER_CACHE)?;
    Ok(connection)
}

/// Whether the file has the tables of this version, for who may not make them.
pub(super) fn check_schema(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let sql = "SELECT coalesce(max(version), 0) FROM refinery_schema_history";
    let found = connection.query_row(sql, [], |row| row.get::<_, i32>(0));
    let newest = migrations()?.iter().map(Migration::version).max().unwrap_or_default();
    match found {
        Ok(version) if version >= newest => Ok(()),
        Ok(version) => Err(StoreError::Inconsistent(format!(
            "{} has schema version {version} and this bursar needs {newest}: `bursar migrate` brings it up to date",
            path.display()
        ))),
        Err(error) => Err(StoreError::Inconsistent(format!(
            "{} is no database of bursar's ({error}): name the one that `bursar serve` has",
            path.display()
        ))),
    }
}

/// Kibibytes of pages that a connection keeps. What is not among them is in the system's cache.
const WRITER_CACHE: i64 = 32_768;
const READER_CACHE: i64 = 8_192;

fn settings(connection: &Connection, cache: i64) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Negative: kibibytes.
    connection.pragma_update(None, "cache_size", -cache)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "trusted_schema", false)
}

fn migrations() -> Result<Vec<Migration>, StoreError> {
    let migrations = [
        Migration::unapplied("V1__tables", include_str!("migrations/V1__tables.sql")),
        Migration::unapplied("V2__views", include_str!("migrations/V2__views.sql")),
    ];
    migrations.into_iter().collect::<Result<_, _>>().map_err(unmigrated)
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    Runner::new(&migrations()?).run(connection).map_err(unmigrated)?;
    Ok(())
}

fn unmigrated(error: refinery::Error) -> StoreError {
    StoreError::Inconsistent(format!("can't migrate: {error}"))
}
