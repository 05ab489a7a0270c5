//! How often linking may fail (C15).

use bursar::proto::v1::{CancelVerificationRequest, PaymentMethodState};
use jiff::{SignedDuration, Timestamp};
use tonic::Code;

use crate::support::{
    browser,
    given::{HUAWEI, MASTERCARD, PREPAID, VISA, request_id},
    options::{Options, Outside},
    refusal::refused,
};

const GIFT: &str = "4000009100000010";
const VIRTUAL: &str = "4000009200000019";

acceptance!(c15_after_three_failures_a_day_an_account_is_held_off, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, HUAWEI, "SG", "USD").await;
    for number in [PREPAID, GIFT] {
        refused(world.try_link(&account, number).await);
    }
    world.advance(&mut clock, SignedDuration::from_hours(1)).await;
    refused(world.try_link(&account, VIRTUAL).await);

    // The fourth is refused, good card or not, until the first failure is a day old.
    let refusal = refused(world.try_link(&account, VISA).await);
    assert_eq!((refusal.code, refusal.reason.as_str()), (Code::ResourceExhausted, "LINK_ATTEMPTS_EXHAUSTED"));
    assert_eq!(refusal.fact("scope"), "account");
    let opens: Timestamp = refusal.fact("retry_time").parse().unwrap();
    let wait = opens.duration_since(clock.now);
    assert!((wait.as_secs() - 23 * 3600).abs() <= 1, "{wait:#}");
    assert!(refusal.retry_after.unwrap().as_secs().abs_diff(23 * 3600) <= 1, "{refusal:#?}");
    // Being held off is no failure of its own.
    assert_eq!(world.link_attempts(&account).await.len(), 3);

    world.advance(&mut clock, SignedDuration::from_hours(22)).await;
    assert_eq!(refused(world.try_link(&account, VISA).await).reason, "LINK_ATTEMPTS_EXHAUSTED");
    world.advance(&mut clock, SignedDuration::from_mins(61)).await;
    assert_eq!(world.link(&account, VISA).await.state(), PaymentMethodState::RequiresAction);

    // Others are not held off by it.
    let other = world.account(HUAWEI, "SG", "USD").await;
    assert_eq!(world.link(&other, MASTERCARD).await.state(), PaymentMethodState::RequiresAction);
});

acceptance!(c15_an_instrument_is_held_off_whoever_tries_it, |world| {
    let mut clock = world.clock().await;
    for _ in 0..3 {
        let account = world.account_on(&clock, HUAWEI, "SG", "USD").await;
        refused(world.try_link(&account, PREPAID).await).is_by_rules(&["A4 CARD_PREPAID"]);
    }
    let account = world.account_on(&clock, HUAWEI, "SG", "USD").await;
    let refusal = refused(world.try_link(&account, PREPAID).await);
    assert_eq!((refusal.code, refusal.reason.as_str()), (Code::ResourceExhausted, "LINK_ATTEMPTS_EXHAUSTED"));
    assert_eq!(refusal.fact("scope"), "instrument");
    assert!(refusal.retry_after.is_some());
    assert_eq!(world.link_attempts(&account).await, []);
    // The account may try other cards.
    assert_eq!(world.link(&account, VISA).await.state(), PaymentMethodState::RequiresAction);

    world.advance(&mut clock, SignedDuration::from_hours(25)).await;
    refused(world.try_link(&account, PREPAID).await).is_by_rules(&["A4 CARD_PREPAID"]);
});

acceptance!(c15_challenges_that_were_left_or_given_up_count, |world| {
    // How far a link came tells whether the issuer knows the card, so giving up is no way around.
    let account = world.account(HUAWEI, "SG", "USD").await;
    let method = world.link(&account, VISA).await;
    browser::open(&method.next_action.unwrap().url).await.leave().await;
    for _ in 0..2 {
        let method = world.link(&account, VISA).await;
        let request = CancelVerificationRequest { name: method.verification, request_id: request_id() };
        world.verifications().cancel_verification(request).await.unwrap();
    }
    let refusal = refused(world.try_link(&account, VISA).await);
    assert_eq!(refusal.reason, "LINK_ATTEMPTS_EXHAUSTED", "{refusal:#?}");
});

acceptance!(c15_links_that_succeed_do_not_count, |world| {
    let account = world.account(HUAWEI, "SG", "USD").await;
    world.active(&account, VISA).await;
    for _ in 0..4 {
        let method = world.active(&account, MASTERCARD).await;
        world.unlink(&method).await.unwrap();
    }
});

acceptance!(
    c15_an_outage_of_the_provider_is_nobodys_failure,
    Options::impatient().outside(Outside::Apart),
    |mut world| {
        let account = world.account(HUAWEI, "SG", "USD").await;
        world.lose_outside().await;
        for _ in 0..4 {
            assert_eq!(refused(world.try_link(&account, VISA).await).reason, "PROVIDER_UNAVAILABLE");
        }
        assert_eq!(world.link_attempts(&account).await, []);
    }
);
