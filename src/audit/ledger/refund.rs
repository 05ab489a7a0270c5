//! A refund: given back once if it succeeded, else not at all, and of the charge that it names (I1, I3, I6).

use super::{Compared, Kind, shown};
use crate::{
    audit::{Check, Report},
    domain::refund::{Refund, State},
};

pub(super) fn compare(refund: &Refund, compared: &Compared<'_>, report: &mut Report) {
    let back = compared.of_kinds(&[Kind::Refund]);
    compared.once(&back, "refund", report);
    compared.happened(report);
    let charged = refund.attempt.operation.undoes().map(|it| it.to_string()).unwrap_or_default();
    for entry in back.iter().filter(|entry| entry.original_effect_id != charged) {
        let message = format!("expected {charged} to be given back, found {}", shown(entry));
        compared.find(report, Check::Orphan, message);
    }
    match &refund.state {
        State::Succeeded { .. } => {}
        State::Failed { .. } => {
            if refund.approved_late.is_some() {
                report.money.get_or_insert_default().in_review += 1;
                return;
            }
            for entry in &back {
                let message =
                    format!("it ended FAILED with nothing given back, and there is {}", shown(entry));
                compared.find(report, Check::Lost, message);
            }
        }
        State::Review { .. } => report.money.get_or_insert_default().in_review += 1,
        State::Pending => report.money.get_or_insert_default().under_way += 1,
    }
}
