//! Deciding a batch in memory.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::{
    assemble::assemble,
    cache::Known,
    calls::Calls,
    chain,
    config::Config,
    inbox::{EngineError, Job},
    journal::Cause,
    plan::{ClaimKey, Situation, claim_keys},
};
use crate::{
    domain::{
        command::Command,
        decide::decide,
        decision::Decision,
        entity::{Entity, Kind},
        event::Event,
        facts::{Facts, Rules},
        program::Program,
        reason::Reason,
        rejection::{self, Rejection},
    },
    env::{Clock, Ids},
    store::{
        Batch,
        rows::{HeadRow, JournalRow, RequestRow},
    },
};

/// What comes of a job, once the batch is committed.
pub(super) enum Verdict {
    /// It was accepted; this entity answers.
    Accepted(Uuid),
    /// The request id was used before, for this.
    Known(Uuid),
    /// It was refused.
    Refused(Box<Rejection>),
    /// The provider that it would call has as many calls under way as it is given. Nothing was done.
    Overloaded,
    /// It is a fault of ours.
    Broken(String),
    /// It has to wait for the next batch: another account of this one has changed the same claim, or
    /// which claim it is about is only known since this one.
    Deferred,
    /// It would be refused, but its request id was not looked up (C7): a repeat of a request that was
    /// accepted must not be refused because of what the request itself has changed. It waits for the next
    /// batch, which looks it up. An accepted command finds out when its request id is inserted.
    Unsure,
}

/// One account in the making.
pub(super) struct Draft {
    pub expected: Option<i64>,
    pub known: Known,
    pub head: HeadRow,
    pub journal: Vec<JournalRow>,
    pub requests: Vec<RequestRow>,
    pub touched: BTreeSet<Uuid>,
    /// Those of them that the batch itself has made.
    pub made: BTreeSet<Uuid>,
    /// Entities that had a call under way before: the store holds a lease for each.
    pub leased: BTreeSet<Uuid>,
    /// Invoices that were open before: the store lists each.
    pub listed: BTreeSet<Uuid>,
    /// Entities with a call that is to be made.
    pub calling: BTreeSet<Uuid>,
    /// Set where a fault of ours has left the draft half made: nothing of it may be kept.
    pub broken: Option<String>,
}

impl Draft {
    /// An entity is about to change.
    fn touch(&mut self, id: Uuid) {
        if !self.touched.insert(id) {
            return;
        }
        let Some(entity) = self.known.world.entities.get(&id) else {
            self.made.insert(id);
            return;
        };
        if entity.call().is_some() {
            self.leased.insert(id);
        }
        if is_listed(entity) {
            self.listed.insert(id);
        }
    }
}

/// Whether the store lists the entity among its account's open invoices.
pub(super) fn is_listed(entity: &Entity) -> bool {
    entity.kind() == Kind::Invoice && entity.is_open()
}

/// A decided batch.
pub(super) struct Decided {
    pub verdicts: Vec<Verdict>,
    pub batch: Batch,
    /// The accounts as they are after the commit.
    pub accounts: BTreeMap<Uuid, Known>,
    /// Entities that changed, and whether the call that each names is to be made.
    pub changed: Vec<(Uuid, Uuid, bool)>,
    /// From when the leases of these calls are counted.
    pub decided_at: Timestamp,
}

/// What deciding needs from outside.
pub(super) struct Tools<'a> {
    pub config: &'a Config,
    pub clock: &'a dyn Clock,
    pub ids: &'a dyn Ids,
    pub calls: &'a Calls,
}

pub(super) fn decide_batch(
    tools: &Tools<'_>,
    jobs: &[Job],
    situation: &mut Situation,
    lane: i32,
    position: i64,
) -> Result<Decided, EngineError> {
    let mut drafts: BTreeMap<Uuid, Draft> = BTreeMap::new();
    let mut claimed: BTreeMap<ClaimKey, Uuid> = BTreeMap::new();
    let mut next_position = position;
    let system_now = tools.clock.now();
    let verdicts = jobs
        .iter()
        .map(|job| {
            let account = job.request.account.0;
            let drafted = drafts.get(&account).map(|draft| &draft.known.world);
            let world = drafted.or_else(|| situation.accounts.get(&account).map(|known| &known.world));
            let keys = world.map(|world| claim_keys(job, world)).unwrap_or_default();
            let contested = |key| claimed.get(key).is_some_and(|holder| *holder != account);
            // What an earlier command of the batch has made may lead to a claim that was not loaded.
            if keys.iter().any(|key| contested(key) || !situation.claims.contains_key(key)) {
                return Verdict::Deferred;
            }
            let draft = drafts.entry(account).or_insert_with(|| draft(account, situation));
            if let Some(fault) = &draft.broken {
                return Verdict::Broken(fault.clone());
            }
            next_position += 1;
            let verdict = decide_one(tools, job, draft, situation, &keys, system_now, next_position);
            claimed.extend(keys.into_iter().map(|key| (key, account)));
            verdict
        })
        .collect();
    assemble(tools, jobs, drafts, situation, &claimed, verdicts, lane, position)
}

fn draft(account: Uuid, situation: &mut Situation) -> Draft {
    let known = situation.accounts.remove(&account).unwrap_or_else(|| Known {
        head: None,
        world: crate::domain::world::World { account, ..Default::default() },
    });
    let head = known.head.clone().unwrap_or_else(|| HeadRow {
        account,
        version: 0,
        hash: [0; 32],
        lane: 0,
        position: 0,
        clock: String::new(),
        open: Vec::new(),
    });
    Draft {
        expected: known.head.as_ref().map(|head| head.version),
        known,
        head,
        journal: Vec::new(),
        requests: Vec::new(),
        touched: BTreeSet::new(),
        made: BTreeSet::new(),
        leased: BTreeSet::new(),
        listed: BTreeSet::new(),
        calling: BTreeSet::new(),
        broken: situation.broken.get(&account).cloned(),
    }
}

fn decide_one(
    tools: &Tools<'_>,
    job: &Job,
    draft: &mut Draft,
    situation: &mut Situation,
    keys: &[ClaimKey],
    system_now: Timestamp,
    position: i64,
) -> Verdict {
    if let Some(verdict) = replay(job, draft, situation) {
        return verdict;
    }
    let program = match program_of(tools, job, draft) {
        Ok(program) => program,
        Err(_) if is_unsure(job, situation) => return Verdict::Unsure,
        Err(rejection) => return Verdict::Refused(Box::new(rejection)),
    };
    let now = match draft.head.clock.as_str() {
        "" => system_now,
        clock => situation
            .clocks
            .get(clock)
            .and_then(|micros| Timestamp::from_microsecond(*micros).ok())
            .unwrap_or(system_now),
    };
    for key in keys {
        if let Some((_, claim)) = situation.claims.get(key) {
            draft.known.world.claims.insert(key.1.clone(), claim.clone());
        }
    }
    let rules = &tools.config.rules;
    let policies = |provider: &str| rules.policy(provider);
    let facts = Facts {
        now,
        program,
        rules: &Rules {
            rates: &rules.rates,
            declines: &rules.declines,
            policies: &policies,
            webhooks: &rules.webhooks,
        },
        world: &draft.known.world,
        ids: [(); 4].map(|()| tools.ids.uuid(system_now)),
        jitter: tools.ids.fraction(),
    };
    let (mut decision, refused) = match decide(&facts, &job.request.command) {
        Ok(decision) => (decision, None),
        Err(refusal) => match refusal.recorded {
            None if is_unsure(job, situation) => return Verdict::Unsure,
            None => return Verdict::Refused(Box::new(refusal.rejection)),
            Some(recorded) => (recorded, Some(refusal.rejection)),
        },
    };
    // Only now is it known which provider that would be.
    let is_full = |provider: &String| tools.calls.to(provider) >= tools.config.effects;
    if makes_calls(&job.request.command) && decision.provider.as_ref().is_some_and(is_full) {
        return Verdict::Overloaded;
    }
    // C7: also what changed nothing is remembered once it was accepted, so that a repeat finds it.
    if decision.events.is_empty() && job.request.key.is_some() {
        decision.push(draft.head.account, draft.known.world.unchanged());
    }
    if !decision.events.is_empty() {
        if let Err(fault) = record(job, draft, &decision, now, position) {
            draft.broken = Some(fault.clone());
            return Verdict::Broken(fault);
        }
        for key in keys {
            if let (Some(claim), Some(kept)) =
                (draft.known.world.claims.get(&key.1), situation.claims.get_mut(key))
            {
                kept.1 = claim.clone();
            }
        }
    }
    match refused {
        Some(rejection) => Verdict::Refused(Box::new(rejection)),
        None => Verdict::Accepted(decision.reply),
    }
}

/// Whether the job's request id may have been used without this batch knowing.
fn is_unsure(job: &Job, situation: &Situation) -> bool {
    job.request.key.is_some()
        && !situation.looked_up.contains(&job.request.account.0)
        && !planted!(RepeatRefused)
}

/// Whether a caller's command makes calls to a provider. Those that outcomes and timers make are bounded by
/// these.
pub(super) fn makes_calls(command: &Command) -> bool {
    matches!(
        command,
        Command::LinkCard(_)
            | Command::LinkWallet(_)
            | Command::PayInvoices(_)
            | Command::CompletePayment { .. }
            | Command::UpdateExpiry(_)
            | Command::PlaceOrder(_)
            | Command::ReportUsage(_)
            | Command::IssueBill { .. }
            | Command::SendCode { .. }
    )
}

/// C7: the same id with the same body is the same request; with another it is refused.
fn replay(job: &Job, draft: &Draft, situation: &Situation) -> Option<Verdict> {
    let key = job.request.key.as_ref()?;
    let stored = situation.requests.get(&(job.request.account.0, key.id.clone()));
    let used = draft.requests.iter().find(|row| row.request_id == key.id).or(stored)?;
    if bool::from(used.fingerprint.ct_eq(&key.fingerprint)) || planted!(FingerprintNotCompared) {
        return Some(Verdict::Known(used.resource));
    }
    Some(Verdict::Refused(Box::new(Rejection {
        kind: rejection::Kind::BadInput(Vec::new()),
        ..Rejection::field(
            "request_id",
            Reason::RequestIdReused,
            "The request_id was used before for another request. Draw a new one for a new request.",
        )
    })))
}

fn program_of<'a>(tools: &Tools<'a>, job: &Job, draft: &Draft) -> Result<&'a Program, Rejection> {
    let command = &job.request.command;
    let named =
        if let Command::CreateAccount(create) = command { Some(&create.program) } else { command.seller() };
    let id = match named.or_else(|| draft.known.world.program()) {
        Some(id) => id,
        None => return Err(Rejection::not_found(&format!("accounts/{}", job.request.account))),
    };
    tools.config.rules.programs.get(id).ok_or_else(|| {
        Rejection::field(
            "account.program",
            Reason::ProgramUnknown,
            format!("The server was not started with a program {id}. Name one that it was started with."),
        )
        .fact("program", id)
    })
}

fn record(
    job: &Job,
    draft: &mut Draft,
    decision: &Decision,
    now: Timestamp,
    position: i64,
) -> Result<(), String> {
    for happened in &decision.events {
        if !matches!(happened.event, Event::Claim(_)) {
            draft.touch(happened.on);
        }
        draft.known.world.apply(happened).map_err(|misfit| misfit.to_string())?;
        if let Some(clock) = happened.event.attaches() {
            clock.clone_into(&mut draft.head.clock);
            // What has a timer is found by its clock from now on.
            let all: Vec<Uuid> = draft.known.world.entities.keys().copied().collect();
            all.into_iter().for_each(|id| draft.touch(id));
        }
    }
    draft.calling.extend(decision.effects.iter().map(|effect| effect.id.entity));
    let key = job.request.key.as_ref();
    let cause = Cause {
        method: job.request.command.name().to_owned(),
        principal: job.request.principal.clone(),
        request_id: key.map(|key| key.id.clone()).unwrap_or_default(),
    };
    let broken = |error: serde_json::Error| error.to_string();
    let cause = serde_json::to_string(&cause).map_err(broken)?;
    let events = serde_json::to_string(&decision.events).map_err(broken)?;
    let account = draft.head.account;
    let sequence = draft.head.version + 1;
    let time = now.as_microsecond();
    let hash = chain::link(&draft.head.hash, account, sequence, time, &cause, &events);
    draft.journal.push(JournalRow {
        account,
        sequence,
        lane: 0,
        position,
        previous_lane: draft.head.lane,
        previous_position: draft.head.position,
        time,
        cause,
        events,
        hash,
    });
    draft.head.version = sequence;
    draft.head.hash = hash;
    if let Some(key) = key.filter(|_| !planted!(RequestNotStored)) {
        draft.requests.push(RequestRow {
            account,
            request_id: key.id.clone(),
            fingerprint: key.fingerprint,
            resource: decision.reply,
        });
    }
    Ok(())
}
