//! PaymentService.

use tonic::{Request, Response, Status};

use super::{
    amount::read_amount,
    call::{Call, key, return_url},
    desk::{Desk, Order, kept},
};
use crate::{
    domain::{
        card::holds_card_number,
        command::{Command, PayInvoices, RefundPayment},
        entity::{Entity, Kind},
        ids::{AccountId, InvoiceId, MethodId},
        reason::Reason,
        rejection::FieldViolation,
    },
    proto::v1::{self as pb, payment_service_server::PaymentService},
    wire::{
        names,
        v1::{payment, refund},
    },
};

/// What is more is not even looked at (see the domain's own check).
const INVOICES_MOST: usize = 100;

impl Desk {
    pub(super) fn shown_payment(&self, entity: &Entity) -> Result<pb::Payment, Status> {
        Ok(payment(kept(entity)?, &self.showing(self.now())))
    }

    fn shown_refund(&self, entity: &Entity) -> Result<pb::Refund, Status> {
        Ok(refund(kept(entity)?, &self.showing(self.now())))
    }
}

#[tonic::async_trait]
impl PaymentService for Desk {
    async fn pay_invoices(
        &self,
        request: Request<pb::PayInvoicesRequest>,
    ) -> Result<Response<pb::PayInvoicesResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let mut bad = Vec::new();
        let invoices = own_invoices(account, &request.invoices, &mut bad);
        let method = own_method(account, &request.payment_method, &mut bad);
        let return_url = return_url(&request.return_url, &mut bad);
        let mut body: Vec<&str> = vec![&request.payment_method, &request.return_url];
        body.extend(request.invoices.iter().map(String::as_str));
        // Appended only where it is set, so that ids used before it was there stay those of the same requests.
        body.extend(request.try_other_methods.then_some("try_other_methods"));
        let key = key(&self.links.keys, "PayInvoices", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        let command = Command::PayInvoices(PayInvoices {
            invoices,
            method,
            others_follow: request.try_other_methods,
            return_url,
        });
        let order = Order { account, command, key, until_rest: true };
        let payment = self.shown_payment(&*self.order(call, order).await?)?;
        Ok(Response::new(pb::PayInvoicesResponse { payment: Some(payment) }))
    }

    async fn get_payment(
        &self,
        request: Request<pb::GetPaymentRequest>,
    ) -> Result<Response<pb::GetPaymentResponse>, Status> {
        let name = request.into_inner().name;
        let (account, id) = self.field(names::parse_payment("name", &name))?;
        let payment = self.shown_payment(&*self.read(account, id.0, &name).await?)?;
        Ok(Response::new(pb::GetPaymentResponse { payment: Some(payment) }))
    }

    async fn list_payments(
        &self,
        request: Request<pb::ListPaymentsRequest>,
    ) -> Result<Response<pb::ListPaymentsResponse>, Status> {
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let (found, next_page_token) =
            self.list(account, Kind::Payment, request.page_size, &request.page_token).await?;
        let payments = found.iter().map(|entity| self.shown_payment(entity)).collect::<Result<_, _>>()?;
        Ok(Response::new(pb::ListPaymentsResponse { payments, next_page_token }))
    }

    async fn complete_payment(
        &self,
        request: Request<pb::CompletePaymentRequest>,
    ) -> Result<Response<pb::CompletePaymentResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let (account, payment) = self.field(names::parse_payment("name", &request.name))?;
        let mut bad = Vec::new();
        let key = key(&self.links.keys, "CompletePayment", &request.request_id, &[&request.name], &mut bad);
        self.check(bad)?;
        let order = Order { account, command: Command::CompletePayment { payment }, key, until_rest: true };
        let payment = self.shown_payment(&*self.order(call, order).await?)?;
        Ok(Response::new(pb::CompletePaymentResponse { payment: Some(payment) }))
    }

    async fn cancel_payment(
        &self,
        request: Request<pb::CancelPaymentRequest>,
    ) -> Result<Response<pb::CancelPaymentResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let (account, payment) = self.field(names::parse_payment("name", &request.name))?;
        let mut bad = Vec::new();
        let key = key(&self.links.keys, "CancelPayment", &request.request_id, &[&request.name], &mut bad);
        self.check(bad)?;
        let order = Order { account, command: Command::CancelPayment { payment }, key, until_rest: true };
        let payment = self.shown_payment(&*self.order(call, order).await?)?;
        Ok(Response::new(pb::CancelPaymentResponse { payment: Some(payment) }))
    }
    async fn get_payment_timeline(
        &self,
        request: Request<pb::GetPaymentTimelineRequest>,
    ) -> Result<Response<pb::GetPaymentTimelineResponse>, Status> {
        Ok(Response::new(self.timeline_of(request.into_inner()).await?))
    }

    async fn refund_payment(
        &self,
        request: Request<pb::RefundPaymentRequest>,
    ) -> Result<Response<pb::RefundPaymentResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let (account, payment) = self.field(names::parse_payment("name", &request.name))?;
        let mut bad = Vec::new();
        let asked = request.amount.as_ref();
        let amount = asked.and_then(|asked| read_amount("amount", Some(asked), &mut bad));
        if holds_card_number(&request.reason) {
            let message = "reason looks as if it held a card number. It is kept, so leave that out.";
            bad.push(FieldViolation::new("reason", Reason::InvalidField, message));
        }
        let told =
            asked.map(|it| format!("{} {} {}", it.currency_code, it.units, it.nanos)).unwrap_or_default();
        let body = [request.name.as_str(), &told, &request.reason];
        let key = key(&self.links.keys, "RefundPayment", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        let command = Command::RefundPayment(RefundPayment { payment, amount, reason: request.reason });
        let order = Order { account, command, key, until_rest: true };
        let refund = self.shown_refund(&*self.order(call, order).await?)?;
        Ok(Response::new(pb::RefundPaymentResponse { refund: Some(refund) }))
    }

    async fn get_refund(
        &self,
        request: Request<pb::GetRefundRequest>,
    ) -> Result<Response<pb::GetRefundResponse>, Status> {
        let name = request.into_inner().name;
        let (account, id) = self.field(names::parse_refund("name", &name))?;
        let refund = self.shown_refund(&*self.read(account, id.0, &name).await?)?;
        Ok(Response::new(pb::GetRefundResponse { refund: Some(refund) }))
    }

    async fn list_refunds(
        &self,
        request: Request<pb::ListRefundsRequest>,
    ) -> Result<Response<pb::ListRefundsResponse>, Status> {
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let (found, next_page_token) =
            self.list(account, Kind::Refund, request.page_size, &request.page_token).await?;
        let refunds = found.iter().map(|entity| self.shown_refund(entity)).collect::<Result<_, _>>()?;
        Ok(Response::new(pb::ListRefundsResponse { refunds, next_page_token }))
    }
}

/// The account's own method that a request names, if it names one.
pub(super) fn own_method(account: AccountId, name: &str, bad: &mut Vec<FieldViolation>) -> Option<MethodId> {
    let field = "payment_method";
    if name.is_empty() { None } else { own(account, field, names::parse_method(field, name), bad) }
}

/// Reads the names of invoices of one account.
pub(super) fn own_invoices(
    account: AccountId,
    names: &[String],
    bad: &mut Vec<FieldViolation>,
) -> Vec<InvoiceId> {
    if names.len() > INVOICES_MOST {
        let message = "Name 1 to 100 invoices, none of them twice.";
        bad.push(FieldViolation::new("invoices", Reason::InvalidField, message));
        return Vec::new();
    }
    names
        .iter()
        .enumerate()
        .filter_map(|(index, name)| {
            let field = format!("invoices[{index}]");
            own(account, &field, names::parse_invoice(&field, name), bad)
        })
        .collect()
}

/// What is named in a request has to be the account's own.
fn own<T>(
    account: AccountId,
    field: &str,
    read: Result<(AccountId, T), FieldViolation>,
    bad: &mut Vec<FieldViolation>,
) -> Option<T> {
    match read {
        Ok((owner, id)) if owner == account => Some(id),
        Ok(_) => {
            let message = format!("{field} belongs to another account than parent. Name one of its own.");
            bad.push(FieldViolation::new(field, Reason::InvalidField, message));
            None
        }
        Err(violation) => {
            bad.push(violation);
            None
        }
    }
}
