//! I2, I4, I5: a verification and what it took.

use bursar::proto::{
    sandbox::v1::LedgerEntry,
    v1::{
        HoldState, PaymentMethod, PaymentMethodState, Verification, VerificationPurpose, VerificationState,
    },
};

use super::{
    Invariant, Verdict,
    facts::AccountFacts,
    money::{Ledger, review, same, shown},
};

const DAY_SECONDS: i64 = 86_400;

pub(super) fn judge(
    verification: &Verification,
    entity: &str,
    account: &AccountFacts,
    ledger: &Ledger<'_>,
    verdict: &mut Verdict,
) {
    match verification.state() {
        VerificationState::Succeeded
        | VerificationState::Failed
        | VerificationState::Expired
        | VerificationState::Cancelled => {}
        VerificationState::ManualReview => {
            let doubt = "verification: another amount than was asked for";
            let halved = ledger.taken.iter().any(|(effect, entries)| {
                effect.starts_with(entity)
                    && entries.iter().any(|entry| {
                        let asked = verification.hold.as_ref().and_then(|hold| hold.amount.as_ref());
                        !same(entry.amount.as_ref(), asked)
                    })
            });
            let reason = if halved { doubt } else { "verification: no reason is told" };
            review(reason, &verification.name, verdict);
            return;
        }
        VerificationState::Unspecified | VerificationState::Pending | VerificationState::RequiresAction => {
            let what = format!("{} is {:?}", verification.name, verification.state());
            verdict.breach(Invariant::I4, what);
        }
    }
    let state = verification.hold.as_ref().map_or(HoldState::None, |hold| hold.state());
    if state == HoldState::Placed && is_needed(verification, account) {
        kept(verification, entity, ledger, verdict);
        return;
    }
    let until = verification.hold.as_ref().and_then(|hold| hold.hold_until_time.as_ref());
    let mut took = false;
    for (effect, entries) in ledger.taken.iter().filter(|(effect, _)| effect.starts_with(entity)) {
        took = true;
        let (Some(taken), back) = (entries.first(), ledger.back(effect)) else { continue };
        let Some(given) = back.first() else {
            verdict
                .breach(Invariant::I5, format!("{}: not given back: {}", verification.name, shown(entries)));
            continue;
        };
        let seconds = |entry: &LedgerEntry| entry.create_time.as_ref().map_or(0, |time| time.seconds);
        let since = until.map_or_else(|| seconds(taken), |until| until.seconds);
        if seconds(given) - since > DAY_SECONDS {
            let what =
                format!("{}: given back after {} s", verification.name, seconds(given) - seconds(taken));
            verdict.breach(Invariant::I5, what);
        }
        if taken.amount != given.amount {
            let what = format!("{}: took {}, gave back {}", verification.name, shown(entries), shown(back));
            verdict.breach(Invariant::I5, what);
        }
    }
    let told = match state {
        HoldState::Released => true,
        HoldState::None | HoldState::Unspecified => false,
        HoldState::Placed | HoldState::Releasing | HoldState::ManualReview => {
            let what = format!("{}: what it took is {state:?}", verification.name);
            verdict.breach(Invariant::I5, what);
            return;
        }
    };
    if told && !took {
        let what = format!("{}: RELEASED what was never taken", verification.name);
        verdict.breach(Invariant::I3, what);
    }
    if took && !told {
        let what = format!("{} knows nothing of what it took", verification.name);
        verdict.breach(Invariant::I2, what);
    }
}

/// A21: what is held for usage stands until that is billed.
fn is_needed(verification: &Verification, account: &AccountFacts) -> bool {
    let mut periods = account.usage_periods.iter();
    let linked = |method: &&PaymentMethod| method.name == verification.payment_method;
    let unlinked = |method: &PaymentMethod| method.state() == PaymentMethodState::Unlinked;
    verification.purpose() == VerificationPurpose::Usage
        && periods.any(|period| period.preauthorization == verification.name)
        && !account.methods.iter().find(linked).is_some_and(unlinked)
}

/// What is held, is; and nothing of it was given back.
fn kept(verification: &Verification, entity: &str, ledger: &Ledger<'_>, verdict: &mut Verdict) {
    let mut taken = ledger.taken.iter().filter(|(effect, _)| effect.starts_with(entity));
    let held = taken.next().filter(|(effect, _)| ledger.back(effect).is_empty());
    if held.is_none() || taken.next().is_some() {
        verdict.breach(Invariant::I3, format!("{} holds what is not held", verification.name));
    }
}
