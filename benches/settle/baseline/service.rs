//! The RPC.

use std::sync::Arc;

use bursar::proto::v1::{
    self as pb,
    payment_service_server::{PaymentService, PaymentServiceServer},
};
use sha2::{Digest as _, Sha256};
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};
use uuid::{Builder, Uuid};

use super::{Asked, Job, Ledger, Payment, now, open};
use crate::child;

struct Service(Arc<dyn Ledger>);

#[tonic::async_trait]
impl PaymentService for Service {
    async fn pay_invoices(
        &self,
        request: Request<pb::PayInvoicesRequest>,
    ) -> Result<Response<pb::PayInvoicesResponse>, Status> {
        let request = request.into_inner();
        let asked = read(&request)?;
        let account = asked.account;
        let mut payment = self.0.begin(asked).await?;
        if !payment.succeeded {
            let reference = charge(&payment).await;
            self.0.succeed(payment.id, reference).await?;
            payment.succeeded = true;
        }
        Ok(Response::new(pb::PayInvoicesResponse { payment: Some(shown(account, &request, &payment)) }))
    }

    async fn get_payment(
        &self,
        _request: Request<pb::GetPaymentRequest>,
    ) -> Result<Response<pb::GetPaymentResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_payments(
        &self,
        _request: Request<pb::ListPaymentsRequest>,
    ) -> Result<Response<pb::ListPaymentsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn complete_payment(
        &self,
        _request: Request<pb::CompletePaymentRequest>,
    ) -> Result<Response<pb::CompletePaymentResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn cancel_payment(
        &self,
        _request: Request<pb::CancelPaymentRequest>,
    ) -> Result<Response<pb::CancelPaymentResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_payment_timeline(
        &self,
        _request: Request<pb::GetPaymentTimelineRequest>,
    ) -> Result<Response<pb::GetPaymentTimelineResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn refund_payment(
        &self,
        _request: Request<pb::RefundPaymentRequest>,
    ) -> Result<Response<pb::RefundPaymentResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_refund(
        &self,
        _request: Request<pb::GetRefundRequest>,
    ) -> Result<Response<pb::GetRefundResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_refunds(
        &self,
        _request: Request<pb::ListRefundsRequest>,
    ) -> Result<Response<pb::ListRefundsResponse>, Status> {
        Err(Status::unimplemented(""))
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark repeats nothing")]
fn read(request: &pb::PayInvoicesRequest) -> Result<Asked, Status> {
    let account = id(&request.parent, "parent")?;
    let [invoice] = &request.invoices[..] else { return Err(Status::invalid_argument("one invoice")) };
    if request.request_id.is_empty() {
        return Err(Status::invalid_argument("request_id"));
    }
    let mut fingerprint = Sha256::new();
    for part in [&request.parent, invoice, &request.payment_method, &request.return_url] {
        fingerprint.update(part.len().to_be_bytes());
        fingerprint.update(part);
    }
    let millis = u64::try_from(now() / 1_000).unwrap_or(0);
    Ok(Asked {
        account,
        invoice: id(invoice, "invoices[0]")?,
        request_id: request.request_id.clone(),
        fingerprint: fingerprint.finalize().to_vec(),
        payment: Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid(),
    })
}

fn id(name: &str, field: &str) -> Result<Uuid, Status> {
    let id = name.rsplit('/').next().and_then(|id| Uuid::try_parse(id).ok());
    id.ok_or_else(|| Status::invalid_argument(field.to_owned()))
}

/// The provider approves at once, as the adapter does that bursar is measured with.
async fn charge(payment: &Payment) -> String {
    format!("ref_{}_{}", payment.id.simple(), payment.card_token.len())
}

fn shown(account: Uuid, request: &pb::PayInvoicesRequest, payment: &Payment) -> pb::Payment {
    pb::Payment {
        name: format!("accounts/{account}/payments/{}", payment.id),
        invoices: request.invoices.clone(),
        amount: Some(pb::Money {
            currency_code: payment.currency.clone(),
            units: payment.amount_cents / 100,
            nanos: i32::try_from(payment.amount_cents % 100).unwrap_or(0) * 10_000_000,
        }),
        state: pb::PaymentState::Succeeded.into(),
        ..Default::default()
    }
}

#[expect(clippy::print_stdout, reason = "the line that says where it is to be found")]
pub fn run(job: &Job) {
    child::end_with_parent();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let service = Service(open(&job.database_url).await);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("the baseline serves gRPC on {}", listener.local_addr().unwrap());
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let served = Server::builder().add_service(PaymentServiceServer::new(service));
        served.serve_with_incoming(incoming).await.unwrap();
    });
}
