//! What a call says beside its message: who calls, and until when an answer is wanted.

use std::time::Duration;

use tokio::time::Instant;
use tonic::{Request, metadata::MetadataMap};

use crate::{
    domain::{card::holds_card_number, reason::Reason, rejection::FieldViolation},
    engine::RequestKey,
    env::Keys,
    telemetry,
};

/// The answer to a call that sets no deadline comes within this time at the latest.
const WAIT_MOST: Duration = Duration::from_secs(20);
/// What is left of a caller's deadline for the answer to travel.
const MARGIN: Duration = Duration::from_millis(250);
const PRINCIPAL_MAX: usize = 256;

/// What a call says beside its message.
pub struct Call {
    /// The caller, as the `bursar-principal` metadata names it.
    pub principal: String,
    /// By when the caller wants an answer, whatever it is.
    pub deadline: Instant,
}

impl Call {
    /// Reads a call's metadata.
    pub fn of<T>(request: &Request<T>) -> Self {
        let metadata = request.metadata();
        let wait = timeout(metadata)
            .map_or(WAIT_MOST, |timeout| timeout.saturating_sub(MARGIN.min(timeout / 4)).min(WAIT_MOST));
        Self { principal: principal(metadata), deadline: Instant::now() + wait }
    }
}

fn principal(metadata: &MetadataMap) -> String {
    let text = metadata.get("bursar-principal").and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.chars().filter(|character| !character.is_control()).take(PRINCIPAL_MAX).collect()
}

/// `grpc-timeout`: at most eight digits and a unit.
fn timeout(metadata: &MetadataMap) -> Option<Duration> {
    let text = metadata.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(count * 3_600),
        "M" => Duration::from_secs(count * 60),
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => return None,
    })
}

/// C7: a request id and the keyed fingerprint of what it stands for.
pub fn key(
    keys: &Keys,
    method: &str,
    request_id: &str,
    body: &[&str],
    bad: &mut Vec<FieldViolation>,
) -> RequestKey {
    if request_id.is_empty() {
        bad.push(FieldViolation::new(
            "request_id",
            Reason::RequestIdRequired,
            "request_id is missing. Draw one, best a UUID, and keep it for repeats.",
        ));
    } else if request_id.len() > 64 || !request_id.bytes().all(|byte| byte.is_ascii_graphic()) {
        bad.push(FieldViolation::new(
            "request_id",
            Reason::InvalidField,
            "request_id has to be 1 to 64 visible ASCII characters, best a UUID.",
        ));
    } else if uuid::Uuid::try_parse(request_id).is_err() && holds_card_number(request_id) {
        bad.push(FieldViolation::new(
            "request_id",
            Reason::InvalidField,
            "request_id looks like a card number. Draw a UUID: request ids are kept.",
        ));
    } else if let Ok(id) = uuid::Uuid::try_parse(request_id) {
        // Only what is certainly an id goes to the log: a caller may send anything.
        telemetry::note_request_id(id);
    }
    let mut parts: Vec<&[u8]> = vec![method.as_bytes()];
    parts.extend(body.iter().map(|part| part.as_bytes()));
    RequestKey { id: request_id.to_owned(), fingerprint: keys.request(&parts) }
}

/// A page the customer's browser can be sent to.
pub fn return_url(text: &str, bad: &mut Vec<FieldViolation>) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let read =
        url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if read.is_none() || text.len() > 2_000 {
        bad.push(FieldViolation::new(
            "return_url",
            Reason::InvalidField,
            "return_url has to be an http or https URL of at most 2,000 characters.",
        ));
    }
    // As it was understood, not as it was typed: what a URL skips, a header does not.
    read.map(String::from)
}
