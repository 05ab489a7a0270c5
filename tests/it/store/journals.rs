//! The journal, account by account and as one log.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bursar::store::rows::{Cursor, HeadRow, JournalRow};
use tokio::task::JoinSet;

use super::world::{World, id, new, on, put};

pub async fn an_account_has_its_rows_in_order(world: World) {
    let (mut one, mut two) = (world.lane().await, world.lane().await);
    let mut rows: Vec<JournalRow> = Vec::new();
    let mut head: Option<HeadRow> = None;
    for round in 0..6_u128 {
        let writer = if round % 2 == 0 { &mut one } else { &mut two };
        let change = head.as_ref().map_or_else(|| new(id(1)), on).command();
        let written = put(&mut **writer, [change, new(id(100 + round))]).await;
        rows.extend(written.writes[0].journal.clone());
        head = Some(written.writes[0].head.clone());
    }
    let read = world.store.account_journal(id(1), 0, 100).await.unwrap();
    assert_eq!(read, rows);
    assert_eq!(read.iter().map(|row| row.sequence).collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());
    // Each row points at the one before, wherever that stands.
    for pair in read.windows(2) {
        assert_eq!((pair[1].previous_lane, pair[1].previous_position), (pair[0].lane, pair[0].position));
    }
    assert_eq!(world.store.account_journal(id(1), 3, 2).await.unwrap(), rows[3..5]);
    assert_eq!(world.store.account_journal(id(1), 12, 2).await.unwrap(), []);
    assert_eq!(world.store.account_journal(id(9), 0, 2).await.unwrap(), []);
}

/// Longer than the distance between two rows of the index, in two lanes, beside others of the same length.
pub async fn an_account_s_long_journal_is_read_from_anywhere(world: World) {
    const ROWS: i64 = 300;
    let (mut one, mut two) = (world.lane().await, world.lane().await);
    let mut rows: Vec<JournalRow> = Vec::new();
    let mut heads: Vec<HeadRow> = Vec::new();
    while i64::try_from(rows.len()).unwrap() < ROWS {
        let writer = if rows.len() % 7 < 3 { &mut one } else { &mut two };
        let changes = match &heads[..] {
            [] => vec![new(id(1)), new(id(2))],
            heads => heads.iter().map(on).collect(),
        };
        let written = put(&mut **writer, changes).await;
        rows.extend(written.writes[0].journal.clone());
        heads = written.writes.iter().map(|write| write.head.clone()).collect();
    }
    for after in [0, 1, 62, 63, 64, 65, 127, 128, 200, ROWS - 65, ROWS - 1, ROWS, ROWS + 1] {
        for limit in [1, 2, 63, 64, 65, 1_000] {
            let read = world.store.account_journal(id(1), after, limit).await.unwrap();
            let from = usize::try_from(after).unwrap().min(rows.len());
            let wanted = &rows[from..(from + limit).min(rows.len())];
            assert_eq!(read, wanted, "{limit} rows after {after}");
        }
    }
}

pub async fn a_watcher_sees_every_row_once(world: World) {
    const WRITERS: usize = 3;
    const BATCHES: u128 = 40;
    let writing = Arc::new(AtomicUsize::new(WRITERS));
    let mut tasks = JoinSet::new();
    for number in 0..WRITERS as u128 {
        let (mut writer, writing) = (world.lane().await, Arc::clone(&writing));
        tasks.spawn(async move {
            for round in 0..BATCHES {
                let first = 10_000 * (number + 1) + 10 * round;
                put(&mut *writer, (0..1 + round % 4).map(|n| new(id(first + n)))).await;
            }
            writing.fetch_sub(1, Ordering::SeqCst);
            writer.position()
        });
    }
    let mut cursor = Cursor::new();
    let mut seen = 0;
    loop {
        let over = writing.load(Ordering::SeqCst) == 0;
        let rows = world.store.journal(&cursor, 7).await.unwrap();
        for (lane, count) in count(&rows) {
            assert!(count <= 7, "{count} of lane {lane}");
        }
        for row in &rows {
            let last = cursor.insert(row.lane, row.position).unwrap_or(0);
            assert_eq!(row.position, last + 1, "lane {} has no gap and nothing comes twice", row.lane);
        }
        seen += rows.len();
        if rows.is_empty() && over {
            break;
        }
        tokio::task::yield_now().await;
    }
    let written: i64 = tasks.join_all().await.into_iter().sum();
    assert_eq!(seen as i64, written);
}

fn count(rows: &[JournalRow]) -> BTreeMap<i32, usize> {
    let mut lanes = BTreeMap::new();
    for row in rows {
        *lanes.entry(row.lane).or_default() += 1;
    }
    lanes
}

pub async fn positions_have_no_gap(world: World) {
    let mut writer = world.store.open_lane(0, 10).await.unwrap();
    for round in 0..5_u128 {
        put(&mut *writer, [new(id(10 * round)).command(), new(id(10 * round + 1))]).await;
    }
    // Not even where a lane changes hands.
    let mut heir = world.store.open_lane(11, 20).await.unwrap();
    put(&mut *heir, [new(id(1_000)).command()]).await;
    let rows = world.store.journal(&Cursor::new(), 100).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.position).collect::<Vec<_>>(), (1..=17).collect::<Vec<_>>());
    assert!(rows.iter().all(|row| row.lane == writer.lane()));
    assert_eq!(world.store.journal(&Cursor::from([(writer.lane(), 15)]), 1).await.unwrap(), rows[15..16]);
}

pub async fn lanes_end_where_their_last_row_is(world: World) {
    assert_eq!(world.store.tails().await.unwrap(), Cursor::new());
    let (mut one, mut two) = (world.lane().await, world.lane().await);
    put(&mut *one, [new(id(1)), new(id(2))]).await;
    put(&mut *two, [new(id(3))]).await;
    let tails = world.store.tails().await.unwrap();
    assert_eq!(tails, Cursor::from([(one.lane(), 2), (two.lane(), 1)]));
    assert!(world.store.journal(&tails, 10).await.unwrap().is_empty());
    put(&mut *one, [new(id(4))]).await;
    let behind = world.store.journal(&tails, 10).await.unwrap();
    assert_eq!(behind.iter().map(|row| row.account).collect::<Vec<_>>(), [id(4)]);
}
