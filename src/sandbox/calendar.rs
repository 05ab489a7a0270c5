//! Business days at the issuer.

use jiff::{SignedDuration, Timestamp, civil::Weekday, tz::TimeZone};
use sha2::{Digest as _, Sha256};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// When the statement shows a release that was accepted at `accepted`: 1 to 5 business days later
/// (A13), by chance of `seed`, which makes it the same however often it is asked.
pub(super) fn shown(accepted: Timestamp, seed: &str) -> Timestamp {
    let hash = Sha256::digest(seed.as_bytes());
    let days = 1 + hash.first().copied().unwrap_or(0) % 5;
    let mut time = accepted;
    for _ in 0..days {
        time = next_business_day(time);
    }
    time
}

/// The same time of the next day that is neither Saturday nor Sunday.
fn next_business_day(time: Timestamp) -> Timestamp {
    let mut next = time;
    loop {
        // At the end of representable time nothing is shown later than now.
        let Ok(later) = next.checked_add(DAY) else { return next };
        next = later;
        let weekday = next.to_zoned(TimeZone::UTC).weekday();
        if weekday != Weekday::Saturday && weekday != Weekday::Sunday {
            return next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_do_not_count() {
        let friday: Timestamp = "2026-01-02T10:00:00Z".parse().unwrap();
        assert_eq!(next_business_day(friday), "2026-01-05T10:00:00Z".parse().unwrap());
        assert_eq!(
            next_business_day("2026-01-05T10:00:00Z".parse().unwrap()),
            "2026-01-06T10:00:00Z".parse().unwrap()
        );
    }

    #[test]
    fn a_release_is_shown_within_five_business_days() {
        let monday: Timestamp = "2026-01-05T10:00:00Z".parse().unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..200 {
            let seed = format!("card {seed}");
            let shown = shown(monday, &seed);
            assert_eq!(shown, super::shown(monday, &seed));
            seen.insert(shown);
        }
        let days: Vec<i64> =
            seen.iter().map(|time| (time.as_second() - monday.as_second()) / 86_400).collect();
        assert_eq!(days, [1, 2, 3, 4, 7]);
    }
}
