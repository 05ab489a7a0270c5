//! The journal as a crash has left it: without a gap, chained, and enough to make the tables anew (C10).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bursar::{
    domain::{
        claim::ClaimEvent,
        entity::Kind,
        event::{Event, Happened},
        world::World,
    },
    engine::link,
    store::{self, Store, codec, rows::Cursor},
};
use uuid::Uuid;

const AT_ONCE: usize = 500;
const KINDS: [Kind; 6] =
    [Kind::Account, Kind::Method, Kind::Verification, Kind::Invoice, Kind::Payment, Kind::LinkAttempt];

/// Who held an instrument of a program, from when on, and who let go of it.
type Hold = (i64, Uuid, bool);

/// Verifies the journals of accounts in a database that nobody writes to.
pub async fn verify(database_url: &str, accounts: &[String]) {
    let store = store::open(database_url).await.expect("the store opens after a kill");
    let mut holds: BTreeMap<(String, String), Vec<Hold>> = BTreeMap::new();
    let mut rows = 0;
    for account in accounts {
        let account = account.rsplit('/').next().expect("a name").parse().expect("an id");
        rows += replay(&*store, account, &mut holds).await;
    }
    one_holder_at_a_time(holds);
    assert_eq!(lanes(&*store).await, rows, "rows of all lanes, and of all accounts");
    println!("journal: {rows} rows are chained, without a gap, and make the tables anew");
}

/// Replays an account's journal, checking the chain, and compares what comes of it with the tables.
async fn replay(
    store: &dyn Store,
    account: Uuid,
    holds: &mut BTreeMap<(String, String), Vec<Hold>>,
) -> usize {
    let mut world = World { account, ..World::default() };
    let (mut sequence, mut hash, mut place) = (0, [0; 32], (0, 0));
    loop {
        let rows = store.account_journal(account, sequence, AT_ONCE).await.expect("a journal");
        for row in &rows {
            assert_eq!(row.sequence, sequence + 1, "{account}: a gap, or one twice");
            let expected = link(&hash, account, row.sequence, row.time, &row.cause, &row.events);
            assert_eq!(row.hash, expected, "{account}: the chain is broken at {}", row.sequence);
            // The first points to the start of its own lane.
            let before = if sequence == 0 { (row.lane, 0) } else { place };
            assert_eq!((row.previous_lane, row.previous_position), before, "{account}, row {}", row.sequence);
            (sequence, hash, place) = (row.sequence, row.hash, (row.lane, row.position));
            let events: Vec<Happened> = serde_json::from_str(&row.events).expect("events");
            for happened in &events {
                world.apply(happened).expect("what happened fits");
                note_hold(&world, happened, row.time, holds);
            }
        }
        if rows.len() < AT_ONCE {
            break;
        }
    }
    let head = store.head(account).await.expect("a head").expect("the account exists");
    assert_eq!((head.version, head.hash, (head.lane, head.position)), (sequence, hash, place));
    compare(store, account, world).await;
    usize::try_from(sequence).expect("a count")
}

/// The tables have exactly the entities that the events make, to the letter.
async fn compare(store: &dyn Store, account: Uuid, mut world: World) {
    for kind in KINDS {
        let mut after = None;
        loop {
            let rows = store.list(account, kind as i16, after, AT_ONCE).await.expect("entities");
            for row in &rows {
                let made = world.entities.remove(&row.id).unwrap_or_else(|| panic!("no event made {row:?}"));
                let standing = codec::Standing { account, version: row.version, clock: &row.clock };
                let made = codec::encode(&Arc::unwrap_or_clone(made), &standing).expect("a row");
                assert_eq!(made, *row);
            }
            after = rows.last().map(|row| row.id);
            if rows.len() < AT_ONCE {
                break;
            }
        }
    }
    assert!(world.entities.is_empty(), "not in the tables: {:#?}", world.entities);
}

fn note_hold(
    world: &World,
    happened: &Happened,
    time: i64,
    holds: &mut BTreeMap<(String, String), Vec<Hold>>,
) {
    let Event::Claim(claim) = &happened.event else { return };
    let program = world.account().expect("an account").program.to_string();
    let holds = holds.entry((program, claim.instrument().as_str().to_owned())).or_default();
    match claim {
        ClaimEvent::Taken { .. } => holds.push((time, happened.on, true)),
        ClaimEvent::Released { .. } => holds.push((time, happened.on, false)),
        ClaimEvent::LinkFailed { .. } => {}
    }
}

/// I8: in time, whoever takes an instrument is followed by nobody but himself letting go of it.
fn one_holder_at_a_time(holds: BTreeMap<(String, String), Vec<Hold>>) {
    let mut changes_of_account = 0;
    for ((program, _), mut holds) in holds {
        // Rivals take turns: where one lets go, the other sees it only once it is committed.
        holds.sort_by_key(|(time, _, _)| *time);
        let mut holder = None;
        let mut last = None;
        for (time, method, takes) in holds {
            match (takes, holder) {
                (true, None) => {
                    changes_of_account += usize::from(last.is_some());
                    holder = Some(method);
                }
                (false, Some(held_by)) if held_by == method => holder = None,
                (takes, holder) => {
                    panic!("{program}: at {time} {method} takes ({takes}) while it is held by {holder:?}")
                }
            }
            last = Some(method);
        }
    }
    assert!(changes_of_account > 0, "no card was ever linked again");
}

/// Every lane is numbered without a gap; how many rows there are in all.
async fn lanes(store: &dyn Store) -> usize {
    let mut cursor = Cursor::new();
    let mut places = BTreeSet::new();
    loop {
        let rows = store.journal(&cursor, AT_ONCE).await.expect("the journal");
        if rows.is_empty() {
            return places.len();
        }
        for row in rows {
            let before = cursor.insert(row.lane, row.position).unwrap_or(0);
            assert_eq!(row.position, before + 1, "a gap in lane {}", row.lane);
            places.insert((row.lane, row.position));
        }
    }
}
