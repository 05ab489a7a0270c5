//! A verification: what it took is given back, once and in time (I5).

use jiff::{SignedDuration, Timestamp};

use super::{Compared, amount, shown};
use crate::{
    audit::{Check, Report},
    domain::{
        attempt::{self, Attempt},
        verification::{Purpose, State, Verification},
    },
    proto::sandbox::v1::LedgerEntry,
    wire::time,
};

/// How long what was taken may stay with the provider.
const IN_TIME: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn compare(verification: &Verification, compared: &Compared<'_>, report: &mut Report) {
    let (taken, back) = (compared.taken(), compared.given_back());
    compared.once(&taken, "hold or charge", report);
    compared.once(&back, "release or refund", report);
    compared.happened(report);
    match (taken.first(), back.first()) {
        (None, None) => {
            if verification.is_open() {
                report.money.get_or_insert_default().under_way += 1;
            } else if needs_a_person(verification) {
                report.money.get_or_insert_default().in_review += 1;
            }
        }
        (None, Some(back)) => {
            let message = format!("nothing was taken, and there is {}", shown(back));
            compared.find(report, Check::Phantom, message);
        }
        (Some(taken), Some(back)) => {
            if amount(taken).ok() != amount(back).ok() || back.original_effect_id != taken.effect_id {
                let message = format!("expected {} to be given back, found {}", shown(taken), shown(back));
                compared.find(report, Check::Orphan, message);
            }
        }
        (Some(taken), None) => kept(verification, taken, compared, report),
    }
}

/// What was taken and has not been given back.
fn kept(verification: &Verification, taken: &LedgerEntry, compared: &Compared<'_>, report: &mut Report) {
    if needs_a_person(verification) {
        report.money.get_or_insert_default().in_review += 1;
        return;
    }
    if !verification.is_open() {
        let state = verification.state_name();
        let message = format!("it is {state} and nothing gives back what was taken: {}", shown(taken));
        compared.find(report, Check::Orphan, message);
        return;
    }
    let since = taken.create_time.as_ref().and_then(time::instant);
    // What usage holds may stand for as long as the program says (A21).
    let since = match verification.purpose {
        Purpose::Usage { until, .. } => Some(until),
        Purpose::Link | Purpose::ExpiryChange { .. } => since,
    };
    let due = since.and_then(|since| since.checked_add(IN_TIME).ok()).unwrap_or(Timestamp::MIN);
    if due < compared.now {
        let message = format!("expected to be given back by {due}: {}", shown(taken));
        compared.find(report, Check::Orphan, message);
    } else {
        report.money.get_or_insert_default().under_way += 1;
    }
}

fn needs_a_person(verification: &Verification) -> bool {
    let unreleased =
        |release: &Attempt| release.is_settled() && !matches!(release.state, attempt::State::Approved(_));
    verification.approved_late.is_some()
        || matches!(verification.state, State::Review { .. })
        || verification.release.as_ref().is_some_and(unreleased)
}
