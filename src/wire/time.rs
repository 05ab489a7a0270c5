//! Instants and durations.

use jiff::{SignedDuration, Timestamp, civil::Date};
use prost_types::{Duration as WireDuration, Timestamp as WireTimestamp};

/// An instant as protobuf has it.
#[must_use]
pub fn timestamp(at: Timestamp) -> WireTimestamp {
    // Protobuf counts nanoseconds forward also before 1970.
    let seconds = at.as_second() - i64::from(at.subsec_nanosecond() < 0);
    let nanos = at.subsec_nanosecond().rem_euclid(1_000_000_000);
    WireTimestamp { seconds, nanos }
}

/// An instant from protobuf, if it is one.
#[must_use]
pub fn instant(wire: &WireTimestamp) -> Option<Timestamp> {
    if !(0..1_000_000_000).contains(&wire.nanos) {
        return None;
    }
    Timestamp::new(wire.seconds, wire.nanos).ok()
}

/// A date written as `2026-01-31`, if it is one.
#[must_use]
pub fn date(text: &str) -> Option<Date> {
    text.parse().ok().filter(|date: &Date| date.to_string() == text)
}

/// A duration as protobuf has it.
#[must_use]
pub fn duration(duration: SignedDuration) -> WireDuration {
    WireDuration { seconds: duration.as_secs(), nanos: duration.subsec_nanos() }
}

/// A duration from protobuf; none counts as zero.
#[must_use]
pub fn length(wire: Option<&WireDuration>) -> SignedDuration {
    wire.map_or(SignedDuration::ZERO, |wire| {
        SignedDuration::from_secs(wire.seconds)
            .checked_add(SignedDuration::from_nanos(i64::from(wire.nanos)))
            .unwrap_or(SignedDuration::MAX)
    })
}
