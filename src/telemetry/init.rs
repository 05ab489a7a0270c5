//! The process's logs, traces and metrics, from their start to their last flush.

use std::{any::Any, io::IsTerminal as _, panic::PanicHookInfo, time::Duration};

use opentelemetry::{KeyValue, trace::TracerProvider as _};
use opentelemetry_otlp::{ExporterBuildError, MetricExporter, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    metrics::SdkMeterProvider,
    trace::{Sampler, SdkTracer, SdkTracerProvider},
};
use tracing::{Level, Metadata, Subscriber};
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{
    EnvFilter, Layer as _, Registry,
    filter::{FilterExt as _, ParseError, filter_fn},
    fmt::MakeWriter,
    layer::SubscriberExt as _,
    util::{SubscriberInitExt as _, TryInitError},
};

/// How long an export, and each part of the last flush, may take.
const EXPORT_MAX: Duration = Duration::from_secs(5);

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// What is told, and to whom.
#[derive(Debug, Clone)]
pub struct Config {
    /// How log lines look.
    pub format: Format,
    /// Which lines are written, in the words of `RUST_LOG`: `info`, `bursar::engine=debug,info`.
    pub filter: String,
    /// Where traces and metrics go over OTLP/gRPC, such as `http://collector:4317`. Nowhere if absent.
    pub otlp_endpoint: Option<String>,
    /// The share, from 0 to 1, of traces begun here that are exported. A caller's decision is kept.
    pub trace_ratio: f64,
    /// Tells one replica from another, such as the name of its host.
    pub instance: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            format: Format::Text,
            filter: "info".to_owned(),
            otlp_endpoint: None,
            trace_ratio: 1.0,
            instance: String::new(),
        }
    }
}

/// Why telemetry did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The filter is not in the words of `RUST_LOG`.
    #[error("the log filter cannot be read: {0}")]
    Filter(#[from] ParseError),
    /// The endpoint cannot be used.
    #[error("the OTLP endpoint cannot be used: {0}")]
    Endpoint(#[from] ExporterBuildError),
    /// The process has a subscriber already.
    #[error("telemetry was started twice: {0}")]
    Twice(#[from] TryInitError),
}

/// Starts telemetry for the process. With an OTLP endpoint it must be called within a tokio runtime,
/// which must outlive the guard.
///
/// # Errors
/// If the filter or the endpoint is wrong, or telemetry was started before.
pub fn init(config: &Config) -> Result<Guard, Error> {
    // Lines are handed to a thread, so that a slow reader of the log never holds up a request. If it
    // falls a whole queue behind, lines are dropped and counted.
    let (writer, writing) =
        NonBlockingBuilder::default().lossy(true).thread_name("log").finish(std::io::stderr());
    let dropped = writer.error_counter();
    let providers = config.otlp_endpoint.as_deref().map(|at| Providers::new(at, config)).transpose()?;
    let tracer = providers.as_ref().map(|providers| providers.traces.tracer("bursar"));
    let is_terminal = std::io::stderr().is_terminal();
    subscriber(config, writer, is_terminal, tracer)?.try_init()?;
    if let Some(providers) = &providers {
        opentelemetry::global::set_meter_provider(providers.metrics.clone());
        observe_dropped(dropped);
    }
    std::panic::set_hook(Box::new(log_panic));
    Ok(Guard { providers, _writing: writing })
}

/// Keeps telemetry going. When it is dropped, what was told and not yet sent is sent.
#[must_use = "telemetry ends when the guard is dropped"]
pub struct Guard {
    providers: Option<Providers>,
    // Last, so that what the exporters say of their end is written.
    _writing: WorkerGuard,
}

impl Guard {
    /// Sends what was not yet sent, without holding up the runtime that sends it. Waits some seconds at
    /// most.
    pub async fn shutdown(self) {
        // Only a panic while flushing can come back, and then there is nobody left to tell.
        drop(tokio::task::spawn_blocking(move || drop(self)).await);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(providers) = &self.providers {
            for ended in [
                providers.traces.shutdown_with_timeout(EXPORT_MAX),
                providers.metrics.shutdown_with_timeout(EXPORT_MAX),
            ] {
                if let Err(error) = ended {
                    tracing::warn!(%error, "the last telemetry was not sent");
                }
            }
        }
    }
}

struct Providers {
    traces: SdkTracerProvider,
    metrics: SdkMeterProvider,
}

impl Providers {
    fn new(endpoint: &str, config: &Config) -> Result<Self, ExporterBuildError> {
        let resource = Resource::builder()
            .with_service_name("bursar")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .with_attribute(KeyValue::new("service.instance.id", config.instance.clone()))
            .build();
        let spans =
            SpanExporter::builder().with_tonic().with_endpoint(endpoint).with_timeout(EXPORT_MAX).build()?;
        let metrics = MetricExporter::builder()
            .with_tonic()
            .with_endpoint(endpoint)
            .with_timeout(EXPORT_MAX)
            .build()?;
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.trace_ratio)));
        Ok(Self {
            traces: SdkTracerProvider::builder()
                .with_sampler(sampler)
                .with_resource(resource.clone())
                .with_batch_exporter(spans)
                .build(),
            metrics: SdkMeterProvider::builder()
                .with_resource(resource)
                .with_periodic_exporter(metrics)
                .build(),
        })
    }
}

/// The subscriber of the process. Spans go to the tracer alone: a line carries its own fields, and a
/// span that nobody exports costs nothing.
pub(super) fn subscriber<W>(
    config: &Config,
    writer: W,
    is_terminal: bool,
    tracer: Option<SdkTracer>,
) -> Result<impl Subscriber + Send + Sync + use<W>, ParseError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines =
        EnvFilter::try_new(&config.filter)?.and(filter_fn(|about| about.is_event() && is_safe(about)));
    let lines = match config.format {
        Format::Text => tracing_subscriber::fmt::layer()
            .with_ansi(is_terminal)
            .with_writer(writer)
            .with_filter(lines)
            .boxed(),
        Format::Json => tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .with_writer(writer)
            .with_filter(lines)
            .boxed(),
    };
    let spans = tracer.map(|tracer| {
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(|about| {
                about.is_span() && is_ours(about) && *about.level() <= Level::INFO
            }))
            .boxed()
    });
    // Not as an `Option`: the layer that `None` is has no filter, and so keeps every span alive.
    Ok(Registry::default().with(std::iter::once(lines).chain(spans).collect::<Vec<_>>()))
}

/// Whether a line can be trusted to hold no card number. Below INFO, foreign crates print frames,
/// headers and the parameters of statements; no filter may ask for that.
fn is_safe(about: &Metadata<'_>) -> bool {
    is_ours(about) || *about.level() <= Level::INFO
}

fn is_ours(about: &Metadata<'_>) -> bool {
    about.target() == "bursar" || about.target().starts_with("bursar::")
}

/// A panic's text can hold what was being worked on, so only its place is told, and its text if it was
/// written in the source.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(tracing::field::display);
    tracing::error!(target: "bursar::panic", place, text = literal(panic.payload()), "a thread panicked");
}

pub(super) fn literal(payload: &dyn Any) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("(withheld)")
}

fn observe_dropped(dropped: ErrorCounter) {
    let count = move || u64::try_from(dropped.dropped_lines()).unwrap_or(u64::MAX);
    // The instrument lives as long as the meter's provider; nothing needs to hold it.
    let _ = opentelemetry::global::meter("bursar")
        .u64_observable_counter("bursar.log.dropped_lines")
        .with_description("Log lines dropped because the reader of the log was too slow")
        .with_callback(move |told| told.observe(count(), &[]))
        .build();
}
