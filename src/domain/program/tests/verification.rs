//! How cards are verified (A11, A13, H6, H8).

use jiff::civil::date;

use super::*;

fn plan(id: &str, account: &str, preferred: &str, risk: &LinkRiskFacts) -> VerificationPlan {
    let edition = edition(id);
    let region = edition.region(country(account)).unwrap();
    edition.verification(region, currency(preferred), risk, &rates(), date(2026, 8, 15)).unwrap()
}

#[test]
fn mode_amount_and_challenge_by_program_and_region() {
    use Challenge::{IssuerDecides, Mandated};
    use VerificationMode::{ChargeThenRefund, HoldThenRelease, ZeroAmount};
    #[rustfmt::skip]
    let rows = [
        // program              account        mode              amount         challenge
        ("alibaba-cloud-intl", "SG", "USD",  HoldThenRelease,  "USD 1.00",    IssuerDecides),
        ("alibaba-cloud-intl", "US", "USD",  HoldThenRelease,  "USD 1.00",    IssuerDecides),
        ("alibaba-cloud-intl", "SG", "SGD",  HoldThenRelease,  "SGD 1.35",    IssuerDecides),
        ("alibaba-cloud-intl", "JP", "JPY",  HoldThenRelease,  "JPY 149",     IssuerDecides),
        ("alibaba-cloud-intl", "CH", "EUR",  HoldThenRelease,  "EUR 1.00",    IssuerDecides),
        ("alibaba-cloud-intl", "GB", "GBP",  HoldThenRelease,  "GBP 1.00",    IssuerDecides),
        ("alibaba-cloud-intl", "MY", "MYR",  HoldThenRelease,  "MYR 4.48",    Mandated),
        ("alibaba-cloud-intl", "DE", "EUR",  HoldThenRelease,  "EUR 1.00",    Mandated),
        ("huawei-cloud-intl",  "CL", "CLP",  ChargeThenRefund, "CLP 946",     Mandated),
        ("huawei-cloud-intl",  "TH", "USD",  ChargeThenRefund, "USD 1.00",    Mandated),
        ("aws-inc",            "CN", "CNY",  ZeroAmount,       "CNY 0.00",    IssuerDecides),
        ("aws-inc",            "DE", "EUR",  ZeroAmount,       "EUR 0.00",    IssuerDecides),
    ];
    for (id, account, preferred, mode, amount, challenge) in rows {
        let plan = plan(id, account, preferred, &calm(account));
        assert_eq!(
            (plan.mode, plan.amount, plan.challenge),
            (mode, money(amount), challenge),
            "{id} {account} {preferred}"
        );
        assert_eq!(plan.rate.is_some(), mode != ZeroAmount && preferred != "USD", "{id} {preferred}");
        assert_eq!(plan.challenge_rule, None);
        assert_eq!(plan.challenge_lifetime.as_mins(), 15);
        assert_eq!(plan.release_within.as_hours(), if mode == ZeroAmount { 0 } else { 24 });
    }
    // A13
    let descriptor = |id| plan(id, "SG", "USD", &calm("SG")).descriptor;
    assert_eq!(descriptor("alibaba-cloud-intl"), "ALIBABACLOUD.COM");
    assert_eq!(descriptor("huawei-cloud-intl"), "HUAWEI CLOUD");
}

#[test]
fn the_rate_is_kept_and_a_missing_one_is_an_error() {
    let yuan = plan("alibaba-cloud-intl", "SG", "CNY", &calm("SG"));
    assert_eq!(yuan.amount, money("CNY 7.13"));
    let rate = yuan.rate.unwrap();
    assert_eq!((rate.rate.to_string().as_str(), rate.source.as_str()), ("7.125", "illustrative-2026"));
    let edition = edition("alibaba-cloud-intl");
    let region = edition.region(country("SG")).unwrap();
    let missing = edition.verification(region, currency("RSD"), &calm("SG"), &rates(), date(2026, 8, 15));
    assert_eq!(missing.unwrap_err().to_string(), "no exchange rate from USD to RSD is known on 2026-08-15");
}

// A11
#[test]
fn risk_on_linking() {
    #[rustfmt::skip]
    let rows = [
        // billing    failed  the rule that fired
        (Some("SG"),  0,      None),
        (Some("US"),  0,      None),
        (None,        0,      None),
        (Some("SG"),  1,      None),
        (None,        1,      None),
        (Some("US"),  1,      Some("billing-abroad-after-failure")),
        (Some("SG"),  2,      Some("repeated-failures")),
        (Some("US"),  2,      Some("repeated-failures")),
        (None,        5,      Some("repeated-failures")),
    ];
    for (billing, failed_attempts, expected) in rows {
        let billing_country = billing.map(country);
        let risk = LinkRiskFacts { billing_country, failed_attempts, ..calm("SG") };
        let plan = plan("alibaba-cloud-intl", "SG", "USD", &risk);
        assert_eq!(plan.challenge_rule.as_deref(), expected, "{billing:?} {failed_attempts}");
        assert_eq!(plan.challenge == Challenge::Mandated, expected.is_some());
    }
}

#[test]
fn linking_is_limited_and_the_rest_is_data() {
    let ali = edition("alibaba-cloud-intl");
    let huawei = edition("huawei-cloud-intl");
    let shown = |limit: Limit| (limit.count, limit.window.as_hours());
    // C15
    assert_eq!(shown(huawei.link_limits().per_account), (3, 24));
    assert_eq!(shown(huawei.link_limits().per_instrument), (3, 24));
    assert_eq!(shown(ali.link_limits().per_account), (5, 24));
    // A8, A12, A14, A15, H5, H14
    assert_eq!(ali.silent_period().as_hours(), 15 * 24);
    assert!(ali.first_becomes_default() && ali.currency_conversion_note());
    assert!(ali.card_input().billing_address_required && !huawei.card_input().billing_address_required);
    assert!(huawei.expiry_change_reverifies());
}
