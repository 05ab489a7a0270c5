//! Balances: each is what its entries make, and each entry goes with what it is about (I17).

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Check, Report};
use crate::domain::{
    balance::{Entry, EntryKind},
    remittance::{Remittance, State},
    world::World,
};

/// Looks at the balance of an account, if it is a customer's.
pub(super) fn audit(world: &World, report: &mut Report) {
    let mut find = |row: String, message: String| {
        report.find(Check::Balance, Some(world.account), row, message);
    };
    let mut made = BTreeMap::new();
    let mut about: BTreeMap<Uuid, Decimal> = BTreeMap::new();
    for entry in world.balance_entries() {
        *made.entry(entry.amount.currency()).or_insert(Decimal::ZERO) += entry.movement();
        *about.entry(subject(entry)).or_default() += entry.movement();
    }
    if let Some(account) = world.account() {
        let has: BTreeMap<_, _> = account.balance.all().collect();
        if has != made {
            find("balance".to_owned(), format!("the entries make {made:?}, found {has:?}"));
        }
    }
    let moved = |id| about.get(&id).copied().unwrap_or_default();
    for remittance in world.remittances().filter(|_| world.account().is_some()) {
        let expected = stays(remittance);
        if moved(remittance.id.0) != expected {
            let message = format!("expected {expected} in the balance, found {}", moved(remittance.id.0));
            find(format!("remittance {}", remittance.id), message);
        }
    }
    for invoice in world.invoices() {
        let paid = invoice.from_balance.map_or(Decimal::ZERO, |paid| paid.amount());
        if moved(invoice.id.0) != -paid {
            let message = format!("says that the balance paid {paid}, which gave {}", -moved(invoice.id.0));
            find(format!("invoice {}", invoice.id), message);
        }
    }
}

fn subject(entry: &Entry) -> Uuid {
    match entry.kind {
        EntryKind::Remittance { remittance } | EntryKind::Return { remittance } => remittance.0,
        EntryKind::Settlement { invoice } | EntryKind::SettlementReversal { invoice } => invoice.0,
    }
}

/// What a remittance leaves in its owner's balance.
fn stays(remittance: &Remittance) -> Decimal {
    match remittance.state {
        State::Credited { .. } => remittance.transfer.amount.amount(),
        State::Unapplied | State::Claimed | State::Crediting | State::Returning | State::Returned { .. } => {
            Decimal::ZERO
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{entity::Entity, tests::stage::Stage};

    /// A world in which bills were paid from what arrived, and something of which was then forged.
    fn found(forge: impl Fn(&mut Entity)) -> Vec<String> {
        let mut stage = Stage::new("alibaba-cloud-intl SG USD");
        for line in
            ["invoice i1 USD 10", "invoice i2 USD 20", "arrive r1 USD 25", "arrive r2 USD 3", "return r2"]
        {
            stage.line(line);
        }
        let mut world = stage.world('a').clone();
        for entity in world.entities.values_mut() {
            forge(Arc::make_mut(entity));
        }
        let mut report = Report::default();
        audit(&world, &mut report);
        report.findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_balance_is_what_its_entries_make() {
        assert_eq!(found(|_| {}), Vec::<String>::new());
        type Forge = fn(&mut Entity);
        let cases: [(&str, Forge); 3] = [
            ("the entries make", |entity| {
                if let Entity::Account(account) = entity {
                    account.balance.set(account.currency, Decimal::ONE);
                }
            }),
            ("says that the balance paid", |entity| {
                if let Entity::Invoice(invoice) = entity {
                    invoice.from_balance = None;
                }
            }),
            ("in the balance, found", |entity| {
                if let Entity::Remittance(remittance) = entity {
                    remittance.state = State::Unapplied;
                }
            }),
        ];
        for (says, forge) in cases {
            let found = found(forge);
            assert!(found.iter().any(|finding| finding.contains(says)), "{says}: {found:?}");
        }
    }
}
