//! The lanes of the journal: numbered from 1 without a gap, and none of them lost.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{AuditError, Check, PAGE, Report, replay::Place};
use crate::store::{Store, rows::Cursor};

/// How far the accounts' journals reached in each lane.
#[derive(Debug, Default)]
pub(super) struct Reached(BTreeMap<i32, i64>);

impl Reached {
    pub(super) fn note(&mut self, place: Place) {
        if place.sequence > 0 {
            let reached = self.0.entry(place.lane).or_default();
            *reached = place.position.max(*reached);
        }
    }
}

pub(super) async fn audit(
    store: &dyn Store,
    reached: &Reached,
    report: &mut Report,
) -> Result<(), AuditError> {
    let mut cursor = Cursor::new();
    loop {
        let rows = store.journal(&cursor, PAGE).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let before = cursor.insert(row.lane, row.position).unwrap_or(0);
            if row.position != before.saturating_add(1) {
                let message = format!("expected behind {before}, found {} next", row.position);
                report.find(Check::Lane, None, named(row.lane, before.saturating_add(1)), message);
            }
            if row.sequence == 1 && store.head(row.account).await?.is_none() {
                headless(row.account, report);
            }
        }
    }
    report.lanes += u64::try_from(cursor.len()).unwrap_or(u64::MAX);
    for (lane, position) in &reached.0 {
        let end = cursor.get(lane).copied().unwrap_or(0);
        if end < *position {
            let message = format!("an account's last row stands there, and the lane ends at {end}");
            report.find(Check::Lane, None, named(*lane, *position), message);
        }
    }
    Ok(())
}

/// An account whose head is gone is not among the accounts that were walked.
fn headless(account: Uuid, report: &mut Report) {
    let message = "the account has a journal, and no head".to_owned();
    report.find(Check::Head, Some(account), "head".to_owned(), message);
}

fn named(lane: i32, position: i64) -> String {
    format!("lane {lane}, position {position}")
}
