//! Collects the facts of a world that has come to rest: over the service's and the sandbox's public
//! interfaces, and from the log.

use std::sync::Arc;

use bursar::proto::sandbox::v1::{
    LedgerEntry, ListLedgerEntriesRequest, sandbox_service_client::SandboxServiceClient,
};

use super::{
    journal, look,
    oracle::facts::Facts,
    shopper::{Mall, PLAIN},
    transfer,
    world::World,
};

/// Everything there is to judge.
pub async fn facts(world: &Arc<World>, mall: &Mall, accounts: &[String]) -> Facts {
    let mut facts = Facts { witnessed: mall.book.close(), ..Facts::default() };
    for account in accounts {
        match look::account(world, account).await {
            Ok(found) => facts.accounts.push(found),
            Err(status) => facts.faults.push(format!("{account} can't be read after all: {status:?}")),
        }
    }
    facts.ledger = ledger(world).await;
    facts.bank = transfer::entries(world).await;
    match transfer::remittances(world, transfer::PROGRAM).await {
        Ok(shared) => facts.shared = shared,
        Err(status) => facts.faults.push(format!("shared remittances can't be read after all: {status:?}")),
    }
    let seen = std::mem::take(&mut *world.witness.seen());
    facts.log = journal::read(&world.store, world.now(), &seen.committed).await;
    facts.performed = seen.performed;
    facts.faults.extend(seen.faults);
    let tables = format!("{:?}", world.store);
    for number in mall.cards.iter().map(String::as_str).chain(PLAIN) {
        if tables.contains(number) {
            facts.leaks.push("a card number is in the store".to_owned());
        }
    }
    facts
}

async fn ledger(world: &World) -> Vec<LedgerEntry> {
    let mut client = SandboxServiceClient::new(world.sandbox.clone());
    let (mut entries, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListLedgerEntriesRequest { page_token, ..ListLedgerEntriesRequest::default() };
        let page = client.list_ledger_entries(request).await.expect("the sandbox answers").into_inner();
        entries.extend(page.entries);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return entries;
        }
    }
}
