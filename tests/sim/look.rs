//! Reading what the service tells of an account, over its lists.

use std::sync::Arc;

use bursar::proto::v1::{
    self as pb, account_service_client::AccountServiceClient, invoice_service_client::InvoiceServiceClient,
    payment_method_service_client::PaymentMethodServiceClient, payment_service_client::PaymentServiceClient,
    remittance_service_client::RemittanceServiceClient, usage_service_client::UsageServiceClient,
    verification_service_client::VerificationServiceClient,
};
use tonic::Status;

use super::{oracle::facts::AccountFacts, transfer, world::World};

/// Reads all pages of a list.
macro_rules! every {
    ($world:ident, $client:ident, $list:ident, $request:ident, $items:ident, $account:expr) => {{
        let mut client = $client::new($world.cluster.door("reader"));
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

/// Everything that an account has.
pub async fn account(world: &Arc<World>, account: &str) -> Result<AccountFacts, Status> {
    // Time does not jump over somebody who waits for an answer.
    let _busy = world.agenda.busy();
    let request = pb::GetBalanceRequest { name: format!("{account}/balance") };
    let mut client = RemittanceServiceClient::new(world.cluster.door("reader"));
    let balance = client.get_balance(request).await?.into_inner().balance.unwrap_or_default();
    #[rustfmt::skip]
    let found = AccountFacts {
        balance,
        remittances: transfer::remittances(world, account).await?,
        entries: every!(world, RemittanceServiceClient, list_balance_entries, ListBalanceEntriesRequest, balance_entries, account),
        methods: every!(world, PaymentMethodServiceClient, list_payment_methods, ListPaymentMethodsRequest, payment_methods, account),
        verifications: every!(world, VerificationServiceClient, list_verifications, ListVerificationsRequest, verifications, account),
        invoices: every!(world, InvoiceServiceClient, list_invoices, ListInvoicesRequest, invoices, account),
        payments: every!(world, PaymentServiceClient, list_payments, ListPaymentsRequest, payments, account),
        refunds: every!(world, PaymentServiceClient, list_refunds, ListRefundsRequest, refunds, account),
        messages: every!(world, AccountServiceClient, list_messages, ListMessagesRequest, messages, account),
        usage_periods: every!(world, UsageServiceClient, list_usage_periods, ListUsagePeriodsRequest, usage_periods, account),
        kyc_reviews: every!(world, AccountServiceClient, list_kyc_reviews, ListKycReviewsRequest, kyc_reviews, account),
        link_attempts: every!(world, PaymentMethodServiceClient, list_link_attempts, ListLinkAttemptsRequest, link_attempts, account),
    };
    Ok(found)
}

/// How everything stands that an account has, by name.
pub async fn states(world: &Arc<World>, name: &str) -> Result<Vec<(String, String)>, Status> {
    let found = account(world, name).await?;
    Ok(found.states().map(|(name, state)| (name.to_owned(), state.to_owned())).collect())
}
