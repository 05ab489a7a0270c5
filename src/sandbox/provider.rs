//! `bursar.provider.v1.ProviderService`: what an adapter offers, with the issuers behind it.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, async_trait};
use zeroize::Zeroize as _;

use super::{
    bank,
    courier::Courier,
    desk::{self, Answer},
    error::Error,
    reviewer, vault, wire,
};
use crate::proto::provider::v1::{
    CancelRequest, CancelResponse, GetCapabilitiesRequest, GetCapabilitiesResponse, InquireRequest,
    InquireResponse, NotFound, OperationKind, Outcome, PerformRequest, PerformResponse, StoreDocumentRequest,
    StoreDocumentResponse, TokenizeRequest, TokenizeResponse, inquire_response,
    provider_service_server::ProviderService,
};

/// Effects are never forgotten; the contract wants a number.
const RETENTION_SECONDS: i64 = 10 * 365 * 86_400;

/// Serves the sandbox's issuers as a provider.
#[derive(Clone)]
pub struct Provider {
    pub(super) courier: Courier,
    pub(super) slow_answer: Duration,
    pub(super) lost_answer: Duration,
    pub(super) stopping: CancellationToken,
}

impl Provider {
    /// Waits, but never beyond the end of the sandbox. A client that goes away drops the wait.
    async fn wait(&self, time: Duration) {
        tokio::select! {
            biased;
            () = tokio::time::sleep(time) => {}
            () = self.stopping.cancelled() => {}
        }
    }
}

#[async_trait]
impl ProviderService for Provider {
    async fn get_capabilities(
        &self,
        request: Request<GetCapabilitiesRequest>,
    ) -> Result<Response<GetCapabilitiesResponse>, Status> {
        if let Some((target, token)) = wire::read_reports(request.into_inner())? {
            self.courier.turn(move |turn| bank::listen(turn, &target, &token)).await?;
        }
        let operations = [
            OperationKind::Authorize,
            OperationKind::Charge,
            OperationKind::Release,
            OperationKind::Refund,
            OperationKind::Verify,
            OperationKind::SendMessage,
            OperationKind::Agree,
            OperationKind::EndAgreement,
            OperationKind::AuthorizeRedirect,
            OperationKind::Capture,
            OperationKind::Withdraw,
            OperationKind::ReviewIdentity,
        ];
        Ok(Response::new(GetCapabilitiesResponse {
            provider: self.courier.provider().to_owned(),
            effect_id_retention: Some(prost_types::Duration { seconds: RETENTION_SECONDS, nanos: 0 }),
            inquiry_conclusive_after: Some(prost_types::Duration::default()),
            can_cancel: true,
            operations: operations.map(i32::from).to_vec(),
        }))
    }

    async fn tokenize(
        &self,
        request: Request<TokenizeRequest>,
    ) -> Result<Response<TokenizeResponse>, Status> {
        let mut presented = request.into_inner();
        let looked = vault::look(&presented);
        // Somebody may take a card of their own for a test card.
        presented.number.zeroize();
        presented.security_code.zeroize();
        let held = looked?;
        let token = self.courier.turn(move |turn| vault::keep(turn, &held)).await?;
        Ok(Response::new(TokenizeResponse { token }))
    }

    async fn store_document(
        &self,
        request: Request<StoreDocumentRequest>,
    ) -> Result<Response<StoreDocumentResponse>, Status> {
        let mut presented = request.into_inner();
        let looked = reviewer::look(&presented);
        // Somebody may take a document of their own for a test.
        presented.content.zeroize();
        let seen = looked?;
        let token = self.courier.turn(move |turn| reviewer::keep(turn, &seen)).await?;
        Ok(Response::new(StoreDocumentResponse { token }))
    }

    async fn perform(&self, request: Request<PerformRequest>) -> Result<Response<PerformResponse>, Status> {
        let order = wire::read_order(request.into_inner())?;
        let answered = |outcome| Ok(Response::new(PerformResponse { outcome: Some(outcome) }));
        match self.courier.turn(move |turn| desk::perform(turn, order)).await? {
            Answer::AtOnce(outcome) => answered(outcome),
            Answer::Slowly(outcome) => {
                self.wait(self.slow_answer).await;
                answered(outcome)
            }
            Answer::Never => {
                self.wait(self.lost_answer).await;
                Err(Status::deadline_exceeded("the answer was lost; inquire"))
            }
            Answer::Unavailable => Err(Status::unavailable("the issuer cannot be reached; inquire")),
        }
    }

    async fn inquire(&self, request: Request<InquireRequest>) -> Result<Response<InquireResponse>, Status> {
        let InquireRequest { effect_id, clock } = request.into_inner();
        let effect_id = wire::read_effect_id(effect_id)?;
        wire::read_effect_clock(clock)?;
        let known = self.courier.turn(move |turn| desk::inquire(turn, &effect_id)).await?;
        let answer =
            known.map_or(inquire_response::Answer::NotFound(NotFound {}), inquire_response::Answer::Outcome);
        Ok(Response::new(InquireResponse { answer: Some(answer) }))
    }

    async fn cancel(&self, request: Request<CancelRequest>) -> Result<Response<CancelResponse>, Status> {
        let CancelRequest { effect_id, clock } = request.into_inner();
        let effect_id = wire::read_effect_id(effect_id)?;
        let clock = wire::read_effect_clock(clock)?;
        let outcome: Result<Outcome, Error> =
            self.courier.turn(move |turn| desk::cancel(turn, &effect_id, &clock)).await;
        Ok(Response::new(CancelResponse { outcome: Some(outcome?) }))
    }
}
