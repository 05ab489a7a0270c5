//! What has to be there before anything is settled: customers, each with a linked card, and open
//! invoices. All of it comes in over the service's own RPCs; none of it is timed.

use std::{fs, path::PathBuf};

use bursar::proto::v1::{
    self as pb, account_service_client::AccountServiceClient, invoice_service_client::InvoiceServiceClient,
    payment_method_service_client::PaymentMethodServiceClient,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use prost::Message as _;
use serde::{Deserialize, Serialize};
use tonic::{Status, transport::Channel};

use crate::{child, load};

#[derive(Serialize, Deserialize)]
pub struct Job {
    pub url: String,
    pub accounts: usize,
    pub invoices: usize,
    /// Only cards that the sandbox's issuers approve; they are few.
    pub sandbox: bool,
    /// Where to write what can be paid.
    pub orders: PathBuf,
}

#[derive(Serialize, Deserialize)]
pub struct Prepared {
    /// How long a request and an answer of `PayInvoices` are.
    pub request_bytes: usize,
    pub answer_bytes: usize,
    /// An answer, in hexadecimal.
    pub answer: String,
}

/// Numbers that processors publish for testing and the sandbox's issuers approve.
const APPROVED: [&str; 12] = [
    "4242424242424242",
    "4000056655665556",
    "5555555555554444",
    "2223003122003222",
    "5200828282828210",
    "5105105105105100",
    "3566002020360505",
    "3530111333300000",
    "4000002760000016",
    "4000004580000002",
    "4000007020000003",
    "4000008260000000",
];

const AT_ONCE: usize = 256;

/// How many customers the sandbox has cards for.
pub fn sandbox_accounts() -> usize {
    APPROVED.len()
}

pub fn run(job: &Job) {
    child::end_with_parent();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    child::answer(&runtime.block_on(prepare(job)));
}

async fn prepare(job: &Job) -> Prepared {
    let channels = load::connect(&job.url, 4).await;
    let channel = |index: usize| channels.get(index % channels.len()).unwrap().clone();
    let accounts: Vec<String> = stream::iter(0..job.accounts)
        .map(|index| customer(channel(index), card_number(job.sandbox, index)))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
        .unwrap();
    // Customer by customer in turns: neighbours in time are of different customers.
    let mut orders: Vec<load::Order> = stream::iter(0..=job.invoices)
        .map(|index| invoice(channel(index), accounts.get(index % accounts.len()).unwrap().clone()))
        .buffered(AT_ONCE)
        .try_collect()
        .await
        .unwrap();
    let sample = load::request(&orders.pop().unwrap());
    let request_bytes = sample.encoded_len();
    let answer = load::pay(&mut load::client(channel(0)), sample).await.unwrap();
    fs::write(&job.orders, child::write(&orders)).unwrap();
    let answer = answer.encode_to_vec();
    Prepared { request_bytes, answer_bytes: answer.len(), answer: hex::encode(answer) }
}

async fn customer(channel: Channel, number: String) -> Result<String, Status> {
    let request = pb::CreateAccountRequest {
        account: Some(pb::Account {
            program: "aws-inc".to_owned(),
            region_code: "US".to_owned(),
            currency_code: "USD".to_owned(),
            display_name: "A customer".to_owned(),
            ..Default::default()
        }),
        request_id: load::request_id(),
    };
    let made = AccountServiceClient::new(channel.clone()).create_account(request).await?;
    let account = made.into_inner().account.unwrap_or_default().name;
    let request = pb::LinkCardRequest {
        parent: account.clone(),
        card: Some(pb::CardDetails {
            number,
            expiry: "12/39".to_owned(),
            security_code: "123".to_owned(),
            holder_name: "Ada Lovelace".to_owned(),
            company_name: String::new(),
            billing_address: Some(pb::Address {
                street_lines: vec!["1 Main Street".to_owned()],
                city: "Seattle".to_owned(),
                administrative_area: "WA".to_owned(),
                postal_code: "98101".to_owned(),
                region_code: "US".to_owned(),
            }),
        }),
        return_url: String::new(),
        request_id: load::request_id(),
    };
    let linked = PaymentMethodServiceClient::new(channel).link_card(request).await?;
    let method = linked.into_inner().payment_method.unwrap_or_default();
    assert_eq!(method.state(), pb::PaymentMethodState::Active, "the card is not active");
    Ok(account)
}

async fn invoice(channel: Channel, account: String) -> Result<load::Order, Status> {
    let request = pb::CreateInvoiceRequest {
        parent: account.clone(),
        invoice: Some(pb::Invoice {
            amount: Some(pb::Money { currency_code: "USD".to_owned(), units: 12, nanos: 340_000_000 }),
            description: "Compute and storage".to_owned(),
            ..Default::default()
        }),
        request_id: load::request_id(),
    };
    let made = InvoiceServiceClient::new(channel).create_invoice(request).await?;
    Ok(load::Order { account, invoice: made.into_inner().invoice.unwrap_or_default().name })
}

/// A number of its own for every customer.
fn card_number(sandbox: bool, index: usize) -> String {
    if sandbox {
        return APPROVED.get(index).map(|number| (*number).to_owned()).unwrap();
    }
    let start = format!("424242{index:09}");
    let doubled = start.bytes().rev().enumerate().map(|(place, digit)| {
        let digit = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
        digit / 10 + digit % 10
    });
    let check = (10 - doubled.sum::<u32>() % 10) % 10;
    format!("{start}{check}")
}
