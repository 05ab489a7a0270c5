//! Everything a customer typed about a card, checked at once (A12).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    brand::Brand,
    expiry::Expiry,
    facts::CardFacts,
    iin::{IinRecord, IinTable},
    postal::has_postal_codes,
    secret::{CardNumber, SecurityCode},
    stray::holds_card_number,
};
use crate::domain::{country::Country, reason::Reason, rejection::FieldViolation};

/// What was typed. Not printable: it holds the number and the code (C9).
pub struct CardInput<'a> {
    /// The number.
    pub number: &'a str,
    /// The security code.
    pub security_code: &'a str,
    /// The expiry, `MM/YY`.
    pub expiry: &'a str,
    /// The holder's name as on the card.
    pub holder_name: &'a str,
    /// The company on the card, or empty.
    pub company_name: &'a str,
    /// The billing address; `None` where none was given.
    pub billing_address: Option<AddressInput<'a>>,
}

/// An address as typed.
#[derive(Debug, Clone, Default)]
pub struct AddressInput<'a> {
    /// Street and house number, on one or more lines.
    pub street_lines: &'a [String],
    /// The city.
    pub city: &'a str,
    /// The postal code, or empty where the country has none.
    pub postal_code: &'a str,
    /// The state or province, or empty.
    pub administrative_area: &'a str,
    /// The country, ISO 3166-1 alpha-2.
    pub country: &'a str,
}

/// What a program asks of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardInputRules {
    /// Whether a billing address has to be given (A12: yes; H5: no). One that is given is checked.
    pub billing_address_required: bool,
}

/// Input that passed every check.
#[derive(Debug)]
pub struct ValidCard {
    /// The number, for the vault and the fingerprint.
    pub number: CardNumber,
    /// The security code, for the vault.
    pub security_code: SecurityCode,
    /// What may be kept of the card.
    pub facts: CardFacts,
    /// The holder's name.
    pub holder_name: String,
    /// The company's name.
    pub company_name: Option<String>,
    /// The billing address.
    pub billing_address: Option<BillingAddress>,
}

/// An address that passed every check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingAddress {
    /// Street and house number, on one or more lines.
    pub street_lines: Vec<String>,
    /// The city.
    pub city: String,
    /// The postal code, where the country has them.
    pub postal_code: Option<String>,
    /// The state or province.
    pub administrative_area: Option<String>,
    /// The country.
    pub country: Country,
}

/// The longest text taken in any one field.
const CHARACTERS_MAX: usize = 200;
/// The most street lines taken.
const STREET_LINES_MAX: usize = 4;

/// Checks all fields and names every bad one (A12, C6).
pub fn validate_card(
    input: &CardInput<'_>,
    iin: &IinTable,
    today: Date,
    rules: &CardInputRules,
) -> Result<ValidCard, Vec<FieldViolation>> {
    let mut bad = Violations::default();
    let card = check_number(input.number, iin, &mut bad);
    let brand = card.as_ref().map(|(_, brand, _)| *brand);
    let security_code = check_security_code(input.security_code, brand, &mut bad);
    let expiry = check_expiry(input.expiry, today, &mut bad);
    let holder_name = bad.required(
        "card.holder_name",
        input.holder_name,
        "Enter the holder's name exactly as it is printed on the card.",
    );
    let company_name = bad.optional("card.company_name", input.company_name);
    let billing_address = match &input.billing_address {
        Some(address) => check_address("card.billing_address", address, &mut bad),
        None if rules.billing_address_required => {
            bad.add("card.billing_address", "Enter the billing address with street, city and country.");
            None
        }
        None => None,
    };
    let (Some((number, brand, known)), Some(security_code), Some(expiry), Some(holder_name), true) =
        (card, security_code, expiry, holder_name, bad.0.is_empty())
    else {
        return Err(bad.0);
    };
    let facts = CardFacts {
        networks: known.networks,
        brand,
        iin: number.iin(),
        last_four: number.last_four(),
        funding: known.funding,
        product: known.product,
        issuer_country: known.issuer_country,
        international_enabled: known.international_enabled,
        online_enabled: known.online_enabled,
        three_ds_capable: known.three_ds_capable,
        expiry,
    };
    Ok(ValidCard { number, security_code, facts, holder_name, company_name, billing_address })
}

fn check_number(text: &str, iin: &IinTable, bad: &mut Violations) -> Option<(CardNumber, Brand, IinRecord)> {
    const FIELD: &str = "card.number";
    let number = match CardNumber::parse(text) {
        Ok(number) => number,
        Err(error) => {
            bad.add(FIELD, &error.to_string());
            return None;
        }
    };
    let Some((range, right_length)) = number.brand() else {
        bad.add(FIELD, "No card network issues numbers that begin like this one; check the first digits.");
        return None;
    };
    let Some(known) = iin.find(&number) else {
        bad.add(FIELD, "No card network issues numbers that begin like this one; check the first digits.");
        return None;
    };
    if !right_length {
        bad.add(FIELD, &format!("A {} number has another length; enter all of its digits.", range.label()));
        return None;
    }
    if known.luhn && !number.passes_luhn() {
        bad.add(FIELD, "The card number's check digit is wrong; check the number for a typing error.");
        return None;
    }
    // A3: co-badged, it counts as the international network's.
    let brand = known.networks.iter().copied().find(|brand| brand.is_international()).unwrap_or(range);
    Some((number, brand, known))
}

fn check_security_code(text: &str, brand: Option<Brand>, bad: &mut Violations) -> Option<SecurityCode> {
    let code = SecurityCode::parse(text);
    let right_length =
        |code: &SecurityCode| brand.is_none_or(|brand| code.digits() == brand.security_code_digits());
    let code = code.filter(right_length);
    if code.is_none() {
        let digits = match brand.map(Brand::security_code_digits) {
            Some(3) => "three",
            Some(4) => "four",
            _ => "three or four",
        };
        bad.add("card.security_code", &format!("Enter the {digits} digits of the security code."));
    }
    code
}

fn check_expiry(text: &str, today: Date, bad: &mut Violations) -> Option<Expiry> {
    const FIELD: &str = "card.expiry";
    match Expiry::parse(text, today) {
        Err(error) => bad.add(FIELD, &error.to_string()),
        Ok(expiry) if expiry.is_past(today) => bad.0.push(FieldViolation::new(
            FIELD,
            Reason::CardExpired,
            format!("The card expired at the end of {expiry}; use a card that is still valid."),
        )),
        Ok(expiry) if expiry.is_this_month(today) => bad.0.push(FieldViolation::new(
            FIELD,
            Reason::CardExpiresThisMonth,
            "The card expires this month and can't be added; use its replacement or another card.",
        )),
        Ok(expiry) => return Some(expiry),
    }
    None
}

/// Checks an address in a field, and names every part of it that is bad.
pub fn validate_address(
    field: &str,
    address: &AddressInput<'_>,
) -> Result<BillingAddress, Vec<FieldViolation>> {
    let mut bad = Violations::default();
    match check_address(field, address, &mut bad) {
        Some(address) if bad.0.is_empty() => Ok(address),
        Some(_) | None => Err(bad.0),
    }
}

fn check_address(field: &str, address: &AddressInput<'_>, bad: &mut Violations) -> Option<BillingAddress> {
    let in_field = |part: &str| format!("{field}.{part}");
    let street = in_field("street_lines");
    let street_lines: Vec<String> =
        address.street_lines.iter().filter_map(|line| bad.optional(&street, line)).collect();
    if address.street_lines.len() > STREET_LINES_MAX {
        bad.add(&street, &format!("Enter at most {STREET_LINES_MAX} lines."));
    } else if street_lines.is_empty() {
        bad.required(&street, "", "Enter the street and house number.");
    }
    let city = bad.required(&in_field("city"), address.city, "Enter the city.");
    let administrative_area = bad.optional(&in_field("administrative_area"), address.administrative_area);
    let country = address.country.parse::<Country>().ok();
    if country.is_none() {
        bad.add(&in_field("region_code"), "Enter the country as a two-letter code, for example SG.");
    }
    let postal_code_field = in_field("postal_code");
    let postal_code = if country.is_some_and(has_postal_codes) {
        bad.required(&postal_code_field, address.postal_code, "Enter the postal code of the address.")
    } else {
        bad.optional(&postal_code_field, address.postal_code)
    };
    Some(BillingAddress { street_lines, city: city?, postal_code, administrative_area, country: country? })
}

#[derive(Default)]
struct Violations(Vec<FieldViolation>);

impl Violations {
    fn add(&mut self, field: &str, description: &str) {
        self.0.push(FieldViolation::new(field, Reason::InvalidField, description));
    }

    fn required(&mut self, field: &str, text: &str, description: &str) -> Option<String> {
        let text = self.optional(field, text);
        if text.is_none() && !self.0.iter().any(|violation| violation.field == field) {
            self.add(field, description);
        }
        text
    }

    fn optional(&mut self, field: &str, text: &str) -> Option<String> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if text.chars().any(char::is_control) || text.chars().count() > CHARACTERS_MAX {
            self.add(field, &format!("Enter at most {CHARACTERS_MAX} characters on one line."));
            return None;
        }
        if holds_card_number(text) {
            self.add(field, "Enter no card number here: what is entered here is kept.");
            return None;
        }
        Some(text.to_owned())
    }
}
