//! What only a file can show.

use bursar::store::{Commit, SqliteStore, Store as _, StoreError};

use super::world::{batch, id, load_of, new, on, put};
use crate::support::eventually::eventually;

#[tokio::test]
async fn a_file_keeps_what_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bursar.db");
    let written = {
        let store = SqliteStore::open(&path).await.unwrap();
        let mut writer = store.open_lane(0, i64::MAX).await.unwrap();
        put(&mut *writer, [new(id(1)).entity(id(10), |_| ()).request("r")]).await
    };
    let store = SqliteStore::open(&path).await.unwrap();
    // The lease of the one before ended with its process.
    let mut writer = store.open_lane(11, 20).await.unwrap();
    assert_eq!((writer.lane(), writer.position()), (1, 1));
    let loaded = writer.load(&load_of(&[id(1)])).await.unwrap();
    assert_eq!(loaded.heads, [written.writes[0].head.clone()]);
    assert_eq!(loaded.entities, written.writes[0].entities);
    put(&mut *writer, [on(&loaded.heads[0])]).await;
}

#[tokio::test]
async fn a_second_bursar_on_the_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bursar.db");
    let first = SqliteStore::open(&path).await.unwrap();
    let alias = folder.path().join("alias.db");
    std::os::unix::fs::symlink(&path, &alias).unwrap();
    for name in [&path, &alias] {
        let refused = SqliteStore::open(name).await.unwrap_err();
        assert!(matches!(&refused, StoreError::Unavailable(why) if why.contains("PostgreSQL")), "{refused}");
    }
    // The refusal did the first one no harm, and its end frees the file.
    let mut writer = first.open_lane(0, 10).await.unwrap();
    put(&mut *writer, [new(id(1))]).await;
    drop((first, writer));
    SqliteStore::open(&path).await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bursar.db");
    std::fs::write(&path, "not a database, but long enough to be looked at as if it were one").unwrap();
    assert!(matches!(SqliteStore::open(&path).await, Err(StoreError::Inconsistent(_))));
    assert!(matches!(
        SqliteStore::open(folder.path().join("no/such/folder.db")).await,
        Err(StoreError::Unavailable(_))
    ));
}

#[tokio::test]
async fn a_caller_that_goes_away_cancels_nothing_and_has_to_confirm() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("bursar.db")).await.unwrap();
    let mut writer = store.open_lane(0, 10).await.unwrap();
    let mut committed = 0;
    for round in 0..50_u128 {
        let next = batch(&*writer, [new(id(round))]);
        let polled = {
            let mut commit = writer.commit(&next);
            futures::poll!(&mut commit)
        };
        if polled.is_ready() {
            committed += 1;
            continue;
        }
        assert!(matches!(writer.commit(&next).await, Err(StoreError::CommitUnknown(_))));
        if writer.confirm(next.last_position().unwrap()).await.unwrap() {
            committed += 1;
        }
        let after = batch(&*writer, [new(id(1_000 + round))]);
        assert_eq!(writer.commit(&after).await.unwrap(), Commit::Done);
        committed += 1;
    }
    assert_eq!(writer.position(), committed);
    assert_eq!(store.journal(&Default::default(), 1_000).await.unwrap().len() as i64, committed);
}

#[tokio::test]
async fn the_log_does_not_grow_without_bound() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bursar.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let mut writer = store.open_lane(0, 10).await.unwrap();
    for round in 0..600_u128 {
        let body = "x".repeat(4_000);
        put(
            &mut *writer,
            (0..100).map(|n| {
                new(id(round * 100 + n))
                    .entity(id(1 << 40 | (round * 100 + n)), |row| row.body = body.clone())
            }),
        )
        .await;
    }
    let log = std::fs::metadata(folder.path().join("bursar.db-wal")).unwrap().len();
    // Of more than 240 megabytes that went through it.
    assert!(log < 160 << 20, "{log} bytes");
}

/// What was written is in the file itself soon after the last commit, without any more of them.
#[tokio::test]
async fn a_quiet_file_is_complete_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bursar.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let mut writer = store.open_lane(0, 10).await.unwrap();
    put(&mut *writer, [new(id(1)).entity(id(10), |_| ())]).await;
    let connection = rusqlite::Connection::open(&path).unwrap();
    eventually("the log is moved", async || {
        let pages = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
        let (log, moved) = connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], pages).unwrap();
        if log == moved && log > 0 { Ok(()) } else { Err(format!("{moved} of {log} pages")) }
    })
    .await;
}

/// A process that was killed holds its locks a moment longer; who is started in its place waits for that.
#[tokio::test]
async fn a_file_that_is_let_go_of_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bursar.db");
    let first = SqliteStore::open(&path).await.unwrap();
    let second = tokio::spawn(SqliteStore::open(path));
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(!second.is_finished(), "it does not give up at once");
    drop(first);
    assert!(second.await.unwrap().is_ok());
}

#[tokio::test]
async fn urls_name_stores() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bursar.db").display().to_string();
    for url in [path.clone(), format!("sqlite:{path}"), format!("sqlite://{path}")] {
        bursar::store::migrate(&url).await.unwrap();
        let store = bursar::store::open(&url).await.unwrap();
        assert_eq!(store.default_writers(), 1);
    }
    for url in ["", "sqlite:", "mysql://localhost/bursar"] {
        assert!(matches!(bursar::store::open(url).await, Err(StoreError::Unavailable(_))), "{url}");
    }
    let database = crate::support::database::Database::create().await;
    let url = database.url();
    bursar::store::migrate(&url).await.unwrap();
    assert_eq!(bursar::store::open(&url).await.unwrap().default_writers(), 2);
}
