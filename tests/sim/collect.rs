//! Collects the facts of a world that has come to rest: over the service's and the sandbox's public
//! interfaces, and from the log.

use std::sync::Arc;

use bursar::proto::{
    sandbox::v1::{LedgerEntry, ListLedgerEntriesRequest, sandbox_service_client::SandboxServiceClient},
    v1::{
        self as pb, invoice_service_client::InvoiceServiceClient,
        payment_method_service_client::PaymentMethodServiceClient,
        payment_service_client::PaymentServiceClient, verification_service_client::VerificationServiceClient,
    },
};
use tonic::Status;

use super::{
    journal,
    oracle::facts::{AccountFacts, Facts},
    shopper::Mall,
    world::World,
};

/// Reads all pages of a list.
macro_rules! every {
    ($world:ident, $client:ident, $list:ident, $request:ident, $items:ident, $account:expr) => {{
        let mut client = $client::new($world.cluster.door("oracle"));
        let (mut all, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = pb::$request { parent: $account.to_owned(), page_size: 200, page_token };
            let page = client.$list(request).await?.into_inner();
            all.extend(page.$items);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break all;
            }
        }
    }};
}

/// Everything there is to judge.
pub async fn facts(world: &Arc<World>, mall: &Mall, accounts: &[String]) -> Facts {
    let mut facts = Facts { witnessed: mall.book.close(), ..Facts::default() };
    for account in accounts {
        match of(world, account).await {
            Ok(found) => facts.accounts.push(found),
            Err(status) => facts.faults.push(format!("{account} can't be read after all: {status:?}")),
        }
    }
    facts.ledger = ledger(world).await;
    let seen = std::mem::take(&mut *world.witness.seen());
    facts.log = journal::read(&world.store, &seen.committed).await;
    facts.performed = seen.performed;
    facts.faults.extend(seen.faults);
    let tables = format!("{:?}", world.store);
    for number in &mall.cards {
        if tables.contains(number.as_str()) {
            facts.leaks.push("a card number is in the store".to_owned());
        }
    }
    facts
}

async fn of(world: &Arc<World>, account: &str) -> Result<AccountFacts, Status> {
    #[rustfmt::skip]
    let found = AccountFacts {
        methods: every!(world, PaymentMethodServiceClient, list_payment_methods, ListPaymentMethodsRequest, payment_methods, account),
        verifications: every!(world, VerificationServiceClient, list_verifications, ListVerificationsRequest, verifications, account),
        invoices: every!(world, InvoiceServiceClient, list_invoices, ListInvoicesRequest, invoices, account),
        payments: every!(world, PaymentServiceClient, list_payments, ListPaymentsRequest, payments, account),
        link_attempts: every!(world, PaymentMethodServiceClient, list_link_attempts, ListLinkAttemptsRequest, link_attempts, account),
    };
    Ok(found)
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
