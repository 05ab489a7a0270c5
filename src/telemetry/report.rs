//! What is told when a request ends: one line, one measurement, the end of its span.

use std::{sync::Arc, time::Duration};

use opentelemetry::{
    KeyValue,
    metrics::{Histogram, Meter},
    trace::{TraceContextExt as _, TraceId},
};
use tokio::time::Instant;
use tonic::{Code, Status, codegen::http::HeaderMap};
use tonic_types::StatusExt as _;
use tracing::{Level, Span, field::display};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::{method::Method, notes::Notes};

/// The domain of every `google.rpc.ErrorInfo` that the service answers with.
pub const ERROR_DOMAIN: &str = "bursar";

/// The buckets that OpenTelemetry's conventions advise for the length of a call, in seconds.
const BUCKETS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// The length of calls, as OpenTelemetry's conventions name it.
pub(super) fn call_duration(meter: &Meter) -> Histogram<f64> {
    meter
        .f64_histogram("rpc.server.call.duration")
        .with_unit("s")
        .with_description("How long calls took, from their arrival to the end of their answer")
        .with_boundaries(BUCKETS.to_vec())
        .build()
}

/// A request on its way. Whatever becomes of it, its end is told once: a report that is dropped untold
/// is that of a caller who went away.
pub(super) struct Report {
    method: Method,
    started: Instant,
    notes: Arc<Notes>,
    span: Span,
    duration: Histogram<f64>,
    is_told: bool,
}

impl Report {
    pub(super) fn new(method: Method, notes: Arc<Notes>, span: Span, duration: Histogram<f64>) -> Self {
        Self { method, started: Instant::now(), notes, span, duration, is_told: false }
    }

    /// Tells the end, if these headers or trailers hold a status.
    pub(super) fn tell_from(&mut self, headers: &HeaderMap) -> bool {
        let Some(raw) = headers.get("grpc-status") else { return false };
        let code = Code::from_bytes(raw.as_bytes());
        let reason = if code == Code::Ok {
            None
        } else {
            Status::from_header_map(headers).and_then(|status| reason(&status))
        };
        self.tell(code, reason);
        true
    }

    pub(super) fn tell(&mut self, code: Code, reason: Option<String>) {
        if std::mem::replace(&mut self.is_told, true) {
            return;
        }
        let elapsed = self.started.elapsed();
        self.measure(code, elapsed);
        self.end_span(code, reason.as_deref());
        self.log(code, reason.as_deref(), elapsed);
    }

    fn measure(&self, code: Code, elapsed: Duration) {
        let attributes = [
            KeyValue::new("rpc.system.name", "grpc"),
            KeyValue::new("rpc.method", Arc::clone(&self.method.name)),
            KeyValue::new("rpc.status_code", name(code)),
            KeyValue::new("error.type", name(code)),
        ];
        // Only a fault of the server has an error's type.
        let told = if is_fault(code) { &attributes[..] } else { &attributes[..3] };
        self.duration.record(elapsed.as_secs_f64(), told);
    }

    fn end_span(&self, code: Code, reason: Option<&str>) {
        if self.span.is_disabled() {
            return;
        }
        self.span.record("rpc.status_code", name(code));
        self.span.record("error.reason", reason);
        self.span.record("bursar.account", self.notes.account.get().map(display));
        self.span.record("bursar.request_id", self.notes.request_id.get().map(display));
        if is_fault(code) {
            self.span.record("otel.status_code", "ERROR");
            self.span.record("error.type", name(code));
        }
    }

    fn log(&self, code: Code, reason: Option<&str>, elapsed: Duration) {
        let method: &str = &self.method.name;
        let status = name(code);
        macro_rules! line {
            ($level:expr) => {
                tracing::event!(
                    target: "bursar::rpc",
                    $level,
                    rpc.method = method,
                    rpc.status_code = status,
                    error.reason = reason,
                    duration_ms = millis(elapsed),
                    request_id = self.notes.request_id.get().map(display),
                    account = self.notes.account.get().map(display),
                    trace_id = self.trace_id().map(display),
                    "{method} ended {status}"
                )
            };
        }
        match severity(code) {
            Severity::Ours => line!(Level::ERROR),
            Severity::Strain => line!(Level::WARN),
            Severity::Ordinary if self.method.is_routine => line!(Level::DEBUG),
            Severity::Ordinary => line!(Level::INFO),
        }
    }

    fn trace_id(&self) -> Option<TraceId> {
        if self.span.is_disabled() {
            return None;
        }
        let id = self.span.context().span().span_context().trace_id();
        (id != TraceId::INVALID).then_some(id)
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        self.tell(Code::Cancelled, None);
    }
}

/// The machine-readable reason of an error. What does not look like one is not repeated: a status may
/// come from elsewhere and hold anything.
fn reason(status: &Status) -> Option<String> {
    let reason = status.get_details_error_info()?.reason;
    let is_one = (1..=63).contains(&reason.len())
        && reason.starts_with(|c: char| c.is_ascii_uppercase())
        && reason.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    is_one.then_some(reason)
}

/// What an end says of the server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Severity {
    /// A fault to be looked into.
    Ours,
    /// The server could not, because something else could not or nobody taught it to.
    Strain,
    /// Done, refused, or given up by the caller.
    Ordinary,
}

fn severity(code: Code) -> Severity {
    match code {
        Code::Unknown | Code::Internal | Code::DataLoss => Severity::Ours,
        Code::DeadlineExceeded | Code::Unavailable | Code::Unimplemented => Severity::Strain,
        Code::Ok
        | Code::Cancelled
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unauthenticated => Severity::Ordinary,
    }
}

/// Whether the status counts as a failure of the server, as OpenTelemetry's conventions divide them.
fn is_fault(code: Code) -> bool {
    severity(code) != Severity::Ordinary
}

/// To the microsecond: what is finer is noise.
fn millis(elapsed: Duration) -> f64 {
    f64::from(u32::try_from(elapsed.as_micros()).unwrap_or(u32::MAX)) / 1000.0
}

fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
