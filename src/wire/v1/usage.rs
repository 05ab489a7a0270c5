//! Months of usage.

use crate::{
    domain::usage::{Period, State},
    proto::v1 as pb,
    wire::{names, time},
};

/// A month of usage as callers see it.
#[must_use]
pub fn usage_period(period: &Period) -> pb::UsagePeriod {
    pb::UsagePeriod {
        name: names::child(period.account, names::USAGE_PERIODS, period.id.0),
        state: match period.state {
            State::Open => pb::UsagePeriodState::Open,
            State::Closed { .. } => pb::UsagePeriodState::Closed,
            State::Billed { .. } => pb::UsagePeriodState::Billed,
        }
        .into(),
        start_time: Some(time::timestamp(period.starts)),
        end_time: Some(time::timestamp(period.ends)),
        bill_time: Some(time::timestamp(period.bill_at)),
        total_amount: Some(period.total.net.into()),
        total_tax: Some(period.total.tax.into()),
        unbilled_amount: Some(period.unbilled.net.into()),
        unbilled_tax: Some(period.unbilled.tax.into()),
        bills: period
            .bills
            .iter()
            .map(|bill| names::child(period.account, names::INVOICES, bill.0))
            .collect(),
        products: period
            .products
            .iter()
            .map(|(product, charge)| pb::ProductUsage {
                product: product.clone(),
                amount: Some(charge.net.into()),
                tax: Some(charge.tax.into()),
            })
            .collect(),
        preauthorization: period
            .preauthorization
            .map(|it| names::child(period.account, names::VERIFICATIONS, it.verification.0))
            .unwrap_or_default(),
        program_version: period.program_version.to_string(),
    }
}
