//! What is listed beside an account's entities, so that it is found without looking through them: the
//! leases of calls that are under way, and the open invoices.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Check, PAGE, Report};
use crate::{
    domain::{entity::Entity, world::World},
    store::{Store, StoreError},
};

/// An entity has a lease exactly while a call is under way for it; without one nobody would ever look
/// after the call. An invoice is listed exactly while it is open.
pub(super) async fn of_account(
    store: &dyn Store,
    world: &World,
    report: &mut Report,
) -> Result<(), StoreError> {
    let account = Some(world.account);
    let ids: Vec<Uuid> = world.entities.keys().copied().collect();
    let mut leased = BTreeSet::new();
    for page in ids.chunks(PAGE) {
        leased.extend(store.leases(page).await?.into_iter().map(|lease| lease.id));
    }
    let listed: BTreeSet<Uuid> = store.open_invoices(world.account).await?.into_iter().collect();
    for (id, entity) in &world.entities {
        let mut compare = |what: &str, expected: bool, found: bool| {
            if expected != found {
                let message = format!("expected {what} {expected}, found {found}");
                report.find(Check::Entity, account, format!("{} {id}", entity.kind()), message);
            }
        };
        compare("a lease", entity.call().is_some(), leased.contains(id));
        let open = matches!(&**entity, Entity::Invoice(invoice) if invoice.is_open());
        compare("a place among the open invoices", open, listed.contains(id));
    }
    for id in listed.iter().filter(|id| !world.entities.contains_key(id)) {
        let message = "listed as open, and no event has made it".to_owned();
        report.find(Check::Entity, account, format!("invoice {id}"), message);
    }
    Ok(())
}
