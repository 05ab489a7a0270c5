//! A payment: charged once if it succeeded, else not at all (I1, I2, I3). What was taken after an attempt had ended
//! is another record's money, and was taken once, too.

use super::{Compared, amount, shown};
use crate::{
    audit::{Check, Report},
    domain::{
        attempt,
        payment::{Payment, State},
    },
};

pub(super) fn compare(payment: &Payment, compared: &Compared<'_>, report: &mut Report) {
    let is_late = |effect: &str| payment.late.iter().any(|late| late.effect.to_string() == effect);
    let (late, charges): (Vec<_>, Vec<_>) =
        compared.taken().into_iter().partition(|entry| is_late(&entry.effect_id));
    for taken in &payment.late {
        let name = taken.effect.to_string();
        let here = compared.movements.iter().any(|(attempt, _)| attempt.effect == taken.effect);
        let entries: Vec<_> = late.iter().filter(|entry| entry.effect_id == name).copied().collect();
        compared.once(&entries, "late charge", report);
        if here && entries.first().and_then(|entry| amount(entry).ok()) != Some(taken.amount) {
            let message = format!("{name} is said to have taken {} late, and it did not", taken.amount);
            compared.find(report, Check::Phantom, message);
        }
    }
    compared.once(&charges, "charge", report);
    compared.happened(report);
    let by_this_provider =
        compared.movements.iter().any(|(attempt, _)| matches!(attempt.state, attempt::State::Approved(_)));
    match &payment.state {
        State::Succeeded { .. } if by_this_provider => {
            for charge in charges.iter().filter(|charge| amount(charge).ok() != Some(payment.amount)) {
                let message = format!("it succeeded with {}, and it was {}", payment.amount, shown(charge));
                compared.find(report, Check::Phantom, message);
            }
        }
        State::Succeeded { .. } => {
            // With what was taken late, or at another provider.
            let paid_elsewhere =
                payment.late_of.is_some() || payment.attempts.len() > compared.movements.len();
            if !paid_elsewhere {
                let message = "it succeeded, and none of its attempts did".to_owned();
                compared.find(report, Check::Phantom, message);
            }
        }
        State::Failed { .. } | State::Expired { .. } | State::Cancelled { .. } => {
            for charge in &charges {
                let message = format!(
                    "it ended {} with nothing taken, and there is {}",
                    payment.state_name(),
                    shown(charge)
                );
                compared.find(report, Check::Lost, message);
            }
        }
        State::Review { .. } => report.money.get_or_insert_default().in_review += 1,
        State::Open => report.money.get_or_insert_default().under_way += 1,
    }
}
