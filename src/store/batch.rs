//! One batch, what may be in it, and how its commit ended.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{
    StoreError,
    rows::{AccountCheck, AccountWrite, JournalRow, Lost, LostTo},
};

/// One batch to be committed, all or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// What changes, at most one item an account, in ascending order of account.
    ///
    /// An entity occurs once. Where two accounts write the same claim or use the same request id, the
    /// first has it and the second is [`Commit::Lost`].
    pub writes: Vec<AccountWrite>,
    /// Accounts that do not change (so none of `writes`) but whose version must still be this (a
    /// refusal was decided from it).
    ///
    /// A check holds at one instant between the call of `commit` and its answer. That is all a refusal
    /// needs: it leaves no trace and depends on its account alone, so it takes effect at that instant.
    pub checks: Vec<AccountCheck>,
}

/// How a commit ended, where the store worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Commit {
    /// Everything is durable.
    Done,
    /// Nothing was written, because of these accounts: all of them, in ascending order, each once with
    /// the first thing it lost (in the order of [`LostTo`]). The others can be committed again as they
    /// are, once [`Batch::number`] has closed the gaps that the losers left.
    Lost(Vec<Lost>),
    /// Nothing was written: the lane now belongs to another writer.
    LaneLost,
}

impl Batch {
    /// The position of the last journal row, if there is one.
    #[must_use]
    pub fn last_position(&self) -> Option<i64> {
        self.journal().map(|row| row.position).max()
    }

    /// What to look for when it is not known whether this was committed.
    pub(super) fn tail(&self) -> Option<Tail> {
        let row = self.journal().max_by_key(|row| row.position)?;
        Some(Tail { position: row.position, account: row.account, hash: row.hash })
    }

    /// All journal rows, account by account.
    pub fn journal(&self) -> impl Iterator<Item = &JournalRow> {
        self.writes.iter().flat_map(|write| &write.journal)
    }

    /// Numbers the journal rows of this batch for `lane` from `position + 1`, without a gap and in the
    /// order of the positions they have, and lets heads and following rows point at them.
    pub fn number(&mut self, lane: i32, position: i64) {
        let mut rows: Vec<&mut JournalRow> =
            self.writes.iter_mut().flat_map(|write| &mut write.journal).collect();
        rows.sort_by_key(|row| row.position);
        for (row, position) in rows.into_iter().zip(position.saturating_add(1)..) {
            row.lane = lane;
            row.position = position;
        }
        for write in &mut self.writes {
            if write.expected.is_none()
                && let Some(first) = write.journal.first_mut()
            {
                first.previous_lane = lane;
            }
            let mut previous: Option<(i32, i64)> = None;
            for row in &mut write.journal {
                if let Some((lane, position)) = previous {
                    row.previous_lane = lane;
                    row.previous_position = position;
                }
                previous = Some((row.lane, row.position));
            }
            if let Some((lane, position)) = previous {
                write.head.lane = lane;
                write.head.position = position;
            }
        }
    }

    /// Refuses what no store may write: a batch whose head, journal and positions contradict each
    /// other would be found out long after, by a watcher or an auditor. Cheap enough to stay on.
    pub(super) fn check(&self, lane: i32, position: i64) -> Result<(), StoreError> {
        let mut last: Option<Uuid> = None;
        let (mut entities, mut leases, mut invoices) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut positions = Vec::new();
        for write in &self.writes {
            let account = write.head.account;
            require(last.is_none_or(|last| last < account), account, "accounts ascend, each once")?;
            last = Some(account);
            check_write(write, lane)?;
            positions.extend(write.journal.iter().map(|row| row.position));
            for entity in &write.entities {
                require(entities.insert(entity.id), entity.id, "an entity occurs once")?;
            }
            for lease in &write.leases {
                require(leases.insert(lease.entity), lease.entity, "a lease occurs once")?;
            }
            for invoice in &write.invoices {
                require(invoices.insert(invoice.id), invoice.id, "an open invoice occurs once")?;
            }
            let made = write.made.iter().all(|id| entities.contains(id));
            require(made, account, "what was made is among the entities")?;
        }
        positions.sort_unstable();
        for (found, wanted) in positions.into_iter().zip(position.saturating_add(1)..) {
            if found != wanted {
                return Err(StoreError::Malformed(format!(
                    "the journal's positions have no gap: {found} stands where lane {lane} goes on with {wanted}"
                )));
            }
        }
        for check in &self.checks {
            let written =
                self.writes.binary_search_by_key(&check.account, |write| write.head.account).is_ok();
            require(!written, check.account, "an account is written or checked, not both")?;
        }
        Ok(())
    }
}

/// What must hold within one account's part.
fn check_write(write: &AccountWrite, lane: i32) -> Result<(), StoreError> {
    let head = &write.head;
    let of_account = |ok, what| require(ok, head.account, what);
    let mut sequence = write.expected.unwrap_or(0);
    of_account(write.expected.is_none_or(|expected| expected > 0), "versions start at 1")?;
    for row in &write.journal {
        sequence = sequence.saturating_add(1);
        of_account(row.account == head.account, "a journal row is its account's")?;
        of_account(row.sequence == sequence, "sequences go up by one from the version decided from")?;
        of_account(row.lane == lane, "journal rows stand in the writer's lane")?;
        texts(head.account, [&row.cause, &row.events])?;
    }
    match write.journal.last() {
        None => of_account(false, "every write leaves a trace")?,
        Some(row) => of_account(
            (head.version, head.lane, head.position, head.hash)
                == (row.sequence, row.lane, row.position, row.hash),
            "the head is that of the last journal row",
        )?,
    }
    texts(head.account, [&head.clock])?;
    for entity in &write.entities {
        of_account(entity.account == head.account, "an entity is its account's")?;
        texts(entity.id, [&entity.state, &entity.clock, &entity.body])?;
    }
    for request in &write.requests {
        texts(head.account, [&request.request_id])?;
    }
    for claim in &write.claims {
        let next = claim.expected.unwrap_or(0).saturating_add(1);
        of_account(claim.row.version == next, "a claim's version goes up by one")?;
        texts(head.account, [&claim.row.program, &claim.row.body])?;
    }
    Ok(())
}

/// PostgreSQL's text can't hold a NUL, so no store takes one.
pub(super) fn texts<const N: usize>(owner: Uuid, texts: [&String; N]) -> Result<(), StoreError> {
    require(texts.iter().all(|text| !text.as_bytes().contains(&0)), owner, "text holds no NUL")
}

/// The name of a test clock: the empty one is the system's.
pub(super) fn clock_name(name: &str) -> Result<(), StoreError> {
    if name.is_empty() || name.contains('\0') {
        return Err(StoreError::Malformed(format!("{name:?} can't name a test clock")));
    }
    Ok(())
}

fn require(ok: bool, owner: Uuid, what: &str) -> Result<(), StoreError> {
    if ok { Ok(()) } else { Err(StoreError::Malformed(format!("{owner}: {what}"))) }
}

/// The last journal row of a batch. It tells the batch's commit from one of whoever took the lane over
/// and wrote something else at the same position.
#[derive(Debug, Clone)]
pub(super) struct Tail {
    pub(super) position: i64,
    account: Uuid,
    hash: [u8; 32],
}

impl Tail {
    pub(super) fn is(&self, account: Uuid, hash: [u8; 32]) -> bool {
        self.account == account && self.hash == hash
    }

    pub(super) fn in_doubt(&self) -> StoreError {
        StoreError::CommitUnknown(format!("the commit up to {} has to be confirmed first", self.position))
    }
}

/// Who lost, each account once with the first thing it lost.
#[derive(Debug, Default)]
pub(super) struct Losers(BTreeMap<Uuid, LostTo>);

impl Losers {
    pub(super) fn add(&mut self, account: Uuid, to: LostTo) {
        let first = self.0.entry(account).or_insert(to);
        *first = (*first).min(to);
    }

    /// `None`: nobody lost.
    pub(super) fn into_commit(self) -> Option<Commit> {
        if self.0.is_empty() {
            return None;
        }
        Some(Commit::Lost(self.0.into_iter().map(|(account, to)| Lost { account, to }).collect()))
    }
}
