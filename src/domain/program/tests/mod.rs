//! The shipped programs against the requirements, and what a program file may get wrong.

mod cards;
mod collection;
mod errors;
mod fourth;
mod payments;
mod shipped;
mod verification;

use super::*;
use crate::domain::{
    card::{Brand, CardFacts, Expiry, Funding, Product},
    country::Country,
    currency::Currency,
    exchange::RateTable,
    money::Money,
    rejection::Violation,
};

/// A shipped program by its id.
fn program(id: &str) -> Program {
    let parsed = super::shipped().into_iter().map(|(file, text)| Program::parse(file, text).unwrap());
    parsed.into_iter().find(|program| program.id.0 == id).unwrap()
}

/// The edition of a shipped program that holds in August 2026.
fn edition(id: &str) -> Edition {
    program(id).edition("2026-08-15T12:00:00Z".parse().unwrap()).clone()
}

fn country(code: &str) -> Country {
    code.parse().unwrap()
}

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

fn money(text: &str) -> Money {
    let (code, amount) = text.split_once(' ').unwrap();
    Money::parse(amount, currency(code)).unwrap()
}

fn rates() -> RateTable {
    RateTable::parse(EXCHANGE_RATES.1).unwrap()
}

/// An ordinary credit card, issued in Singapore.
fn card(brand: Brand) -> CardFacts {
    CardFacts {
        networks: [brand].into(),
        brand,
        iin: "400000".to_owned(),
        last_four: "0002".to_owned(),
        funding: Funding::Credit,
        product: Product::Consumer,
        issuer_country: Some(country("SG")),
        international_enabled: true,
        online_enabled: true,
        three_ds_capable: true,
        expiry: Expiry::new(12, 2030).unwrap(),
    }
}

/// Linking with nothing suspicious about it.
fn calm(account: &str) -> LinkRiskFacts {
    LinkRiskFacts {
        account_country: country(account),
        billing_country: Some(country(account)),
        failed_attempts: 0,
    }
}

fn reasons(violations: &[Violation]) -> String {
    let names: Vec<_> = violations.iter().map(|violation| violation.reason.to_string()).collect();
    names.join(" ")
}

/// Every sentence ends as one and every violation cites its requirement.
fn assert_helpful(violations: &[Violation]) {
    for violation in violations {
        assert!(violation.description.ends_with('.'), "{violation:?}");
        assert!(violation.requirement.starts_with(['A', 'C', 'H', 'W']), "{violation:?}");
    }
}
