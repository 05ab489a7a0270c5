//! One account: its tables are read, then its journal, and each row of the tables is compared with what the
//! events had made of it by the version that the row carries.
//!
//! So nothing needs to stand still. A commit that comes between two reads has rows of a later version,
//! and the journal, which is read last, has that version too; only what was there before the first read has to
//! be found in every later one. Claims, which belong to several accounts, and lists, which carry no version, have to
//! be read after the journal: where one does not fit and the account has moved on, it is audited again.

use std::collections::BTreeMap;

use strum::IntoEnumIterator as _;
use uuid::Uuid;

use super::{
    AuditError, Check, PAGE, Report, Scope, balance, claims, invoices,
    ledger::{self, Books},
    lists, refunds,
    replay::{Place, Replay},
    tables::Tables,
    usage,
};
use crate::{
    domain::entity::Kind,
    store::{
        Store, StoreError,
        rows::{EntityRow, HeadRow},
    },
};

/// How often an account is audited anew that does not stand still. A claim would have to change hands each time.
const ATTEMPTS: usize = 10;

/// An audited account.
pub(super) struct Audited {
    pub report: Report,
    /// Where its journal ended.
    pub last: Place,
}

/// Audits the account of a head that was just read.
pub(super) async fn audit(scope: Scope<'_>, head: &HeadRow) -> Result<Audited, AuditError> {
    let mut attempt = 1;
    loop {
        let (audited, unsteady) = once(scope, head).await?;
        if !unsteady || attempt == ATTEMPTS {
            return Ok(audited);
        }
        attempt += 1;
    }
}

/// Audits it once, and tells whether a claim or a list did not fit while the account moved on.
async fn once(scope: Scope<'_>, seen: &HeadRow) -> Result<(Audited, bool), AuditError> {
    let store = scope.store;
    let account = seen.account;
    let entities = entities(store, account).await?;
    let requests = requests(store, account).await?;
    let mut report = Report {
        accounts: 1,
        entities: count(entities.len()),
        requests: count(requests.len()),
        ..Report::default()
    };
    let mut replay = Replay::new(account, seen.version, Tables::new(account, entities, requests));
    read_on(store, &mut replay, None, &mut report).await?;
    end(store, &mut replay, &mut report).await?;
    let last = replay.last();
    let world = replay.finish(&mut report);

    invoices::audit(&world, &mut report);
    usage::audit(&world, &mut report);
    refunds::audit(&world, &mut report);
    balance::audit(&world, &mut report);
    let before = report.findings_count;
    claims::of_account(store, &world, &mut report).await?;
    lists::of_account(store, &world, &mut report).await?;
    let unsteady = report.findings_count > before
        && store.head(account).await?.is_some_and(|head| head.version != last.sequence);
    if unsteady {
        // They were read at another time than the journal, so they prove nothing.
        report.forget(before);
    }

    if let Some(ledger) = scope.ledger {
        let clock = store.head(account).await?.map(|head| head.clock).unwrap_or_default();
        let time = if clock.is_empty() { None } else { store.clock(&clock).await? };
        let now = time.and_then(|micros| jiff::Timestamp::from_microsecond(micros).ok());
        ledger::reconcile(&world, &Books { ledger, now: now.unwrap_or(scope.now) }, &mut report).await?;
    }
    Ok((Audited { report, last }, unsteady))
}

/// Lets the journal happen, to its end or up to a sequence.
async fn read_on(
    store: &dyn Store,
    replay: &mut Replay,
    up_to: Option<i64>,
    report: &mut Report,
) -> Result<(), StoreError> {
    loop {
        let rows = store.account_journal(replay.account(), replay.last().sequence, PAGE).await?;
        let full = rows.len() == PAGE;
        for row in rows {
            if up_to.is_some_and(|sequence| row.sequence > sequence) {
                return Ok(());
            }
            report.journal_rows += 1;
            replay.happen(&row, report);
        }
        if !full {
            return Ok(());
        }
    }
}

/// The head has to be where the journal ends; both are written together.
async fn end(store: &dyn Store, replay: &mut Replay, report: &mut Report) -> Result<(), StoreError> {
    let account = replay.account();
    let mut find = |message: String| report.find(Check::Head, Some(account), "head".to_owned(), message);
    let Some(head) = store.head(account).await? else {
        find(format!("the journal has {} rows, and there is no head any more", replay.last().sequence));
        return Ok(());
    };
    let read = replay.last().sequence;
    if head.version < read {
        find(format!("the journal goes to row {read}, and the head says {}", head.version));
        return Ok(());
    }
    // What came between the two reads.
    read_on(store, replay, Some(head.version), report).await?;
    replay.compare_head(&head, report);
    Ok(())
}

async fn entities(store: &dyn Store, account: Uuid) -> Result<BTreeMap<Uuid, EntityRow>, StoreError> {
    let mut entities = BTreeMap::new();
    for kind in Kind::iter() {
        let mut after = None;
        loop {
            let rows = store.list(account, kind as i16, after, PAGE).await?;
            after = rows.last().map(|row| row.id);
            let full = rows.len() == PAGE;
            entities.extend(rows.into_iter().map(|row| (row.id, row)));
            if !full {
                break;
            }
        }
    }
    Ok(entities)
}

/// What each request id of an account made or changed.
async fn requests(store: &dyn Store, account: Uuid) -> Result<BTreeMap<String, Uuid>, StoreError> {
    let mut requests = BTreeMap::new();
    let mut after = String::new();
    loop {
        let rows = store.requests(account, &after, PAGE).await?;
        let full = rows.len() == PAGE;
        if let Some(last) = rows.last() {
            after.clone_from(&last.request_id);
        }
        requests.extend(rows.into_iter().map(|row| (row.request_id, row.resource)));
        if !full {
            return Ok(requests);
        }
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
