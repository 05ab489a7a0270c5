//! What a program file may get wrong, and what it is told (C1).

use super::*;

/// A program without a mistake, shorter than those that ship.
const SOUND: &str = r#"id = "small"
seller = "Small Ltd."
time_zone = "UTC"
currencies = ["USD"]
countries = ["SG", "MY"]

[[edition]]
from = 2026-01-01
currency_conversion_note = true
regions = { malaysia = ["MY"], other = ["SG"] }
card_input = { billing_address_required = true }
removal = { default = "NEVER", only_active_kept_while = [], expired_default_stays = true }

[edition.methods]
offered = { CARD = "everywhere" }

[edition.cards]
brands = { VISA = ["other"] }
refused_funding = ["PREPAID"]
refused_products = ["GIFT"]
international_required = true
online_required = true

[edition.verification]
mode = "HOLD_THEN_RELEASE"
amount_usd = "1.00"
descriptor = "SMALL"
release_within = "24h"
challenge_mandated_in = ["malaysia"]
challenge_lifetime = "15m"

[[edition.risk.payments]]
name = "large"
amount_usd_at_least = "3000.00"

[edition.linking]
first_becomes_default = true
silent_period = "15d"
expiry_change_reverifies = true
failures_per_account = { count = 3, window = "24h" }
failures_per_instrument = { count = 3, window = "24h" }

[[edition.routes]]
provider = "sandbox"
"#;

/// Everything that is wrong with a text, one error a line, without the file's name.
fn complaints(text: &str) -> Vec<String> {
    let errors = Program::parse("small.toml", text).err().map(|errors| errors.0).unwrap_or_default();
    errors.iter().map(|error| error.to_string().strip_prefix("small.toml:").unwrap().to_owned()).collect()
}

#[test]
fn a_mistake_is_named_with_line_key_and_what_was_expected() {
    assert_eq!(complaints(SOUND), [""; 0]);
    #[rustfmt::skip]
    let rows = [
        // what is replaced                    by                                     where              and what is said
        (r#"id = "small""#,                    r#"id = "Small""#,                     "1 id",            "lower-case letters"),
        (r#"seller = "Small Ltd.""#,           r#"seler = "Small Ltd.""#,             "1 seller, 2 seler", "is not a known key; expected one of countries, currencies, edition, id, seller, time_zone"),
        (r#"seller = "Small Ltd.""#,           r#"seller = "  ""#,                    "2 seller",        "found \"  \""),
        (r#"seller = "Small Ltd.""#,           r#"seller = "Small Ltd."#,             "2 (syntax)",      "invalid basic string"),
        (r#"time_zone = "UTC""#,               r#"time_zone = "UTC+8""#,              "3 time_zone",     "such as Asia/Shanghai, found \"UTC+8\""),
        (r#"["USD"]"#,                         r#"["USD", "USX"]"#,                   "4 currencies",    "found \"USX\""),
        (r#"["USD"]"#,                         r#"[]"#,                               "4 currencies",    "is empty; expected one at least"),
        (r#"["USD"]"#,                         r#""USD""#,                            "4 currencies",    "expected a list"),
        (r#"["USD"]"#,                         r#"["USD", "usd"]"#,                   "4 currencies",    "lists \"usd\" twice"),
        (r#"["USD"]"#,                         r#"["USD", 7]"#,                       "4 currencies",    "found the number 7"),
        (r#"["SG", "MY"]"#,                    r#"["SG", "MY", "XX"]"#,               "5 countries",     "found \"XX\""),
        (r#"["SG", "MY"]"#,                    r#""everywhere""#,                     "5 countries",     "or \"all\" in place of the list"),
        (r#"["SG", "MY"]"#,                    r#"[]"#,                               "5 countries",     "is empty"),
        (r#"["SG", "MY"]"#,                    "[\"SG\"]\ncountries_except = []",     "6 countries_except", "is not a known key"),
        (r#"["SG", "MY"]"#,                    r#"["SG", "MY", "TH"]"#,               "10 regions",      "TH is served but in no region"),
        (r#"["SG", "MY"]"#,                    r#""all""#,                            "10 regions",      "no region is \"rest\""),
        (r#"from = 2026-01-01"#,               r#"from = "2026-01-01""#,              "8 from",          "not in quotes"),
        (r#"from = 2026-01-01"#,               r#"from = 2026-01-01T00:00:00Z"#,      "8 from",          "found the date 2026-01-01T00:00:00Z"),
        (r#"_note = true"#,                    r#"_note = "yes""#,                    "9 currency_conversion_note", "expected true or false"),
        (r#"malaysia = ["MY"]"#,               r#"malaysia = ["MY", "SG"]"#,          "10 regions.other", "lists SG, which is in malaysia already"),
        (r#"malaysia = ["MY"]"#,               r#"malaysia = ["XX", "MY"]"#,          "10 regions.malaysia", "found \"XX\""),
        (r#"malaysia = ["MY"], other = ["SG"]"#, r#"malaysia = "rest", other = "rest""#, "10 regions.other", "is \"rest\", as malaysia is"),
        (r#"default = "NEVER""#,               r#"default = "SOMETIMES""#,            "12 removal.default", "expected NEVER or WHEN_LAST"),
        (r#"CARD = "everywhere""#,             r#"CARDS = "everywhere""#,             "15 methods.offered.CARDS", "is no kind of method"),
        (r#"VISA = ["other"]"#,                r#"VISA = ["others"]"#,                "18 cards.brands.VISA", "\"others\" is not declared; expected one of malaysia, other"),
        (r#"VISA = ["other"]"#,                r#"VISUM = ["other"]"#,                "18 cards.brands.VISUM", "is no brand; expected one of VISA, "),
        (r#"VISA = ["other"]"#,                r#"VISA = "somewhere""#,               "18 cards.brands.VISA", "or \"everywhere\" in place of the list"),
        (r#"["PREPAID"]"#,                     r#"["PRE-PAID"]"#,                     "19 cards.refused_funding", "found \"PRE-PAID\""),
        (r#"["GIFT"]"#,                        "[\"GIFT\"]\nrefused_issuers = [{ country = \"CN\", funding = [\"CREDIT\"], reason = \"NO\" }]", "21 cards.refused_issuers[0].reason", "expected a reason"),
        ("[edition.verification]\nmode",       "[edition.verification]\nmodes",       "24 verification.mode, 25 verification.modes", "is missing; expected HOLD_THEN_RELEASE"),
        (r#""HOLD_THEN_RELEASE""#,             r#""HOLD""#,                           "25 verification.mode", "found \"HOLD\""),
        (r#""HOLD_THEN_RELEASE""#,             r#""ZERO_AMOUNT""#,                    "26 verification.amount_usd, 28 verification.release_within", "has no use with ZERO_AMOUNT"),
        ("amount_usd = \"1.00\"\n",            "",                                    "24 verification.amount_usd", "is missing; expected an amount in US dollars"),
        (r#"amount_usd = "1.00""#,             r#"amount_usd = 1.00"#,                "26 verification.amount_usd", "as text, for example \"1.00\", found the number 1.00"),
        (r#"amount_usd = "1.00""#,             r#"amount_usd = "1.001""#,             "26 verification.amount_usd", "found \"1.001\""),
        (r#"amount_usd = "1.00""#,             r#"amount_usd = "0""#,                 "26 verification.amount_usd", "above zero"),
        (r#""SMALL""#,                         r#""SMALL*LTD""#,                      "27 verification.descriptor", "without any of"),
        (r#""SMALL""#,                         r#""A NAME OF MORE THAN 22""#,         "",                ""),
        (r#""SMALL""#,                         r#""A NAME OF MORE THAN 22!""#,        "27 verification.descriptor", "at most 22 characters"),
        (r#"release_within = "24h""#,          r#"release_within = "a day""#,         "28 verification.release_within", "for example \"24h\" or \"15d\""),
        (r#"release_within = "24h""#,          r#"release_within = "-24h""#,          "28 verification.release_within", "found \"-24h\""),
        (r#"mandated_in = ["malaysia"]"#,      r#"mandated_in = ["malaisia"]"#,       "29 verification.challenge_mandated_in", "\"malaisia\" is not declared"),
        ("amount_usd_at_least = \"3000.00\"",  "",                                    "33 risk.payments[0].name", "has no condition"),
        ("amount_usd_at_least",                "amount_at_most",                      "33 risk.payments[0].name, 34 risk.payments[0].amount_at_most", "is not a known key"),
        ("amount_usd_at_least",                "amount_at_least",                     "33 risk.payments[0].name, 34 risk.payments[0].amount_at_least", "for example \"USD 1000.00\", found \"3000.00\""),
        ("amount_usd_at_least = \"3000.00\"",  "amount_at_least = \"EUR 3000.00\"",   "",                ""),
        (r#"amount_usd = "1.00""#,             r#"amount = "EUR 2.00""#,              "",                ""),
        (r#"amount_usd = "1.00""#,             r#"amount = "EUR 0.00""#,              "26 verification.amount", "above zero"),
        ("amount_usd = \"1.00\"",              "amount_usd = \"1.00\"\namount = \"EUR 2.00\"", "27 verification.amount", "is stated in amount_usd too"),
        ("amount_usd_at_least = \"3000.00\"",  "triggers = [\"ORDERS\"]",             "34 risk.payments[0].triggers", "found \"ORDERS\""),
        ("amount_usd_at_least = \"3000.00\"",  "triggers = [\"THRESHOLD\"]",          "34 risk.payments[0].triggers", "found \"THRESHOLD\""),
        (r#"account = { count = 3"#,           r#"account = { count = 0"#,            "40 linking.failures_per_account.count", "above zero, found the number 0"),
        (r#"account = { count = 3"#,           r#"account = { count = "3""#,          "40 linking.failures_per_account.count", "found \"3\""),
        ("[[edition.routes]]\nprovider = \"sandbox\"\n", "",                          "7 routes",        "expected one [[edition.routes]] at least"),
        (r#"[[edition.routes]]"#,              r#"[edition.routes]"#,                 "43 routes",       "expected a list of tables, found a table"),
        (r#"provider = "sandbox""#,            r#"amount_below = "1000""#,            "43 routes[0].provider, 44 routes[0].amount_below", "for example \"USD 1000.00\""),
        (r#"provider = "sandbox""#,            r#"providers = ["sandbox"]"#,          "43 routes[0].provider, 44 routes[0].providers", "is not a known key"),
        (r#"provider = "sandbox""#,            "provider = \"sandbox\"\nprovider = \"b\"", "45 (syntax)", "duplicate key"),
    ];
    for (from, to, at, said) in rows {
        assert_eq!(SOUND.matches(from).count(), 1, "{from}");
        let found = complaints(&SOUND.replace(from, to));
        let places: Vec<_> = found
            .iter()
            .map(|error| {
                error.splitn(3, ": ").take(2).collect::<Vec<_>>().join(" ").replace("edition[0].", "")
            })
            .collect();
        assert_eq!(places.join(", "), at, "{from} -> {to}");
        let told = found.iter().any(|error| error.contains(said));
        assert!(told || at.is_empty(), "{to}: {said:?} is not in {found:#?}");
    }
}

#[test]
fn all_mistakes_are_reported_at_once_in_the_order_of_their_lines() {
    let text = SOUND
        .replace("\"UTC\"", "\"Moon\"")
        .replace("amount_usd = \"1.00\"", "amount_usd = 1")
        .replace("other = [\"SG\"]", "other = [\"SG\", \"UK\"]")
        .replace("provider = \"sandbox\"", "provider = \"\"");
    insta::assert_snapshot!(complaints(&text).join("\n"), @r#"
    3: time_zone: expected an IANA time zone such as Asia/Shanghai, found "Moon"
    10: edition[0].regions.other: expected an ISO 3166-1 alpha-2 country code such as SG, found "UK"
    26: edition[0].verification.amount_usd: expected an amount in US dollars above zero as text, for example "1.00", found the number 1
    44: edition[0].routes[0].provider: expected the name an adapter is registered under, found ""
    "#);
}

#[test]
fn editions_follow_each_other_in_time() {
    let (head, edition) = SOUND.split_once("[[edition]]").unwrap();
    let [first, second] = ["2026-01-01", "2026-07-01"]
        .map(|from| format!("[[edition]]{}", edition.replace("2026-01-01", from)));
    assert_eq!(complaints(&format!("{head}{first}{second}")), [""; 0]);
    let expected = "46: edition[1].from: expected a date after 2026-07-01, the edition before it";
    assert_eq!(complaints(&format!("{head}{second}{first}")), [expected]);
    let expected = "46: edition[1].from: expected a date after 2026-01-01, the edition before it";
    assert_eq!(complaints(&format!("{head}{first}{first}")), [expected]);
    assert_eq!(complaints(head), ["1: edition: is missing; expected one [[edition]] at least"]);
    assert_eq!(complaints("").len(), 6);
}
