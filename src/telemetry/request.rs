//! The layer around every RPC.

use std::{
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures::{FutureExt as _, future::BoxFuture};
use http_body::{Frame, SizeHint};
use opentelemetry::metrics::{Histogram, Meter};
use prost::DecodeError;
use tonic::{
    Code, Status,
    body::Body,
    codegen::http::{HeaderMap, Request, Response},
};
use tonic_types::{ErrorDetails, StatusExt as _};
use tower::{Layer, Service};
use tracing::{Instrument as _, Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::{
    deadline,
    method::{Method, Methods},
    notes::{Notes, noting},
    propagation,
    report::{ERROR_DOMAIN, Report, call_duration},
};

/// Wraps a server's services: a span, the deadline, what becomes of a panic, and at the end one line
/// and one measurement.
///
/// The deadline is kept here and not by `tonic::transport::Server::timeout`, which answers CANCELLED
/// where gRPC says DEADLINE_EXCEEDED. It ends the handler's future; work that must not end with its
/// caller belongs in a task of its own.
#[derive(Clone)]
pub struct RequestLayer(Arc<Shared>);

struct Shared {
    methods: Methods,
    duration: Histogram<f64>,
    server_max: Option<Duration>,
}

impl RequestLayer {
    /// A layer for the methods of these encoded file descriptor sets. A path that is none of them is
    /// told as `_OTHER`. `server_max` is the longest that a handler may take to begin its answer, even
    /// if its caller sets no deadline. Comes after `init`, whose meter it takes.
    ///
    /// # Errors
    /// If bytes are not a file descriptor set.
    pub fn new(descriptor_sets: &[&[u8]], server_max: Option<Duration>) -> Result<Self, DecodeError> {
        Self::with_meter(descriptor_sets, server_max, &opentelemetry::global::meter("bursar"))
    }

    pub(super) fn with_meter(
        descriptor_sets: &[&[u8]],
        server_max: Option<Duration>,
        meter: &Meter,
    ) -> Result<Self, DecodeError> {
        let methods = Methods::new(descriptor_sets)?;
        Ok(Self(Arc::new(Shared { methods, duration: call_duration(meter), server_max })))
    }
}

impl<S> Layer<S> for RequestLayer {
    type Service = RequestService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequestService { inner, shared: Arc::clone(&self.0) }
    }
}

/// What `RequestLayer` makes of a service.
#[derive(Clone)]
pub struct RequestService<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S> Service<Request<Body>> for RequestService<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let method = self.shared.methods.of(request.uri().path());
        let deadline = deadline::of(request.headers(), self.shared.server_max);
        let span = span(&method, request.headers());
        let notes = Arc::new(Notes::default());
        let report = Report::new(method, Arc::clone(&notes), span.clone(), self.shared.duration.clone());

        let inner = &mut self.inner;
        let Ok(handler) = catch_unwind(AssertUnwindSafe(|| inner.call(request))) else {
            return Box::pin(async { Ok(told(internal().into_http(), report)) });
        };
        let handler = noting(notes, AssertUnwindSafe(handler).catch_unwind()).instrument(span);
        Box::pin(async move {
            let outcome = match deadline {
                Some(limit) => tokio::time::timeout(limit, handler).await,
                None => Ok(handler.await),
            };
            let response = match outcome {
                Ok(Ok(Ok(response))) => response,
                Ok(Ok(Err(never))) => match never {},
                Ok(Err(_panic)) => internal().into_http(),
                Err(_elapsed) => deadline_exceeded().into_http(),
            };
            Ok(told(response, report))
        })
    }
}

fn span(method: &Method, headers: &HeaderMap) -> Span {
    let name: &str = &method.name;
    let span = tracing::info_span!(
        target: "bursar::rpc",
        "rpc",
        otel.name = name,
        otel.kind = "server",
        otel.status_code = Empty,
        rpc.system.name = "grpc",
        rpc.method = name,
        rpc.status_code = Empty,
        error.r#type = Empty,
        error.reason = Empty,
        bursar.account = Empty,
        bursar.request_id = Empty,
    );
    if !span.is_disabled()
        && let Some(caller) = propagation::extract(headers)
    {
        // Fails only if the span has started already, and then it has a parent.
        let _ = span.set_parent(caller);
    }
    span
}

fn internal() -> Status {
    let details = ErrorDetails::with_error_info("INTERNAL", ERROR_DOMAIN, []);
    Status::with_error_details(Code::Internal, "The server failed to answer. Its log says more.", details)
}

fn deadline_exceeded() -> Status {
    let details = ErrorDetails::with_error_info("DEADLINE_EXCEEDED", ERROR_DOMAIN, []);
    let message =
        "The deadline passed before the answer was known. Repeat the call with the same request_id.";
    Status::with_error_details(Code::DeadlineExceeded, message, details)
}

/// Tells the end: at once if the headers hold the status, else when the body's trailers do.
fn told(response: Response<Body>, mut report: Report) -> Response<Body> {
    if report.tell_from(response.headers()) {
        return response;
    }
    response.map(|inner| Body::new(ReportedBody { inner, report }))
}

/// An answer on its way out. Its trailers hold the status.
struct ReportedBody {
    inner: Body,
    report: Report,
}

impl http_body::Body for ReportedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let inner = &mut self.inner;
        let polled = catch_unwind(AssertUnwindSafe(|| Pin::new(inner).poll_frame(cx)));
        let polled = polled.unwrap_or_else(|_panic| {
            self.inner = Body::empty();
            let trailers: Response<()> = internal().into_http();
            Poll::Ready(Some(Ok(Frame::trailers(trailers.into_parts().0.headers))))
        });
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(trailers) = frame.trailers_ref()
        {
            self.report.tell_from(trailers);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
