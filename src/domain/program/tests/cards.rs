//! Which cards are taken where (A2 to A5, A9, A11, W2).

use super::*;

/// What a card breaks when it is linked by an account of a country.
fn check(id: &str, account: &str, currency_code: &str, card: &CardFacts) -> String {
    let edition = edition(id);
    let region = edition.region(country(account)).unwrap();
    let violations = edition.check_card(card, region, currency(currency_code), &calm(account));
    assert_helpful(&violations);
    for violation in &violations {
        assert_eq!(violation.facts["brand"], card.brand.to_string());
    }
    reasons(&violations)
}

// A2: the document's own table.
#[test]
fn brands_by_region() {
    const NO: &str = "CARD_BRAND_NOT_SUPPORTED";
    #[rustfmt::skip]
    let rows = [
        // brand                   US   EU   CH   MY   SG
        (Brand::Visa,            ["",  "",  "",  "",  ""]),
        (Brand::Mastercard,      ["",  "",  "",  "",  ""]),
        (Brand::AmericanExpress, ["",  "",  "",  NO,  ""]),
        (Brand::Jcb,             [NO,  NO,  NO,  NO,  ""]),
        (Brand::Discover,        [NO,  NO,  NO,  NO,  NO]),
        (Brand::Diners,          [NO,  NO,  NO,  NO,  NO]),
    ];
    for (brand, expected) in rows {
        for (account, expected) in ["US", "DE", "CH", "MY", "SG"].into_iter().zip(expected) {
            let found = check("alibaba-cloud-intl", account, "USD", &card(brand));
            assert_eq!(found, expected, "{brand} {account}");
        }
    }
}

#[test]
fn kinds_of_cards() {
    let visa = || card(Brand::Visa);
    let co_badged = CardFacts { networks: [Brand::UnionPay, Brand::Visa].into(), ..visa() };
    let issued = |code, funding| CardFacts { issuer_country: Some(country(code)), funding, ..visa() };
    let gift = CardFacts { funding: Funding::Prepaid, product: Product::Gift, ..visa() };
    let virtual_card = |product| CardFacts { product, ..visa() };
    let not_online = CardFacts { online_enabled: false, ..visa() };
    let not_abroad = CardFacts { international_enabled: false, ..visa() };
    let no_3ds = CardFacts { three_ds_capable: false, ..visa() };
    let unknown =
        CardFacts { issuer_country: None, product: Product::Unknown, ..issued("SG", Funding::Unknown) };
    let hopeless = CardFacts {
        funding: Funding::Prepaid,
        international_enabled: false,
        online_enabled: false,
        three_ds_capable: false,
        ..card(Brand::Jcb)
    };
    #[rustfmt::skip]
    let rows = [
        // card                                       account  refused because
        (card(Brand::UnionPay),                       "SG",    "CARD_UNIONPAY_ONLY"),
        (co_badged.clone(),                           "SG",    ""),
        (co_badged,                                   "MY",    ""),
        (issued("US", Funding::Prepaid),              "SG",    "CARD_PREPAID"),
        (gift,                                        "SG",    "CARD_GIFT"),
        (virtual_card(Product::VirtualSingleUse),     "SG",    "CARD_VIRTUAL"),
        (virtual_card(Product::VirtualMultiUse),      "SG",    "CARD_VIRTUAL"),
        (virtual_card(Product::Commercial),           "SG",    ""),
        (issued("CN", Funding::Credit),               "SG",    "CARD_ISSUED_IN_CHINESE_MAINLAND"),
        (issued("CN", Funding::Charge),               "SG",    "CARD_ISSUED_IN_CHINESE_MAINLAND"),
        (issued("CN", Funding::Debit),                "SG",    ""),
        (issued("HK", Funding::Credit),               "SG",    ""),
        (issued("US", Funding::Debit),                "MY",    ""),
        (not_online,                                  "SG",    "CARD_NOT_ENABLED_ONLINE"),
        (not_abroad,                                  "SG",    "CARD_NOT_ENABLED_INTERNATIONALLY"),
        (no_3ds.clone(),                              "SG",    ""),
        (no_3ds.clone(),                              "MY",    "CARD_THREE_DS_UNAVAILABLE"),
        (no_3ds,                                      "DE",    "CARD_THREE_DS_UNAVAILABLE"),
        (unknown,                                     "SG",    ""),
        (hopeless,                                    "MY",    "CARD_BRAND_NOT_SUPPORTED CARD_PREPAID \
             CARD_NOT_ENABLED_INTERNATIONALLY CARD_NOT_ENABLED_ONLINE CARD_THREE_DS_UNAVAILABLE"),
    ];
    for (card, account, expected) in rows {
        assert_eq!(check("alibaba-cloud-intl", account, "USD", &card), expected, "{card:?} {account}");
    }
}

// A11: risk demands a challenge too, and then the card has to be able to take it.
#[test]
fn a_card_without_3ds_is_refused_where_risk_demands_a_challenge() {
    let edition = edition("alibaba-cloud-intl");
    let region = edition.region(country("SG")).unwrap();
    let no_3ds = CardFacts { three_ds_capable: false, ..card(Brand::Visa) };
    let risky = LinkRiskFacts { failed_attempts: 2, ..calm("SG") };
    let violations = edition.check_card(&no_3ds, region, Currency::USD, &risky);
    assert_eq!(reasons(&violations), "CARD_THREE_DS_UNAVAILABLE");
}

// W2
#[test]
fn aws_takes_unionpay_in_china_in_renminbi_only() {
    #[rustfmt::skip]
    let rows = [
        // brand                  account currency refused because
        (Brand::UnionPay,         "CN",  "CNY",  ""),
        (Brand::UnionPay,         "CN",  "USD",  "CARD_BRAND_NOT_SUPPORTED"),
        (Brand::UnionPay,         "US",  "USD",  "CARD_UNIONPAY_ONLY"),
        (Brand::UnionPay,         "SG",  "CNY",  "CARD_UNIONPAY_ONLY"),
        (Brand::Visa,             "CN",  "CNY",  ""),
        (Brand::Jcb,              "US",  "USD",  ""),
        (Brand::Discover,         "DE",  "EUR",  ""),
        (Brand::Diners,           "US",  "USD",  "CARD_BRAND_NOT_SUPPORTED"),
    ];
    for (brand, account, preferred, expected) in rows {
        assert_eq!(
            check("aws-inc", account, preferred, &card(brand)),
            expected,
            "{brand} {account} {preferred}"
        );
    }
    let mainland = CardFacts { issuer_country: Some(country("CN")), ..card(Brand::UnionPay) };
    assert_eq!(check("aws-inc", "CN", "CNY", &mainland), "");
}

#[test]
fn a_refusal_says_what_to_do() {
    let edition = edition("alibaba-cloud-intl");
    let region = edition.region(country("MY")).unwrap();
    let say = |card: &CardFacts| {
        let violations = edition.check_card(card, region, Currency::USD, &calm("MY"));
        violations.first().map(|violation| violation.description.clone()).unwrap()
    };
    assert_eq!(
        say(&card(Brand::AmericanExpress)),
        "American Express cards are not accepted for accounts of region malaysia; use a card of Visa or Mastercard."
    );
    assert_eq!(
        say(&card(Brand::UnionPay)),
        "The card has only the UnionPay logo, which is not accepted; use a card of Visa or Mastercard."
    );
    assert_eq!(
        say(&CardFacts { issuer_country: Some(country("CN")), ..card(Brand::Visa) }),
        "Credit cards issued in the Chinese mainland are not accepted; use a card issued elsewhere."
    );
}
