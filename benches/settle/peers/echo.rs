//! The same RPC with nothing behind it: what tonic, HTTP/2 and the loopback cost.

use bursar::proto::v1::{
    self as pb,
    payment_service_server::{PaymentService, PaymentServiceServer},
};
use prost::Message as _;
use serde::{Deserialize, Serialize};
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};

use crate::child;

#[derive(Serialize, Deserialize)]
pub struct Job {
    /// A real answer, as it was received.
    pub answer: String,
}

struct Echo(pb::PayInvoicesResponse);

#[tonic::async_trait]
impl PaymentService for Echo {
    async fn pay_invoices(
        &self,
        _request: Request<pb::PayInvoicesRequest>,
    ) -> Result<Response<pb::PayInvoicesResponse>, Status> {
        Ok(Response::new(self.0.clone()))
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

#[expect(clippy::print_stdout, reason = "the line that says where it is to be found")]
pub fn run(job: &Job) {
    child::end_with_parent();
    let answer = hex::decode(&job.answer).unwrap();
    let echo = Echo(pb::PayInvoicesResponse::decode(&*answer).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("echo serves gRPC on {}", listener.local_addr().unwrap());
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        Server::builder()
            .add_service(PaymentServiceServer::new(echo))
            .serve_with_incoming(incoming)
            .await
            .unwrap();
    });
}
