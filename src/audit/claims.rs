//! Claims: a card has one holder in a program (A8), and the holder has the card.
//!
//! A claim belongs to whoever holds it at the time, so its history is in several journals. What can be told is
//! that the method it names is there, open and of that card, and that every open method has its claim.

use super::{AuditError, Check, PAGE, Report};
use crate::{
    domain::{
        card::InstrumentFingerprint,
        claim::{Claim, Holder},
        entity::Entity,
        world::World,
    },
    store::{
        Store, StoreError, codec,
        rows::{ClaimKey, ClaimRow},
    },
};

/// How often a claim that does not fit is read again. Whoever changes it meanwhile has to be quicker each time.
const ATTEMPTS: usize = 10;

/// What an account holds by its events has to be its own by the claims, and its open methods have to hold theirs.
pub(super) async fn of_account(
    store: &dyn Store,
    world: &World,
    report: &mut Report,
) -> Result<(), StoreError> {
    let Some(account) = world.account() else { return Ok(()) };
    for method in world.methods().filter(|method| method.is_open()) {
        let holder = Holder { account: account.id, method: method.id };
        let Some(instrument) = method.instrument.fingerprint() else { continue };
        let claim = world.claim(instrument);
        if claim.holder != Some(holder) {
            let message = format!(
                "it is open, so its instrument has to be claimed for it; by the journal {}",
                held(claim.holder)
            );
            report.find(Check::Claim, Some(world.account), format!("method {}", method.id), message);
        }
    }
    for (instrument, claim) in &world.claims {
        let Some(holder) = claim.holder.filter(|holder| holder.account == account.id) else { continue };
        let key = (account.program.to_string(), codec::instrument(instrument)?);
        let row = store.claim(&key).await?;
        let kept = match &row {
            Some(row) => match codec::decode_claim(&row.body) {
                Ok(claim) => claim,
                // Told of where all claims are read.
                Err(_) => continue,
            },
            None => Claim::default(),
        };
        if kept.holder != Some(holder) {
            let message = format!(
                "expected to be held by method {} as the journal says; {}",
                holder.method,
                held(kept.holder)
            );
            report.find(Check::Claim, Some(world.account), named(&key), message);
        }
    }
    Ok(())
}

/// Every claim that is held has its method.
pub(super) async fn audit(store: &dyn Store, report: &mut Report) -> Result<(), AuditError> {
    let mut after = None;
    loop {
        let rows = store.claims(after.as_ref(), PAGE).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.key());
        for row in rows {
            report.claims += 1;
            let key = row.key();
            if let Some(message) = steadily_wrong(store, row).await? {
                report.find(Check::Claim, None, named(&key), message);
            }
        }
    }
}

/// What is wrong with a claim, and still is when it has not changed meanwhile.
async fn steadily_wrong(store: &dyn Store, mut row: ClaimRow) -> Result<Option<String>, StoreError> {
    for _ in 0..ATTEMPTS {
        let Some(message) = wrong(store, &row).await? else { return Ok(None) };
        match store.claim(&row.key()).await? {
            Some(now) if now != row => row = now,
            Some(_) | None => return Ok(Some(message)),
        }
    }
    Ok(None)
}

async fn wrong(store: &dyn Store, row: &ClaimRow) -> Result<Option<String>, StoreError> {
    let claim = match codec::decode_claim(&row.body) {
        Ok(claim) => claim,
        Err(error) => return Ok(Some(error.to_string())),
    };
    let Some(Holder { account, method }) = claim.holder else { return Ok(None) };
    let missing = format!("held by method {method} of account {account}, which is not there");
    let Some(found) = store.get(method.0).await?.filter(|found| found.account == account.0) else {
        return Ok(Some(missing));
    };
    let Ok(Entity::Method(found)) = codec::decode(&found) else { return Ok(Some(missing)) };
    if !found.is_open() {
        return Ok(Some(format!("held by method {method}, which is {}", found.state.name())));
    }
    let instrument = InstrumentFingerprint::from_hex(hex::encode(row.instrument));
    if found.instrument.fingerprint() != Some(&instrument) {
        return Ok(Some(format!("held by method {method}, which stands for another instrument")));
    }
    let owner = store.get(account.0).await?.and_then(|row| codec::decode(&row).ok());
    match owner {
        Some(Entity::Account(owner)) if owner.program.to_string() != row.program => {
            Ok(Some(format!("held by account {account}, which is of program {}", owner.program)))
        }
        Some(_) | None => Ok(None),
    }
}

fn held(holder: Option<Holder>) -> String {
    holder.map_or_else(
        || "nobody holds it".to_owned(),
        |holder| format!("it is held by method {} of account {}", holder.method, holder.account),
    )
}

fn named((program, instrument): &ClaimKey) -> String {
    format!("claim {program}/{}", hex::encode(instrument))
}
