//! What the provider did, or heard of, that nothing here asked for.

use std::collections::BTreeSet;

use futures::{StreamExt as _, TryStreamExt as _};

use super::{Ledger, QUESTIONS};
use crate::{
    audit::{AuditError, Check, Report},
    domain::ids::EffectId,
    store::{Store, StoreError, codec},
};

/// Reads the whole ledger, and all effects that the provider has heard of, for those that nobody here knows.
pub(in crate::audit) async fn unknown(
    store: &dyn Store,
    ledger: &Ledger,
    report: &mut Report,
) -> Result<(), AuditError> {
    let mut page_token = String::new();
    loop {
        let (entries, next) = ledger.entries("", page_token).await?;
        let ids: BTreeSet<String> = entries.iter().map(|entry| entry.effect_id.clone()).collect();
        report.money.get_or_insert_default().entries += u64::try_from(entries.len()).unwrap_or(u64::MAX);
        strangers(store, ids, "money moved in the ledger", report).await?;
        if next.is_empty() {
            break;
        }
        page_token = next;
    }
    let mut page_token = String::new();
    loop {
        let (effects, next) = ledger.effects(page_token).await?;
        report.money.get_or_insert_default().effects += u64::try_from(effects.len()).unwrap_or(u64::MAX);
        let ids = effects.into_iter().map(|effect| effect.effect_id).collect();
        strangers(store, ids, "the provider was asked for it", report).await?;
        if next.is_empty() {
            return Ok(());
        }
        page_token = next;
    }
}

async fn strangers(
    store: &dyn Store,
    ids: BTreeSet<String>,
    what: &str,
    report: &mut Report,
) -> Result<(), StoreError> {
    let mut known = futures::stream::iter(ids)
        .map(async |id| Ok::<_, StoreError>((is_known(store, &id).await?, id)))
        .buffered(QUESTIONS);
    while let Some((known, id)) = known.try_next().await? {
        if !known {
            let message = format!("{what}, and no payment or verification here has it");
            report.find(Check::Unknown, None, format!("effect {id}"), message);
        }
    }
    Ok(())
}

async fn is_known(store: &dyn Store, id: &str) -> Result<bool, StoreError> {
    let Ok(effect) = id.parse::<EffectId>() else { return Ok(false) };
    let Some(row) = store.get(effect.entity).await? else { return Ok(false) };
    // An entity that can't be read is told of where its account is audited.
    let Ok(entity) = codec::decode(&row) else { return Ok(true) };
    Ok(entity.attempts().iter().any(|attempt| attempt.effect == effect))
}
