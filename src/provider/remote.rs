//! An adapter in a process of its own, as a client of `bursar.provider.v1`.

use std::{error::Error, io, time::Duration};

use async_trait::async_trait;
use tonic::{Code, Status, transport::Endpoint};

use super::{Capabilities, CardToTokenize, DocumentToStore, Inquiry, Perform, Provider, TokenizeError};
use crate::{
    domain::{
        ids::EffectId,
        outcome::{Outcome, Silence},
    },
    env::{Connection, connection},
    proto::provider::v1::{self as pb, provider_service_client::ProviderServiceClient},
    wire::{provider, time},
};

/// An adapter that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address is none.
    #[error("{address:?} is not the address of an adapter, such as http://127.0.0.1:7080: {cause}")]
    Address {
        /// As it was given.
        address: String,
        /// Why not.
        cause: String,
    },
    /// It did not answer in time.
    #[error("the adapter at {address} does not answer: {cause}")]
    Unreachable {
        /// Where it was looked for.
        address: String,
        /// What it said.
        cause: String,
    },
}

/// Where a bank's adapter reports what has arrived, and what its reports have to carry.
#[derive(Debug, Clone, Default)]
pub struct RemittanceReports {
    /// Where; empty where nobody listens.
    pub target: String,
    /// What they carry.
    pub token: String,
}

/// A client of one adapter.
pub struct Remote {
    capabilities: Capabilities,
    client: ProviderServiceClient<Connection>,
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const PAUSE_FIRST: Duration = Duration::from_millis(20);
const PAUSE_MOST: Duration = Duration::from_secs(1);

impl Remote {
    /// Connects, asks for the adapter's capabilities, and waits up to `patience` for it to be there.
    pub async fn connect(
        address: &str,
        patience: Duration,
        reports: &RemittanceReports,
    ) -> Result<Self, ConnectError> {
        let endpoint = Endpoint::from_shared(address.to_owned())
            .map_err(|error| ConnectError::Address { address: address.to_owned(), cause: error.to_string() })?
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(Duration::from_secs(30))
            .keep_alive_while_idle(true);
        Self::over(connection(endpoint.connect_lazy()), address, patience, reports).await
    }

    /// The same, over a connection that is there. `address` is for people.
    pub async fn over(
        connection: Connection,
        address: &str,
        patience: Duration,
        reports: &RemittanceReports,
    ) -> Result<Self, ConnectError> {
        let mut client = ProviderServiceClient::new(connection);
        let introduction = pb::GetCapabilitiesRequest {
            remittance_target: reports.target.clone(),
            remittance_token: reports.token.clone(),
        };
        let started = tokio::time::Instant::now();
        let mut pause = PAUSE_FIRST;
        loop {
            match client.get_capabilities(introduction.clone()).await {
                Ok(answer) => {
                    let capabilities = capabilities(&answer.into_inner());
                    return Ok(Self { capabilities, client });
                }
                Err(status) if started.elapsed() > patience => {
                    let cause = format!("{}; start it, or correct its address", status.message());
                    return Err(ConnectError::Unreachable { address: address.to_owned(), cause });
                }
                Err(status) => {
                    if pause == PAUSE_FIRST {
                        tracing::info!(address, cause = status.message(), "waiting for an adapter");
                    }
                    tokio::time::sleep(pause).await;
                }
            }
            pause = (pause * 2).min(PAUSE_MOST);
        }
    }
}

fn capabilities(answer: &pb::GetCapabilitiesResponse) -> Capabilities {
    Capabilities {
        provider: answer.provider.clone(),
        retention: time::length(answer.effect_id_retention.as_ref()),
        conclusive_after: time::length(answer.inquiry_conclusive_after.as_ref()),
        can_cancel: answer.can_cancel,
    }
}

/// Reads an error as silence. Only a connection that never came about proves that nothing was sent; any
/// other failure leaves it open.
fn silence(status: &Status) -> Silence {
    match status.code() {
        Code::InvalidArgument | Code::Unimplemented => {
            Silence::Refused { message: status.message().to_owned() }
        }
        Code::Unavailable if never_connected(status) || planted!(UnavailableIsNotSent) => Silence::NotSent,
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::DeadlineExceeded
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss
        | Code::Unauthenticated => Silence::Unknown,
    }
}

fn never_connected(status: &Status) -> bool {
    let mut source = status.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return matches!(
                error.kind(),
                io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::HostUnreachable
                    | io::ErrorKind::NetworkUnreachable
                    | io::ErrorKind::AddrNotAvailable
            );
        }
        source = error.source();
    }
    false
}

/// An answer that makes no sense says nothing about what happened.
fn outcome(outcome: Option<pb::Outcome>) -> Result<Outcome, Silence> {
    let outcome = outcome.ok_or(Silence::Unknown)?;
    Outcome::try_from(outcome).map_err(|nonsense| {
        tracing::error!(%nonsense, "an adapter's answer is treated as none");
        Silence::Unknown
    })
}

/// An answer without a token is none: nothing could ever be done with it.
fn token(answer: Result<String, Status>) -> Result<String, TokenizeError> {
    match answer {
        Ok(token) => Some(token).filter(|it| !it.is_empty()).ok_or(TokenizeError::Unavailable),
        Err(status) if matches!(status.code(), Code::InvalidArgument | Code::Unimplemented) => {
            Err(TokenizeError::Refused(status.message().to_owned()))
        }
        Err(_) => Err(TokenizeError::Unavailable),
    }
}

#[async_trait]
impl Provider for Remote {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn tokenize(&self, card: CardToTokenize<'_>) -> Result<String, TokenizeError> {
        let request = pb::TokenizeRequest {
            number: card.number.expose().to_owned(),
            security_code: card.security_code.expose().to_owned(),
            expiry_month: i32::from(card.expiry.month()),
            expiry_year: i32::from(card.expiry.year()),
            holder_name: card.holder_name.to_owned(),
            billing_region_code: card
                .billing_country
                .map(|country| country.code().to_owned())
                .unwrap_or_default(),
        };
        token(self.client.clone().tokenize(request).await.map(|answer| answer.into_inner().token))
    }

    async fn store_document(&self, document: DocumentToStore<'_>) -> Result<String, TokenizeError> {
        let request = pb::StoreDocumentRequest {
            r#type: provider::document_type(document.kind).into(),
            file_name: document.file_name.to_owned(),
            content_type: document.content_type.to_owned(),
            content: document.content.to_vec(),
        };
        token(self.client.clone().store_document(request).await.map(|answer| answer.into_inner().token))
    }

    async fn perform(&self, perform: Perform<'_>) -> Result<Outcome, Silence> {
        let operation = provider::operation(perform.operation, perform.return_url, perform.secrets)
            .ok_or_else(|| Silence::Refused { message: "no adapter carries this out".to_owned() })?;
        let request = pb::PerformRequest {
            effect_id: perform.effect.to_string(),
            clock: perform.clock.to_owned(),
            operation: Some(operation),
            notification_target: perform.notification_target.to_owned(),
            notification_token: perform.notification_token.to_owned(),
        };
        let answer = self.client.clone().perform(request).await.map_err(|status| silence(&status))?;
        outcome(answer.into_inner().outcome)
    }

    async fn inquire(&self, effect: EffectId, clock: &str) -> Result<Inquiry, Silence> {
        use pb::inquire_response::Answer;
        let request = pb::InquireRequest { effect_id: effect.to_string(), clock: clock.to_owned() };
        let answer = self.client.clone().inquire(request).await.map_err(|status| silence(&status))?;
        match answer.into_inner().answer {
            Some(Answer::Outcome(found)) => outcome(Some(found)).map(Inquiry::Outcome),
            Some(Answer::NotFound(pb::NotFound {})) => Ok(Inquiry::NotFound),
            None => Err(Silence::Unknown),
        }
    }

    async fn cancel(&self, effect: EffectId, clock: &str) -> Result<Outcome, Silence> {
        let request = pb::CancelRequest { effect_id: effect.to_string(), clock: clock.to_owned() };
        let answer = self.client.clone().cancel(request).await.map_err(|status| silence(&status))?;
        outcome(answer.into_inner().outcome)
    }
}

#[cfg(test)]
mod tests {
    use tonic::{Request, Response};

    use super::*;
    use crate::{
        domain::card::{CardNumber, Expiry, SecurityCode},
        proto::provider::v1::provider_service_server::{ProviderService, ProviderServiceServer},
    };

    /// An adapter that answers every call with nothing in it.
    struct Empty;

    #[tonic::async_trait]
    impl ProviderService for Empty {
        async fn get_capabilities(
            &self,
            _request: Request<pb::GetCapabilitiesRequest>,
        ) -> Result<Response<pb::GetCapabilitiesResponse>, Status> {
            Ok(Response::new(pb::GetCapabilitiesResponse::default()))
        }

        async fn tokenize(
            &self,
            _request: Request<pb::TokenizeRequest>,
        ) -> Result<Response<pb::TokenizeResponse>, Status> {
            Ok(Response::new(pb::TokenizeResponse::default()))
        }

        async fn store_document(
            &self,
            _request: Request<pb::StoreDocumentRequest>,
        ) -> Result<Response<pb::StoreDocumentResponse>, Status> {
            Ok(Response::new(pb::StoreDocumentResponse::default()))
        }

        async fn perform(
            &self,
            _request: Request<pb::PerformRequest>,
        ) -> Result<Response<pb::PerformResponse>, Status> {
            Ok(Response::new(pb::PerformResponse::default()))
        }

        async fn inquire(
            &self,
            _request: Request<pb::InquireRequest>,
        ) -> Result<Response<pb::InquireResponse>, Status> {
            Ok(Response::new(pb::InquireResponse::default()))
        }

        async fn cancel(
            &self,
            _request: Request<pb::CancelRequest>,
        ) -> Result<Response<pb::CancelResponse>, Status> {
            Ok(Response::new(pb::CancelResponse::default()))
        }
    }

    #[tokio::test]
    async fn an_answer_that_says_nothing_is_none() {
        let server = connection(ProviderServiceServer::new(Empty));
        let remote =
            Remote::over(server, "here", Duration::ZERO, &RemittanceReports::default()).await.unwrap();
        let number = CardNumber::parse("4242424242424242").unwrap();
        let security_code = SecurityCode::parse("123").unwrap();
        let card = CardToTokenize {
            number: &number,
            security_code: &security_code,
            expiry: Expiry::new(12, 2039).unwrap(),
            holder_name: "Ada Lovelace",
            billing_country: None,
        };
        assert_eq!(remote.tokenize(card).await, Err(TokenizeError::Unavailable));
        let document = DocumentToStore {
            kind: crate::domain::kyc::DocumentKind::Passport,
            file_name: "passport.png",
            content_type: "image/png",
            content: b"",
        };
        assert_eq!(remote.store_document(document).await, Err(TokenizeError::Unavailable));
        let effect = EffectId { entity: uuid::Uuid::nil(), ordinal: 1 };
        assert_eq!(remote.inquire(effect, "").await, Err(Silence::Unknown));
        assert_eq!(remote.cancel(effect, "").await, Err(Silence::Unknown));
    }
}
