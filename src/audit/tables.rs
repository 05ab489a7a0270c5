//! What the tables say of an account, and how it is compared with what the events make.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use uuid::Uuid;

use super::{Check, Report};
use crate::{
    domain::{entity::Entity, world::World},
    store::{codec, rows::EntityRow},
};

/// The rows that were read, until each is accounted for.
pub(super) struct Tables {
    account: Uuid,
    /// Rows that were not compared yet, by the version that they carry.
    waiting: BTreeMap<i64, Vec<EntityRow>>,
    /// The version that each row carries.
    carried: BTreeMap<Uuid, i64>,
    /// The last change of each entity that has to be in the rows, as all that had happened before the
    /// tables were read.
    changes: BTreeMap<Uuid, i64>,
    /// Request ids that no command was found for yet, with what they made.
    requests: BTreeMap<String, Uuid>,
}

impl Tables {
    pub(super) fn new(
        account: Uuid,
        entities: BTreeMap<Uuid, EntityRow>,
        requests: BTreeMap<String, Uuid>,
    ) -> Self {
        let carried = entities.values().map(|row| (row.id, row.version)).collect();
        let mut waiting: BTreeMap<i64, Vec<EntityRow>> = BTreeMap::new();
        for row in entities.into_values() {
            waiting.entry(row.version).or_default().push(row);
        }
        Self { account, waiting, carried, changes: BTreeMap::new(), requests }
    }

    /// An entity was changed; `before` the tables were read, or perhaps only afterwards.
    pub(super) fn changed(&mut self, id: Uuid, sequence: i64, before: bool) {
        if before {
            self.changes.insert(id, sequence);
        }
    }

    /// What a request id made. Each is asked for once.
    pub(super) fn used(&mut self, request_id: &str) -> Option<Uuid> {
        self.requests.remove(request_id)
    }

    /// The account has come to a version: the rows that carry it have to be as the entities are now.
    pub(super) fn reached(&mut self, sequence: i64, world: &World, clock: &str, report: &mut Report) {
        // A version that no row of the journal has is found out at the end.
        for row in self.waiting.remove(&sequence).unwrap_or_default() {
            match world.entities.get(&row.id) {
                Some(entity) => compare(self.account, &row, entity, clock, report),
                None => report.find(
                    Check::Entity,
                    Some(self.account),
                    named(&row),
                    format!("no event up to journal row {sequence}, whose version it carries, has made it"),
                ),
            }
        }
    }

    pub(super) fn finish(self, last: i64, world: &World, report: &mut Report) {
        let account = Some(self.account);
        for row in self.waiting.into_values().flatten() {
            let message =
                format!("it carries version {}, which is no row of the journal (it has {last})", row.version);
            report.find(Check::Entity, account, named(&row), message);
        }
        let entities: BTreeSet<&Uuid> = world.entities.keys().collect();
        for (id, change) in self.changes.iter().filter(|(id, _)| entities.contains(id)) {
            let row =
                world.entities.get(id).map_or_else(String::new, |entity| format!("{} {id}", entity.kind()));
            match self.carried.get(id) {
                Some(version) if version >= change => {}
                Some(version) => {
                    let message = format!(
                        "expected as journal row {change} has left it, found as of version {version}"
                    );
                    report.find(Check::Entity, account, row, message);
                }
                None => {
                    let message =
                        format!("made by the events up to journal row {change}, and not in the table");
                    report.find(Check::Entity, account, row, message);
                }
            }
        }
        for (id, resource) in self.requests {
            let message = format!("said to be used for {resource}, and no command of the journal has it");
            report.find(Check::Request, account, format!("request id {id}"), message);
        }
    }
}

/// Compares a row with the entity that the events had made by the row's version.
fn compare(account: Uuid, row: &EntityRow, entity: &Entity, clock: &str, report: &mut Report) {
    let mut find = |message: String| report.find(Check::Entity, Some(account), named(row), message);
    let standing = codec::Standing { account, version: row.version, clock: &row.clock };
    let made = match codec::encode(entity, &standing) {
        Ok(made) => made,
        Err(error) => return find(error.to_string()),
    };
    // The text may have been written by an earlier version in another form; what it says counts.
    if made.body != row.body {
        match codec::decode(row) {
            Ok(kept) if kept == *entity => {}
            Ok(_) => {
                find(format!("expected the body {} as the events make it, found {}", made.body, row.body))
            }
            Err(error) => find(error.to_string()),
        }
    }
    let mut column = |name: &str, expected: &dyn fmt::Debug, found: &dyn fmt::Debug| {
        let (expected, found) = (format!("{expected:?}"), format!("{found:?}"));
        if expected != found {
            find(format!("expected {name} {expected}, found {found}"));
        }
    };
    column("kind", &made.kind, &row.kind);
    column("state", &made.state, &row.state);
    column("open", &made.open, &row.open);
    column("due_at", &made.due_at, &row.due_at);
    // What has no timer is not looked for by its clock, and keeps the one it had.
    if row.due_at.is_some() {
        column("clock", &clock, &row.clock.as_str());
    }
}

fn named(row: &EntityRow) -> String {
    use crate::domain::entity::Kind;
    Kind::from_repr(row.kind)
        .map_or_else(|| format!("kind {} {}", row.kind, row.id), |kind| format!("{kind} {}", row.id))
}
