//! The caller's trace, carried in gRPC metadata as W3C trace context (`traceparent`, `tracestate`).

use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator as _},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tonic::{
    Request, Status,
    codegen::http::{HeaderMap, HeaderName, HeaderValue},
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct HeadersMut<'a>(&'a mut HeaderMap);

impl Injector for HeadersMut<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}

/// The trace that a caller says it is in, if it says so.
#[must_use]
pub fn extract(headers: &HeaderMap) -> Option<Context> {
    headers.contains_key("traceparent").then(|| {
        // From an empty context, so that what the server's task happens to be in does not leak in.
        TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers))
    })
}

/// Tells the server that is called which trace the call is part of. An interceptor for tonic's clients:
/// `ProviderServiceClient::with_interceptor(channel, telemetry::inject)`.
///
/// # Errors
/// None; the signature is the interceptor's.
pub fn inject(mut request: Request<()>) -> Result<Request<()>, Status> {
    let span = Span::current();
    if !span.is_disabled() {
        let mut headers = std::mem::take(request.metadata_mut()).into_headers();
        TraceContextPropagator::new().inject_context(&span.context(), &mut HeadersMut(&mut headers));
        *request.metadata_mut() = tonic::metadata::MetadataMap::from_headers(headers);
    }
    Ok(request)
}
