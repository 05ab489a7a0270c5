//! Card input and the IIN table (A3, A12, C6, C9, H5).

use jiff::civil::date;

use super::*;
use crate::domain::{program::IIN_TABLE, reason::Reason, rejection::FieldViolation};

fn table() -> IinTable {
    IinTable::parse(IIN_TABLE.1).unwrap()
}

const REQUIRED: CardInputRules = CardInputRules { billing_address_required: true };
const OPTIONAL: CardInputRules = CardInputRules { billing_address_required: false };

fn validate(input: &CardInput<'_>, rules: CardInputRules) -> Result<ValidCard, Vec<FieldViolation>> {
    validate_card(input, &table(), date(2026, 8, 15), &rules)
}

fn address<'a>(street_lines: &'a [String], postal_code: &'a str, country: &'a str) -> AddressInput<'a> {
    AddressInput { street_lines, city: "Somewhere", postal_code, administrative_area: "", country }
}

fn sound<'a>(street_lines: &'a [String]) -> CardInput<'a> {
    CardInput {
        number: "4242 4242 4242 4242",
        security_code: "737",
        expiry: "03/30",
        holder_name: "  Ada Lovelace ",
        company_name: "",
        billing_address: Some(address(street_lines, "123456", "sg")),
    }
}

fn street() -> Vec<String> {
    vec!["1 Analytical Way".to_owned()]
}

/// `field REASON` of each violation.
fn shown(result: Result<ValidCard, Vec<FieldViolation>>) -> String {
    let violations = result.err().unwrap_or_default();
    for violation in &violations {
        assert!(violation.description.ends_with('.'), "{violation:?}");
    }
    let each: Vec<_> = violations
        .iter()
        .map(|violation| {
            if violation.reason == Reason::InvalidField {
                violation.field.clone()
            } else {
                format!("{} {}", violation.field, violation.reason)
            }
        })
        .collect();
    each.join(", ")
}

#[test]
fn sound_input_becomes_facts_without_number_and_code() {
    let street = street();
    let card = validate(&sound(&street), REQUIRED).unwrap();
    assert_eq!(card.holder_name, "Ada Lovelace");
    assert_eq!(card.company_name, None);
    let billed = card.billing_address.clone().unwrap();
    assert_eq!((billed.country.code(), billed.postal_code.as_deref()), ("SG", Some("123456")));
    let json = serde_json::to_string(&card.facts).unwrap();
    assert_eq!(
        json,
        r#"{"networks":["VISA"],"brand":"VISA","iin":"424242","last_four":"4242","funding":"CREDIT","product":"CONSUMER","issuer_country":"US","international_enabled":true,"online_enabled":true,"three_ds_capable":true,"expiry":{"year":2030,"month":3}}"#
    );
    assert_eq!(serde_json::from_str::<CardFacts>(&json).unwrap(), card.facts);
    let printed = format!("{card:?}");
    assert!(!printed.contains("4242424242424242") && !printed.contains("737"), "{printed}");
}

#[test]
fn every_bad_field_is_named_at_once() {
    let nothing = CardInput {
        number: "",
        security_code: "",
        expiry: "",
        holder_name: " ",
        company_name: "Line\nfeed",
        billing_address: Some(AddressInput::default()),
    };
    let expected = "card.number, card.security_code, card.expiry, card.holder_name, card.company_name, \
        card.billing_address.street_lines, card.billing_address.city, card.billing_address.region_code";
    assert_eq!(shown(validate(&nothing, REQUIRED)), expected);
}

#[test]
fn numbers_codes_and_expiries() {
    #[rustfmt::skip]
    let rows = [
        // number                  code    expiry    bad fields
        ("4242424242424242",       "737",  "03/30",  ""),
        ("4242424242424241",       "737",  "03/30",  "card.number"),
        ("42424242424242",         "737",  "03/30",  "card.number"),
        ("4242424242424242x",      "737",  "03/30",  "card.number"),
        ("9999999999999995",       "737",  "03/30",  "card.number"),
        ("378282246310005",        "7373", "03/30",  ""),
        ("378282246310005",        "737",  "03/30",  "card.security_code"),
        ("4242424242424242",       "7373", "03/30",  "card.security_code"),
        ("4242424242424242",       "73",   "03/30",  "card.security_code"),
        ("4242424242424242",       "73a",  "03/30",  "card.security_code"),
        ("",                       "7373", "03/30",  "card.number"),
        ("",                       "73737", "03/30", "card.number, card.security_code"),
        ("6200000000000005",       "123",  "03/30",  ""),
        ("6205500000000000004",    "123",  "03/30",  ""),
        ("3566002020360505",       "123",  "03/30",  ""),
        // Some UnionPay numbers carry no check digit: those the vendor lists so, and no others.
        ("6299000000000001",       "123",  "03/30",  ""),
        ("6298000000000001",       "123",  "03/30",  "card.number"),
        ("4242424242424242",       "737",  "09/26",  ""),
        ("4242424242424242",       "737",  "08/26",  "card.expiry CARD_EXPIRES_THIS_MONTH"),
        ("4242424242424242",       "737",  "07/26",  "card.expiry CARD_EXPIRED"),
        ("4242424242424242",       "737",  "01/00",  "card.expiry CARD_EXPIRED"),
        ("4242424242424242",       "737",  "12/46",  ""),
        ("4242424242424242",       "737",  "01/47",  "card.expiry"),
        ("4242424242424242",       "737",  "2030-03", "card.expiry"),
        ("4242424242424242",       "737",  "13/30",  "card.expiry"),
        ("4242424242424241",       "73",   "13/30",  "card.number, card.security_code, card.expiry"),
    ];
    let street = street();
    for (number, security_code, expiry, expected) in rows {
        let input = CardInput { number, security_code, expiry, ..sound(&street) };
        assert_eq!(shown(validate(&input, REQUIRED)), expected, "{number} {security_code} {expiry}");
    }
}

#[test]
fn addresses() {
    let long = "x".repeat(201);
    let one = street();
    let five: Vec<_> = (0..5).map(|line| line.to_string()).collect();
    let blank = [" ".to_owned()];
    let with_feed = ["1 Analytical\nWay".to_owned()];
    const STREET: &str = "card.billing_address.street_lines";
    const POSTAL_CODE: &str = "card.billing_address.postal_code";
    #[rustfmt::skip]
    let rows = [
        // street        postal     country  bad fields
        (&one[..],       "123456",  "SG",    ""),
        (&one[..],       "",        "SG",    POSTAL_CODE),
        (&one[..],       "  ",      "DE",    POSTAL_CODE),
        (&one[..],       "",        "HK",    ""),
        (&one[..],       "",        "AE",    ""),
        (&one[..],       "999077",  "HK",    ""),
        (&one[..],       &long[..], "SG",    POSTAL_CODE),
        (&one[..],       "123456",  "XX",    "card.billing_address.region_code"),
        (&one[..],       "123456",  "",      "card.billing_address.region_code"),
        (&[][..],        "123456",  "SG",    STREET),
        (&blank[..],     "123456",  "SG",    STREET),
        (&five[..],      "123456",  "SG",    STREET),
        (&with_feed[..], "123456",  "SG",    STREET),
    ];
    for (street, postal_code, country, expected) in rows {
        let input = CardInput { billing_address: Some(address(street, postal_code, country)), ..sound(&one) };
        assert_eq!(shown(validate(&input, REQUIRED)), expected, "{street:?} {postal_code} {country}");
    }
    // H5: none needed; one that is given is checked all the same.
    let none = || CardInput { billing_address: None, ..sound(&one) };
    assert_eq!(shown(validate(&none(), REQUIRED)), "card.billing_address");
    assert_eq!(shown(validate(&none(), OPTIONAL)), "");
    let bad = CardInput { billing_address: Some(address(&one, "", "SG")), ..sound(&one) };
    assert_eq!(shown(validate(&bad, OPTIONAL)), POSTAL_CODE);
}

// The numbers published for testing, and our own.
#[test]
fn what_the_vendor_knows_of_each_number() {
    #[rustfmt::skip]
    let rows = [
        // number                networks         brand               funding  product             country abroad online 3DS
        ("4242424242424242",    "VISA",          Brand::Visa,            "CREDIT  CONSUMER           US  yes yes yes"),
        ("4000056655665556",    "VISA",          Brand::Visa,            "DEBIT   CONSUMER           US  yes yes yes"),
        ("5555555555554444",    "MASTERCARD",    Brand::Mastercard,      "CREDIT  CONSUMER           US  yes yes yes"),
        ("2223003122003222",    "MASTERCARD",    Brand::Mastercard,      "CREDIT  CONSUMER           US  yes yes yes"),
        ("5200828282828210",    "MASTERCARD",    Brand::Mastercard,      "DEBIT   CONSUMER           US  yes yes yes"),
        ("5105105105105100",    "MASTERCARD",    Brand::Mastercard,      "PREPAID CONSUMER           US  yes yes yes"),
        ("378282246310005",     "AMERICAN_EXPRESS", Brand::AmericanExpress, "CREDIT CONSUMER         US  yes yes yes"),
        ("371449635398431",     "AMERICAN_EXPRESS", Brand::AmericanExpress, "CHARGE COMMERCIAL       US  yes yes yes"),
        ("3566002020360505",    "JCB",           Brand::Jcb,             "CREDIT  CONSUMER           JP  yes yes yes"),
        ("3530111333300000",    "JCB",           Brand::Jcb,             "CREDIT  CONSUMER           JP  yes yes yes"),
        ("6200000000000005",    "UNIONPAY",      Brand::UnionPay,        "CREDIT  CONSUMER           CN  yes yes yes"),
        ("6200000000000047",    "UNIONPAY",      Brand::UnionPay,        "DEBIT   CONSUMER           CN  yes yes yes"),
        ("6205500000000000004", "UNIONPAY",      Brand::UnionPay,        "CREDIT  CONSUMER           CN  yes yes yes"),
        ("4000001560000002",    "VISA",          Brand::Visa,            "CREDIT  CONSUMER           CN  yes yes yes"),
        ("4000002760000016",    "VISA",          Brand::Visa,            "CREDIT  CONSUMER           DE  yes yes yes"),
        ("4000002760003184",    "VISA",          Brand::Visa,            "CREDIT  CONSUMER           DE  yes yes yes"),
        ("4000004580000002",    "VISA",          Brand::Visa,            "CREDIT  CONSUMER           MY  yes yes yes"),
        ("4000007020000003",    "VISA",          Brand::Visa,            "CREDIT  CONSUMER           SG  yes yes yes"),
        ("4000008260000000",    "VISA",          Brand::Visa,            "CREDIT  CONSUMER           GB  yes yes yes"),
        ("4000003920000003",    "VISA",          Brand::Visa,            "CREDIT  CONSUMER           JP  yes yes yes"),
        ("4000000000000002",    "VISA",          Brand::Visa,            "CREDIT  CONSUMER           US  yes yes yes"),
        ("4000008400001629",    "VISA",          Brand::Visa,            "CREDIT  CONSUMER           US  yes yes yes"),
        ("5123450000000008",    "MASTERCARD",    Brand::Mastercard,      "CREDIT  CONSUMER           US  yes yes yes"),
        ("4147463011110083",    "VISA",          Brand::Visa,            "CREDIT  CONSUMER           US  yes yes yes"),
        ("6011111111111117",    "DISCOVER",      Brand::Discover,        "CREDIT  CONSUMER           US  yes yes yes"),
        ("30569309025904",      "DINERS",        Brand::Diners,          "CHARGE  CONSUMER           US  yes yes yes"),
        ("4000009100000010",    "VISA",          Brand::Visa,            "PREPAID GIFT               US  yes yes yes"),
        ("4000009200000019",    "VISA",          Brand::Visa,            "CREDIT  VIRTUAL_SINGLE_USE US  yes yes yes"),
        ("4000009300000018",    "VISA UNIONPAY", Brand::Visa,            "CREDIT  CONSUMER           HK  yes yes yes"),
        ("4000009400000017",    "VISA",          Brand::Visa,            "CREDIT  CONSUMER           US  yes yes no"),
        ("4000009500000016",    "VISA",          Brand::Visa,            "CREDIT  CONSUMER           US  no  yes yes"),
        ("4000009600000015",    "VISA",          Brand::Visa,            "CREDIT  CONSUMER           US  yes yes yes"),
        ("4000009000000011",    "VISA",          Brand::Visa,            "CREDIT  CONSUMER           US  yes no  yes"),
        // Not listed: only the range tells.
        ("4222222222222",       "VISA",          Brand::Visa,            "UNKNOWN UNKNOWN            -   yes yes yes"),
    ];
    let street = street();
    for (number, networks, brand, expected) in rows {
        let security_code = if brand == Brand::AmericanExpress { "7373" } else { "737" };
        let input = CardInput { number, security_code, ..sound(&street) };
        let facts = validate(&input, REQUIRED).unwrap_or_else(|bad| panic!("{number}: {bad:?}")).facts;
        let found: Vec<_> = facts.networks.iter().map(ToString::to_string).collect();
        assert_eq!((found.join(" ").as_str(), facts.brand), (networks, brand), "{number}");
        let yes = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
        let found = [
            facts.funding.to_string(),
            facts.product.to_string(),
            facts.issuer_country.map_or("-".to_owned(), |country| country.code().to_owned()),
            yes(facts.international_enabled),
            yes(facts.online_enabled),
            yes(facts.three_ds_capable),
        ];
        assert_eq!(found.join(" "), expected.split_whitespace().collect::<Vec<_>>().join(" "), "{number}");
    }
}

#[test]
fn every_line_of_the_iin_table_that_cannot_be_read_is_named() {
    let text = "\
prefix,networks,funding,product,issuer,issuer_region,international,online,three_ds,luhn
424242,VISA,CREDIT,CONSUMER,Bank,US,true,true,true,true
42424,VISA,CREDIT,CONSUMER,Bank,US,true,true,true,true
42424x,VISA,CREDIT,CONSUMER,Bank,US,true,true,true,true
400001,VISUM,CREDIT,CONSUMER,Bank,US,true,true,true,true
400002,VISA+,CREDIT,CONSUMER,Bank,US,true,true,true,true
400003,VISA,LOAN,CONSUMER,Bank,US,true,true,true,true
400004,VISA,CREDIT,PERSON,Bank,US,true,true,true,true
400005,VISA,CREDIT,CONSUMER,,US,true,true,true,true
400006,VISA,CREDIT,CONSUMER,Bank,UK,true,true,true,true
400007,VISA,CREDIT,CONSUMER,Bank,US,yes,true,true,true
400008,VISA,CREDIT,CONSUMER,Bank,,true,true,true,true
424242,VISA,CREDIT,CONSUMER,Bank,US,true,true,true,true
400009,VISA
";
    let errors: Vec<_> = IinTable::parse(text).unwrap_err().iter().map(ToString::to_string).collect();
    let expected = [
        "line 3: prefix: expected 6 to 16 digits",
        "line 4: prefix: expected 6 to 16 digits",
        "line 5: networks: \"VISUM\" is not a brand",
        "line 6: networks: \"\" is not a brand",
        "line 7: funding: expected CREDIT",
        "line 8: product: expected CONSUMER",
        "line 9: issuer: expected its name",
        "line 10: issuer_region: \"UK\" is not an ISO 3166-1",
        "line 11: international: provided string was not `true` or `false`",
        "line 13: prefix: 424242 is listed already",
        "line 14: expected 10 columns, found 2",
    ];
    assert_eq!(errors.len(), expected.len(), "{errors:#?}");
    for (error, expected) in errors.iter().zip(expected) {
        assert!(error.starts_with(expected), "{error} / {expected}");
    }
}
