//! The tables of the model, and what a commit and a load do with them.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::store::{
    Batch, Commit, StoreError,
    batch::Losers,
    rows::{ClaimKey, ClaimRow, EntityRow, HeadRow, JournalRow, Load, Loaded, LostTo, Micros, RequestRow},
};

/// The tables.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) heads: BTreeMap<Uuid, HeadRow>,
    pub(super) entities: BTreeMap<Uuid, EntityRow>,
    /// Index of `entities`: what an account has of a kind.
    pub(super) by_kind: BTreeSet<(Uuid, i16, Uuid)>,
    pub(super) open_invoices: BTreeSet<(Uuid, Uuid)>,
    /// Index of `entities`: what is due, clock by clock.
    pub(super) due: BTreeSet<(String, Micros, Uuid)>,
    pub(super) leases: BTreeMap<Uuid, Micros>,
    pub(super) journal: BTreeMap<(i32, i64), JournalRow>,
    /// Index of `journal`: an account's rows.
    pub(super) by_sequence: BTreeMap<(Uuid, i64), (i32, i64)>,
    pub(super) requests: BTreeMap<(Uuid, String), RequestRow>,
    pub(super) seal: Option<[u8; 32]>,
    pub(super) claims: BTreeMap<ClaimKey, ClaimRow>,
    pub(super) lanes: BTreeMap<i32, Lane>,
    pub(super) clocks: BTreeMap<String, Micros>,
}

/// A lane of the journal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lane {
    pub(super) epoch: i64,
    pub(super) position: i64,
    pub(super) lease_until: Micros,
}

impl Tables {
    pub(super) fn lost(&self, batch: &Batch) -> Option<Commit> {
        let version = |account| self.heads.get(&account).map(|head| head.version);
        let mut losers = Losers::default();
        let (mut requests, mut claims) = (BTreeSet::new(), BTreeSet::new());
        for check in &batch.checks {
            if version(check.account) != check.expected {
                losers.add(check.account, LostTo::Version);
            }
        }
        for write in &batch.writes {
            let account = write.head.account;
            if version(account) != write.expected && !planted!(VersionNotCompared) {
                losers.add(account, LostTo::Version);
            }
            for row in &write.requests {
                let key = (row.account, row.request_id.clone());
                if self.requests.contains_key(&key) || !requests.insert(key) {
                    losers.add(account, LostTo::Request);
                }
            }
            for claim in &write.claims {
                let key = (claim.row.program.clone(), claim.row.instrument);
                let held = self.claims.get(&key).map(|row| row.version);
                let changed = held != claim.expected && !planted!(ClaimVersionNotCompared);
                if changed || !claims.insert(key) {
                    losers.add(account, LostTo::Claim);
                }
            }
        }
        losers.into_commit()
    }

    /// Whether the batch knows which of its entities exist. Other stores find out late, or not at all.
    pub(super) fn check(&self, batch: &Batch) -> Result<(), StoreError> {
        for write in &batch.writes {
            for row in &write.entities {
                let (exists, made) = (self.entities.contains_key(&row.id), write.made.contains(&row.id));
                if exists == made {
                    return Err(StoreError::Malformed(format!(
                        "{} exists: {exists}, is made: {made}",
                        row.id
                    )));
                }
            }
        }
        Ok(())
    }

    pub(super) fn write(&mut self, batch: &Batch) {
        for write in &batch.writes {
            self.heads.insert(write.head.account, write.head.clone());
            for row in &write.entities {
                self.put(row.clone());
            }
            for lease in &write.leases {
                match lease.until {
                    Some(until) => self.leases.insert(lease.entity, until),
                    None => self.leases.remove(&lease.entity),
                };
            }
            for invoice in &write.invoices {
                let key = (write.head.account, invoice.id);
                if invoice.open {
                    self.open_invoices.insert(key)
                } else {
                    self.open_invoices.remove(&key)
                };
            }
            for row in &write.requests {
                self.requests.insert((row.account, row.request_id.clone()), row.clone());
            }
            for claim in &write.claims {
                let row = claim.row.clone();
                self.claims.insert((row.program.clone(), row.instrument), row);
            }
            for row in &write.journal {
                self.by_sequence.insert((row.account, row.sequence), (row.lane, row.position));
                self.journal.insert((row.lane, row.position), row.clone());
            }
        }
    }

    fn put(&mut self, row: EntityRow) {
        if let Some(old) = self.entities.remove(&row.id) {
            self.by_kind.remove(&(old.account, old.kind, old.id));
            if let Some(due_at) = old.due_at {
                self.due.remove(&(old.clock, due_at, old.id));
            }
        }
        self.by_kind.insert((row.account, row.kind, row.id));
        if let Some(due_at) = row.due_at {
            self.due.insert((row.clock.clone(), due_at, row.id));
        }
        self.entities.insert(row.id, row);
    }

    pub(super) fn load(&self, load: &Load) -> Loaded {
        let mut ids: BTreeSet<Uuid> = load.entities.iter().copied().collect();
        let accounts: BTreeSet<Uuid> = load.accounts.iter().map(|wanted| wanted.account).collect();
        for wanted in &load.accounts {
            if wanted.open
                && let Some(head) = self.heads.get(&wanted.account)
            {
                ids.extend(&head.open);
            }
            if wanted.open_invoices {
                let all = (wanted.account, Uuid::nil())..=(wanted.account, Uuid::max());
                ids.extend(self.open_invoices.range(all).map(|&(_, id)| id));
            }
        }
        let requests: BTreeSet<_> = load.requests.iter().collect();
        let claims: BTreeSet<_> = load.claims.iter().collect();
        let heads: Vec<HeadRow> = accounts.iter().filter_map(|id| self.heads.get(id).cloned()).collect();
        let clocks = heads
            .iter()
            .filter_map(|head| self.clocks.get(&head.clock).map(|&time| (head.clock.clone(), time)))
            .collect();
        Loaded {
            heads,
            entities: ids.iter().filter_map(|id| self.entities.get(id).cloned()).collect(),
            requests: requests.into_iter().filter_map(|key| self.requests.get(key).cloned()).collect(),
            claims: claims.into_iter().filter_map(|key| self.claims.get(key).cloned()).collect(),
            clocks,
        }
    }
}
