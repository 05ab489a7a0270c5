//! Putting together what is to be committed, once everything is decided.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    batch::{Decided, Draft, Tools, Verdict},
    cache::Known,
    inbox::{EngineError, Job},
    plan::{ClaimKey, Situation, bytes},
};
use crate::{
    domain::{claim::Claim, entity::Entity},
    store::{
        Batch, codec,
        rows::{AccountCheck, AccountWrite, ClaimRow, ClaimWrite},
    },
};

#[expect(clippy::too_many_arguments, reason = "the last step of one walk over the batch")]
pub(super) fn assemble(
    tools: &Tools<'_>,
    jobs: &[Job],
    drafts: BTreeMap<Uuid, Draft>,
    situation: &Situation,
    claimed: &BTreeMap<ClaimKey, Uuid>,
    verdicts: Vec<Verdict>,
    lane: i32,
    position: i64,
) -> Result<Decided, EngineError> {
    let mut batch = Batch::default();
    let mut accounts = BTreeMap::new();
    let mut changed = Vec::new();
    let decided_at = tools.clock.now();
    let lease = decided_at.checked_add(tools.config.lease).unwrap_or(Timestamp::MAX).as_microsecond();
    let mut verdicts = verdicts;
    for (account, draft) in drafts {
        if let Some(fault) = &draft.broken {
            for (job, verdict) in jobs.iter().zip(&mut verdicts) {
                if job.request.account.0 == account {
                    *verdict = Verdict::Broken(fault.clone());
                }
            }
            continue;
        }
        if draft.journal.is_empty() {
            batch.checks.push(AccountCheck { account, expected: draft.expected });
            accounts.insert(account, draft.known);
            continue;
        }
        let mut entities = Vec::with_capacity(draft.touched.len());
        for id in &draft.touched {
            let Some(entity) = draft.known.world.entities.get(id) else { continue };
            let standing = codec::Standing {
                account,
                version: draft.head.version,
                clock: &draft.head.clock,
                lease_until: entity.call().filter(|_| !planted!(LeaseNotKept)).map(|_| lease),
            };
            entities.push(codec::encode(entity, &standing)?);
            changed.push((account, *id, draft.calling.contains(id)));
        }
        batch.writes.push(AccountWrite {
            expected: draft.expected,
            head: draft.head,
            entities,
            requests: draft.requests,
            claims: claim_writes(account, situation, claimed, &draft.known)?,
            journal: draft.journal,
        });
        accounts.insert(account, draft.known);
    }
    batch.number(lane, position);
    for write in &batch.writes {
        if let Some(known) = accounts.get_mut(&write.head.account) {
            known.head = Some(write.head.clone());
        }
    }
    Ok(Decided { verdicts, batch, accounts, changed, decided_at })
}

fn claim_writes(
    account: Uuid,
    situation: &Situation,
    claimed: &BTreeMap<ClaimKey, Uuid>,
    known: &Known,
) -> Result<Vec<ClaimWrite>, EngineError> {
    let mut writes = Vec::new();
    for (key, _) in claimed.iter().filter(|(_, holder)| **holder == account) {
        let (Some((version, _)), Some(claim)) = (situation.claims.get(key), known.world.claims.get(&key.1))
        else {
            continue;
        };
        // A free claim that nobody ever failed on is as good as none.
        if *version == 0 && *claim == Claim::default() {
            continue;
        }
        writes.push(ClaimWrite {
            expected: (*version > 0).then_some(*version),
            row: ClaimRow {
                program: key.0.0.clone(),
                instrument: bytes(&key.1)?,
                version: version + 1,
                body: codec::encode_claim(claim)?,
            },
        });
    }
    Ok(writes)
}

/// An entity of an account after the commit.
pub(super) fn entity_of(accounts: &BTreeMap<Uuid, Known>, account: Uuid, id: Uuid) -> Option<Arc<Entity>> {
    accounts.get(&account).and_then(|known| known.world.entities.get(&id)).cloned()
}
