//! Which cards are taken (A2 to A5, A9, A10), and what stays in the history of those that are not.

use bursar::proto::v1::{FailureReason, LinkAttemptState, PaymentMethodKind, PaymentMethodState};

use crate::support::{
    given::{
        ALIBABA, AMEX, AWS, DECLINED, HUAWEI, INSUFFICIENT_FUNDS, JCB, MASTERCARD, PREPAID, UNIONPAY, VISA,
    },
    refusal::refused,
};

const GIFT: &str = "4000009100000010";
const VIRTUAL: &str = "4000009200000019";
const CO_BADGED: &str = "4000009300000018";
const DOMESTIC_ONLY: &str = "4000009500000016";
const OFFLINE_ONLY: &str = "4000009000000011";
const VISA_OF_CHINA: &str = "4000001560000002";
const UNIONPAY_DEBIT: &str = "6200000000000047";

acceptance!(a2_each_brand_is_taken_where_the_program_takes_it, |world| {
    #[rustfmt::skip]
    let table = [
        // brand          number      US     EU     Europe  Malaysia  other
        ("VISA",             VISA,       [true,  true,  true,  true,  true]),
        ("MASTERCARD",       MASTERCARD, [true,  true,  true,  true,  true]),
        ("AMERICAN_EXPRESS", AMEX,       [true,  true,  true,  false, true]),
        ("JCB",              JCB,        [false, false, false, false, true]),
    ];
    let regions = [
        ("US", "united-states"),
        ("DE", "european-union"),
        ("GB", "europe-outside-union"),
        ("MY", "malaysia"),
        ("SG", "other"),
    ];
    for (brand, number, taken) in table {
        for ((country, region), taken) in regions.into_iter().zip(taken) {
            let account = world.account(ALIBABA, country, "USD").await;
            if taken {
                let method = world.active(&account, number).await;
                let method = world.method(&method).await;
                assert_eq!(method.kind(), PaymentMethodKind::Card);
                assert_eq!(method.card.as_ref().unwrap().brand, brand);
                world.unlink(&method.name).await.unwrap();
                continue;
            }
            let refusal = refused(world.try_link(&account, number).await);
            refusal.is_by_rules(&["A2 CARD_BRAND_NOT_SUPPORTED"]);
            assert_eq!((refusal.fact("brand"), refusal.fact("region")), (brand, region), "{country}");
            assert_eq!(world.methods_of(&account).await, []);
        }
    }
});

/// Refuses each card on an account of its own and looks at what is left of it.
macro_rules! refuses {
    ($world:ident, $program:expr, $country:expr, $table:expr) => {
        for (number, rules) in $table {
            let account = $world.account($program, $country, "USD").await;
            let before = $world.ledger().await;
            let refusal = refused($world.try_link(&account, number).await);
            refusal.is_by_rules(rules);
            // Nothing was linked, nothing was held, and the attempt is in the history (H12).
            assert_eq!($world.methods_of(&account).await, []);
            assert_eq!($world.ledger().await, before);
            let attempts = $world.link_attempts(&account).await;
            let [attempt] = attempts.as_slice() else { panic!("not one attempt: {attempts:#?}") };
            assert_eq!(attempt.state(), LinkAttemptState::Refused);
            assert_eq!(attempt.rule_reason, refusal.reason);
            assert_eq!(attempt.message, refusal.message);
            assert!(number.ends_with(&attempt.last_four), "{attempt:?}");
        }
    };
}

acceptance!(a3_unionpay_alone_is_refused_and_co_badged_counts_as_the_other_network, |world| {
    #[rustfmt::skip]
    let table: [(&str, &[&str]); 2] = [
        (UNIONPAY_DEBIT,        &["A3 CARD_UNIONPAY_ONLY"]),
        // C6: every rule that it breaks.
        (UNIONPAY,              &["A3 CARD_UNIONPAY_ONLY", "A5 CARD_ISSUED_IN_CHINESE_MAINLAND"]),
    ];
    refuses!(world, ALIBABA, "SG", table);

    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.active(&account, CO_BADGED).await;
    let mut card = world.method(&method).await.card.unwrap();
    card.networks.sort();
    assert_eq!((card.brand.as_str(), card.networks.join("+").as_str()), ("VISA", "UNIONPAY+VISA"));
});

acceptance!(a3_w2_where_a_program_takes_unionpay_it_is_taken, |world| {
    let account = world.account(AWS, "CN", "CNY").await;
    let method = world.active(&account, UNIONPAY).await;
    assert_eq!(world.method(&method).await.card.unwrap().brand, "UNIONPAY");

    let account = world.account(AWS, "CN", "USD").await;
    refused(world.try_link(&account, UNIONPAY_DEBIT).await).is_by_rules(&["W2 CARD_BRAND_NOT_SUPPORTED"]);
});

acceptance!(a4_prepaid_virtual_and_gift_cards_are_refused, |world| {
    let table: [(&str, &[&str]); 3] =
        [(PREPAID, &["A4 CARD_PREPAID"]), (VIRTUAL, &["A4 CARD_VIRTUAL"]), (GIFT, &["A4 CARD_GIFT"])];
    refuses!(world, ALIBABA, "SG", table);
    refuses!(world, HUAWEI, "SG", table);
});

acceptance!(a5_credit_cards_of_the_chinese_mainland_are_refused, |world| {
    let table: [(&str, &[&str]); 1] = [(VISA_OF_CHINA, &["A5 CARD_ISSUED_IN_CHINESE_MAINLAND"])];
    refuses!(world, ALIBABA, "SG", table);

    // The rule is this program's.
    let account = world.account(AWS, "SG", "USD").await;
    let method = world.active(&account, VISA_OF_CHINA).await;
    assert_eq!(world.method(&method).await.card.unwrap().issuer_region_code, "CN");
});

acceptance!(a9_the_card_is_enabled_for_international_and_online_payments, |world| {
    #[rustfmt::skip]
    let table: [(&str, &[&str]); 2] = [
        (DOMESTIC_ONLY, &["A9 CARD_NOT_ENABLED_INTERNATIONALLY"]),
        (OFFLINE_ONLY,  &["A9 CARD_NOT_ENABLED_ONLINE"]),
    ];
    refuses!(world, ALIBABA, "SG", table);
});

acceptance!(a10_a_card_that_does_not_cover_the_hold_fails_as_data, |world| {
    #[rustfmt::skip]
    let table = [
        // number              code  meaning
        (INSUFFICIENT_FUNDS,  "51", "balance or credit limit"),
        (DECLINED,            "05", "without a reason"),
        ("4000000000009979",  "43", "stolen"),
        // C9: a number that no issuer knows.
        ("4539578763621486",  "14", "no card of this number"),
    ];
    for (number, code, meaning) in table {
        let account = world.account(ALIBABA, "SG", "USD").await;
        let linked = world.try_link(&account, number).await.expect("an issuer's refusal is data");
        let method = linked.payment_method.unwrap();
        assert_eq!(method.state(), PaymentMethodState::Failed);
        let failure = method.failure.clone().unwrap();
        assert_eq!(failure.reason(), FailureReason::CardDeclined);
        assert_eq!(failure.network_code, code);
        assert!(failure.network_meaning.contains(meaning), "{failure:?}");
        assert!(failure.advice.ends_with('.'), "{failure:?}");
        assert_eq!(world.method(&method.name).await, method);
        assert_eq!(world.get_account(&account).await.default_payment_method, "");
        let verification = world.verification(&method.verification).await;
        assert_eq!(verification.failure, Some(failure.clone()));
        let [attempt] = world.link_attempts(&account).await.try_into().unwrap();
        assert_eq!((attempt.state(), attempt.failure.as_ref()), (LinkAttemptState::Failed, Some(&failure)));
    }
    assert_eq!(world.ledger().await, Vec::<String>::new());
});
