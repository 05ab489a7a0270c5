//! The files that ship are right, and say who is served.

use super::*;

#[test]
fn every_shipped_file_is_read_and_named_after_its_program() {
    let mut ids = Vec::new();
    for (file, text) in super::super::shipped() {
        let program = Program::parse(file, text).unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!(file, format!("programs/{}.toml", program.id));
        ids.push(program.id.0);
    }
    assert_eq!(ids, ["alibaba-cloud-intl", "aws-inc", "huawei-cloud-intl"]);
    assert!(crate::domain::card::IinTable::parse(IIN_TABLE.1).is_ok());
    assert!(DeclineTable::parse(DECLINE_CODES.1).is_ok());
}

#[test]
fn a_program_says_whom_it_serves_in_what() {
    #[rustfmt::skip]
    let rows = [
        // program              seller                       country served  currency offered
        ("alibaba-cloud-intl", "Alibaba Cloud",              "SG",   true,  "SGD", true),
        ("alibaba-cloud-intl", "Alibaba Cloud",              "DE",   true,  "EUR", true),
        ("alibaba-cloud-intl", "Alibaba Cloud",              "MY",   true,  "CNY", false),
        ("aws-inc",            "Amazon Web Services, Inc.",  "CN",   true,  "CNY", true),
        ("aws-inc",            "Amazon Web Services, Inc.",  "US",   true,  "USD", true),
        ("huawei-cloud-intl",  "HUAWEI CLOUD",               "CL",   true,  "CLP", true),
        ("huawei-cloud-intl",  "HUAWEI CLOUD",               "CN",   false, "CNY", false),
    ];
    for (id, seller, code, served, preferred, offered) in rows {
        let program = program(id);
        assert_eq!(program.seller, seller);
        assert_eq!(program.serves(country(code)), served, "{id} {code}");
        assert_eq!(program.offers(currency(preferred)), offered, "{id} {preferred}");
    }
}

#[test]
fn every_currency_offered_has_a_rate_on_every_edition() {
    for (file, text) in super::super::shipped() {
        let program = Program::parse(file, text).unwrap();
        for edition in program.editions() {
            for offered in &program.currencies {
                let rate = rates().rate(Currency::USD, *offered, edition.from());
                assert!(rate.is_some(), "{file} {offered} {}", edition.from());
            }
        }
    }
}

// A1
#[test]
fn regions_of_alibaba_cloud() {
    #[rustfmt::skip]
    let rows = [
        ("united-states",        "US"),
        ("european-union",       "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK AX"),
        ("europe-outside-union", "GB CH NO IS LI UA RS MD MC"),
        ("malaysia",             "MY"),
        ("other",                "SG JP KR AU HK TW MO CN TR CA BR CL IN ZA PR"),
    ];
    let edition = edition("alibaba-cloud-intl");
    for (region, codes) in rows {
        for code in codes.split(' ') {
            assert_eq!(edition.region(country(code)).unwrap().as_str(), region, "{code}");
        }
    }
}

// A2, A7
#[test]
fn methods_by_name() {
    #[rustfmt::skip]
    let rows = [
        // program              country name             refused because
        ("alibaba-cloud-intl", "US", "CARD",                ""),
        ("alibaba-cloud-intl", "US", "PAYPAL",              ""),
        ("alibaba-cloud-intl", "CH", "PAYPAL",              ""),
        ("alibaba-cloud-intl", "SG", "PAYPAL",              ""),
        ("alibaba-cloud-intl", "DE", "PAYPAL",              "METHOD_KIND_NOT_SUPPORTED"),
        ("alibaba-cloud-intl", "MY", "PAYPAL",              "METHOD_KIND_NOT_SUPPORTED"),
        ("alibaba-cloud-intl", "MY", "BANK_TRANSFER",       ""),
        ("alibaba-cloud-intl", "SG", "ALIPAY",              "METHOD_THIRD_PARTY_CHINESE"),
        ("alibaba-cloud-intl", "SG", "WECHAT_PAY",          "METHOD_THIRD_PARTY_CHINESE"),
        ("alibaba-cloud-intl", "SG", "wechat pay",          "METHOD_THIRD_PARTY_CHINESE"),
        ("alibaba-cloud-intl", "SG", " WeChat-Pay ",        "METHOD_THIRD_PARTY_CHINESE"),
        ("alibaba-cloud-intl", "SG", "CHINA_BANK_REDIRECT", "METHOD_KIND_NOT_SUPPORTED"),
        ("alibaba-cloud-intl", "SG", "BITCOIN",             "METHOD_KIND_NOT_SUPPORTED"),
        ("alibaba-cloud-intl", "SG", "",                    "METHOD_KIND_NOT_SUPPORTED"),
        ("aws-inc",            "CN", "CHINA_BANK_REDIRECT", ""),
        ("aws-inc",            "US", "CHINA_BANK_REDIRECT", "METHOD_KIND_NOT_SUPPORTED"),
        ("aws-inc",            "CN", "ALIPAY",              "METHOD_THIRD_PARTY_CHINESE"),
        ("huawei-cloud-intl",  "CL", "CARD",                ""),
        ("huawei-cloud-intl",  "CL", "PAYPAL",              "METHOD_KIND_NOT_SUPPORTED"),
    ];
    for (id, code, name, expected) in rows {
        let edition = edition(id);
        let region = edition.region(country(code)).unwrap();
        let refused = edition.refuse_kind(name, region);
        let violations: Vec<_> = refused.into_iter().collect();
        assert_eq!(reasons(&violations), expected, "{id} {code} {name:?}");
        assert_helpful(&violations);
    }
    use MethodKind::{BankTransfer, Card, ChinaBankRedirect, PayPal};
    assert_eq!(edition("aws-inc").kinds().collect::<Vec<_>>(), [Card, ChinaBankRedirect]);
    let edition = edition("alibaba-cloud-intl");
    assert_eq!(edition.kinds().collect::<Vec<_>>(), [Card, PayPal, BankTransfer]);
    let refused = edition.refuse_kind("paypal", edition.region(country("DE")).unwrap()).unwrap();
    assert_eq!(
        refused.description,
        "PAYPAL is not offered for accounts of region european-union; use one of CARD, BANK_TRANSFER."
    );
    assert_eq!(
        (refused.facts["method"].as_str(), refused.facts["region"].as_str()),
        ("PAYPAL", "european-union")
    );
}

// A32
#[test]
fn decline_codes_are_explained_and_unknown_ones_named_so() {
    #[rustfmt::skip]
    let rows = [
        ("05",  DeclineCategory::SoftIssuer),
        ("51",  DeclineCategory::SoftFunds),
        ("61",  DeclineCategory::SoftFunds),
        ("41",  DeclineCategory::Hard),
        ("43",  DeclineCategory::Hard),
        ("57",  DeclineCategory::Hard),
        ("54",  DeclineCategory::Data),
        ("N7",  DeclineCategory::Data),
        ("n7",  DeclineCategory::Data),
        ("6P",  DeclineCategory::Data),
        ("96",  DeclineCategory::SoftTechnical),
        ("91",  DeclineCategory::SoftTechnical),
        ("1A",  DeclineCategory::ScaRequired),
        ("59",  DeclineCategory::Fraud),
        ("03",  DeclineCategory::Config),
        ("ZZ",  DeclineCategory::Unknown),
        ("5",   DeclineCategory::Unknown),
        ("",    DeclineCategory::Unknown),
    ];
    let table = DeclineTable::parse(DECLINE_CODES.1).unwrap();
    for (code, category) in rows {
        let decline = table.explain(code);
        assert_eq!(decline.category, category, "{code}");
        assert!(decline.meaning.ends_with('.') && decline.advice.ends_with('.'), "{code}");
    }
    assert_eq!(table.explain("ZZ").code, "ZZ");
    let text = "code,category,meaning,advice\n51,SOFT,No.,Pay.\n51,SOFT_FUNDS,No.,Pay\n,HARD,No.,Pay.\n\
                05,HARD,No.,Pay.\n05,HARD,No.,Pay.\n06,UNKNOWN,No.,Pay.\n";
    let lines: Vec<_> = DeclineTable::parse(text).unwrap_err().iter().map(|error| error.line).collect();
    assert_eq!(lines, [2, 3, 4, 6, 7]);
}
