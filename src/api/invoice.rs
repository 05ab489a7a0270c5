//! InvoiceService.

use tonic::{Request, Response, Status};

use super::{
    amount::read_amount,
    call::{Call, key},
    desk::{Desk, Order, kept},
    status::internal,
};
use crate::{
    domain::{
        command::{Command, CreateInvoice},
        entity::{Entity, Kind},
        invoice::Invoice,
        reason::Reason,
        rejection::FieldViolation,
    },
    proto::v1::{self as pb, invoice_service_server::InvoiceService},
    wire::{names, time, v1::invoice},
};

impl Desk {
    async fn shown_invoice(&self, entity: &Entity) -> Result<pb::Invoice, Status> {
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
