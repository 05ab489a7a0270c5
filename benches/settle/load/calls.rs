//! The calls that are measured, and how each ended.

use std::time::Duration;

use bursar::proto::v1::{
    self as pb, invoice_service_client::InvoiceServiceClient,
    payment_method_service_client::PaymentMethodServiceClient, payment_service_client::PaymentServiceClient,
};
use serde::{Deserialize, Serialize};
use tonic::{Code, Request, Status, transport::Channel};
use tonic_types::StatusExt as _;
use uuid::Builder;

use super::Order;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Work {
    /// `PayInvoices`.
    Settle,
    /// `LinkCard` of a card that is new.
    Link,
    /// Four reads (a payment, an invoice, a list of payments, a payment), then a settle.
    Reads,
}

/// How a call ended.
pub enum End {
    Done,
    /// Refused for there was too much work, with the time after which to come again.
    Shed(Option<Duration>),
    Other(String),
}

/// The clients of one connection.
#[derive(Clone)]
pub struct Caller {
    channel: Channel,
    deadline: Option<Duration>,
}

impl Caller {
    pub fn new(channel: Channel, deadline: Option<Duration>) -> Self {
        Self { channel, deadline }
    }

    pub async fn call(&self, work: Work, order: &Order) -> End {
        let ended = match (work, order.index % 5) {
            (Work::Settle, _) | (Work::Reads, 4) => self.pay(order).await,
            (Work::Link, _) => self.link(order).await,
            (Work::Reads, 1) => self.invoice(order).await,
            (Work::Reads, 2) => self.payments(order).await,
            (Work::Reads, _) => self.payment(order).await,
        };
        match ended {
            Ok(()) => End::Done,
            Err(status) if status.code() == Code::ResourceExhausted => {
                End::Shed(status.get_details_retry_info().and_then(|info| info.retry_delay))
            }
            Err(status) => End::Other(format!("{:?}: {}", status.code(), status.message())),
        }
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        if let Some(deadline) = self.deadline {
            request.set_timeout(deadline);
        }
        request
    }

    /// A call that counts has settled the invoice.
    async fn pay(&self, order: &Order) -> Result<(), Status> {
        let mut client = PaymentServiceClient::new(self.channel.clone());
        let answer = client.pay_invoices(self.request(pay_request(order))).await?.into_inner();
        match answer.payment.as_ref().map(pb::Payment::state) {
            Some(pb::PaymentState::Succeeded) => Ok(()),
            other => Err(Status::aborted(format!("the payment is {other:?}"))),
        }
    }

    /// A call that counts has made the card active: its hold is placed.
    async fn link(&self, order: &Order) -> Result<(), Status> {
        let mut client = PaymentMethodServiceClient::new(self.channel.clone());
        let request = link_request(format!("accounts/{}", order.account), card_number(order.index));
        let linked = client.link_card(self.request(request)).await?.into_inner();
        match linked.payment_method.as_ref().map(pb::PaymentMethod::state) {
            Some(pb::PaymentMethodState::Active) => Ok(()),
            other => Err(Status::aborted(format!("the method is {other:?}"))),
        }
    }

    async fn payment(&self, order: &Order) -> Result<(), Status> {
        let name = format!("accounts/{}/payments/{}", order.account, order.payment);
        let mut client = PaymentServiceClient::new(self.channel.clone());
        client.get_payment(self.request(pb::GetPaymentRequest { name })).await.map(drop)
    }

    async fn payments(&self, order: &Order) -> Result<(), Status> {
        let parent = format!("accounts/{}", order.account);
        let mut client = PaymentServiceClient::new(self.channel.clone());
        let request = pb::ListPaymentsRequest { parent, ..Default::default() };
        client.list_payments(self.request(request)).await.map(drop)
    }

    async fn invoice(&self, order: &Order) -> Result<(), Status> {
        let name = format!("accounts/{}/invoices/{}", order.account, order.invoice);
        let mut client = InvoiceServiceClient::new(self.channel.clone());
        client.get_invoice(self.request(pb::GetInvoiceRequest { name })).await.map(drop)
    }
}

pub fn pay_request(order: &Order) -> pb::PayInvoicesRequest {
    pb::PayInvoicesRequest {
        parent: format!("accounts/{}", order.account),
        invoices: vec![format!("accounts/{}/invoices/{}", order.account, order.invoice)],
        payment_method: String::new(),
        return_url: String::new(),
        request_id: request_id(),
        try_other_methods: false,
    }
}

pub fn link_request(parent: String, number: String) -> pb::LinkCardRequest {
    pb::LinkCardRequest {
        parent,
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
        request_id: request_id(),
    }
}

/// Every call is a request of its own.
#[expect(clippy::disallowed_methods, reason = "a benchmark repeats nothing")]
pub fn request_id() -> String {
    Builder::from_random_bytes(rand::random()).into_uuid().to_string()
}

/// A number of its own for every customer.
pub fn card_number(index: usize) -> String {
    let start = format!("424242{index:09}");
    let doubled = start.bytes().rev().enumerate().map(|(place, digit)| {
        let digit = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
        digit / 10 + digit % 10
    });
    let check = (10 - doubled.sum::<u32>() % 10) % 10;
    format!("{start}{check}")
}
