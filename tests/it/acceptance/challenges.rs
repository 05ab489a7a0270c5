//! The issuer's challenge: where it is demanded (A11, H8) and how the customer goes through it (A16).

use bursar::proto::v1::{
    CancelVerificationRequest, FailureReason, LinkAttemptState, PaymentMethodState,
    ResumeVerificationRequest, Verification, VerificationState,
};
use jiff::SignedDuration;

use crate::support::{
    browser::{self, CODE},
    clock::time,
    given::{
        ALIBABA, AWS, CHALLENGED, DECLINED, HUAWEI, MASTERCARD, RETURN_URL, VISA, link_request, request_id,
    },
    refusal::refused,
    world::World,
};

const WITHOUT_3DS: &str = "4000009400000017";
const PASSWORD: &str = "4000009800000047";
const NOT_AUTHENTICATED: &str = "4147463011110091";
const THEN_DECLINED: &str = "4000008400001629";

impl World {
    /// The verification of a method.
    async fn verification_of(&self, method: &str) -> Verification {
        self.verification(&self.method(method).await.verification).await
    }
}

acceptance!(a11_linking_is_challenged_where_law_demands_it, |world| {
    #[rustfmt::skip]
    let table = [
        // program  country  challenged
        (ALIBABA,  "DE",    true),
        (ALIBABA,  "FR",    true),
        (ALIBABA,  "MY",    true),
        (ALIBABA,  "SG",    false),
        (ALIBABA,  "US",    false),
        (ALIBABA,  "GB",    false),
        (AWS,      "DE",    false),
    ];
    for (program, country, challenged) in table {
        let account = world.account(program, country, "USD").await;
        let method = world.link(&account, VISA).await;
        let verification = world.verification_of(&method.name).await;
        let expected =
            if challenged { PaymentMethodState::RequiresAction } else { PaymentMethodState::Active };
        assert_eq!(method.state(), expected, "{program} {country}");
        assert_eq!(
            verification.challenge_rule.is_empty(),
            !challenged,
            "{program} {country} {verification:#?}"
        );
        if let Some(action) = method.next_action {
            assert!(verification.challenge_rule.starts_with("region"), "{}", verification.challenge_rule);
            let page = browser::open(&action.url).await.answer(CODE).await;
            assert_eq!(page.url.as_str(), RETURN_URL);
        }
        assert_eq!(world.method(&method.name).await.state(), PaymentMethodState::Active);
        // The next account links the same card.
        world.unlink(&method.name).await.unwrap();
    }
});

acceptance!(h8_huawei_always_asks_on_the_banks_page, |world| {
    for (country, number) in [("SG", VISA), ("CL", MASTERCARD), ("DE", "4111111111111111")] {
        let account = world.account(HUAWEI, country, "USD").await;
        let method = world.link(&account, number).await;
        assert_eq!(method.state(), PaymentMethodState::RequiresAction, "{country}");
        assert_eq!(world.count(bursar::proto::sandbox::v1::LedgerEntryKind::Charge).await, 0, "{country}");
    }
});

acceptance!(a11_a_card_without_3ds_is_refused_where_it_is_demanded, |world| {
    for (program, country) in [(ALIBABA, "DE"), (ALIBABA, "MY"), (HUAWEI, "SG")] {
        let account = world.account(program, country, "USD").await;
        let refusal = refused(world.try_link(&account, WITHOUT_3DS).await);
        refusal.is_by_rules(&["A11 CARD_THREE_DS_UNAVAILABLE"]);
    }
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.link(&account, WITHOUT_3DS).await;
    assert_eq!(method.state(), PaymentMethodState::Active);
});

acceptance!(a11_risk_demands_a_challenge_after_links_that_failed, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    for number in [DECLINED, "4000000000009987"] {
        assert_eq!(world.link(&account, number).await.state(), PaymentMethodState::Failed);
    }
    let method = world.link(&account, VISA).await;
    assert_eq!(method.state(), PaymentMethodState::RequiresAction);
    assert_eq!(world.verification_of(&method.name).await.challenge_rule, "repeated-failures");
    browser::open(&method.next_action.unwrap().url).await.answer(CODE).await;
    assert_eq!(world.method(&method.name).await.state(), PaymentMethodState::Active);

    // One failure is no pattern, but with a billing address abroad it is.
    let account = world.account(ALIBABA, "US", "USD").await;
    assert_eq!(world.link(&account, "4000000000009979").await.state(), PaymentMethodState::Failed);
    let method = world.link(&account, MASTERCARD).await;
    assert_eq!(world.verification_of(&method.name).await.challenge_rule, "billing-abroad-after-failure");
});

acceptance!(a16_a_challenge_leads_to_the_issuer_and_back, |world| {
    let account = world.account(ALIBABA, "DE", "USD").await;
    let method = world.link(&account, VISA).await;
    assert_eq!(method.state(), PaymentMethodState::RequiresAction);
    let action = method.next_action.clone().unwrap();
    let verification = world.verification_of(&method.name).await;
    assert_eq!(verification.state(), VerificationState::RequiresAction);
    assert_eq!(verification.next_action.as_ref(), Some(&action));
    // The page can be opened for 15 minutes.
    let open_for = time(action.expire_time).duration_since(time(verification.create_time));
    assert!((899..=905).contains(&open_for.as_secs()), "{open_for:#}");

    // It shows what it is about, and can be closed and opened again.
    for _ in 0..2 {
        let page = browser::open(&action.url).await;
        assert_eq!(page.status, 200);
        for part in ["ALIBABACLOUD.COM", "USD 1.00", "4242"] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        assert!(!page.body.contains(VISA));
    }
    // Nothing is held before the customer has answered.
    assert_eq!(world.ledger().await, Vec::<String>::new());

    let back = browser::open(&action.url).await.answer(CODE).await;
    assert_eq!(back.url.as_str(), RETURN_URL);
    let method = world.method(&method.name).await;
    assert_eq!((method.state(), method.next_action), (PaymentMethodState::Active, None));
    assert_eq!(world.verification(&method.verification).await.state(), VerificationState::Succeeded);

    // When all is done, the same link leads on: back to the shop.
    let page = browser::open(&action.url).await;
    assert!(page.url.as_str() == RETURN_URL || !page.body.contains("name=\"answer\""), "{page:?}");
});

acceptance!(a16_without_a_shop_to_go_back_to_bursars_own_page_shows_the_result, |world| {
    #[rustfmt::skip]
    let table = [
        // card        answer  state
        (CHALLENGED,   true,   PaymentMethodState::Active),
        (VISA,         false,  PaymentMethodState::Failed),
    ];
    for (number, right, state) in table {
        let account = world.account(ALIBABA, "DE", "USD").await;
        let mut request = link_request(&account, number);
        request.return_url = String::new();
        let method = world.send_link(request).await.unwrap().payment_method.unwrap();
        let url = method.next_action.unwrap().url;
        let page = browser::open(&url).await;
        let page = if right { page.answer(CODE).await } else { page.leave().await };
        assert_eq!(page.status, 200, "{page:?}");
        assert!(page.url.as_str().starts_with(&world.server.pages), "{}", page.url);
        assert!(!page.url.path().starts_with("/sandbox"), "{}", page.url);
        assert_eq!(world.method(&method.name).await.state(), state);
        // The link of the challenge shows the same from then on.
        let again = browser::open(&url).await;
        assert_eq!((again.status, again.body == page.body), (200, true), "{again:?}");
    }
});

acceptance!(a16_a_password_works_like_a_code, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.link(&account, PASSWORD).await;
    assert_eq!(method.state(), PaymentMethodState::RequiresAction);
    browser::open(&method.next_action.unwrap().url).await.answer("open sesame").await;
    assert_eq!(world.method(&method.name).await.state(), PaymentMethodState::Active);
});

acceptance!(a16_challenges_that_do_not_end_well_fail_with_their_own_reasons, |world| {
    // Wrong three times.
    let account = world.account(ALIBABA, "DE", "USD").await;
    let method = world.link(&account, VISA).await;
    let mut page = browser::open(&method.next_action.unwrap().url).await;
    for _ in 0..2 {
        page = page.answer("000000").await;
        assert!(page.body.contains("not right"), "{page:?}");
        assert_eq!(world.method(&method.name).await.state(), PaymentMethodState::RequiresAction);
    }
    page.answer("000000").await;
    failed(&world, &account, &method.name, FailureReason::ChallengeFailed, "").await;

    // Left by the cancel button.
    let method = world.link(&account, VISA).await;
    browser::open(&method.next_action.unwrap().url).await.leave().await;
    failed(&world, &account, &method.name, FailureReason::ChallengeAbandoned, "").await;

    // Passed, and declined all the same.
    let account = world.account(ALIBABA, "DE", "USD").await;
    let method = world.link(&account, THEN_DECLINED).await;
    browser::open(&method.next_action.unwrap().url).await.answer(CODE).await;
    failed(&world, &account, &method.name, FailureReason::CardDeclined, "05").await;

    // The issuer itself says that it is not the cardholder.
    let method = world.link(&account, NOT_AUTHENTICATED).await;
    failed(&world, &account, &method.name, FailureReason::ChallengeFailed, "").await;
    assert_eq!(world.ledger().await, Vec::<String>::new());
});

/// That a method failed for a reason, everywhere where that is told.
async fn failed(world: &World, account: &str, method: &str, reason: FailureReason, code: &str) {
    let method = world.method(method).await;
    assert_eq!(
        (method.state(), method.next_action.as_ref()),
        (PaymentMethodState::Failed, None),
        "{method:#?}"
    );
    let failure = method.failure.clone().unwrap();
    assert_eq!((failure.reason(), failure.network_code.as_str()), (reason, code), "{method:#?}");
    assert!(failure.advice.ends_with('.'), "{failure:?}");
    assert_eq!(world.verification(&method.verification).await.failure.as_ref(), Some(&failure));
    let attempts = world.link_attempts(account).await;
    let attempt = attempts.iter().find(|attempt| attempt.payment_method == method.name).unwrap();
    assert_eq!((attempt.state(), attempt.failure.as_ref()), (LinkAttemptState::Failed, Some(&failure)));
    assert_eq!(world.get_account(account).await.default_payment_method, "");
}

acceptance!(a16_an_abandoned_challenge_expires_with_a_reason_of_its_own, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "DE", "USD").await;
    let method = world.link(&account, VISA).await;
    let url = method.next_action.unwrap().url;
    browser::open(&url).await;

    // Closed; a minute before it expires it still works.
    world.advance(&mut clock, SignedDuration::from_mins(14)).await;
    assert_eq!(world.method(&method.name).await.state(), PaymentMethodState::RequiresAction);
    assert_eq!(browser::open(&url).await.status, 200);

    let fired = world.advance(&mut clock, SignedDuration::from_mins(2)).await;
    assert!(!fired.is_empty());
    failed(&world, &account, &method.name, FailureReason::ChallengeNotCompleted, "").await;
    let verification = world.verification_of(&method.name).await;
    assert_eq!(verification.state(), VerificationState::Expired);
    let page = browser::open(&url).await;
    assert!(!page.body.contains("name=\"answer\""), "{page:?}");
    assert_eq!(world.ledger().await, Vec::<String>::new());

    // It can be tried again: a failed link holds no claim (A8).
    let method = world.link(&account, VISA).await;
    browser::open(&method.next_action.unwrap().url).await.answer(CODE).await;
    assert_eq!(world.method(&method.name).await.state(), PaymentMethodState::Active);
});

acceptance!(a16_a_challenge_can_be_resumed_until_it_expires, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "DE", "USD").await;
    let method = world.link(&account, VISA).await;
    let request = || ResumeVerificationRequest { name: method.verification.clone() };

    world.advance(&mut clock, SignedDuration::from_mins(14)).await;
    let resumed = world.verifications().resume_verification(request()).await.unwrap().into_inner();
    let resumed = resumed.verification.unwrap();
    assert_eq!(resumed.state(), VerificationState::RequiresAction);
    browser::open(&resumed.next_action.unwrap().url).await.answer(CODE).await;
    assert_eq!(world.method(&method.name).await.state(), PaymentMethodState::Active);

    let refusal = refused(world.verifications().resume_verification(request()).await);
    refusal.is_by_rules(&["A16 VERIFICATION_NOT_OPEN"]);
    assert_eq!(refusal.fact("state"), "SUCCEEDED");
});

acceptance!(a16_a_verification_can_be_given_up, |world| {
    let account = world.account(ALIBABA, "DE", "USD").await;
    let method = world.link(&account, VISA).await;
    let url = method.next_action.unwrap().url;
    let request =
        || CancelVerificationRequest { name: method.verification.clone(), request_id: request_id() };
    let answer = world.verifications().cancel_verification(request()).await.unwrap().into_inner();
    assert_eq!(answer.verification.unwrap().state(), VerificationState::Cancelled);
    failed(&world, &account, &method.name, FailureReason::Cancelled, "").await;

    // The issuer knows, too: nobody can answer any more, and nothing is held.
    let page = browser::open(&url).await;
    assert!(!page.body.contains("name=\"answer\""), "{page:?}");
    assert_eq!(world.ledger().await, Vec::<String>::new());
    let refusal = refused(world.verifications().cancel_verification(request()).await);
    refusal.is_by_rules(&["C4 VERIFICATION_NOT_OPEN"]);
    assert_eq!(refusal.fact("state"), "CANCELLED");

    // The card is free again.
    world.active(&account, VISA).await;
});
