//! Remittances, against the bank's own ledger (A26, A27): what we say has arrived or gone back has, and what
//! arrived is known here.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Books;
use crate::{
    audit::{AuditError, Check, Report},
    domain::{
        money::Money,
        remittance::{Remittance, number, received_id},
        world::World,
    },
    proto::sandbox::v1::{BankEntry, BankEntryKind as Kind},
    store::{Store, StoreError},
    wire::time,
};

/// How long after its time a report may be on its way: the bank repeats it until it is taken.
const REPORTED_WITHIN: SignedDuration = SignedDuration::from_mins(15);

/// Compares what was reported to an account with the bank's ledger.
pub(super) async fn compare(world: &World, books: &Books<'_>, report: &mut Report) -> Result<(), AuditError> {
    let mut by_number: BTreeMap<&str, Vec<&Remittance>> = BTreeMap::new();
    // What a claimant was credited came from the program's own account, and not from the bank.
    for remittance in world.remittances().filter(|remittance| remittance.claimed.is_none()) {
        by_number.entry(&remittance.transfer.creditor_account).or_default().push(remittance);
    }
    for (number, remittances) in by_number {
        let entries = books.ledger.bank_entries_of(number).await?;
        for remittance in remittances {
            if let Err((check, message)) = fits(remittance, &entries, books.now) {
                report.find(check, Some(world.account), format!("remittance {}", remittance.id), message);
            }
        }
    }
    Ok(())
}

/// Whether the bank has of a remittance what we say.
fn fits(remittance: &Remittance, entries: &[BankEntry], now: Timestamp) -> Result<(), (Check, String)> {
    let of = |kind| {
        let same = |entry: &&BankEntry| entry.bank_reference == remittance.transfer.bank_reference;
        entries.iter().filter(same).find(|entry| entry.kind() == kind)
    };
    let state = remittance.state.name();
    let Some(credit) = of(Kind::Credit) else {
        return Err((Check::Phantom, format!("it is {state}, and the bank has nothing of it")));
    };
    if amount(credit) != Some(remittance.transfer.amount) {
        let expected = remittance.transfer.amount;
        return Err((Check::Phantom, format!("it is {expected}, and the bank has {:?}", credit.amount)));
    }
    if of(Kind::Rejection).is_some() {
        return Err((Check::Phantom, format!("it is {state}, and the bank gave it back to the payer")));
    }
    match (of(Kind::Return), &remittance.returned) {
        (Some(entry), None) if is_overdue(entry, now) => {
            Err((Check::Phantom, format!("it is {state}, and the bank has taken it back")))
        }
        (None, Some(_)) => Err((Check::Lost, format!("it is {state}, and the bank has not taken it back"))),
        (Some(_) | None, _) => Ok(()),
    }
}

/// Reads the bank's whole ledger for what arrived and is not known here.
pub(in crate::audit) async fn unreported(
    store: &dyn Store,
    books: &Books<'_>,
    report: &mut Report,
) -> Result<(), AuditError> {
    let mut missing: BTreeMap<String, BankEntry> = BTreeMap::new();
    let mut page_token = String::new();
    loop {
        let (entries, next) = books.ledger.bank_entries("", page_token).await?;
        for entry in entries {
            match entry.kind() {
                Kind::Credit => {
                    let id = received_id(&entry.creditor_account, &entry.bank_reference);
                    if store.get(id.0).await?.is_none() {
                        missing.insert(entry.bank_reference.clone(), entry);
                    }
                }
                // It went back to the payer, because nobody here has such an account.
                Kind::Rejection => drop(missing.remove(&entry.bank_reference)),
                Kind::Return | Kind::Unspecified => {}
            }
        }
        if next.is_empty() {
            break;
        }
        page_token = next;
    }
    for (reference, entry) in missing {
        if is_overdue(&entry, clock_of(store, &entry, books.now).await?) {
            let arrived = amount(&entry).map_or_else(|| "something".to_owned(), |amount| amount.to_string());
            let message =
                format!("{arrived} arrived in {}, and it is not known here", entry.creditor_account);
            report.find(Check::Lost, None, format!("the bank's {reference}"), message);
        }
    }
    Ok(())
}

/// The time of the account whose dedicated number it is, else the system's.
async fn clock_of(store: &dyn Store, entry: &BankEntry, now: Timestamp) -> Result<Timestamp, StoreError> {
    let Some((_, owner)) = number::owner(&entry.creditor_account) else { return Ok(now) };
    let clock = store.head(owner.0).await?.map(|head| head.clock).unwrap_or_default();
    let time = if clock.is_empty() { None } else { store.clock(&clock).await? };
    Ok(time.and_then(|micros| Timestamp::from_microsecond(micros).ok()).unwrap_or(now))
}

fn is_overdue(entry: &BankEntry, now: Timestamp) -> bool {
    let report = entry.report_time.as_ref().and_then(time::instant);
    report.is_none_or(|report| report.saturating_add(REPORTED_WITHIN).is_ok_and(|by| by < now))
}

fn amount(entry: &BankEntry) -> Option<Money> {
    Money::try_from(entry.amount.as_ref()?).ok()
}
