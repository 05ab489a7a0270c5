//! What only a server behind a network can show.

use std::{sync::Arc, time::Duration};

use bursar::store::{
    Commit, LaneWriter, PostgresStore, Store, StoreError,
    postgres::{self, PoolOptions},
};
use futures::FutureExt as _;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::world::{World, batch, id, load_of, new, on, put};
use crate::support::{
    database::Database,
    postgres::Cluster,
    proxy::{Fault, Proxy},
};

/// A migrated database.
async fn database() -> Database {
    let database = Database::create().await;
    postgres::migrate(&database.url()).await.unwrap();
    database
}

async fn connect(url: &str) -> PostgresStore {
    PostgresStore::connect(url, PoolOptions::default()).await.unwrap()
}

/// Runs a statement as an administrator of the cluster.
async fn administrate(statement: String) -> String {
    tokio::task::spawn_blocking(move || Cluster::shared().sql("postgres", &statement)).await.unwrap()
}

fn name(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

/// Ends every session of a database, and waits until each is gone.
async fn kill_sessions(url: &str) {
    let name = name(url);
    let kill =
        format!("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'");
    administrate(kill).await;
}

#[tokio::test]
async fn a_database_keeps_what_was_committed_for_every_replica() {
    let database = database().await;
    let url = database.url();
    let written = {
        let mut writer = connect(&url).await.open_lane(0, 10).await.unwrap();
        put(&mut *writer, [new(id(1)).entity(id(10), |_| ()).request("r")]).await
    };
    let (one, two) = (connect(&url).await, connect(&url).await);
    let mut writer = one.open_lane(11, 20).await.unwrap();
    assert_eq!((writer.lane(), writer.position()), (1, 1));
    let head = two.head(id(1)).await.unwrap().unwrap();
    assert_eq!(head, written.writes[0].head);
    put(&mut *writer, [on(&head)]).await;
    assert_eq!(two.head(id(1)).await.unwrap().unwrap().version, 2);
}

#[tokio::test]
async fn a_schema_that_is_behind_is_refused_until_migrated() {
    let database = Database::create().await;
    let url = database.url();
    let refused = PostgresStore::connect(&url, PoolOptions::default()).await.err().unwrap();
    assert!(matches!(&refused, StoreError::Inconsistent(why) if why.contains("bursar migrate")), "{refused}");
    // All replicas of a new release may try at once.
    let migrations = futures::future::join_all((0..4).map(|_| postgres::migrate(&url))).await;
    assert!(migrations.iter().all(Result::is_ok), "{migrations:?}");
    connect(&url).await.ping().await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_reached_is_unavailable_and_says_no_password() {
    let options = PoolOptions { acquire_timeout: Duration::from_millis(300), ..PoolOptions::default() };
    let plain = Cluster::shared().url("postgres");
    let cases = [
        "postgres://bursar:hunter2@127.0.0.1:1/bursar".to_owned(),
        "postgres://bursar:hunter2@127.0.0.1:1/bursar?sslmode=nonsense".to_owned(),
        "postgres://bursar:hunter2@127.0.0.1:1/bursar?sslmode=require&sslrootcert=/nowhere.pem".to_owned(),
        "postgres://bursar:hunter2@:port:/bursar".to_owned(),
        format!("{plain}_that_does_not_exist"),
        // The throwaway server has no certificate.
        format!("{plain}?sslmode=require"),
    ];
    for url in cases {
        let error = PostgresStore::connect(&url, options.clone()).await.err().unwrap();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_without_an_answer_is_confirmed() {
    let port = Cluster::shared().port();
    let database = database().await;
    let url = database.url();
    let proxy = Proxy::start(port).await;
    let store = connect(&proxy.url(&url, port)).await;
    let mut writer = store.open_lane(0, i64::MAX).await.unwrap();
    let faults = [Fault::AnswerLost, Fault::CommitLost, Fault::CommitLate];
    for (round, fault) in (0..15_u128).zip(faults.into_iter().cycle()) {
        put(&mut *writer, [new(id(round))]).await;
        let head = store.head(id(round)).await.unwrap().unwrap();
        let next = batch(&*writer, [on(&head).entity(id(100 + round), |_| ()).request("r")]);
        proxy.inject(fault);
        let end = writer.commit(&next).await;
        assert!(matches!(end, Err(StoreError::CommitUnknown(_))), "{fault:?}: {end:?}");
        assert!(proxy.happened());
        let end = writer.commit(&next).await;
        assert!(matches!(end, Err(StoreError::CommitUnknown(_))), "nothing else before: {end:?}");

        let reached = writer.confirm(next.last_position().unwrap()).await.unwrap();
        assert_eq!(reached, fault != Fault::CommitLost, "{fault:?}");
        assert_eq!(store.get(id(100 + round)).await.unwrap().is_some(), reached);
        if !reached {
            assert_eq!(writer.commit(&next).await.unwrap(), Commit::Done);
        }
        assert_eq!(store.account_journal(id(round), 0, 9).await.unwrap().len(), 2);
    }
    assert_eq!(writer.position(), 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_successor_at_the_same_position_is_not_taken_for_the_commit_in_doubt() {
    let port = Cluster::shared().port();
    let database = database().await;
    let url = database.url();
    let proxy = Proxy::start(port).await;
    let store = connect(&proxy.url(&url, port)).await;
    let mut old = store.open_lane(0, 10).await.unwrap();
    proxy.inject(Fault::CommitLost);
    let lost = batch(&*old, [new(id(1))]);
    assert!(matches!(old.commit(&lost).await, Err(StoreError::CommitUnknown(_))));
    let mut heir = loop {
        // The lane is free as soon as the server has noticed that the connection is gone.
        let heir = store.open_lane(11, 20).await.unwrap();
        if heir.lane() == old.lane() {
            break heir;
        }
    };
    put(&mut *heir, [new(id(2))]).await;
    assert!(!old.confirm(1).await.unwrap());
    assert_eq!(old.commit(&lost).await.unwrap(), Commit::LaneLost);
    assert_eq!(store.head(id(1)).await.unwrap(), None);
}

#[tokio::test]
async fn statements_behind_a_refused_begin_write_nothing() {
    let port = Cluster::shared().port();
    let database = database().await;
    let url = database.url();
    let proxy = Proxy::start(port).await;
    let store = connect(&proxy.url(&url, port)).await;
    let mut writer = store.open_lane(0, 10).await.unwrap();
    let first = put(&mut *writer, [new(id(1)).claim(1, None)]).await;
    let head = &first.writes[0].head;
    let next = batch(
        &*writer,
        [on(head).claim(1, Some(1)).claim(2, None).request("r").entity(id(10), |_| ()), new(id(2))],
    );
    proxy.inject(Fault::BeginRefused);
    let refused = writer.commit(&next).await;
    assert!(matches!(refused, Err(StoreError::Inconsistent(_))), "{refused:?}");
    assert!(proxy.happened());
    assert_eq!(store.head(id(1)).await.unwrap().as_ref(), Some(head));
    assert_eq!(store.head(id(2)).await.unwrap(), None);
    // Position, claims and request id are as they were: the same batch can still have them.
    assert_eq!(writer.commit(&next).await.unwrap(), Commit::Done);
}

/// A batch that takes an entity for new that exists, or for one that exists and does not, is written in no part.
#[tokio::test]
async fn entities_that_are_not_as_a_batch_has_them_are_found_out() {
    let World { store, _keep } = World::database().await;
    let mut writer = store.open_lane(0, 10).await.unwrap();
    let head = put(&mut *writer, [new(id(1)).entity(id(10), |_| ())]).await.writes[0].head.clone();
    for wrong in [on(&head).again(id(11), |_| ()), new(id(2)).entity(id(10), |_| ())] {
        let end = writer.commit(&batch(&*writer, [wrong])).await;
        assert!(matches!(end, Err(StoreError::Inconsistent(_))), "{end:?}");
        assert_eq!(store.journal(&Default::default(), 9).await.unwrap().len(), 1);
    }
    put(&mut *writer, [on(&head).again(id(10), |row| row.body = "2".to_owned())]).await;
    assert_eq!(store.get(id(10)).await.unwrap().unwrap().body, "2");
}

#[tokio::test]
async fn killed_sessions_heal_without_a_word() {
    let database = database().await;
    let url = database.url();
    let store = connect(&url).await;
    let mut writer = store.open_lane(0, 10).await.unwrap();
    let mut head = put(&mut *writer, [new(id(1))]).await.writes[0].head.clone();
    for _ in 0..5 {
        kill_sessions(&url).await;
        assert_eq!(store.head(id(1)).await.unwrap().as_ref(), Some(&head));
        kill_sessions(&url).await;
        assert_eq!(writer.load(&load_of(&[id(1)])).await.unwrap().heads, std::slice::from_ref(&head));
        kill_sessions(&url).await;
        head = put(&mut *writer, [on(&head)]).await.writes[0].head.clone();
        kill_sessions(&url).await;
        assert!(writer.renew(20).await.unwrap());
    }
    assert_eq!(store.head(id(1)).await.unwrap().unwrap().version, 6);
}

/// Every increment that was answered, or confirmed, is there once, whatever is killed when.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_killed_at_any_time_lose_and_double_nothing() {
    const ROUNDS: i64 = 60;
    let database = database().await;
    let url = database.url();
    let store: Arc<dyn Store> = Arc::new(connect(&url).await);
    let mut first = store.open_lane(0, i64::MAX).await.unwrap();
    put(&mut *first, [new(id(1)).entity(id(1), |row| row.body = "0".to_owned())]).await;
    let mut writers = JoinSet::new();
    for _ in 0..3 {
        let mut writer = store.open_lane(0, i64::MAX).await.unwrap();
        writers.spawn(async move {
            for _ in 0..ROUNDS {
                while !increment(&mut *writer).await {}
            }
        });
    }
    let done = CancellationToken::new();
    let is_done = done.clone();
    let killer = tokio::spawn(async move {
        while !is_done.is_cancelled() {
            kill_sessions(&url).await;
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    });
    writers.join_all().await;
    // Its last kill is over before anything is read: a session that ends meanwhile may answer with an error.
    done.cancel();
    killer.await.unwrap();
    assert_eq!(store.get(id(1)).await.unwrap().unwrap().body, (3 * ROUNDS).to_string());
    assert_eq!(store.head(id(1)).await.unwrap().unwrap().version, 1 + 3 * ROUNDS);
}

/// One attempt; `true`: it is done.
async fn increment(writer: &mut dyn LaneWriter) -> bool {
    let Ok(loaded) = writer.load(&load_of(&[id(1)])).await else { return false };
    let next = loaded.entities[0].body.parse::<i64>().unwrap() + 1;
    let batch = batch(writer, [on(&loaded.heads[0]).entity(id(1), |row| row.body = next.to_string())]);
    match writer.commit(&batch).await {
        Ok(Commit::Done) => true,
        Ok(Commit::Lost(_)) | Err(StoreError::Unavailable(_)) => false,
        Err(StoreError::CommitUnknown(_)) => loop {
            if let Ok(reached) = writer.confirm(batch.last_position().unwrap()).await {
                return reached;
            }
        },
        other @ (Ok(Commit::LaneLost) | Err(StoreError::Inconsistent(_) | StoreError::Malformed(_))) => {
            panic!("{other:?}")
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_is_dropped_midway_poisons_nothing() {
    let World { store, _keep } = World::database().await;
    let mut writer = store.open_lane(0, 10).await.unwrap();
    let mut committed = 0;
    for round in 0..60_u64 {
        let next = batch(&*writer, [new(id(round.into())).entity(id(1_000 + u128::from(round)), |_| ())]);
        let patience = Duration::from_micros(round * 50);
        match tokio::time::timeout(patience, writer.commit(&next)).await {
            Ok(end) => assert_eq!(end.unwrap(), Commit::Done),
            Err(_late) => {
                let reached = match writer.commit(&next).await {
                    Ok(end) => end == Commit::Done,
                    Err(StoreError::CommitUnknown(_)) => {
                        writer.confirm(next.last_position().unwrap()).await.unwrap()
                    }
                    Err(error) => panic!("{error}"),
                };
                if !reached {
                    assert_eq!(writer.commit(&next).await.unwrap(), Commit::Done);
                }
            }
        }
        committed += 1;
    }
    assert_eq!(writer.position(), committed);
    assert_eq!(store.journal(&Default::default(), 1_000).await.unwrap().len() as i64, committed);
    let idle = "SELECT count(*) FROM pg_stat_activity
                WHERE state LIKE 'idle in transaction%' AND now() - state_change > interval '1 s'";
    assert_eq!(administrate(idle.to_owned()).await, "0");
    // A read that is dropped leaves its connection good for the next one.
    for _ in 0..50 {
        let _dropped = store.head(id(1)).now_or_never();
        assert!(store.head(id(1)).await.unwrap().is_some());
    }
}
