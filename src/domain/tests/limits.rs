//! Card testing is held off (C15): three failures a day at Huawei Cloud, by account and by instrument.

use jiff::{SignedDuration, Timestamp};

use super::given;
use crate::domain::{claim::limited_until, program::Limit};

const HUAWEI: &str = "huawei-cloud-intl SG USD";

#[test]
fn c15_the_limit_opens_when_the_oldest_failure_is_a_window_old() {
    let minutes = |count: &i64| {
        Timestamp::constant(1_790_000_000, 0).checked_add(SignedDuration::from_mins(*count)).unwrap()
    };
    let limit = Limit { count: 3, window: SignedDuration::from_mins(60) };
    // Minutes at which linking failed, now, and when it opens.
    #[rustfmt::skip]
    let cases: &[(&[i64], i64, Option<i64>)] = &[
        (&[],                 0, None),
        (&[0, 1],             2, None),
        (&[0, 1, 2],          2, Some(60)),
        (&[0, 1, 2],         59, Some(60)),
        (&[0, 1, 2],         60, None),
        (&[0, 1, 2, 60],     60, Some(61)),
        (&[2, 0, 1],         10, Some(60)),
        (&[0, 0, 0],         10, Some(60)),
        (&[0, 1, 2, 3, 4],   10, Some(62)),
    ];
    for (failures, now, opens) in cases {
        let failures: Vec<Timestamp> = failures.iter().map(minutes).collect();
        let found = limited_until(&failures, 0, limit, minutes(now));
        assert_eq!(found, opens.as_ref().map(minutes), "{failures:?} at {now}");
    }
}

/// A limit of none at all holds everybody off, and says no time before the end of time.
#[test]
fn c15_a_limit_of_one_opens_after_one_window() {
    let failed = Timestamp::constant(1_790_000_000, 0);
    let limit = Limit { count: 1, window: SignedDuration::from_secs(10) };
    let opens = failed.checked_add(SignedDuration::from_secs(10)).unwrap();
    assert_eq!(limited_until(&[failed], 0, limit, failed), Some(opens));
    assert_eq!(limited_until(&[failed], 0, limit, opens), None);
}

#[test]
fn c15_three_failures_a_day_by_account() {
    given(
        HUAWEI,
        "link 1; 1 declined 05; +1h; link 2; 2 failed; +1h",
        "
        link 3        => claim taken; link_attempt made; payment_method linked; verification started; perform 1
        3 abandoned   => verification check=Cancelled failed; payment_method failed; link_attempt failed;
                         claim released link_failed; account link_failed
        link 4        => refused LINK_ATTEMPTS_EXHAUSTED until 2026-08-16T12:00:00Z
        history 4     => unknown
        +21h          => 2026-08-16T11:00:00Z
        link 4        => refused LINK_ATTEMPTS_EXHAUSTED until 2026-08-16T12:00:00Z
        +1h           => 2026-08-16T12:00:00Z
        link 4 gift   => refused CARD_GIFT A4; link_attempt made; account link_failed; claim link_failed
        link 4        => refused LINK_ATTEMPTS_EXHAUSTED until 2026-08-16T13:00:00Z
        ",
    );
}

#[test]
fn c15_three_failures_a_day_by_instrument_whoever_tries() {
    given(
        HUAWEI,
        "b: open SG USD; c: open SG USD; d: open SG USD; link 1; 1 declined 05; +1h; b: link 1; b: 1 declined 05; \
         +1h; c: link 1; c: 1 declined 05",
        "
        d: link 1     => refused LINK_ATTEMPTS_EXHAUSTED until 2026-08-16T12:00:00Z
        d: link 2     => claim taken; link_attempt made; payment_method linked; verification started; perform 1
        +22h          => 2026-08-16T12:00:00Z
        d: link 1     => claim taken; link_attempt made; payment_method linked; verification started; perform 1
        ",
    );
}

/// What was no fault of the card's or the customer's does not count.
#[test]
fn c15_outages_do_not_count() {
    let stage = given(
        HUAWEI,
        "link 1; 1 unreached; cancel 1; link 2; 2 refused; link 3; 3 unreached; +1s; 3 timer; 3 unreached; +2s; \
         3 timer; 3 unreached; link 4",
        "
        show 1        => FAILED Cancelled 12/2030
        show 2        => FAILED ProviderRefused 12/2030
        show 3        => FAILED ProviderUnavailable 12/2030
        ",
    );
    assert!(stage.world('a').account().unwrap().link_failures.is_empty());
}

/// A challenge that was left alone does count: whoever tests cards leaves many of them.
#[test]
fn c15_a16_an_unfinished_challenge_counts() {
    let stage = given(
        HUAWEI,
        "link 1; 1 action; +15m; 1 timer",
        "
        1 withdrawn   => verification check=Cancelled expired; payment_method failed; link_attempt failed;
                         claim released link_failed; account link_failed
        show 1        => FAILED ChallengeNotCompleted 12/2030
        ",
    );
    assert_eq!(stage.world('a').account().unwrap().link_failures.len(), 1);
}

/// Failures that no longer count are dropped when the next one comes, so the list stays short.
#[test]
fn c15_old_failures_are_dropped() {
    let stage = given(HUAWEI, "link 1; 1 declined 05; +25h; link 2; 2 declined 05", "");
    assert_eq!(stage.world('a').account().unwrap().link_failures.len(), 1);
}
