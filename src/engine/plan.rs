//! Loading what a batch of commands needs, in one round for the entities and, where the instrument is
//! only known then, a second one for the claims.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use uuid::Uuid;

use super::{
    cache::{Cache, Known},
    inbox::{EngineError, Job},
};
use crate::{
    domain::{
        account::Account,
        attempt::Input,
        card::InstrumentFingerprint,
        claim::Claim,
        command::Command,
        entity::Kind,
        ids::{AgreementId, MethodId, VerificationId},
        outcome::Outcome,
        program::{MethodKind, ProgramId},
        world::World,
    },
    store::{
        LaneWriter, StoreError, codec,
        rows::{EntityRow, Load, LoadAccount, Loaded, Micros, RequestRow},
    },
};

/// A claim's key: the program and the instrument.
pub(super) type ClaimKey = (ProgramId, InstrumentFingerprint);

/// Everything that was loaded for a batch.
#[derive(Default)]
pub(super) struct Situation {
    pub accounts: BTreeMap<Uuid, Known>,
    pub requests: BTreeMap<(Uuid, String), RequestRow>,
    /// Accounts whose jobs' request ids were looked up. For the others the insert finds out.
    pub looked_up: BTreeSet<Uuid>,
    /// Accounts with an entity that can't be read, and why: their commands fail, nobody else's.
    pub broken: BTreeMap<Uuid, String>,
    /// With the version of each, 0 for one that does not exist yet.
    pub claims: BTreeMap<ClaimKey, (i64, Claim)>,
    pub clocks: BTreeMap<String, Micros>,
}

/// Loads what the jobs need. The request ids of accounts that are not remembered are looked up with them.
pub(super) async fn load(
    lane: &mut dyn LaneWriter,
    cache: &mut Cache,
    jobs: &[Job],
) -> Result<Situation, EngineError> {
    let mut situation = Situation::default();
    let mut wanted = Load::default();
    for job in jobs {
        want(job, cache, &mut situation, &mut wanted);
    }
    if wanted != Load::default() {
        let loaded = lane.load(&wanted).await?;
        if let Some(stale) = take(&mut situation, &wanted, loaded)? {
            // Another replica has changed an account that was remembered: load all of it.
            for account in stale {
                situation.accounts.remove(&account);
            }
            let mut wanted = Load::default();
            for job in jobs {
                want(job, cache, &mut situation, &mut wanted);
            }
            let loaded = lane.load(&wanted).await?;
            take(&mut situation, &wanted, loaded)?;
        }
    }
    claims(lane, jobs, &mut situation).await?;
    Ok(situation)
}

fn want(job: &Job, cache: &mut Cache, situation: &mut Situation, wanted: &mut Load) {
    let account = job.request.account.0;
    let needs = job.request.command.needs();
    if !situation.accounts.contains_key(&account)
        && let Some(known) = cache.take(account)
    {
        situation.accounts.insert(account, known);
    }
    let world = situation.accounts.get(&account).map(|known| &known.world);
    let open = world.is_none();
    if open {
        wanted.entities.push(account);
        situation.looked_up.insert(account);
        if let Some(key) = &job.request.key {
            wanted.requests.push((account, key.id.clone()));
        }
    }
    let together = world.and_then(World::account).is_none_or(Account::bills_hang_together);
    let open_invoices = needs.open_invoices || (needs.open_invoices_together && together);
    if open || open_invoices {
        match wanted.accounts.iter_mut().find(|load| load.account == account) {
            Some(load) => {
                load.open |= open;
                load.open_invoices |= open_invoices;
            }
            None => wanted.accounts.push(LoadAccount { account, open, open_invoices }),
        }
    }
    let missing =
        needs.ids.into_iter().filter(|id| world.is_none_or(|world| !world.entities.contains_key(id)));
    wanted.entities.extend(missing);
}

/// Puts what was loaded into place; accounts whose remembered version has passed are returned.
fn take(situation: &mut Situation, wanted: &Load, loaded: Loaded) -> Result<Option<Vec<Uuid>>, EngineError> {
    let mut stale = Vec::new();
    for load in &wanted.accounts {
        let head = loaded.heads.iter().find(|head| head.account == load.account).cloned();
        match situation.accounts.get(&load.account) {
            Some(known) if known.head != head => stale.push(load.account),
            Some(_) => {}
            None => {
                let world = World { account: load.account, ..World::default() };
                situation.accounts.insert(load.account, Known { head, world });
            }
        }
    }
    situation.clocks.extend(loaded.clocks);
    for row in loaded.requests {
        situation.requests.insert((row.account, row.request_id.clone()), row);
    }
    for row in &loaded.entities {
        place(situation, row)?;
    }
    Ok((!stale.is_empty()).then_some(stale))
}

/// An entity of an account that no job is about was named by somebody it does not belong to: for that
/// account it does not exist.
fn place(situation: &mut Situation, row: &EntityRow) -> Result<(), StoreError> {
    if let Some(known) = situation.accounts.get_mut(&row.account) {
        match codec::decode(row) {
            Ok(entity) => {
                known.world.entities.insert(row.id, Arc::new(entity));
            }
            Err(error) => {
                situation.broken.insert(row.account, error.to_string());
            }
        }
    }
    Ok(())
}

/// Loads the claims that the jobs look at.
async fn claims(
    lane: &mut dyn LaneWriter,
    jobs: &[Job],
    situation: &mut Situation,
) -> Result<(), EngineError> {
    let world = |job: &Job| situation.accounts.get(&job.request.account.0).map(|known| &known.world);
    let keys: BTreeSet<ClaimKey> =
        jobs.iter().filter_map(|job| Some(claim_keys(job, world(job)?))).flatten().collect();
    if keys.is_empty() {
        return Ok(());
    }
    let mut wanted = Load::default();
    for (program, instrument) in &keys {
        wanted.claims.push((program.0.clone(), codec::instrument(instrument)?));
    }
    let loaded = lane.load(&wanted).await?;
    for (program, instrument) in keys {
        let digest = codec::instrument(&instrument)?;
        let row = loaded.claims.iter().find(|row| row.program == program.0 && row.instrument == digest);
        let claim = match row {
            Some(row) => (row.version, codec::decode_claim(&row.body)?),
            None => (0, Claim::default()),
        };
        situation.claims.insert((program, instrument), claim);
    }
    Ok(())
}

fn of_wallet(world: &World, id: AgreementId) -> Option<MethodKind> {
    let method = world.method(world.agreement(id)?.method)?;
    method.instrument.wallet().map(|wallet| wallet.kind)
}

/// The claims that a job may look at or change.
pub(super) fn claim_keys(job: &Job, world: &World) -> Vec<ClaimKey> {
    let Some(program) = world.program() else { return Vec::new() };
    let of_method = |id: MethodId| world.method(id)?.instrument.fingerprint().cloned();
    let of_check = |id: VerificationId| world.verification(id).and_then(|check| of_method(check.method));
    // A8: a deactivated account lets all of its methods go.
    if let Command::Deactivate | Command::Wake { kind: Kind::Account, .. } = &job.request.command {
        let instruments = world.methods().filter_map(|method| method.instrument.fingerprint().cloned());
        return instruments.map(|instrument| (program.clone(), instrument)).collect();
    }
    let of_agreement = |id: AgreementId, input: Option<&Input>| match input {
        // Who agreed is only known now.
        Some(Input::Learned(_, Outcome::Approved(approval))) => {
            let holder = approval.wallet_holder.as_ref()?;
            let wallet = of_wallet(world, id)?;
            Some(InstrumentFingerprint::of_wallet(wallet, &holder.id))
        }
        Some(_) | None => world.agreement(id).and_then(|agreement| of_method(agreement.method)),
    };
    let instrument = match &job.request.command {
        Command::LinkCard(link) => Some(link.instrument.clone()),
        Command::Unlink { method } => of_method(*method),
        Command::CancelVerification { verification } => of_check(*verification),
        Command::Learn { effect, kind: Kind::Verification, .. } => of_check(VerificationId(effect.entity)),
        Command::Wake { entity, kind: Kind::Verification, .. } => of_check(VerificationId(*entity)),
        Command::Learn { effect, kind: Kind::Agreement, input, .. } => {
            of_agreement(AgreementId(effect.entity), Some(input))
        }
        Command::Wake { entity, kind: Kind::Agreement, .. } => of_agreement(AgreementId(*entity), None),
        Command::CreateAccount(_)
        | Command::LinkWallet(_)
        | Command::ReportObligations { .. }
        | Command::SetCreditTerms(_)
        | Command::SetDefault { .. }
        | Command::UpdateExpiry(_)
        | Command::CreateTicket { .. }
        | Command::ReceiveRemittance(_)
        | Command::ClaimRemittance(_)
        | Command::ApproveRemittanceClaim { .. }
        | Command::RejectRemittanceClaim(_)
        | Command::ReturnRemittance(_)
        | Command::SetAutoSettlement { .. }
        | Command::PayFromBalance { .. }
        | Command::CreateInvoice(_)
        | Command::PlaceOrder(_)
        | Command::EnableProduct { .. }
        | Command::DisableProduct { .. }
        | Command::ReportUsage(_)
        | Command::ClosePeriod { .. }
        | Command::SetDeductionThreshold { .. }
        | Command::IssueBill { .. }
        | Command::VoidInvoice { .. }
        | Command::PayInvoices(_)
        | Command::EnableRedirect
        | Command::CompletePayment { .. }
        | Command::CancelPayment { .. }
        | Command::RefundPayment(_)
        | Command::SendCode { .. }
        | Command::CheckCode { .. }
        | Command::UpdateAccount(_)
        | Command::SubmitKycDocuments(_)
        | Command::RequireKyc { .. }
        | Command::Deactivate
        | Command::Learn { .. }
        | Command::Wake { .. }
        | Command::AttachClock { .. }
        | Command::Webhook { .. }
        | Command::Recall => None,
    };
    instrument.map(|instrument| (program.clone(), instrument)).into_iter().collect()
}
