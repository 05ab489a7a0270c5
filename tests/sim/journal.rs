//! Reads the log of a world: its chain, its order, the tables that it makes, and what every entity went
//! through on the way (C10).

use std::{collections::BTreeMap, sync::Arc};

use bursar::{
    domain::{
        claim::ClaimEvent,
        entity::Kind,
        event::{Event, Happened},
        invoice, method,
        world::World as Account,
    },
    engine::link,
    store::{
        MemoryStore, Store as _, codec,
        rows::{Cursor, JournalRow},
    },
};
use uuid::Uuid;

use super::oracle::facts::LogFacts;

const KINDS: [Kind; 6] =
    [Kind::Account, Kind::Method, Kind::Verification, Kind::Invoice, Kind::Payment, Kind::LinkAttempt];

/// Reads everything. `order`: the rows as they were committed, by account and sequence.
pub async fn read(store: &MemoryStore, order: &[(Uuid, i64)]) -> LogFacts {
    let mut facts = LogFacts::default();
    let rows = store.journal(&Cursor::new(), usize::MAX).await.expect("a journal in memory");
    let mut lanes: BTreeMap<i32, i64> = BTreeMap::new();
    let mut accounts: BTreeMap<Uuid, Vec<JournalRow>> = BTreeMap::new();
    for row in rows {
        let before = lanes.insert(row.lane, row.position).unwrap_or(0);
        if row.position != before + 1 {
            facts.broken.push(format!("a gap in lane {} before {}", row.lane, row.position));
        }
        accounts.entry(row.account).or_default().push(row);
    }
    if accounts.values().map(Vec::len).sum::<usize>() != order.len() {
        facts.broken.push("the log has not the rows that were committed".to_owned());
    }
    for (account, rows) in &mut accounts {
        rows.sort_by_key(|row| row.sequence);
        replay(store, *account, rows, &mut facts).await;
    }
    holds(&accounts, order, &mut facts);
    facts
}

/// Replays an account's rows, checking the chain, and compares what comes of it with the tables.
async fn replay(store: &MemoryStore, account: Uuid, rows: &[JournalRow], facts: &mut LogFacts) {
    let mut made = Account { account, ..Account::default() };
    let (mut sequence, mut hash, mut place) = (0, [0; 32], (0, 0));
    for row in rows {
        let expected = link(&hash, account, row.sequence, row.time, &row.cause, &row.events);
        let before = if sequence == 0 { (row.lane, 0) } else { place };
        if row.sequence != sequence + 1 {
            facts.broken.push(format!("{account}: {} follows {sequence}", row.sequence));
        }
        if row.hash != expected {
            facts.broken.push(format!("{account}: the chain is broken at {}", row.sequence));
        }
        if (row.previous_lane, row.previous_position) != before {
            facts.broken.push(format!("{account}: row {} points elsewhere", row.sequence));
        }
        (sequence, hash, place) = (row.sequence, row.hash, (row.lane, row.position));
        let Ok(events) = serde_json::from_str::<Vec<Happened>>(&row.events) else {
            facts.broken.push(format!("{account}: row {} can't be read", row.sequence));
            continue;
        };
        for happened in &events {
            if let Err(misfit) = made.apply(happened) {
                facts.broken.push(format!("{account}: row {}: {misfit}", row.sequence));
            }
            if let Some(entity) = made.entities.get(&happened.on) {
                let key = format!("{:?} {}", entity.kind(), entity.id());
                let states = facts.histories.entry(key).or_default();
                if states.last().is_none_or(|last| last != entity.state()) {
                    states.push(entity.state().to_owned());
                }
            }
        }
        facts.torn.extend(torn(&made).map(|what| format!("{account}: after {}: {what}", row.sequence)));
    }
    let head = store.head(account).await.ok().flatten();
    if head
        .is_none_or(|head| (head.version, head.hash, (head.lane, head.position)) != (sequence, hash, place))
    {
        facts.broken.push(format!("{account}: its head is not its last row"));
    }
    compare(store, account, made, facts).await;
}

/// What payments that are under way lack.
fn torn(made: &Account) -> impl Iterator<Item = String> {
    made.payments().filter(|payment| payment.is_open()).flat_map(move |payment| {
        let id = payment.id;
        let reserved = invoice::State::Reserved { payment: id };
        let free = payment
            .invoices
            .iter()
            .filter(move |invoice| made.invoice(**invoice).is_none_or(|invoice| invoice.state != reserved))
            .map(move |invoice| format!("{invoice} is not reserved for {id}, which is under way"));
        let unlinked = made
            .method(payment.method)
            .is_none_or(|method| matches!(method.state, method::State::Unlinked { .. }))
            .then(|| format!("{id} is under way without its method"));
        free.chain(unlinked)
    })
}

/// The tables have exactly the entities that the events make, to the letter.
async fn compare(store: &MemoryStore, account: Uuid, mut made: Account, facts: &mut LogFacts) {
    for kind in KINDS {
        let rows = store.list(account, kind as i16, None, usize::MAX).await.expect("entities in memory");
        for row in &rows {
            let Some(entity) = made.entities.remove(&row.id) else {
                facts.broken.push(format!("no event made {kind:?} {}", row.id));
                continue;
            };
            let standing = codec::Standing { account, version: row.version, clock: &row.clock };
            let made = codec::encode(&Arc::unwrap_or_clone(entity), &standing);
            if !made.is_ok_and(|made| made == *row) {
                facts.broken.push(format!("{kind:?} {} is not what its events make", row.id));
            }
        }
    }
    for id in made.entities.keys() {
        facts.broken.push(format!("not in the tables: {id}"));
    }
}

/// Who took and let go of each instrument, in the order of the commits.
fn holds(accounts: &BTreeMap<Uuid, Vec<JournalRow>>, order: &[(Uuid, i64)], facts: &mut LogFacts) {
    let programs: BTreeMap<Uuid, String> =
        accounts.iter().map(|(account, rows)| (*account, program(rows))).collect();
    for (account, sequence) in order {
        let row = usize::try_from(sequence - 1).ok().and_then(|at| accounts.get(account)?.get(at));
        let Some(row) = row else { continue };
        for happened in serde_json::from_str::<Vec<Happened>>(&row.events).unwrap_or_default() {
            let Event::Claim(claim) = &happened.event else { continue };
            let program = programs.get(account).cloned().unwrap_or_default();
            let key = format!("{program} {}", claim.instrument().as_str());
            let takes = match claim {
                ClaimEvent::Taken { .. } => true,
                ClaimEvent::Released { .. } => false,
                ClaimEvent::LinkFailed { .. } => continue,
            };
            facts.holds.entry(key).or_default().push((happened.on.to_string(), takes));
        }
    }
}

/// The program that an account is in.
fn program(rows: &[JournalRow]) -> String {
    let mut made = Account::default();
    let first = rows.first().and_then(|row| serde_json::from_str::<Vec<Happened>>(&row.events).ok());
    for happened in first.unwrap_or_default() {
        made.account = happened.on;
        let _ = made.apply(&happened);
    }
    made.account().map(|account| account.program.to_string()).unwrap_or_default()
}
