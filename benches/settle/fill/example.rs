//! One customer, made over the service's own RPCs.

use bursar::proto::v1::{
    self as pb, account_service_client::AccountServiceClient, invoice_service_client::InvoiceServiceClient,
    payment_method_service_client::PaymentMethodServiceClient, payment_service_client::PaymentServiceClient,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use prost::Message as _;
use tonic::{Status, transport::Channel};
use uuid::Uuid;

use crate::load::{self, Order};

/// What a customer has.
#[derive(Debug, Clone)]
pub struct Shape {
    pub program: &'static str,
    pub currency: &'static str,
    /// Whether a card is linked.
    pub card: bool,
    /// Invoices that are paid, then invoices that can be.
    pub paid: usize,
    pub open: usize,
}

/// A customer of the shape of most measurements.
pub const USUAL: Shape = Shape { program: "aws-inc", currency: "USD", card: true, paid: 1, open: 1 };

/// What was made.
pub struct Example {
    pub account: Uuid,
    /// In the order in which they were made.
    pub payments: Vec<Uuid>,
    pub open: Vec<Uuid>,
    /// How long a request of `PayInvoices` is, and an answer.
    pub request_bytes: usize,
    pub answer: Vec<u8>,
}

/// Numbers that the sandbox's issuers approve, one for each example of a store.
const APPROVED: [&str; 2] = ["4242424242424242", "5555555555554444"];

/// How many invoices are made at once.
const AT_ONCE: usize = 64;

/// A customer of each shape.
pub async fn examples(url: &str, shapes: &[Shape]) -> Vec<Example> {
    let channel = load::connect(url, 1).await.remove(0);
    let mut made = Vec::new();
    for (shape, number) in shapes.iter().zip(APPROVED) {
        made.push(make(&channel, shape, number).await.unwrap());
    }
    made
}

async fn make(channel: &Channel, shape: &Shape, number: &str) -> Result<Example, Status> {
    let account = account(channel, shape).await?;
    let mut example =
        Example { account, payments: Vec::new(), open: Vec::new(), request_bytes: 0, answer: Vec::new() };
    if shape.card {
        let mut client = PaymentMethodServiceClient::new(channel.clone());
        let request = load::link_request(format!("accounts/{account}"), number.to_owned());
        let method = client.link_card(request).await?.into_inner().payment_method.unwrap_or_default();
        assert_eq!(method.state(), pb::PaymentMethodState::Active, "the card is not active");
    }
    for _ in 0..shape.paid {
        let invoice = invoice(channel, account, shape.currency).await?;
        let request = load::pay_request(&Order { account, invoice, ..Order::default() });
        example.request_bytes = request.encoded_len();
        let answer = PaymentServiceClient::new(channel.clone()).pay_invoices(request).await?.into_inner();
        example.answer = answer.encode_to_vec();
        let payment = answer.payment.unwrap_or_default();
        assert_eq!(payment.state(), pb::PaymentState::Succeeded, "the payment has not succeeded");
        example.payments.push(id_of(&payment.name));
    }
    let open = stream::iter(0..shape.open).map(|_| invoice(channel, account, shape.currency));
    example.open = open.buffered(AT_ONCE).try_collect().await?;
    Ok(example)
}

async fn account(channel: &Channel, shape: &Shape) -> Result<Uuid, Status> {
    let request = pb::CreateAccountRequest {
        account: Some(pb::Account {
            program: shape.program.to_owned(),
            region_code: "US".to_owned(),
            currency_code: shape.currency.to_owned(),
            display_name: "A customer".to_owned(),
            ..Default::default()
        }),
        request_id: load::request_id(),
    };
    let made = AccountServiceClient::new(channel.clone()).create_account(request).await?;
    Ok(id_of(&made.into_inner().account.unwrap_or_default().name))
}

async fn invoice(channel: &Channel, account: Uuid, currency: &str) -> Result<Uuid, Status> {
    let request = pb::CreateInvoiceRequest {
        parent: format!("accounts/{account}"),
        invoice: Some(pb::Invoice {
            amount: Some(pb::Money { currency_code: currency.to_owned(), units: 12, nanos: 340_000_000 }),
            description: "Compute and storage".to_owned(),
            ..Default::default()
        }),
        request_id: load::request_id(),
    };
    let made = InvoiceServiceClient::new(channel.clone()).create_invoice(request).await?;
    Ok(id_of(&made.into_inner().invoice.unwrap_or_default().name))
}

/// The last part of a resource's name.
fn id_of(name: &str) -> Uuid {
    name.rsplit('/').next().and_then(|id| Uuid::try_parse(id).ok()).unwrap()
}
