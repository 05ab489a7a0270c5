//! Refunds, and what was taken late (I1 to I6).

use std::collections::{BTreeMap, BTreeSet};

use bursar::proto::{
    sandbox::v1::LedgerEntryKind,
    v1::{LateCharge, Payment, PaymentState, Refund, RefundState},
};

use super::{
    Invariant, Verdict,
    facts::{AccountFacts, Facts},
    money::{Ledger, outside, review, same, shown, total},
};

/// The issuers' word that more is asked for than is left.
const NOTHING_LEFT: &str = "13";

/// Judges all refunds; what verifications took and got back is theirs.
pub(super) fn judge(facts: &Facts, ledger: &Ledger<'_>, verdict: &mut Verdict) {
    let mut explained = BTreeSet::new();
    for account in &facts.accounts {
        for refund in &account.refunds {
            explained.insert(refund.effect_id.as_str());
            settled(refund, ledger, verdict);
        }
        for payment in &account.payments {
            counted(payment, &account.refunds, verdict);
            for late in &payment.late_charges {
                owned(payment, late, account, ledger, verdict);
            }
        }
    }
    let verified: Vec<&str> = facts
        .accounts
        .iter()
        .flat_map(|account| &account.verifications)
        .filter_map(|verification| verification.name.rsplit('/').next())
        .collect();
    for entry in ledger.returned() {
        let of_a_verification = verified.iter().any(|entity| entry.effect_id.starts_with(entity));
        if !explained.contains(entry.effect_id.as_str()) && !of_a_verification {
            verdict.breach(Invariant::I5, format!("given back for nobody: {}", shown(&[entry])));
        }
    }
}

/// I1, I3, I4: a refund, and what was given back by it.
fn settled(refund: &Refund, ledger: &Ledger<'_>, verdict: &mut Verdict) {
    let name = &refund.name;
    let entries = ledger.returned_by(&refund.effect_id);
    if entries.len() > 1 {
        verdict.breach(Invariant::I1, format!("{name} was given back more than once: {}", shown(&entries)));
    }
    let of_charge = ledger.has_taken(&refund.charged_effect_id);
    match refund.state() {
        RefundState::Succeeded => {
            let fits = |entry: &&bursar::proto::sandbox::v1::LedgerEntry| {
                entry.kind() == LedgerEntryKind::Refund
                    && entry.original_effect_id == refund.charged_effect_id
                    && same(entry.amount.as_ref(), refund.amount.as_ref())
            };
            // What a bank had only approved is withdrawn, and nothing moves.
            if of_charge && !entries.iter().any(fits) {
                let what = format!("{name} SUCCEEDED, and was given back: {}", shown(&entries));
                verdict.breach(Invariant::I3, what);
            }
        }
        RefundState::Failed => {
            let code = refund.failure.as_ref().map(|failure| failure.network_code.as_str());
            if code == Some(NOTHING_LEFT) {
                verdict.breach(Invariant::I6, format!("{name} asked for more than was left"));
            }
            if !entries.is_empty() {
                verdict.breach(Invariant::I2, format!("{name} FAILED, and gave back {}", shown(&entries)));
            }
        }
        RefundState::ManualReview => {
            review(&format!("refund: {}", refund.review_reason), name, verdict);
        }
        RefundState::Pending | RefundState::Unspecified => {
            verdict.breach(Invariant::I4, format!("{name} is {:?}", refund.state()));
        }
    }
}

/// I6: what a payment says was given back of it is what its refunds have given back.
fn counted(payment: &Payment, refunds: &[Refund], verdict: &mut Verdict) {
    let late: BTreeSet<&str> = payment.late_charges.iter().map(|late| late.effect_id.as_str()).collect();
    let own = |refund: &&Refund| {
        refund.payment == payment.name
            && refund.state() == RefundState::Succeeded
            && !late.contains(refund.charged_effect_id.as_str())
    };
    let done: i128 = refunds.iter().filter(own).map(|it| total(outside(it.amount.as_ref()).as_ref())).sum();
    if done != total(outside(payment.refunded_amount.as_ref()).as_ref()) {
        let what = format!("{} says that {:?} was given back", payment.name, payment.refunded_amount);
        verdict.breach(Invariant::I6, what);
    }
}

/// I2, I3: what was taken late was taken, and has one owner: it pays, or it goes back.
fn owned(
    payment: &Payment,
    late: &LateCharge,
    account: &AccountFacts,
    ledger: &Ledger<'_>,
    verdict: &mut Verdict,
) {
    let effect = &late.effect_id;
    let by_name: BTreeMap<&str, &Payment> =
        account.payments.iter().map(|payment| (payment.name.as_str(), payment)).collect();
    let pays = by_name.get(late.payment.as_str()).is_some_and(|paid| {
        paid.state() == PaymentState::Succeeded
            && paid.late_charge_of == payment.name
            && paid.amount == late.amount
    });
    let returned = |refund: &Refund| {
        refund.name == late.refund && refund.charged_effect_id == *effect && refund.amount == late.amount
    };
    let goes_back = account.refunds.iter().any(returned);
    if pays == goes_back {
        verdict.breach(Invariant::I2, format!("{effect} was taken late, and is nobody's: {late:?}"));
    }
    // What a bank has only approved is in no ledger.
    let entries = ledger.taken(effect);
    if pays && !entries.iter().any(|entry| same(entry.amount.as_ref(), late.amount.as_ref())) {
        verdict.breach(Invariant::I3, format!("{effect} is said to be taken late: {}", shown(entries)));
    }
}
