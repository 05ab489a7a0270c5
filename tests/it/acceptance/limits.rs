//! How often linking may fail (C15).

use bursar::proto::v1::{CancelVerificationRequest, FailureReason, PaymentMethodState};
use jiff::{SignedDuration, Timestamp};
use tonic::Code;

use crate::support::{
    browser,
    given::{ALIBABA, HUAWEI, MASTERCARD, PREPAID, VISA, request_id},
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

acceptance!(c15_wallets_that_were_not_agreed_to_count, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    for _ in 0..5 {
        let method = world.try_link_wallet(&account, "PAYPAL").await.unwrap();
        browser::open(&method.next_action.unwrap().url).await.press("leave", "").await;
        assert_eq!(world.rested(&method.name).await.state(), PaymentMethodState::Failed);
    }
    // Whatever is tried next, and until a day after the first.
    let refusal = refused(world.try_link_wallet(&account, "PAYPAL").await);
    assert_eq!((refusal.code, refusal.reason.as_str()), (Code::ResourceExhausted, "LINK_ATTEMPTS_EXHAUSTED"));
    assert_eq!(refusal.fact("scope"), "account");
    assert!(refusal.retry_after.unwrap().as_secs().abs_diff(24 * 3600) <= 1, "{refusal:#?}");
    assert_eq!(refused(world.try_link(&account, VISA).await).reason, "LINK_ATTEMPTS_EXHAUSTED");
    world.advance(&mut clock, SignedDuration::from_hours(24)).await;
    world.try_link_wallet(&account, "PAYPAL").await.unwrap();
});

acceptance!(c15_wallets_that_wait_for_their_holders_count, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    for _ in 0..5 {
        world.try_link_wallet(&account, "PAYPAL").await.unwrap();
    }
    let refusal = refused(world.try_link_wallet(&account, "PAYPAL").await);
    assert_eq!((refusal.reason.as_str(), refusal.fact("scope")), ("LINK_ATTEMPTS_EXHAUSTED", "account"));
});

acceptance!(c15_a_wallet_is_held_off_whoever_tries_it, |world| {
    const POOR: &str = "poor@example.com";
    let mut clock = world.clock().await;
    let mut account = String::new();
    for attempt in 0..7 {
        account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
        let failure = world.link_paypal(&account, POOR).await.failure.unwrap();
        // PayPal is not asked again for the sixth, and being held off is no failure of its own.
        if attempt < 5 {
            assert_eq!(failure.network_code, "INSTRUMENT_DECLINED", "{attempt}");
        } else {
            let expected = (FailureReason::RuleNotMet, "LINK_ATTEMPTS_EXHAUSTED");
            assert_eq!((failure.reason(), failure.rule_reason.as_str()), expected, "{attempt}");
            assert!(failure.advice.contains("Try again after 2030-06-16T12:00"), "{failure:?}");
        }
    }
    // The account may link another; a day later, this one is asked about again.
    assert_eq!(world.link_paypal(&account, "ada@example.com").await.state(), PaymentMethodState::Active);
    world.advance(&mut clock, SignedDuration::from_hours(24)).await;
    let failure = world.link_paypal(&account, POOR).await.failure.unwrap();
    assert_eq!(failure.network_code, "INSTRUMENT_DECLINED");
});
