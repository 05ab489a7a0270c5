//! InvoiceService.

use tonic::{Request, Response, Status};

use super::{
    amount::read_amount,
    call::{Call, key, return_url},
    desk::{Desk, Order, kept},
    payment::own_invoices,
    payment::own_method,
    status::internal,
};
use crate::{
    domain::{
        command::{Command, CreateInvoice, PlaceOrder},
        entity::{Entity, Kind},
        invoice::{Invoice, OrderKind},
        payment::Payment,
        reason::Reason,
        rejection::FieldViolation,
    },
    proto::v1::{self as pb, invoice_service_server::InvoiceService},
    wire::{names, time, v1::invoice},
};

impl Desk {
    pub(super) async fn shown_invoice(&self, entity: &Entity) -> Result<pb::Invoice, Status> {
        let found: &Invoice = kept(entity)?;
        Ok(invoice(found, self.clock_of(found.account).await?))
    }
}

#[tonic::async_trait]
impl InvoiceService for Desk {
    async fn create_invoice(
        &self,
        request: Request<pb::CreateInvoiceRequest>,
    ) -> Result<Response<pb::CreateInvoiceResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let wanted = request.invoice.unwrap_or_default();
        let mut bad = Vec::new();
        let amount = read_amount("invoice.amount", wanted.amount.as_ref(), &mut bad);
        let due = wanted.due_time.as_ref().and_then(|due| {
            let read = time::instant(due);
            if read.is_none() {
                bad.push(FieldViolation::new(
                    "invoice.due_time",
                    Reason::InvalidField,
                    "due_time is not an instant that exists.",
                ));
            }
            read
        });
        let body = [
            amount.as_ref().map(ToString::to_string).unwrap_or_default(),
            due.map(|due| due.to_string()).unwrap_or_default(),
            wanted.description.clone(),
        ];
        let body: Vec<&str> = body.iter().map(String::as_str).collect();
        let key = key(&self.links.keys, "CreateInvoice", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        let Some(amount) = amount else { return Err(internal(&"a checked amount is missing")) };
        let command = Command::CreateInvoice(CreateInvoice { amount, description: wanted.description, due });
        let order = Order { account, command, key, until_rest: false };
        let invoice = self.shown_invoice(&*self.order(call, order).await?).await?;
        Ok(Response::new(pb::CreateInvoiceResponse { invoice: Some(invoice) }))
    }

    async fn place_order(
        &self,
        request: Request<pb::PlaceOrderRequest>,
    ) -> Result<Response<pb::PlaceOrderResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let mut bad = Vec::new();
        let kind = read_kind(request.kind(), &mut bad);
        let amount = read_amount("amount", request.amount.as_ref(), &mut bad);
        let method = own_method(account, &request.payment_method, &mut bad);
        let return_to = return_url(&request.return_url, &mut bad);
        let shown = amount.as_ref().map(ToString::to_string).unwrap_or_default();
        let body = [
            request.kind().as_str_name(),
            &shown,
            &request.description,
            &request.payment_method,
            &request.return_url,
        ];
        let key = key(&self.links.keys, "PlaceOrder", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        let (Some(kind), Some(amount)) = (kind, amount) else {
            return Err(internal(&"a checked field is missing"));
        };
        let description = request.description;
        let command =
            Command::PlaceOrder(PlaceOrder { kind, amount, description, method, return_url: return_to });
        let answer = self.order(call, Order { account, command, key, until_rest: true }).await?;
        // On credit there is no payment, and the invoice answers.
        let Some(paying) = answer.get::<Payment>() else {
            let invoice = self.shown_invoice(&answer).await?;
            return Ok(Response::new(pb::PlaceOrderResponse { invoice: Some(invoice), payment: None }));
        };
        let invoice = paying.invoices.first().ok_or_else(|| internal(&"an order has no invoice"))?;
        let name = names::child(account, names::INVOICES, invoice.0);
        let invoice = self.shown_invoice(&*self.read(account, invoice.0, &name).await?).await?;
        let payment = self.shown_payment(&answer)?;
        Ok(Response::new(pb::PlaceOrderResponse { invoice: Some(invoice), payment: Some(payment) }))
    }

    async fn get_invoice(
        &self,
        request: Request<pb::GetInvoiceRequest>,
    ) -> Result<Response<pb::GetInvoiceResponse>, Status> {
        let name = request.into_inner().name;
        let (account, id) = self.field(names::parse_invoice("name", &name))?;
        let invoice = self.shown_invoice(&*self.read(account, id.0, &name).await?).await?;
        Ok(Response::new(pb::GetInvoiceResponse { invoice: Some(invoice) }))
    }

    async fn list_invoices(
        &self,
        request: Request<pb::ListInvoicesRequest>,
    ) -> Result<Response<pb::ListInvoicesResponse>, Status> {
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let (found, next_page_token) =
            self.list(account, Kind::Invoice, request.page_size, &request.page_token).await?;
        let mut invoices = Vec::with_capacity(found.len());
        for entity in &found {
            invoices.push(self.shown_invoice(entity).await?);
        }
        Ok(Response::new(pb::ListInvoicesResponse { invoices, next_page_token }))
    }

    async fn list_payment_options(
        &self,
        request: Request<pb::ListPaymentOptionsRequest>,
    ) -> Result<Response<pb::ListPaymentOptionsResponse>, Status> {
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let mut bad = Vec::new();
        let invoices = own_invoices(account, &request.invoices, &mut bad);
        self.check(bad)?;
        let options = self.payment_options(account, &invoices).await?;
        Ok(Response::new(pb::ListPaymentOptionsResponse { options }))
    }

    async fn void_invoice(
        &self,
        request: Request<pb::VoidInvoiceRequest>,
    ) -> Result<Response<pb::VoidInvoiceResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let (account, invoice) = self.field(names::parse_invoice("name", &request.name))?;
        let mut bad = Vec::new();
        let key = key(&self.links.keys, "VoidInvoice", &request.request_id, &[&request.name], &mut bad);
        self.check(bad)?;
        let order = Order { account, command: Command::VoidInvoice { invoice }, key, until_rest: false };
        let invoice = self.shown_invoice(&*self.order(call, order).await?).await?;
        Ok(Response::new(pb::VoidInvoiceResponse { invoice: Some(invoice) }))
    }
}

fn read_kind(kind: pb::OrderKind, bad: &mut Vec<FieldViolation>) -> Option<OrderKind> {
    match kind {
        pb::OrderKind::Purchase => Some(OrderKind::Purchase),
        pb::OrderKind::Upgrade => Some(OrderKind::Upgrade),
        pb::OrderKind::Renew => Some(OrderKind::Renew),
        pb::OrderKind::Unspecified => {
            bad.push(FieldViolation::new(
                "kind",
                Reason::InvalidField,
                "The order's kind is missing. Say whether it is to purchase, upgrade or renew.",
            ));
            None
        }
    }
}
