//! I16: what was used is on bills once.

use bursar::proto::v1::{Money, UsagePeriod};

use super::{
    Invariant, Verdict,
    facts::{AccountFacts, Facts},
};

const NANOS: i128 = 1_000_000_000;

pub fn judge(facts: &Facts, verdict: &mut Verdict) {
    for account in &facts.accounts {
        for period in &account.usage_periods {
            billed_once(period, account, verdict);
        }
    }
}

/// The bills of a month, and what is on none, come to what was used.
fn billed_once(period: &UsagePeriod, account: &AccountFacts, verdict: &mut Verdict) {
    let of_it = account.invoices.iter().filter(|invoice| invoice.usage_period == period.name);
    let billed: i128 = of_it.map(|invoice| total(invoice.amount.as_ref())).sum();
    let unbilled = total(period.unbilled_amount.as_ref()) + total(period.unbilled_tax.as_ref());
    let used = total(period.total_amount.as_ref()) + total(period.total_tax.as_ref());
    if billed + unbilled != used {
        let what = format!("{}: {used} nanos used, {billed} billed and {unbilled} to be", period.name);
        verdict.breach(Invariant::I16, what);
    }
}

fn total(amount: Option<&Money>) -> i128 {
    amount.map_or(0, |amount| i128::from(amount.units) * NANOS + i128::from(amount.nanos))
}
