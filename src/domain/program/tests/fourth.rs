//! A fourth program is a file and no code (C1).

use jiff::civil::date;

use super::*;

const NORTHERN_LIGHT: &str = include_str!("northern-light.toml");

fn northern_light() -> Program {
    Program::parse("northern-light.toml", NORTHERN_LIGHT).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn a_new_file_is_a_new_program() {
    let program = northern_light();
    let edition = program.edition("2026-03-01T00:00:00Z".parse().unwrap());
    assert!(program.serves(country("NO")) && !program.serves(country("DE")));
    let nordic = edition.region(country("NO")).unwrap();
    let mainland = edition.region(country("FI")).unwrap();
    assert_eq!((nordic.as_str(), mainland.as_str()), ("nordic", "eurozone"));
    assert_eq!(edition.region(country("DE")), None);

    #[rustfmt::skip]
    let rows = [
        (card(Brand::Diners),                                              nordic,   ""),
        (card(Brand::Diners),                                              mainland, "CARD_BRAND_NOT_SUPPORTED"),
        (CardFacts { funding: Funding::Debit, ..card(Brand::Visa) },       nordic,   "CARD_PRODUCT_NOT_SUPPORTED"),
        (CardFacts { product: Product::Commercial, ..card(Brand::Visa) },  nordic,   "CARD_PRODUCT_NOT_SUPPORTED"),
        (CardFacts { issuer_country: Some(country("US")), ..card(Brand::Visa) }, nordic, "CARD_ISSUER_COUNTRY_NOT_SUPPORTED"),
    ];
    for (card, region, expected) in rows {
        let violations = edition.check_card(&card, region, currency("NOK"), &calm("NO"));
        assert_eq!(reasons(&violations), expected, "{card:?}");
        assert_helpful(&violations);
    }
    let plan =
        edition.verification(nordic, currency("NOK"), &calm("NO"), &rates(), date(2026, 3, 1)).unwrap();
    assert_eq!((plan.amount, plan.challenge), (money("NOK 54.10"), Challenge::Mandated));
    assert!(!edition.first_becomes_default() && !edition.expiry_change_reverifies());
}

// C1: rules carry the date from which they hold, in the program's time zone.
#[test]
fn the_edition_of_an_instant() {
    #[rustfmt::skip]
    let rows = [
        ("1970-01-01T00:00:00Z",  "northern-light@2026-01-01"),
        ("2026-01-01T00:00:00Z",  "northern-light@2026-01-01"),
        // Midnight of July 1 in Oslo is two hours earlier in UTC.
        ("2026-06-30T21:59:59Z",  "northern-light@2026-01-01"),
        ("2026-06-30T22:00:00Z",  "northern-light@2026-07-01"),
        ("2099-01-01T00:00:00Z",  "northern-light@2026-07-01"),
    ];
    let program = northern_light();
    for (at, expected) in rows {
        assert_eq!(program.edition(at.parse().unwrap()).version().0, expected, "{at}");
    }
    let old = ProgramVersion("northern-light@2026-01-01".to_owned());
    assert_eq!(program.edition_of(&old).unwrap().from(), date(2026, 1, 1));
    assert_eq!(program.edition_of(&ProgramVersion("northern-light@2026-02-01".to_owned())), None);
    assert_eq!(program.editions().count(), 2);
}

// C12
#[test]
fn routes_are_tried_in_order_and_each_provider_once() {
    #[rustfmt::skip]
    let rows = [
        // brand                   country amount           providers
        (Some(Brand::Visa),        "NO",  "NOK 100.00",     "fjord sandbox"),
        (Some(Brand::Visa),        "NO",  "NOK 1000.00",    "sandbox fjord"),
        (Some(Brand::Visa),        "NO",  "EUR 100.00",     "sandbox"),
        (Some(Brand::Visa),        "FI",  "EUR 100.00",     "aurora sandbox"),
        (Some(Brand::Diners),      "FI",  "EUR 100.00",     "sandbox"),
        (None,                     "FI",  "EUR 100.00",     "sandbox"),
    ];
    let program = northern_light();
    let edition = program.edition("2026-03-01T00:00:00Z".parse().unwrap());
    for (brand, code, amount, expected) in rows {
        let facts =
            RouteFacts { kind: MethodKind::Card, brand, country: country(code), amount: money(amount) };
        let providers: Vec<_> = edition.route(&facts).into_iter().map(|provider| provider.0).collect();
        assert_eq!(providers.join(" "), expected, "{brand:?} {code} {amount}");
    }
    let facts = RouteFacts {
        kind: MethodKind::PayPal,
        brand: None,
        country: country("NO"),
        amount: money("NOK 1.00"),
    };
    assert_eq!(edition.route(&facts), []);
}
