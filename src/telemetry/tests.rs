//! Calls over a real connection to a health service that answers as it is named.

use std::{
    fmt::Write as _,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::StreamExt as _;
use opentelemetry::{metrics::MeterProvider as _, trace::TracerProvider as _};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    metrics::{
        SdkMeterProvider, Temporality,
        data::{AggregatedMetrics, MetricData, ResourceMetrics},
        exporter::PushMetricExporter,
    },
    trace::{SdkTracer, SdkTracerProvider, SpanData, SpanExporter},
};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{
    Code, Request, Response, Status,
    codegen::BoxStream,
    transport::{Channel, Server},
};
use tonic_health::pb::{
    FILE_DESCRIPTOR_SET, HealthCheckRequest, HealthCheckResponse,
    health_client::HealthClient,
    health_server::{Health, HealthServer},
};
use tonic_types::{ErrorDetails, StatusExt as _};
use tracing::subscriber::DefaultGuard;
use uuid::{Uuid, uuid};

use super::{Config, Error, Format, RequestLayer, init, inject, note_account, note_request_id};

const CARD: &str = "4242424242424242";
const ACCOUNT: Uuid = uuid!("01900000-0000-7000-8000-000000000001");
const REQUEST: Uuid = uuid!("7b8d3f44-4dd5-4b3c-9c3e-1f8f0a4b5c6d");

struct Answering;

#[tonic::async_trait]
impl Health for Answering {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        note_account(ACCOUNT);
        note_request_id(REQUEST);
        match request.into_inner().service.as_str() {
            "panics" => panic!("the card {CARD} made it fall over"),
            "is slow" => tokio::time::sleep(Duration::from_secs(3600)).await,
            "refuses" => {
                let details = ErrorDetails::with_error_info("CARD_EXPIRED", "bursar", []);
                return Err(Status::with_error_details(Code::FailedPrecondition, CARD, details));
            }
            "says too much" => {
                let details = ErrorDetails::with_error_info(CARD, "bursar", []);
                return Err(Status::with_error_details(Code::InvalidArgument, CARD, details));
            }
            _ => {}
        }
        Ok(Response::new(HealthCheckResponse { status: 1 }))
    }

    type WatchStream = BoxStream<HealthCheckResponse>;

    async fn watch(&self, _: Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let two = futures::stream::iter(1..=2).then(async |n| {
            // What is ready at once is sent together, and the first message would be lost with the second.
            tokio::time::sleep(Duration::from_millis(20)).await;
            assert!(n == 1, "the card {CARD} made it fall over");
            Ok(HealthCheckResponse { status: n })
        });
        Ok(Response::new(Box::pin(two)))
    }
}

/// A server behind the layer, and everything that its process logs.
struct World {
    client: HealthClient<Channel>,
    address: String,
    log: Log,
    _default: DefaultGuard,
}

impl World {
    async fn new(tracer: Option<SdkTracer>) -> Self {
        let layer = RequestLayer::new(&[FILE_DESCRIPTOR_SET], Some(Duration::from_secs(30))).unwrap();
        Self::with(tracer, layer).await
    }

    async fn with(tracer: Option<SdkTracer>, layer: RequestLayer) -> Self {
        let log = Log::default();
        let config = Config { format: Format::Json, filter: "trace".to_owned(), ..Config::default() };
        let writer = log.clone();
        let subscriber = super::init::subscriber(&config, move || writer.clone(), false, tracer).unwrap();
        let default = tracing::subscriber::set_default(subscriber);

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = Server::builder().layer(layer).add_service(HealthServer::new(Answering));
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        let channel = Channel::from_shared(address.clone()).unwrap().connect().await.unwrap();
        Self { client: HealthClient::new(channel), address, log, _default: default }
    }

    async fn check(&mut self, service: &str) -> Result<(), Status> {
        self.client.check(HealthCheckRequest { service: service.to_owned() }).await.map(drop)
    }

    /// The lines of the layer, once `count` of them are there.
    async fn lines(&self, count: usize) -> Vec<Value> {
        for _ in 0..200 {
            if self.log.lines().len() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let lines = self.log.lines();
        assert_eq!(lines.len(), count, "{lines:?}");
        lines
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()).unwrap()
    }

    fn lines(&self) -> Vec<Value> {
        let lines = self.text();
        let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["target"] == "bursar::rpc").collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn reason(status: &Status) -> String {
    let info = status.get_details_error_info().unwrap();
    assert_eq!(info.domain, "bursar");
    info.reason
}

#[tokio::test]
async fn a_request_ends_with_one_line() {
    let mut world = World::new(None).await;
    world.check("is well").await.unwrap();
    let lines = world.lines(1).await;
    let line = &lines[0];
    assert_eq!(line["message"], "grpc.health.v1.Health/Check ended OK");
    assert_eq!(line["level"], "DEBUG", "health is routine");
    assert_eq!(line["rpc.method"], "grpc.health.v1.Health/Check");
    assert_eq!(line["rpc.status_code"], "OK");
    assert_eq!(line["account"], ACCOUNT.to_string());
    assert_eq!(line["request_id"], REQUEST.to_string());
    assert!(line["duration_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(line.get("error.reason"), None);
}

#[tokio::test]
async fn a_refusal_is_told_with_its_reason_and_not_its_text() {
    let mut world = World::new(None).await;
    assert_eq!(world.check("refuses").await.unwrap_err().code(), Code::FailedPrecondition);
    assert_eq!(world.check("says too much").await.unwrap_err().code(), Code::InvalidArgument);
    let lines = world.lines(2).await;
    assert_eq!(lines[0]["error.reason"], "CARD_EXPIRED");
    assert_eq!(lines[0]["rpc.status_code"], "FAILED_PRECONDITION");
    assert_eq!(lines[1].get("error.reason"), None, "what is no reason is not repeated");
}

#[tokio::test]
async fn a_panic_is_answered_and_the_connection_lives_on() {
    let mut world = World::new(None).await;
    let status = world.check("panics").await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Internal, "INTERNAL"));
    world.check("is well").await.unwrap();
    let lines = world.lines(2).await;
    assert_eq!(lines[0]["level"], "ERROR");
    assert_eq!(lines[0]["rpc.status_code"], "INTERNAL");
}

#[tokio::test]
async fn a_panic_in_the_middle_of_a_stream_ends_it_with_a_status() {
    let mut world = World::new(None).await;
    let mut stream = world.client.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert!(stream.message().await.unwrap().is_some());
    let status = stream.message().await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Internal, "INTERNAL"));
    assert_eq!(world.lines(1).await[0]["rpc.status_code"], "INTERNAL");
}

#[tokio::test]
async fn a_passed_deadline_is_answered_as_one() {
    let layer = RequestLayer::new(&[FILE_DESCRIPTOR_SET], Some(Duration::from_millis(20))).unwrap();
    let mut world = World::with(None, layer).await;
    let status = world.check("is slow").await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
    assert_eq!(world.lines(1).await[0]["rpc.status_code"], "DEADLINE_EXCEEDED");
}

#[tokio::test]
async fn the_callers_deadline_is_answered_before_tonic_says_cancelled() {
    let mut world = World::new(None).await;
    // The client has a timer of its own for the same deadline; the answer comes in before it fires.
    let mut request = Request::new(HealthCheckRequest { service: "is slow".to_owned() });
    request.metadata_mut().insert("grpc-timeout", "400m".parse().unwrap());
    let status = world.client.check(request).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
}

#[tokio::test]
async fn a_caller_who_goes_away_is_told_as_cancelled() {
    let mut world = World::new(None).await;
    drop(tokio::time::timeout(Duration::from_millis(50), world.check("is slow")).await);
    assert_eq!(world.lines(1).await[0]["rpc.status_code"], "CANCELLED");
}

#[tokio::test]
async fn a_card_number_never_reaches_the_log() {
    let mut world = World::new(None).await;
    let _ = world.check(CARD).await;
    for service in ["panics", "refuses", "says too much"] {
        let _ = world.check(service).await;
    }
    let mut request = Request::new(HealthCheckRequest { service: CARD.to_owned() });
    request.metadata_mut().insert("x-card", CARD.parse().unwrap());
    let _ = world.client.check(request).await;
    let codec = tonic_prost::ProstCodec::<HealthCheckRequest, HealthCheckResponse>::default();
    let channel = Channel::from_shared(world.address.clone()).unwrap().connect().await.unwrap();
    let mut raw = tonic::client::Grpc::new(channel);
    raw.ready().await.unwrap();
    let path = format!("/bursar.v1.{CARD}/Link").parse().unwrap();
    let status = raw.unary(Request::new(HealthCheckRequest::default()), path, codec).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);

    // As a driver does at this level.
    tracing::debug!(target: "tokio_postgres::query", "executing statement with parameters: [{CARD}]");

    let lines = world.lines(6).await;
    assert_eq!(lines[5]["rpc.method"], "_OTHER");
    let text = world.log.text();
    assert!(!text.contains(CARD), "{text}");
    assert_eq!(super::init::literal(&format!("card {CARD}")), "(withheld)");
    assert_eq!(super::init::literal(&"written in the source"), "written in the source");
}

#[derive(Debug, Clone, Default)]
struct Spans(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Spans {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(batch);
        Ok(())
    }
}

#[tokio::test]
async fn a_call_continues_its_callers_trace() {
    let spans = Spans::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build();
    let world = World::new(Some(provider.tracer("bursar"))).await;
    let caller = tracing::info_span!("caller");
    let entered = caller.clone().entered();
    let request = inject(Request::new(())).unwrap();
    let traceparent = request.metadata().get("traceparent").unwrap().clone();
    drop(entered);

    let mut request = Request::new(HealthCheckRequest { service: CARD.to_owned() });
    request.metadata_mut().insert("traceparent", traceparent.clone());
    world.client.clone().check(request).await.unwrap();
    let lines = world.lines(1).await;

    let trace_id = traceparent.to_str().unwrap().split('-').nth(1).unwrap().to_owned();
    assert_eq!(lines[0]["trace_id"], trace_id.as_str());
    let spans = spans.0.lock().unwrap();
    let span = spans.iter().find(|span| span.name == "grpc.health.v1.Health/Check").unwrap();
    assert_eq!(span.span_context.trace_id().to_string(), trace_id);
    assert_eq!(span.span_kind, opentelemetry::trace::SpanKind::Server);
    let attribute =
        |key: &str| span.attributes.iter().find(|kv| kv.key.as_str() == key).map(|kv| kv.value.as_str());
    assert_eq!(attribute("rpc.system.name").as_deref(), Some("grpc"));
    assert_eq!(attribute("rpc.method").as_deref(), Some("grpc.health.v1.Health/Check"));
    assert_eq!(attribute("rpc.status_code").as_deref(), Some("OK"));
    assert_eq!(attribute("bursar.account"), Some(ACCOUNT.to_string().into()));
    assert!(!format!("{spans:?}").contains(CARD));
}

/// Keeps the last export as text.
#[derive(Clone, Default)]
struct Metrics(Arc<Mutex<String>>);

impl PushMetricExporter for Metrics {
    async fn export(&self, exported: &ResourceMetrics) -> OTelSdkResult {
        let mut text = String::new();
        for metric in exported.scope_metrics().flat_map(|scope| scope.metrics()) {
            let AggregatedMetrics::F64(MetricData::Histogram(histogram)) = metric.data() else { continue };
            for point in histogram.data_points() {
                let mut told: Vec<_> =
                    point.attributes().map(|kv| format!("{}={}", kv.key, kv.value)).collect();
                told.sort();
                let bounds: Vec<_> = point.bounds().collect();
                let _ = writeln!(text, "{} {} {told:?} {}x", metric.name(), metric.unit(), point.count());
                let _ = writeln!(text, "{bounds:?}");
            }
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = text;
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}

#[tokio::test]
async fn a_call_is_measured_as_the_conventions_name_it() {
    let metrics = Metrics::default();
    let provider = SdkMeterProvider::builder().with_periodic_exporter(metrics.clone()).build();
    let layer = RequestLayer::with_meter(&[FILE_DESCRIPTOR_SET], None, &provider.meter("bursar")).unwrap();
    let mut world = World::with(None, layer).await;
    world.check("is well").await.unwrap();
    world.check("is well").await.unwrap();
    world.check("panics").await.unwrap_err();
    world.lines(3).await;
    provider.force_flush().unwrap();

    let text = metrics.0.lock().unwrap().clone();
    let method = r#""rpc.method=grpc.health.v1.Health/Check""#;
    let well =
        format!(r#"rpc.server.call.duration s [{method}, "rpc.status_code=OK", "rpc.system.name=grpc"] 2x"#);
    let fault = format!(
        r#"rpc.server.call.duration s ["error.type=INTERNAL", {method}, "rpc.status_code=INTERNAL", "rpc.system.name=grpc"] 1x"#
    );
    let bounds = "[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0]";
    for expected in [well.as_str(), fault.as_str(), bounds] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[tokio::test]
async fn what_cannot_work_is_refused_at_the_start() {
    let filter = Config { filter: "bursar=loud".to_owned(), ..Config::default() };
    assert!(matches!(init(&filter).err(), Some(Error::Filter(_))));
    let endpoint = Config { otlp_endpoint: Some("not an address".to_owned()), ..Config::default() };
    assert!(matches!(init(&endpoint).err(), Some(Error::Endpoint(_))));
}

#[test]
fn a_span_that_nobody_exports_costs_nothing() {
    let quiet = super::init::subscriber(&Config::default(), std::io::sink, false, None).unwrap();
    tracing::subscriber::with_default(quiet, || {
        assert!(tracing::info_span!(target: "bursar::rpc", "rpc").is_disabled());
    });
}
