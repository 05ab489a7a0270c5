//! Remittances, where they go, and the balance they make.

use crate::{
    domain::{
        account::Account,
        balance::{Entry, EntryKind},
        program::BankAccount,
        remittance::{Claim, ClaimState, Remittance, State, number},
    },
    proto::v1 as pb,
    wire::{
        money,
        names::{self, Owner},
        time,
    },
};

/// Where an account's bank transfers go.
#[must_use]
pub fn remittance_account(account: &Account, bank: &BankAccount) -> pb::RemittanceAccount {
    pb::RemittanceAccount {
        name: names::singleton(account.id, names::REMITTANCE_ACCOUNT),
        dedicated_account_number: number::dedicated(&bank.dedicated_prefix, account.id),
        shared_account_number: bank.shared_account.clone(),
        account_holder: bank.holder.clone(),
        bank_name: bank.bank.clone(),
        bank_address: bank.address.clone(),
        swift_code: bank.swift.clone(),
        currency_code: bank.currency.code().to_owned(),
    }
}

/// A remittance as callers see it. `owner` is whose account it lies under, `program` that account's program.
#[must_use]
pub fn remittance(remittance: &Remittance, owner: &Owner, program: &Owner) -> pb::Remittance {
    let transfer = &remittance.transfer;
    pb::Remittance {
        name: owner.child(names::REMITTANCES, remittance.id.0),
        state: state(remittance.state).into(),
        amount: Some(transfer.amount.into()),
        creditor_account: transfer.creditor_account.clone(),
        bank_reference: transfer.bank_reference.clone(),
        end_to_end_id: transfer.end_to_end_id.clone(),
        value_date: transfer.value_date.to_string(),
        booking_time: Some(time::timestamp(transfer.booked)),
        debtor: transfer.debtor.clone(),
        debtor_account: transfer.debtor_account.clone(),
        remittance_information: transfer.remittance_information.clone(),
        create_time: Some(time::timestamp(remittance.created)),
        claims: remittance.claims.iter().map(claim).collect(),
        shared_remittance: remittance
            .claimed
            .map(|shared| program.child(names::REMITTANCES, shared.0))
            .unwrap_or_default(),
        return_reason: remittance.returned.as_ref().map(|it| it.reason.clone()).unwrap_or_default(),
    }
}

fn state(state: State) -> pb::RemittanceState {
    match state {
        State::Unapplied => pb::RemittanceState::Unapplied,
        State::Claimed => pb::RemittanceState::Claimed,
        State::Crediting => pb::RemittanceState::Crediting,
        State::Credited { .. } => pb::RemittanceState::Credited,
        State::Returning => pb::RemittanceState::Returning,
        State::Returned { .. } => pb::RemittanceState::Returned,
    }
}

fn claim(claim: &Claim) -> pb::RemittanceClaim {
    let (state, judge, reason, judged) = match &claim.state {
        ClaimState::Pending => (pb::RemittanceClaimState::Pending, "", "", None),
        ClaimState::Approved { by, at } => (pb::RemittanceClaimState::Approved, by.as_str(), "", Some(*at)),
        ClaimState::Rejected { by, reason, at } => {
            (pb::RemittanceClaimState::Rejected, by.as_str(), reason.as_str(), Some(*at))
        }
    };
    pb::RemittanceClaim {
        account: names::account(claim.account),
        claimant: claim.claimant.clone(),
        proof: claim.proof.clone(),
        state: state.into(),
        judge: judge.to_owned(),
        reject_reason: reason.to_owned(),
        create_time: Some(time::timestamp(claim.created)),
        judge_time: judged.map(time::timestamp),
    }
}

/// An account's balance.
#[must_use]
pub fn balance(account: &Account) -> pb::Balance {
    pb::Balance {
        name: names::singleton(account.id, names::BALANCE),
        amounts: account.balance.all().map(|(currency, sum)| money::signed(sum, currency)).collect(),
        auto_settlement: !account.settles_by_hand,
    }
}

/// An entry of a balance.
#[must_use]
pub fn balance_entry(entry: &Entry) -> pb::BalanceEntry {
    let child = |collection, id| names::child(entry.account, collection, id);
    let (kind, resource) = match entry.kind {
        EntryKind::Remittance { remittance } => {
            (pb::BalanceEntryKind::Remittance, child(names::REMITTANCES, remittance.0))
        }
        EntryKind::Settlement { invoice } => {
            (pb::BalanceEntryKind::Settlement, child(names::INVOICES, invoice.0))
        }
        EntryKind::SettlementReversal { invoice } => {
            (pb::BalanceEntryKind::SettlementReversal, child(names::INVOICES, invoice.0))
        }
        EntryKind::Return { remittance } => {
            (pb::BalanceEntryKind::Return, child(names::REMITTANCES, remittance.0))
        }
    };
    let currency = entry.amount.currency();
    pb::BalanceEntry {
        name: child(names::BALANCE_ENTRIES, entry.id.0),
        kind: kind.into(),
        amount: Some(money::signed(entry.movement(), currency)),
        balance: Some(money::signed(entry.balance, currency)),
        resource,
        create_time: Some(time::timestamp(entry.created)),
    }
}
