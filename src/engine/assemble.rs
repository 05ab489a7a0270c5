//! Putting together what is to be committed, once everything is decided.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    batch::{Decided, Draft, Tools, Verdict, is_listed},
    cache::Known,
    inbox::{EngineError, Job},
    plan::{ClaimKey, Situation},
};
use crate::{
    domain::{claim::Claim, entity::Entity, world::World},
    store::{
        Batch, codec,
        rows::{AccountCheck, AccountWrite, ClaimRow, ClaimWrite, HeadRow, InvoiceWrite, LeaseWrite},
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
            // What was remembered from before another replica's commit may be what does not fit: a fault
            // is answered only from what stands, like a refusal.
            batch.checks.push(AccountCheck { account, expected: draft.expected });
            continue;
        }
        if draft.journal.is_empty() {
            batch.checks.push(AccountCheck { account, expected: draft.expected });
            accounts.insert(account, draft.known);
            continue;
        }
        let mut entities = Vec::with_capacity(draft.touched.len());
        let (mut leases, mut invoices) = (Vec::new(), Vec::new());
        for id in &draft.touched {
            let Some(entity) = draft.known.world.entities.get(id) else { continue };
            let standing = codec::Standing { account, version: draft.head.version, clock: &draft.head.clock };
            entities.push(codec::encode(entity, &standing)?);
            // An effect that goes on is given a new lease with everything that happens to its entity.
            let until = entity.call().filter(|_| !planted!(LeaseNotKept)).map(|_| lease);
            if until.is_some() || draft.leased.contains(id) {
                leases.push(LeaseWrite { entity: *id, until });
            }
            let open = is_listed(entity);
            if open != draft.listed.contains(id) {
                invoices.push(InvoiceWrite { id: *id, open });
            }
            changed.push((account, *id, draft.calling.contains(id)));
        }
        batch.writes.push(AccountWrite {
            expected: draft.expected,
            head: HeadRow { open: named_by_head(&draft.known.world), ..draft.head },
            entities,
            made: draft.made,
            leases,
            invoices,
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

/// What an account's head names: whatever is open and part of every decision.
#[must_use]
pub fn named_by_head(world: &World) -> Vec<Uuid> {
    let needed = |entity: &Entity| entity.is_open() && entity.kind().in_every_decision();
    world.entities.iter().filter(|(_, entity)| needed(entity)).map(|(id, _)| *id).collect()
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
                instrument: codec::instrument(&key.1)?,
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
