//! Months of usage: what was used is on bills once, and on no bill twice (A20).

use super::{Check, Report};
use crate::domain::{
    invoice::{Invoice, Purpose},
    money::{Money, MoneyError},
    usage::Period,
    world::World,
};

/// Looks at all months of an account.
pub(super) fn audit(world: &World, report: &mut Report) {
    for period in world.periods() {
        let message = match wrong(world, period) {
            Ok(None) => continue,
            Ok(Some(message)) => message,
            Err(error) => format!("its bills can't be summed up: {error}"),
        };
        report.find(Check::Usage, Some(world.account), format!("period {}", period.id), message);
    }
}

/// All that was used is what its bills say, and what is on none.
fn wrong(world: &World, period: &Period) -> Result<Option<String>, MoneyError> {
    let of_it = |invoice: &&Invoice| matches!(&invoice.purpose, Purpose::Usage { period: of, .. } if *of == period.id);
    let used = period.total.gross()?;
    let mut sum: Money = period.unbilled.gross()?;
    for bill in world.invoices().filter(of_it) {
        if !period.bills.contains(&bill.id) {
            return Ok(Some(format!("bill {} is for it, and it does not know that", bill.id)));
        }
        sum = sum.checked_add(&bill.amount)?;
    }
    let products = period.products.values().try_fold(Money::zero(used.currency()), |sum, charge| {
        charge.gross().and_then(|more| sum.checked_add(&more))
    })?;
    if products != used {
        return Ok(Some(format!("its products come to {products}, and its total is {used}")));
    }
    Ok((sum != used).then(|| format!("{used} were used, and what is billed or is to be comes to {sum}")))
}
