//! Reading the log in an order that watchers can rely on (C11, design decision 8).
//!
//! An account's own rows come in the order of its sequence. The whole log is several lanes; each is
//! gap-free, and a row names the account's row before it, so lanes are merged such that no row comes
//! before its predecessor. The cursor says how far each lane was read, and how many events of the next
//! row were already given.

use std::collections::{BTreeMap, VecDeque};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

use super::Cause;
use crate::{
    proto::v1 as pb,
    store::{
        Store, StoreError,
        rows::{Cursor as Lanes, JournalRow},
    },
    wire::{
        names::Owner,
        v1::{Row, Unreadable, events},
    },
};

/// Where a reader stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In one account's log: after this sequence.
    Account { account: Uuid, sequence: i64 },
    /// In the whole log: after these positions.
    All(Lanes),
}

/// Where a reader stands, to the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The last row that was read whole.
    pub place: Place,
    /// How many events of the next row were read.
    pub read: usize,
    /// The lane whose next row that is, where some of it were read: which row comes next is otherwise
    /// chosen anew each time.
    pub lane: Option<i32>,
}

impl Cursor {
    /// Before everything: of one account, or of all.
    #[must_use]
    pub fn start(account: Option<Uuid>) -> Self {
        let place = match account {
            Some(account) => Place::Account { account, sequence: 0 },
            None => Place::All(Lanes::new()),
        };
        Self { place, read: 0, lane: None }
    }

    /// As callers get it.
    #[must_use]
    pub fn write(&self) -> String {
        let place = match &self.place {
            Place::Account { account, sequence } => format!("a{}:{sequence}", account.simple()),
            Place::All(lanes) => {
                let lanes: Vec<String> =
                    lanes.iter().map(|(lane, position)| format!("{lane}:{position}")).collect();
                format!("w{}", lanes.join(","))
            }
        };
        let lane = self.lane.map(|lane| format!("@{lane}")).unwrap_or_default();
        BASE64_URL_SAFE_NO_PAD.encode(format!("{place}+{}{lane}", self.read))
    }

    /// Reads what a caller got, for the same account or for all.
    #[must_use]
    pub fn read(text: &str, account: Option<Uuid>) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (place, rest) = text.split_once('+')?;
        let (read, lane) = match rest.split_once('@') {
            Some((read, lane)) => (read.parse().ok()?, Some(lane.parse().ok()?)),
            None => (rest.parse().ok()?, None),
        };
        let place = match (place.split_at_checked(1)?, account) {
            (("a", rest), Some(wanted)) => {
                let (account, sequence) = rest.split_once(':')?;
                let account = Uuid::try_parse(account).ok().filter(|account| *account == wanted)?;
                Place::Account { account, sequence: sequence.parse().ok()? }
            }
            (("w", rest), None) => {
                let mut lanes = Lanes::new();
                for part in rest.split(',').filter(|part| !part.is_empty()) {
                    let (lane, position) = part.split_once(':')?;
                    lanes.insert(lane.parse().ok()?, position.parse().ok()?);
                }
                Place::All(lanes)
            }
            (_, Some(_) | None) => return None,
        };
        Some(Self { place, read, lane })
    }

    /// The cursor after a row was read whole.
    #[must_use]
    pub fn after(&self, row: &JournalRow) -> Self {
        let place = match &self.place {
            Place::Account { account, .. } => Place::Account { account: *account, sequence: row.sequence },
            Place::All(lanes) => {
                let mut lanes = lanes.clone();
                lanes.insert(row.lane, row.position);
                Place::All(lanes)
            }
        };
        Self { place, read: 0, lane: None }
    }

    /// The cursor after so many events of the next row.
    #[must_use]
    pub fn within(&self, row: &JournalRow, read: usize) -> Self {
        Self { place: self.place.clone(), read, lane: Some(row.lane) }
    }
}

/// Rows behind a cursor, in order.
pub async fn rows(store: &dyn Store, cursor: &Cursor, limit: usize) -> Result<Vec<JournalRow>, StoreError> {
    match &cursor.place {
        Place::Account { account, sequence } => store.account_journal(*account, *sequence, limit).await,
        Place::All(lanes) => Ok(merge(lanes.clone(), store.journal(lanes, limit).await?, limit, cursor.lane)),
    }
}

/// The events of a row, as callers are told them.
pub fn told(row: &JournalRow, owner: Owner, cursor: &Cursor) -> Result<Vec<pb::Event>, Unreadable> {
    let cause: Cause = serde_json::from_str(&row.cause).map_err(Unreadable::from)?;
    let after = cursor.after(row).write();
    let within = |read: usize| cursor.within(row, read).write();
    events(&Row {
        owner,
        sequence: row.sequence,
        time: row.time,
        cause: pb::Cause { method: cause.method, principal: cause.principal, request_id: cause.request_id },
        events: &row.events,
        hash: &row.hash,
        after: &after,
        within: &within,
    })
}

/// Merges lanes so that each row comes after the row before it of its account. What can't come yet,
/// because its predecessor was not among those read, comes next time.
/// The row that was read in part comes first.
fn merge(mut read: Lanes, rows: Vec<JournalRow>, limit: usize, first: Option<i32>) -> Vec<JournalRow> {
    let mut lanes: BTreeMap<i32, VecDeque<JournalRow>> = BTreeMap::new();
    for row in rows {
        lanes.entry(row.lane).or_default().push_back(row);
    }
    let mut merged = Vec::new();
    if let Some(row) = first.and_then(|lane| lanes.get_mut(&lane)).and_then(VecDeque::pop_front) {
        read.insert(row.lane, row.position);
        merged.push(row);
    }
    while merged.len() < limit {
        let ready = |row: &JournalRow| {
            row.previous_lane == row.lane
                || row.previous_position == 0
                || read.get(&row.previous_lane).is_some_and(|position| *position >= row.previous_position)
        };
        let next = lanes
            .iter()
            .filter_map(|(lane, rows)| rows.front().filter(|row| ready(row)).map(|row| (row.time, *lane)))
            .min();
        let Some(row) = next.and_then(|(_, lane)| lanes.get_mut(&lane)).and_then(VecDeque::pop_front) else {
            break;
        };
        read.insert(row.lane, row.position);
        merged.push(row);
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(account: u128, place: (i32, i64), previous: (i32, i64), time: i64) -> JournalRow {
        JournalRow {
            account: Uuid::from_u128(account),
            sequence: 1,
            lane: place.0,
            position: place.1,
            previous_lane: previous.0,
            previous_position: previous.1,
            time,
            cause: String::new(),
            events: "[]".to_owned(),
            hash: [0; 32],
        }
    }

    fn places(rows: &[JournalRow]) -> Vec<(i32, i64)> {
        rows.iter().map(|row| (row.lane, row.position)).collect()
    }

    #[test]
    fn a_cursor_says_what_it_was_written_with() {
        let account = Uuid::from_u128(7);
        let of_account = Cursor { place: Place::Account { account, sequence: 3 }, read: 2, lane: Some(4) };
        let of_all = Cursor { place: Place::All(Lanes::from([(1, 9), (2, 4)])), read: 0, lane: None };
        assert_eq!(Cursor::read(&of_account.write(), Some(account)).as_ref(), Some(&of_account));
        assert_eq!(Cursor::read(&of_all.write(), None).as_ref(), Some(&of_all));
        // One account's cursor is of no use for another, or for all.
        assert_eq!(Cursor::read(&of_account.write(), Some(Uuid::from_u128(8))), None);
        assert_eq!(Cursor::read(&of_account.write(), None), None);
        assert_eq!(Cursor::read("nonsense", None), None);
    }

    #[test]
    fn no_row_comes_before_the_row_before_it() {
        // Account 1 went from lane 2 to lane 1, and lane 1's clock is behind.
        let rows = vec![row(1, (1, 1), (2, 1), 10), row(1, (2, 1), (2, 0), 20), row(2, (2, 2), (2, 0), 30)];
        let merged = merge(Lanes::new(), rows.clone(), 10, None);
        assert_eq!(places(&merged), [(2, 1), (1, 1), (2, 2)]);
        // Where the predecessor was not read, its successor waits.
        let without = rows.into_iter().filter(|row| row.lane == 1).collect();
        assert_eq!(places(&merge(Lanes::new(), without, 10, None)), []);
    }

    #[test]
    fn a_row_that_was_read_in_part_comes_first_whatever_else_has_appeared() {
        // A client stopped within lane 2's row; then a row of lane 1 with an earlier time was committed.
        let rows = vec![row(1, (1, 5), (1, 4), 10), row(2, (2, 8), (2, 7), 20)];
        assert_eq!(
            places(&merge(Lanes::from([(1, 4), (2, 7)]), rows.clone(), 10, Some(2))),
            [(2, 8), (1, 5)]
        );
        assert_eq!(places(&merge(Lanes::from([(1, 4), (2, 7)]), rows, 10, None)), [(1, 5), (2, 8)]);
    }
}
