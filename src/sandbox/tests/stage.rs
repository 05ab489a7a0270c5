//! A sandbox that is served, and the client's side of it.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::{
    Status,
    transport::{Channel, Server},
};

use crate::{
    env::{Clock, SeededIds, SystemClock},
    proto::{
        provider::v1::{
            Approved, Authentication, Authorize, CardUse, Charge, Money, Outcome, PerformRequest, Refund,
            Release, TokenizeRequest, Verify, inquire_response::Answer, outcome::Result as Happened,
            perform_request::Operation, provider_service_client::ProviderServiceClient,
        },
        sandbox::v1::{
            Effect, LedgerEntry, LedgerEntryKind, ListEffectsRequest, ListLedgerEntriesRequest,
            sandbox_service_client::SandboxServiceClient,
        },
    },
    sandbox::{Config, LedgerLocation, Sandbox},
};

pub(super) const RETURN_URL: &str = "https://shop.example/back?id=1&x=2";

pub(super) struct Stage {
    pub sandbox: Sandbox,
    pub provider: ProviderServiceClient<Channel>,
    pub world: SandboxServiceClient<Channel>,
    _stop: DropGuard,
}

/// A sandbox in memory on the system's clock, with short waits.
pub(super) async fn stage() -> Stage {
    stage_at(LedgerLocation::Memory, Arc::new(SystemClock)).await
}

pub(super) async fn stage_at(ledger: LedgerLocation, clock: Arc<dyn Clock>) -> Stage {
    let mut config = Config::new(ledger, "http://pages.example/sandbox/");
    config.slow_answer = Duration::from_millis(300);
    config.lost_answer = Duration::from_secs(5);
    let sandbox = Sandbox::open(config, clock, Arc::new(SeededIds::new(7))).unwrap();
    let stop = CancellationToken::new();
    let routes =
        Server::builder().add_service(sandbox.provider_service()).add_service(sandbox.sandbox_service());
    let address = serve(routes, stop.clone()).await;
    let runner = sandbox.clone();
    let stopped = stop.clone();
    tokio::spawn(async move { runner.run(stopped).await });
    let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    Stage {
        sandbox,
        provider: ProviderServiceClient::new(channel.clone()),
        world: SandboxServiceClient::new(channel),
        _stop: stop.drop_guard(),
    }
}

/// Serves on a port of its own until told to stop.
pub(super) async fn serve(router: tonic::transport::server::Router, stop: CancellationToken) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let incoming = TcpListenerStream::new(listener);
        router.serve_with_incoming_shutdown(incoming, stop.cancelled_owned()).await.unwrap();
    });
    address
}

impl Stage {
    pub async fn token(&mut self, number: &str) -> String {
        self.token_of(number, "Ada Lovelace", "123").await
    }

    pub async fn token_of(&mut self, number: &str, holder: &str, code: &str) -> String {
        let request = TokenizeRequest {
            number: number.to_owned(),
            security_code: code.to_owned(),
            expiry_month: 12,
            expiry_year: 2039,
            holder_name: holder.to_owned(),
            billing_region_code: "US".to_owned(),
        };
        self.provider.tokenize(request).await.unwrap().into_inner().token
    }

    pub async fn perform(&mut self, effect_id: &str, operation: Operation) -> Result<Happened, Status> {
        self.perform_request(order(effect_id, operation)).await
    }

    pub async fn perform_request(&mut self, request: PerformRequest) -> Result<Happened, Status> {
        let outcome = self.provider.perform(request).await?.into_inner().outcome;
        Ok(outcome.and_then(|outcome| outcome.result).unwrap())
    }

    /// How the effect stands; `None`: not known.
    pub async fn inquire(&mut self, effect_id: &str) -> Option<Happened> {
        let request = crate::proto::provider::v1::InquireRequest {
            effect_id: effect_id.to_owned(),
            clock: String::new(),
        };
        match self.provider.inquire(request).await.unwrap().into_inner().answer.unwrap() {
            Answer::Outcome(outcome) => outcome.result,
            Answer::NotFound(_) => None,
        }
    }

    pub async fn cancel(&mut self, effect_id: &str) -> Happened {
        let request = crate::proto::provider::v1::CancelRequest {
            effect_id: effect_id.to_owned(),
            clock: String::new(),
        };
        let outcome: Option<Outcome> = self.provider.cancel(request).await.unwrap().into_inner().outcome;
        outcome.and_then(|outcome| outcome.result).unwrap()
    }

    /// Every entry of the ledger, oldest first, read in small pages.
    pub async fn ledger(&mut self) -> Vec<LedgerEntry> {
        let mut entries = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = ListLedgerEntriesRequest { effect_id: String::new(), page_size: 2, page_token };
            let page = self.world.list_ledger_entries(request).await.unwrap().into_inner();
            assert!(page.entries.len() <= 2);
            entries.extend(page.entries);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return entries;
            }
        }
    }

    /// The ledger in short: `HOLD a 1.00`.
    pub async fn lines(&mut self) -> Vec<String> {
        let entries = self.ledger().await;
        entries.iter().map(line).collect()
    }

    pub async fn effect(&mut self, effect_id: &str) -> Effect {
        let request = ListEffectsRequest { effect_id: effect_id.to_owned(), ..Default::default() };
        self.world.list_effects(request).await.unwrap().into_inner().effects.remove(0)
    }
}

fn line(entry: &LedgerEntry) -> String {
    let kind = match entry.kind() {
        LedgerEntryKind::Unspecified => "?",
        LedgerEntryKind::Hold => "HOLD",
        LedgerEntryKind::ReleaseAccepted => "RELEASE",
        LedgerEntryKind::ReleaseShown => "SHOWN",
        LedgerEntryKind::Charge => "CHARGE",
        LedgerEntryKind::Refund => "REFUND",
    };
    let amount = entry.amount.clone().unwrap();
    let undone = if entry.original_effect_id.is_empty() {
        String::new()
    } else {
        format!(" of {}", entry.original_effect_id)
    };
    format!("{kind} {} {}.{:02}{undone}", entry.effect_id, amount.units, amount.nanos / 10_000_000)
}

pub(super) fn order(effect_id: &str, operation: Operation) -> PerformRequest {
    PerformRequest {
        effect_id: effect_id.to_owned(),
        clock: String::new(),
        operation: Some(operation),
        notification_target: String::new(),
        notification_token: String::new(),
    }
}

pub(super) fn usd(units: i64) -> Option<Money> {
    Some(Money { currency_code: "USD".to_owned(), units, nanos: 0 })
}

pub(super) fn card(token: &str) -> CardUse {
    CardUse {
        token: token.to_owned(),
        statement_descriptor: "ALIBABACLOUD.COM".to_owned(),
        authentication: Authentication::IssuerDecides.into(),
        return_url: RETURN_URL.to_owned(),
        challenge_lifetime: Some(prost_types::Duration { seconds: 900, nanos: 0 }),
        expiry_month: 0,
        expiry_year: 0,
    }
}

pub(super) fn hold(token: &str) -> Operation {
    Operation::Authorize(Authorize { amount: usd(1), card: Some(card(token)) })
}

pub(super) fn charge(token: &str, units: i64) -> Operation {
    Operation::Charge(Charge { amount: usd(units), card: Some(card(token)), reference: "bill 1".to_owned() })
}

pub(super) fn verify(token: &str) -> Operation {
    Operation::Verify(Verify { card: Some(card(token)) })
}

pub(super) fn release(authorized: &str) -> Operation {
    Operation::Release(Release { authorized_effect_id: authorized.to_owned() })
}

pub(super) fn refund(charged: &str, units: i64) -> Operation {
    Operation::Refund(Refund {
        charged_effect_id: charged.to_owned(),
        amount: usd(units),
        ..Refund::default()
    })
}

/// An outcome in short: `approved 1`, `declined 51`, `cancelled 1`, `action`, `pending`.
pub(super) fn said(happened: &Happened) -> String {
    match happened {
        Happened::Approved(Approved { amount, challenged, .. }) => {
            let amount = amount.as_ref().map_or(String::new(), |amount| format!(" {}", amount.units));
            format!("approved{amount}{}", if *challenged { " challenged" } else { "" })
        }
        Happened::Declined(declined) => format!("declined {}", declined.network_code),
        Happened::ActionRequired(_) => "action".to_owned(),
        Happened::Pending(_) => "pending".to_owned(),
        Happened::Cancelled(cancelled) => format!("cancelled {}", cancelled.reason),
    }
}

/// Asks again and again until it is so.
pub(super) async fn eventually<F, R>(mut check: F)
where
    F: FnMut() -> R,
    R: Future<Output = bool>,
{
    for _ in 0..500 {
        if check().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it never came to be");
}
