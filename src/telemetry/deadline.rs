//! The caller's deadline, read from its request.

use std::time::Duration;

use tonic::codegen::http::HeaderMap;

/// The answer must reach the caller before its own timer fires, and be ours rather than the
/// transport's, which would say CANCELLED. So a deadline is taken a little early.
const EARLY_MAX: Duration = Duration::from_millis(10);
const EARLY_PART: u32 = 20;

/// How long the handler has: what the caller grants, and no more than the server does.
pub(super) fn of(headers: &HeaderMap, server_max: Option<Duration>) -> Option<Duration> {
    let granted = headers.get("grpc-timeout").and_then(|value| parse(value.to_str().ok()?)).map(taken_early);
    match (granted, server_max) {
        (Some(granted), Some(server_max)) => Some(granted.min(server_max)),
        (granted, server_max) => granted.or(server_max),
    }
}

fn taken_early(granted: Duration) -> Duration {
    granted - EARLY_MAX.min(granted / EARLY_PART)
}

/// At most eight digits and a unit, as gRPC over HTTP/2 defines it. What is malformed is no deadline.
fn parse(value: &str) -> Option<Duration> {
    let (digits, unit) = value.split_at_checked(value.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_of_both_deadlines_counts() {
        let ms = Duration::from_millis;
        let cases = [
            (None, None, None),
            (None, Some(ms(500)), Some(ms(500))),
            (Some("1S"), None, Some(ms(990))),
            (Some("100m"), None, Some(ms(95))),
            (Some("100m"), Some(ms(50)), Some(ms(50))),
            (Some("99999999H"), Some(ms(50)), Some(ms(50))),
            (Some("123456789S"), None, None),
            (Some("1"), None, None),
            (Some("S"), None, None),
            (Some(""), None, None),
            (Some("+1S"), None, None),
            (Some("1Y"), None, None),
        ];
        for (timeout, server_max, expected) in cases {
            let mut headers = HeaderMap::new();
            if let Some(timeout) = timeout {
                headers.insert("grpc-timeout", timeout.parse().unwrap());
            }
            assert_eq!(of(&headers, server_max), expected, "{timeout:?} {server_max:?}");
        }
    }
}
