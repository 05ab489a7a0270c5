//! Rules on paying and removing (A11, A23, A24, C12, H15).

use jiff::{SignedDuration, civil::date};

use super::*;

// A11
#[test]
fn risk_on_payments() {
    use PaymentTrigger::{Bill, Invoice, Order, Threshold};
    const LARGE: Option<&str> = Some("large-amount");
    const NEW: Option<&str> = Some("new-card-from-abroad");
    #[rustfmt::skip]
    let rows = [
        // amount          age in hours  issuer      trigger       the rule that fired
        ("USD 999.99",     48,           Some("US"), Order,        None),
        ("USD 2999.99",    48,           Some("US"), Invoice,      None),
        ("USD 3000.00",    48,           Some("US"), Invoice,      LARGE),
        ("USD 3000.00",    48,           Some("SG"), Order,        LARGE),
        ("USD 3000.00",    48,           None,       Order,        LARGE),
        ("USD 3000.00",    48,           Some("US"), Threshold,    None),
        ("USD 3000.00",    48,           Some("US"), Bill,  None),
        ("USD 499.99",     23,           Some("US"), Order,        None),
        ("USD 500.00",     23,           Some("US"), Order,        NEW),
        ("USD 500.00",     24,           Some("US"), Order,        None),
        ("USD 500.00",     23,           Some("SG"), Order,        None),
        ("USD 500.00",     23,           None,       Order,        None),
        ("JPY 445499",     48,           Some("US"), Order,        None),
        ("JPY 445500",     48,           Some("US"), Order,        LARGE),
        // A rate that is missing can't make a payment small.
        ("RSD 1.00",       48,           Some("SG"), Order,        LARGE),
    ];
    let edition = edition("alibaba-cloud-intl");
    for (amount, hours, issuer, trigger, expected) in rows {
        let facts = PaymentRiskFacts {
            amount: money(amount),
            method_age: SignedDuration::from_hours(hours),
            issuer_country: issuer.map(country),
            account_country: country("SG"),
            trigger,
        };
        let fired = edition.payment_challenge(&facts, &rates(), date(2026, 8, 15));
        assert_eq!(fired, expected, "{amount} {hours} {issuer:?} {trigger}");
    }
}

// A23, A24, H15
#[test]
fn removing_a_method() {
    #[rustfmt::skip]
    let rows = [
        // default active expired other  owes    Alibaba Cloud            HUAWEI CLOUD
        (false,   true,   false,  true,  true,   "",                      ""),
        (false,   false,  true,   true,  true,   "",                      ""),
        (false,   false,  false,  false, true,   "",                      ""),
        (true,    true,   false,  true,  false,  "METHOD_IS_DEFAULT",     "METHOD_IS_DEFAULT"),
        (true,    true,   false,  true,  true,   "METHOD_IS_DEFAULT",     "METHOD_IS_DEFAULT"),
        (true,    true,   false,  false, false,  "",                      "METHOD_IS_DEFAULT"),
        (true,    true,   false,  false, true,   "METHOD_IS_ONLY_ACTIVE", "METHOD_IS_DEFAULT"),
        (true,    false,  true,   true,  false,  "METHOD_IS_DEFAULT",     "METHOD_IS_DEFAULT"),
        (true,    false,  true,   false, false,  "METHOD_IS_DEFAULT",     "METHOD_IS_DEFAULT"),
        (false,   true,   false,  false, true,   "METHOD_IS_ONLY_ACTIVE", ""),
        (false,   true,   false,  false, false,  "",                      ""),
    ];
    let (ali, huawei) = (edition("alibaba-cloud-intl"), edition("huawei-cloud-intl"));
    for (is_default, is_active, is_expired, other_active, owes, expected_ali, expected_huawei) in rows {
        let owed = [Obligation::RunningResources, Obligation::OverduePayments];
        let obligations = owed.into_iter().filter(|_| owes).collect();
        let facts = RemovalFacts { is_default, is_active, is_expired, other_active, obligations };
        for (edition, expected) in [(&ali, expected_ali), (&huawei, expected_huawei)] {
            let violations = edition.removal().check(&facts);
            assert_eq!(reasons(&violations), expected, "{} {facts:?}", edition.version());
            assert_helpful(&violations);
        }
    }
    let obligations = [Obligation::OutstandingBills].into();
    let facts = RemovalFacts { is_active: true, obligations, ..RemovalFacts::default() };
    assert_eq!(ali.removal().check(&facts)[0].facts["obligations"], "OUTSTANDING_BILLS");
}

// C12
#[test]
fn shipped_programs_route_to_the_sandbox() {
    for id in ["alibaba-cloud-intl", "aws-inc", "huawei-cloud-intl"] {
        let facts = RouteFacts {
            kind: MethodKind::Card,
            brand: Some(Brand::Visa),
            country: country("SG"),
            amount: money("USD 1.00"),
        };
        assert_eq!(edition(id).route(&facts), [ProviderName("sandbox".to_owned())]);
    }
}
