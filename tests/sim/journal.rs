//! Reads the log of a world: what every entity went through, and, with the service's own audit, whether the
//! log and the tables agree (C10).

use std::collections::BTreeMap;

use bursar::{
    audit::audit,
    domain::{
        account::AccountEvent,
        claim::ClaimEvent,
        event::{Event, Happened},
        invoice, method,
        world::World as Account,
    },
    store::{
        MemoryStore, Store as _,
        rows::{Cursor, JournalRow},
    },
};
use jiff::Timestamp;
use uuid::Uuid;

use super::oracle::facts::LogFacts;

/// How many wrong answers a code endures.
const WRONG_ANSWERS: u32 = 5;

/// Reads everything. `order`: the rows as they were committed, by account and sequence.
pub async fn read(store: &MemoryStore, now: Timestamp, order: &[(Uuid, i64)]) -> LogFacts {
    let mut facts = LogFacts::default();
    let audited = audit(store, None, now).await.expect("a store in memory");
    facts.broken.extend(audited.findings.iter().map(ToString::to_string));
    let rows = store.journal(&Cursor::new(), usize::MAX).await.expect("a journal in memory");
    let mut accounts: BTreeMap<Uuid, Vec<JournalRow>> = BTreeMap::new();
    for row in rows {
        accounts.entry(row.account).or_default().push(row);
    }
    if accounts.values().map(Vec::len).sum::<usize>() != order.len() {
        facts.broken.push("the log has not the rows that were committed".to_owned());
    }
    for (account, rows) in &mut accounts {
        rows.sort_by_key(|row| row.sequence);
        replay(*account, rows, &mut facts);
    }
    holds(&accounts, order, &mut facts);
    facts
}

/// Replays an account's rows; that they make what is in the tables is for the audit to see.
fn replay(account: Uuid, rows: &[JournalRow], facts: &mut LogFacts) {
    let mut made = Account { account, ..Account::default() };
    for row in rows {
        let Ok(events) = serde_json::from_str::<Vec<Happened>>(&row.events) else { continue };
        for happened in &events {
            facts.forged.extend(forged(&made, happened, row));
            if made.apply(happened).is_err() {
                continue;
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
}

/// Why a code should not have proved what it did, by the rules of all programs that ship. The log counts the
/// wrong answers that there were, whatever was made of them.
fn forged(made: &Account, happened: &Happened, row: &JournalRow) -> Option<String> {
    let Event::Account(AccountEvent::ContactProved { channel, .. }) = &happened.event else { return None };
    let code = made.account()?.contacts.pending(*channel)?;
    let late = code.expire_at.as_microsecond() <= row.time;
    (late || code.wrong >= WRONG_ANSWERS)
        .then(|| format!("a code was taken after {} wrong answers, late: {late}", code.wrong))
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
