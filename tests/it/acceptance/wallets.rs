//! Wallets: PayPal by its holder's agreement (A2, A6, A7, A8, A17).

use bursar::proto::v1::{
    FailureReason, InvoiceState, LinkAttemptState, PaymentMethodKind, PaymentMethodState, PaymentState,
};

use crate::support::{
    browser,
    eventually::eventually,
    given::{ALIBABA, AWS, HUAWEI, RETURN_URL, VISA},
    refusal::refused,
    world::World,
};

const ADA: &str = "ada@example.com";

impl World {
    /// PayPal's page of agreements.
    async fn agreements(&self) -> browser::Page {
        browser::open(&format!("{}/sandbox/paypal", self.server.pages)).await
    }

    /// What PayPal says of an account's agreements, in order.
    async fn agreement_states(&self, email: &str) -> Vec<bool> {
        let page = self.agreements().await;
        let rows = page.body.split("<tr>").filter(|row| row.contains(email));
        rows.map(|row| row.contains("in force")).collect()
    }

    async fn agreements_come_to(&self, email: &str, states: &[bool]) {
        eventually(&format!("the agreements of {email} come to {states:?}"), async || {
            let found = self.agreement_states(email).await;
            if found == states { Ok(()) } else { Err(format!("{found:?}")) }
        })
        .await;
    }
}

acceptance!(a17_paypal_is_linked_by_its_holders_agreement_and_verified, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.try_link_wallet(&account, "PAYPAL").await.unwrap();
    assert_eq!(
        (method.kind(), method.state()),
        (PaymentMethodKind::Paypal, PaymentMethodState::RequiresAction)
    );
    let action = method.next_action.unwrap();
    assert!(action.expire_time.is_some());

    // The page can be closed and opened again.
    browser::open(&action.url).await;
    let page = browser::open(&action.url).await;
    assert!(page.body.contains("ALIBABACLOUD.COM") && page.body.contains("Log on"), "{}", page.body);
    // Who is not known there gets no further.
    let wrong = page.press("log-on", "nobody@example.com").await;
    assert!(wrong.body.contains("no account with that e-mail address"), "{}", wrong.body);
    let known = wrong.press("log-on", ADA).await;
    assert!(known.body.contains("Approve the billing agreement"), "{}", known.body);
    let back = known.press("agree", "").await;
    assert_eq!(back.url.as_str(), RETURN_URL);

    let method = world.rested(&method.name).await;
    assert_eq!(method.state(), PaymentMethodState::Active, "{method:#?}");
    assert!(method.is_default, "{method:#?}");
    assert_eq!(method.card, None);
    let wallet = method.wallet.clone().unwrap();
    assert_eq!((wallet.masked_email.as_str(), wallet.region_code.as_str()), ("a•••@example.com", "US"));
    world
        .ledger_comes_to(&[
            "HOLD USD 1.00 ALIBABACLOUD.COM ada@example.com",
            "RELEASE_ACCEPTED USD 1.00 ALIBABACLOUD.COM ada@example.com",
        ])
        .await;
    let attempts = world.link_attempts(&account).await;
    assert_eq!(
        (attempts[0].kind(), attempts[0].state()),
        (PaymentMethodKind::Paypal, LinkAttemptState::Succeeded)
    );

    // It pays, as a card does.
    let invoice = world.invoice(&account, "USD 12.00").await;
    assert_eq!(world.pay(&account, &[&invoice]).await.state(), PaymentState::Succeeded);
    assert_eq!(world.get_invoice(&invoice).await.state(), InvoiceState::Paid);
    assert!(world.ledger().await.contains(&"CHARGE USD 12.00 ALIBABACLOUD.COM ada@example.com".to_owned()));
});

acceptance!(a17_without_a_funding_source_paypal_asks_for_one_first, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.try_link_wallet(&account, "PAYPAL").await.unwrap();
    let page = browser::open(&method.next_action.unwrap().url).await;
    let page = page.press("log-on", "empty@example.com").await;
    assert!(page.body.contains("Add a bank account first"), "{}", page.body);
    // To agree before that does not lead on.
    let page = page.press("agree", "").await;
    assert!(page.body.contains("Add a bank account first"), "{}", page.body);
    page.press("fund", "").await.press("agree", "").await;
    assert_eq!(world.rested(&method.name).await.state(), PaymentMethodState::Active);
});

acceptance!(a17_authorized_but_not_approved_is_not_linked, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    for (logs_on, reason) in
        [(true, FailureReason::AgreementNotApproved), (false, FailureReason::ChallengeAbandoned)]
    {
        let method = world.try_link_wallet(&account, "PAYPAL").await.unwrap();
        let mut page = browser::open(&method.next_action.unwrap().url).await;
        if logs_on {
            page = page.press("log-on", ADA).await;
        }
        page.press("leave", "").await;
        let method = world.rested(&method.name).await;
        assert_eq!(method.state(), PaymentMethodState::Failed, "{method:#?}");
        let failure = method.failure.unwrap();
        assert_eq!(failure.reason(), reason);
        assert!(failure.advice.ends_with('.'), "{failure:?}");
    }
    assert_eq!(world.ledger().await, Vec::<String>::new());
    let invoice = world.invoice(&account, "USD 12.00").await;
    refused(world.send_pay(crate::support::given::pay_request(&account, &[&invoice])).await)
        .is_by_rules(&["A14 NO_DEFAULT_METHOD"]);
});

acceptance!(a17_a_hold_that_paypal_declines_links_nothing_and_ends_the_agreement, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.link_paypal(&account, "poor@example.com").await;
    assert_eq!(method.state(), PaymentMethodState::Failed, "{method:#?}");
    let failure = method.failure.unwrap();
    assert_eq!(
        (failure.reason(), failure.network_code.as_str()),
        (FailureReason::CardDeclined, "INSTRUMENT_DECLINED")
    );
    world.agreements_come_to("poor@example.com", &[false]).await;
});

acceptance!(a17_an_agreement_that_its_holder_ends_at_paypal_unlinks_it, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.link_paypal(&account, ADA).await;
    world.quiet(&account).await;
    let page = world.agreements().await;
    let (_, id) = page.body.split_once("name=\"effect_id\" value=\"").unwrap();
    let id = id.split_once('"').unwrap().0;
    let page = page.submit(&[("effect_id", id)]).await;
    assert!(!page.body.contains("in force"), "{}", page.body);
    eventually("the method is unlinked", async || {
        let method = world.method(&method.name).await;
        if method.state() == PaymentMethodState::Unlinked { Ok(()) } else { Err(format!("{method:#?}")) }
    })
    .await;
    let method = world.method(&method.name).await;
    assert_eq!(method.failure.unwrap().reason(), FailureReason::AgreementEnded);
    assert_eq!(world.get_account(&account).await.default_payment_method, "");
    // It can be linked again, by anybody.
    let other = world.account(ALIBABA, "US", "USD").await;
    assert_eq!(world.link_paypal(&other, ADA).await.state(), PaymentMethodState::Active);
});

acceptance!(a17_unlinking_it_ends_the_agreement_at_paypal, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    let method = world.link_paypal(&account, ADA).await;
    world.agreements_come_to(ADA, &[true]).await;
    assert_eq!(world.unlink(&method.name).await.unwrap().state(), PaymentMethodState::Unlinked);
    world.agreements_come_to(ADA, &[false]).await;
});

acceptance!(a2_paypal_is_offered_where_the_program_offers_it, |world| {
    for (program, country, offered) in [
        (ALIBABA, "US", true),
        (ALIBABA, "CH", true),
        (ALIBABA, "SG", true),
        (ALIBABA, "DE", false),
        (ALIBABA, "MY", false),
        (AWS, "US", false),
        (HUAWEI, "SG", false),
    ] {
        let account = world.account(program, country, "USD").await;
        let answer = world.try_link_wallet(&account, "PAYPAL").await;
        if offered {
            assert_eq!(answer.unwrap().state(), PaymentMethodState::RequiresAction, "{program} {country}");
        } else {
            let refusal = refused(answer);
            refusal.is_by_rules(&["A2 METHOD_KIND_NOT_SUPPORTED"]);
            assert_eq!(refusal.fact("method"), "PAYPAL");
            assert_eq!(world.link_attempts(&account).await, []);
        }
    }
    // A card is no wallet, nor is what nobody knows.
    let account = world.account(ALIBABA, "US", "USD").await;
    for name in ["CARD", "BARTER"] {
        refused(world.try_link_wallet(&account, name).await).is_by_rules(&["A2 METHOD_KIND_NOT_SUPPORTED"]);
    }
    for name in ["", "pay pal", "\u{fe0f}"] {
        refused(world.try_link_wallet(&account, name).await).is_bad_input("INVALID_FIELD", &["wallet"]);
    }
});

acceptance!(a6_paypal_accounts_of_the_chinese_mainland_are_refused, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.link_paypal(&account, "wang@example.com").await;
    assert_eq!(method.state(), PaymentMethodState::Failed, "{method:#?}");
    let failure = method.failure.unwrap();
    assert_eq!(
        (failure.reason(), failure.rule_reason.as_str()),
        (FailureReason::RuleNotMet, "WALLET_COUNTRY_NOT_SUPPORTED")
    );
    assert_eq!(world.ledger().await, Vec::<String>::new());
    // What the holder has agreed to is ended at PayPal.
    world.agreements_come_to("wang@example.com", &[false]).await;
    assert_eq!(world.link_attempts(&account).await[0].state(), LinkAttemptState::Failed);
});

acceptance!(a7_third_party_methods_within_china_are_refused_by_name, |world| {
    for (program, country) in [(ALIBABA, "SG"), (HUAWEI, "SG"), (AWS, "CN")] {
        let account = world.account(program, country, "USD").await;
        for name in ["ALIPAY", "WECHAT_PAY", "wechatpay"] {
            let refusal = refused(world.try_link_wallet(&account, name).await);
            refusal.is_by_rules(&["A7 METHOD_THIRD_PARTY_CHINESE"]);
            assert_eq!(refusal.fact("method"), name.to_uppercase());
        }
    }
});

acceptance!(a8_a_wallet_is_linked_to_one_account_at_a_time, |world| {
    let first = world.account(ALIBABA, "SG", "USD").await;
    let second = world.account(ALIBABA, "US", "USD").await;
    let method = world.link_paypal(&first, ADA).await;
    assert_eq!(method.state(), PaymentMethodState::Active);

    let refused = world.link_paypal(&second, ADA).await;
    assert_eq!(refused.state(), PaymentMethodState::Failed);
    let failure = refused.failure.unwrap();
    assert_eq!(failure.rule_reason, "WALLET_LINKED_ELSEWHERE");
    assert!(!failure.advice.contains(first.trim_start_matches("accounts/")), "{failure:?}");
    let again = world.link_paypal(&first, ADA).await;
    assert_eq!(again.failure.unwrap().rule_reason, "WALLET_ALREADY_LINKED");
    // The refused ones were ended at PayPal, the first is as it was.
    eventually("two agreements are ended", async || {
        let states = world.agreement_states(ADA).await;
        if states.iter().filter(|in_force| **in_force).count() == 1 {
            Ok(())
        } else {
            Err(format!("{states:?}"))
        }
    })
    .await;
    assert_eq!(world.method(&method.name).await.state(), PaymentMethodState::Active);

    world.quiet(&first).await;
    world.unlink(&method.name).await.unwrap();
    assert_eq!(world.link_paypal(&second, ADA).await.state(), PaymentMethodState::Active);
});

acceptance!(a32_a_charge_that_the_wallet_declines_says_so, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.link_paypal(&account, "later@example.com").await;
    let invoice = world.invoice(&account, "USD 12.00").await;
    let payment = world.pay(&account, &[&invoice]).await;
    assert_eq!(payment.state(), PaymentState::Failed);
    let failure = payment.failure.unwrap();
    assert_eq!(failure.network_code, "INSTRUMENT_DECLINED");
    assert!(failure.advice.contains("wallet"), "{failure:?}");
});

acceptance!(a11_a_wallet_is_asked_for_no_3ds, |world| {
    // However risky linking or paying is: PayPal has asked its holder itself.
    let account = world.account(ALIBABA, "SG", "USD").await;
    for number in ["4000000000000002", "4000000000009987"] {
        assert_eq!(world.link(&account, number).await.state(), PaymentMethodState::Failed);
    }
    let method = world.link_paypal(&account, ADA).await;
    assert_eq!(method.state(), PaymentMethodState::Active, "{method:#?}");
    assert_eq!(world.verification(&method.verification).await.challenge_rule, "");
    let invoice = world.invoice(&account, "USD 4000.00").await;
    let payment = world.pay(&account, &[&invoice]).await;
    assert_eq!((payment.state(), payment.challenge_rule.as_str()), (PaymentState::Succeeded, ""));
});

acceptance!(a8_a_deactivated_accounts_wallet_is_free_after_the_silent_period, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    let other = world.account(ALIBABA, "US", "USD").await;
    // What waits for its holder is in the way.
    let waiting = world.try_link_wallet(&account, "PAYPAL").await.unwrap();
    let deactivate = || bursar::proto::v1::DeactivateAccountRequest {
        name: account.clone(),
        request_id: crate::support::given::request_id(),
    };
    refused(world.accounts().deactivate_account(deactivate()).await)
        .is_by_rules(&["A8 VERIFICATION_IN_PROGRESS"]);
    browser::open(&waiting.next_action.unwrap().url).await.agree_as(ADA).await;
    world.rested(&waiting.name).await;
    world.quiet(&account).await;
    world.accounts().deactivate_account(deactivate()).await.unwrap();
    let failure = world.link_paypal(&other, ADA).await.failure.unwrap();
    assert_eq!(failure.rule_reason, "WALLET_LINKED_ELSEWHERE");
    world.advance(&mut clock, jiff::SignedDuration::from_hours(15 * 24)).await;
    assert_eq!(world.method(&waiting.name).await.state(), PaymentMethodState::Unlinked);
    world.agreements_come_to(ADA, &[false, false]).await;
    assert_eq!(world.link_paypal(&other, ADA).await.state(), PaymentMethodState::Active);
});
