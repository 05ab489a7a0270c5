//! Bank transfer: the bank's ledger against what the service tells of it, and each balance against its
//! entries (I17).

use std::collections::BTreeMap;

use bursar::proto::{
    sandbox::v1::{BankEntry, BankEntryKind},
    v1::{InvoiceState, Money, Remittance, RemittanceClaimState, RemittanceState},
};

use super::{
    Invariant, Verdict,
    facts::{AccountFacts, Facts},
};

const NANOS: i128 = 1_000_000_000;

pub(super) fn judge(facts: &Facts, verdict: &mut Verdict) {
    let own: Vec<&Remittance> = facts.accounts.iter().flat_map(|account| &account.remittances).collect();
    let reported: Vec<&Remittance> =
        own.iter().copied().filter(|it| it.shared_remittance.is_empty()).chain(&facts.shared).collect();
    let entered = |kind| facts.bank.iter().filter(move |entry: &&BankEntry| entry.kind() == kind);
    for credit in entered(BankEntryKind::Credit) {
        let same = |entry: &&BankEntry| entry.bank_reference == credit.bank_reference;
        let rejected = entered(BankEntryKind::Rejection).any(|entry| same(&entry));
        let known = reported.iter().filter(|it| it.bank_reference == credit.bank_reference).count();
        if known != usize::from(!rejected) {
            breach(verdict, format!("the bank's {} is known {known} times", credit.bank_reference));
        }
        let returned = entered(BankEntryKind::Return).any(|entry| same(&entry));
        for it in own.iter().chain(&reported).filter(|it| it.bank_reference == credit.bank_reference) {
            if returned != (it.state() == RemittanceState::Returned) {
                breach(verdict, format!("{} is {:?}, and the bank's return {returned}", it.name, it.state()));
            }
        }
    }
    for it in &reported {
        if !entered(BankEntryKind::Credit).any(|entry| entry.bank_reference == it.bank_reference) {
            breach(verdict, format!("{} never arrived", it.name));
        }
    }
    for shared in &facts.shared {
        claimed(shared, &own, verdict);
    }
    for account in &facts.accounts {
        balanced(account, verdict);
    }
}

/// A claim is approved by another, of several one, and credited once.
fn claimed(shared: &Remittance, own: &[&Remittance], verdict: &mut Verdict) {
    let of = |state| shared.claims.iter().filter(move |claim| claim.state() == state);
    let approved: Vec<_> = of(RemittanceClaimState::Approved).collect();
    let pending = of(RemittanceClaimState::Pending).count();
    if approved.iter().any(|claim| claim.claimant == claim.judge) {
        breach(verdict, format!("{} was approved by its claimant", shared.name));
    }
    if approved.len() + pending > 1 {
        breach(verdict, format!("{} has several claims: {:?}", shared.name, shared.claims));
    }
    let credited = own.iter().filter(|it| it.shared_remittance == shared.name).count();
    if credited != approved.len() {
        breach(
            verdict,
            format!("{} was approved {} times, credited {credited}", shared.name, approved.len()),
        );
    }
    if matches!(shared.state(), RemittanceState::Crediting | RemittanceState::Returning) {
        breach(verdict, format!("{} is still {:?}", shared.name, shared.state()));
    }
}

/// What there is, is what the entries make; what invoices were paid with is what the entries took.
fn balanced(account: &AccountFacts, verdict: &mut Verdict) {
    let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
    let mut about: BTreeMap<&str, i128> = BTreeMap::new();
    for entry in &account.entries {
        let amount = entry.amount.as_ref();
        let currency = amount.map_or("", |amount| amount.currency_code.as_str());
        *sums.entry(currency).or_default() += total(amount);
        *about.entry(&entry.resource).or_default() += total(amount);
    }
    let had: BTreeMap<&str, i128> = account
        .balance
        .amounts
        .iter()
        .map(|amount| (amount.currency_code.as_str(), total(Some(amount))))
        .collect();
    if had != sums {
        breach(verdict, format!("the entries make {sums:?}, the balance is {had:?}"));
    }
    for remittance in &account.remittances {
        let stays = if remittance.state() == RemittanceState::Returned { 0 } else { 1 };
        let credited = about.get(remittance.name.as_str()).copied().unwrap_or_default();
        if credited != stays * total(remittance.amount.as_ref()) {
            breach(verdict, format!("{} was credited as {credited}", remittance.name));
        }
    }
    for invoice in &account.invoices {
        let paid = total(invoice.amount_from_balance.as_ref());
        let taken = -about.get(invoice.name.as_str()).copied().unwrap_or_default();
        let whole = invoice.state() == InvoiceState::Paid && invoice.payment.is_empty();
        if paid != taken || (whole && paid != total(invoice.amount.as_ref())) {
            breach(verdict, format!("{} took {taken} and says {paid}", invoice.name));
        }
    }
    let returned = account.remittances.iter().any(|it| it.state() == RemittanceState::Returned);
    if !returned && had.values().any(|sum| *sum < 0) {
        breach(verdict, format!("more was paid than there was: {had:?}"));
    }
}

fn total(money: Option<&Money>) -> i128 {
    money.map_or(0, |money| i128::from(money.units) * NANOS + i128::from(money.nanos))
}

fn breach(verdict: &mut Verdict, what: String) {
    verdict.breach(Invariant::I17, what);
}
