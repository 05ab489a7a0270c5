//! A payment: charged once if it succeeded, else not at all (I1, I2, I3).

use super::{Compared, amount, shown};
use crate::{
    audit::{Check, Report},
    domain::{
        attempt,
        payment::{Payment, State},
    },
};

pub(super) fn compare(payment: &Payment, compared: &Compared<'_>, report: &mut Report) {
    let charges = compared.taken();
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
            let paid_elsewhere = payment.attempts.len() > compared.movements.len();
            if !paid_elsewhere {
                let message = "it succeeded, and none of its attempts did".to_owned();
                compared.find(report, Check::Phantom, message);
            }
        }
        State::Failed { .. } | State::Expired { .. } | State::Cancelled { .. } => {
            if payment.approved_late.is_some() {
                report.money.get_or_insert_default().in_review += 1;
                return;
            }
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
