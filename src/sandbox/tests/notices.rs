//! Notifications: told in time, told again until they are taken, also after a restart.

use std::sync::{Arc, Mutex};

use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::{Request, Response, Status, async_trait, transport::Server};
use tower::ServiceExt as _;

use super::stage::{Stage, charge, eventually, order, said, serve, stage, stage_at};
use crate::{
    env::SystemClock,
    proto::{
        provider::v1::{
            DeliverRequest, DeliverResponse, PerformRequest,
            notification_service_server::{NotificationService, NotificationServiceServer},
            outcome::Result as Happened,
            perform_request::Operation,
        },
        sandbox::v1::SetClockRequest,
    },
    sandbox::LedgerLocation,
};

/// bursar's side: refuses the first few, and remembers all.
#[derive(Clone, Default)]
struct Ear {
    heard: Arc<Mutex<Vec<DeliverRequest>>>,
    refusals: Arc<Mutex<usize>>,
}

#[async_trait]
impl NotificationService for Ear {
    async fn deliver(&self, request: Request<DeliverRequest>) -> Result<Response<DeliverResponse>, Status> {
        self.heard.lock().unwrap().push(request.into_inner());
        let mut refusals = self.refusals.lock().unwrap();
        if *refusals > 0 {
            *refusals -= 1;
            return Err(Status::unavailable("not yet"));
        }
        Ok(Response::new(DeliverResponse {}))
    }
}

impl Ear {
    fn refusing(refusals: usize) -> Self {
        Self { heard: Arc::default(), refusals: Arc::new(Mutex::new(refusals)) }
    }

    async fn listen(&self) -> (String, DropGuard) {
        let stop = CancellationToken::new();
        let router = Server::builder().add_service(NotificationServiceServer::new(self.clone()));
        let address = serve(router, stop.clone()).await;
        (format!("http://{address}"), stop.drop_guard())
    }

    fn heard(&self) -> Vec<DeliverRequest> {
        self.heard.lock().unwrap().clone()
    }

    fn said(&self) -> Vec<String> {
        self.heard()
            .into_iter()
            .map(|told| {
                assert_eq!(told.provider, "sandbox");
                assert_eq!(told.notification_token, "secret");
                format!("{} {}", told.effect_id, said(&told.outcome.unwrap().result.unwrap()))
            })
            .collect()
    }
}

fn telling(effect_id: &str, operation: Operation, target: &str) -> PerformRequest {
    PerformRequest {
        clock: "testClocks/t".to_owned(),
        notification_target: target.to_owned(),
        notification_token: "secret".to_owned(),
        ..order(effect_id, operation)
    }
}

async fn post(stage: &Stage, url: &str, form: &str) {
    let request = axum::http::Request::builder()
        .method("POST")
        .uri(url.strip_prefix("http://pages.example/sandbox").unwrap())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from(form.to_owned()))
        .unwrap();
    let response = stage.sandbox.pages().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 303);
}

async fn set_clock(stage: &mut Stage, seconds: i64) {
    let time = Some(prost_types::Timestamp { seconds, nanos: 0 });
    let request = SetClockRequest { clock: "testClocks/t".to_owned(), time };
    stage.world.set_clock(request).await.unwrap();
}

#[tokio::test]
async fn bursar_has_heard_before_the_customer_is_back() {
    let mut stage = stage().await;
    let ear = Ear::default();
    let (target, _listening) = ear.listen().await;
    let token = stage.token("4000000000003220").await;
    let Happened::ActionRequired(action) =
        stage.perform_request(telling("e", charge(&token, 5), &target)).await.unwrap()
    else {
        panic!("no challenge")
    };
    post(&stage, &action.url, "tries=3&answer=1").await;
    assert!(ear.said().is_empty());
    post(&stage, &action.url, "tries=2&answer=123456").await;
    assert_eq!(ear.said(), ["e approved 5 challenged"]);
}

#[tokio::test]
async fn bursar_has_heard_before_the_clock_answers() {
    let mut stage = stage().await;
    set_clock(&mut stage, 1_000_000_000).await;
    let ear = Ear::default();
    let (target, _listening) = ear.listen().await;
    for (effect_id, number) in
        [("approved", "4000009700000022"), ("late", "4000009700000048"), ("open", "4000000000003220")]
    {
        let token = stage.token(number).await;
        stage.perform_request(telling(effect_id, charge(&token, 5), &target)).await.unwrap();
    }
    set_clock(&mut stage, 1_000_000_009).await;
    assert!(ear.said().is_empty());
    set_clock(&mut stage, 1_000_000_010).await;
    assert_eq!(ear.said(), ["approved approved 5"]);
    set_clock(&mut stage, 1_000_000_600).await;
    assert_eq!(ear.said()[1..], ["late approved 5"]);
    set_clock(&mut stage, 1_000_000_900).await;
    assert_eq!(ear.said()[2..], ["open cancelled 2"]);
    // What bursar asked for itself it is not told.
    let token = stage.token("4000000000003220").await;
    stage.perform_request(telling("mine", charge(&token, 5), &target)).await.unwrap();
    stage.cancel("mine").await;
    set_clock(&mut stage, 1_000_100_000).await;
    assert_eq!(ear.said().len(), 3);
}

#[tokio::test]
async fn a_notice_is_told_until_it_is_taken() {
    let mut stage = stage().await;
    set_clock(&mut stage, 1_000_000_000).await;
    let ear = Ear::refusing(2);
    let (target, _listening) = ear.listen().await;
    let token = stage.token("4000009700000022").await;
    stage.perform_request(telling("e", charge(&token, 5), &target)).await.unwrap();
    set_clock(&mut stage, 1_000_000_010).await;
    eventually(|| async { ear.heard().len() == 3 }).await;
    let ids: std::collections::BTreeSet<String> =
        ear.heard().into_iter().map(|told| told.notification_id).collect();
    assert_eq!(ids.len(), 1);
    tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
    assert_eq!(ear.heard().len(), 3);
}

#[tokio::test]
async fn a_notice_can_come_more_than_once() {
    let mut stage = stage().await;
    set_clock(&mut stage, 1_000_000_000).await;
    let ear = Ear::default();
    let (target, _listening) = ear.listen().await;
    let token = stage.token("4000009700000055").await;
    stage.perform_request(telling("e", charge(&token, 5), &target)).await.unwrap();
    set_clock(&mut stage, 1_000_000_010).await;
    eventually(|| async { ear.heard().len() == 3 }).await;
    tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
    let heard = ear.heard();
    assert_eq!(heard.len(), 3);
    assert!(heard.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(stage.lines().await, ["CHARGE e 5.00"]);
}

#[tokio::test]
async fn nothing_is_forgotten_in_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = LedgerLocation::File(folder.path().join("sandbox.db"));
    let ear = Ear::default();
    let (target, listening) = ear.listen().await;
    {
        // Nobody listens at the target while the effect changes.
        drop(listening);
        eventually(|| async { tokio::net::TcpStream::connect(&target[7..]).await.is_err() }).await;
        let mut stage = stage_at(file.clone(), Arc::new(SystemClock)).await;
        set_clock(&mut stage, 1_000_000_000).await;
        let token = stage.token("4000009700000022").await;
        stage.perform_request(telling("e", charge(&token, 5), &target)).await.unwrap();
        set_clock(&mut stage, 1_000_000_010).await;
    }
    let listener = tokio::net::TcpListener::bind(&target[7..]).await.unwrap();
    let service = NotificationServiceServer::new(ear.clone());
    tokio::spawn(async move {
        let incoming = tokio_stream::wrappers::TcpListenerStream::new(listener);
        Server::builder().add_service(service).serve_with_incoming(incoming).await.unwrap();
    });
    let mut stage = stage_at(file, Arc::new(SystemClock)).await;
    eventually(|| async { !ear.heard().is_empty() }).await;
    assert_eq!(ear.said()[0], "e approved 5");
    assert_eq!(stage.lines().await, ["CHARGE e 5.00"]);
    assert_eq!(said(&stage.inquire("e").await.unwrap()), "approved 5");
}
