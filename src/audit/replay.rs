//! The journal of an account, happening anew: each row is checked against the one before, then its events
//! change the entities as they did the first time.

use uuid::Uuid;

use super::{Check, Report, tables::Tables};
use crate::{
    domain::{
        event::{Event, Happened},
        world::World,
    },
    engine::{Cause, link, named_by_head},
    store::rows::{HeadRow, JournalRow},
};

/// Where a journal row stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub sequence: i64,
    pub lane: i32,
    pub position: i64,
    hash: [u8; 32],
}

impl Place {
    fn of(row: &JournalRow) -> Self {
        Self { sequence: row.sequence, lane: row.lane, position: row.position, hash: row.hash }
    }
}

/// An account in the making.
pub(super) struct Replay {
    world: World,
    /// Its version before the tables were read: what was there by then has to be in them.
    seen: i64,
    last: Place,
    clock: String,
    tables: Tables,
}

impl Replay {
    pub(super) fn new(account: Uuid, seen: i64, tables: Tables) -> Self {
        let world = World { account, ..World::default() };
        Self { world, seen, last: Place::default(), clock: String::new(), tables }
    }

    pub(super) fn account(&self) -> Uuid {
        self.world.account
    }

    pub(super) fn last(&self) -> Place {
        self.last
    }

    /// The next row of the journal.
    pub(super) fn happen(&mut self, row: &JournalRow, report: &mut Report) {
        self.chain(row, report);
        let account = Some(self.account());
        let events: Vec<Happened> = match serde_json::from_str(&row.events) {
            Ok(events) => events,
            Err(error) => {
                report.find(
                    Check::Event,
                    account,
                    named(row.sequence),
                    format!("its events can't be read: {error}"),
                );
                Vec::new()
            }
        };
        for happened in &events {
            if let Err(misfit) = self.world.apply(happened) {
                report.find(Check::Event, account, named(row.sequence), misfit.to_string());
                continue;
            }
            if let Some(clock) = happened.event.attaches() {
                clock.clone_into(&mut self.clock);
            }
            if !matches!(happened.event, Event::Claim(_)) {
                self.tables.changed(happened.on, row.sequence, row.sequence <= self.seen);
            }
        }
        self.cause(row, report);
        self.last = Place::of(row);
        self.tables.reached(row.sequence, &self.world, &self.clock, report);
    }

    /// C10: rows are numbered without a gap, know where the one before stands, and carry its hash on.
    fn chain(&self, row: &JournalRow, report: &mut Report) {
        let account = self.account();
        let mut find = |sequence, message| report.find(Check::Chain, Some(account), named(sequence), message);
        let (last, next) = (self.last, self.last.sequence.saturating_add(1));
        if row.sequence != next {
            let missing = row.sequence.saturating_sub(next);
            find(
                next,
                format!(
                    "expected behind row {}; {missing} rows are missing, row {} is next",
                    last.sequence, row.sequence
                ),
            );
            // What follows a gap can't be told from it.
            return;
        }
        let expected = link(&last.hash, account, row.sequence, row.time, &row.cause, &row.events);
        if row.hash != expected {
            find(
                row.sequence,
                format!(
                    "expected the hash {} over the row before and this one's content, found {}",
                    hex::encode(expected),
                    hex::encode(row.hash)
                ),
            );
        }
        // The first points to the start of its own lane.
        let before = if last.sequence == 0 { (row.lane, 0) } else { (last.lane, last.position) };
        let found = (row.previous_lane, row.previous_position);
        if found != before {
            find(
                row.sequence,
                format!(
                    "expected the row before in lane {} at position {}, found lane {} and position {}",
                    before.0, before.1, found.0, found.1
                ),
            );
        }
    }

    /// C7: a command that had a request id has used it, for something that is there.
    fn cause(&mut self, row: &JournalRow, report: &mut Report) {
        let account = Some(self.account());
        let cause: Cause = match serde_json::from_str(&row.cause) {
            Ok(cause) => cause,
            Err(error) => {
                report.find(
                    Check::Event,
                    account,
                    named(row.sequence),
                    format!("its cause can't be read: {error}"),
                );
                return;
            }
        };
        if cause.request_id.is_empty() {
            return;
        }
        let id = cause.request_id;
        match self.tables.used(&id) {
            Some(resource) if self.world.entities.contains_key(&resource) => {}
            Some(resource) => {
                let message = format!(
                    "used in journal row {} for {resource}, which is not of this account",
                    row.sequence
                );
                report.find(Check::Request, account, format!("request id {id}"), message);
            }
            None if row.sequence <= self.seen => {
                let message = format!("used in journal row {}, and is not among the used ones", row.sequence);
                report.find(Check::Request, account, format!("request id {id}"), message);
            }
            // Younger than what was read of the tables.
            None => {}
        }
    }

    /// The head that was read after the journal, and up to which the journal was then read on.
    pub(super) fn compare_head(&self, head: &HeadRow, report: &mut Report) {
        let mut find = |what: &str, expected: String, found: String| {
            let message = format!("expected {what} {expected} as the journal's last row says, found {found}");
            report.find(Check::Head, Some(head.account), "head".to_owned(), message);
        };
        if head.version != self.last.sequence {
            find("version", self.last.sequence.to_string(), head.version.to_string());
            return;
        }
        if head.hash != self.last.hash {
            find("hash", hex::encode(self.last.hash), hex::encode(head.hash));
        }
        if (head.lane, head.position) != (self.last.lane, self.last.position) {
            let at = |lane, position| format!("{position} of lane {lane}");
            find("position", at(self.last.lane, self.last.position), at(head.lane, head.position));
        }
        if head.clock != self.clock {
            find("clock", format!("{:?}", self.clock), format!("{:?}", head.clock));
        }
        let open = named_by_head(&self.world);
        if head.open != open {
            find("open entities", format!("{open:?}"), format!("{:?}", head.open));
        }
    }

    /// What is left of the tables has no event; what is left of the events is in no table.
    pub(super) fn finish(self, report: &mut Report) -> World {
        self.tables.finish(self.last.sequence, &self.world, report);
        self.world
    }
}

fn named(sequence: i64) -> String {
    format!("journal row {sequence}")
}
