//! Reading the journal for one endpoint: what is wanted of each row, and from where on accounts are behind.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    domain::{
        event::Happened,
        ids::AccountId,
        program::ProgramId,
        webhook::{Place, Plan, Planned, Track, WebhookEndpoint, delivery_id},
    },
    store::rows::{Cursor, JournalRow},
};

/// How many accounts may have something under way, or be behind, at one endpoint. Where that many are stuck,
/// it is not they but the endpoint, and the journal is where the rest waits.
const TRACKS_MOST: usize = 64;

/// A plan in the making.
pub(super) struct Draft<'a> {
    endpoint: &'a WebhookEndpoint,
    tracks: BTreeMap<AccountId, Track>,
    /// How far all lanes are read.
    pub read: Cursor,
    next: BTreeMap<AccountId, Option<Place>>,
    deliveries: Vec<Planned>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(endpoint: &'a WebhookEndpoint, read: Cursor) -> Self {
        let tracks = endpoint.tracks.clone();
        Self { endpoint, tracks, read, next: BTreeMap::new(), deliveries: Vec::new() }
    }

    /// How many rows were read that the endpoint does not know of.
    pub(super) fn distance(&self) -> i64 {
        let known = |lane: &i32| self.endpoint.read.get(lane).copied().unwrap_or_default();
        self.read.iter().map(|(lane, read)| read - known(lane)).sum()
    }

    /// Whether anything follows from what was read.
    pub(super) fn is_empty(&self) -> bool {
        self.next.is_empty() && self.deliveries.is_empty()
    }

    pub(super) fn plan(self) -> Plan {
        let Self { endpoint, read, next, deliveries, .. } = self;
        Plan { endpoint: endpoint.id, revision: endpoint.revision, read, next, deliveries }
    }

    /// Takes the next row of the log, of an account of that program. `false`: there is no room for it.
    pub(super) fn take(&mut self, row: &JournalRow, program: Option<&ProgramId>) -> bool {
        let account = AccountId(row.account);
        let mut found = Vec::new();
        if program == Some(&self.endpoint.program) {
            found = wanted(self.endpoint, row);
        }
        let mut found = found.into_iter();
        if let Some(first) = found.next() {
            let is_full = self.tracks.len() >= TRACKS_MOST;
            match self.tracks.get_mut(&account) {
                // What is behind is found again from where it begins.
                Some(track) if track.next.is_some() => {}
                Some(track) => {
                    track.next = Some(first.place);
                    self.next.insert(account, Some(first.place));
                }
                None if is_full => return false,
                None => {
                    let next = found.next().map(|second| second.place);
                    if next.is_some() {
                        self.next.insert(account, next);
                    }
                    let open = Some(delivery_id(self.endpoint.id, &first));
                    self.tracks.insert(account, Track { open, next });
                    self.deliveries.push(first);
                }
            }
        }
        self.read.insert(row.lane, row.position);
        true
    }

    /// The accounts that are behind and free, and from where on.
    pub(super) fn behind(&self) -> Vec<(AccountId, Place)> {
        let free = |(account, track): (&AccountId, &Track)| match (track.open, track.next) {
            (None, Some(next)) => Some((*account, next)),
            (Some(_), _) | (None, None) => None,
        };
        self.endpoint.tracks.iter().filter_map(free).collect()
    }

    /// Goes on with an account that is behind: its rows from that place on, which go to the end of its log
    /// unless there are as many as `limit`.
    pub(super) fn catch_up(&mut self, account: AccountId, from: Place, rows: &[JournalRow], limit: usize) {
        let covered = |row: &&JournalRow| self.read.get(&row.lane).is_some_and(|read| row.position <= *read);
        let behind: Vec<&JournalRow> = rows.iter().take_while(covered).collect();
        let mut found =
            behind.iter().flat_map(|row| wanted(self.endpoint, row)).filter(|planned| planned.place >= from);
        let first = found.next();
        let second = found.next().map(|planned| planned.place);
        let more = (behind.len() == limit).then(|| behind.last().map(|row| row.sequence + 1)).flatten();
        let next = second.or(more.map(|sequence| Place { sequence, index: 0 }));
        drop(found);
        self.next.insert(account, next);
        self.deliveries.extend(first);
    }
}

/// What an endpoint wants of a row.
fn wanted(endpoint: &WebhookEndpoint, row: &JournalRow) -> Vec<Planned> {
    let Ok(time) = Timestamp::from_microsecond(row.time) else { return Vec::new() };
    if endpoint.since.is_some_and(|since| time < since) {
        return Vec::new();
    }
    let happened: Vec<Happened> = match serde_json::from_str(&row.events) {
        Ok(happened) => happened,
        Err(error) => {
            // The audit tells of such a row; nobody can be told of what it says.
            tracing::error!(%error, account = %row.account, sequence = row.sequence, "a row can't be read");
            return Vec::new();
        }
    };
    let named = happened.iter().map(|happened| happened.event.name()).zip(0_u32..);
    named
        .filter(|(event_type, _)| endpoint.wants(event_type))
        .map(|(event_type, index)| Planned {
            account: AccountId(row.account),
            place: Place { sequence: row.sequence, index },
            event_type,
            event_time: time,
        })
        .collect()
}
