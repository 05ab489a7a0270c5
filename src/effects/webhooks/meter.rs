//! What operators watch: how many deliveries end how.

use opentelemetry::{KeyValue, metrics::Counter};

use crate::domain::webhook::Answer;

/// Counts attempts. Cheap to clone.
pub(super) fn count(answer: &Answer) {
    static ATTEMPTS: std::sync::OnceLock<Counter<u64>> = std::sync::OnceLock::new();
    let attempts = ATTEMPTS.get_or_init(|| {
        opentelemetry::global::meter("bursar")
            .u64_counter("bursar.webhook.attempts")
            .with_description("Attempts to deliver an event to a webhook endpoint, by what came of them")
            .build()
    });
    let came = match answer {
        Answer::Taken { .. } => "taken",
        Answer::Gone => "gone",
        Answer::Failed { status: Some(_), .. } => "refused",
        Answer::Failed { status: None, .. } => "not_reached",
    };
    attempts.add(1, &[KeyValue::new("came", came)]);
}
