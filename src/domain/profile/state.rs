//! What a customer tells of themselves (H4).

use serde::{Deserialize, Serialize};

use crate::domain::{
    card::{AddressInput, BillingAddress, holds_card_number, validate_address},
    reason::Reason,
    rejection::FieldViolation,
};

/// Who a customer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Profile {
    /// A person.
    Individual { name: String, address: BillingAddress, industry: String },
    /// A company. Its currency is the account's.
    Enterprise {
        name: String,
        address: BillingAddress,
        contact_name: String,
        contact_position: String,
        industry: String,
    },
}

/// A profile as typed. Individuals have no `contact`: its name and position.
pub struct ProfileInput<'a> {
    /// The field that it is in, as `account.individual`.
    pub field: &'a str,
    /// The name.
    pub name: &'a str,
    /// The address.
    pub address: Option<AddressInput<'a>>,
    /// The name and position of an enterprise's contact.
    pub contact: Option<(&'a str, &'a str)>,
    /// The industry.
    pub industry: &'a str,
}

const CHARACTERS_MAX: usize = 200;

/// Checks all fields and names every bad one (C6).
pub fn validate(input: &ProfileInput<'_>) -> Result<Profile, Vec<FieldViolation>> {
    let mut bad = Vec::new();
    let mut required = |field: &str, text: &str, description: &str| {
        let text = text.trim();
        let field = format!("{}.{field}", input.field);
        let description = if text.is_empty() {
            description
        } else if text.chars().any(char::is_control) || text.chars().count() > CHARACTERS_MAX {
            "Enter at most 200 characters on one line."
        } else if holds_card_number(text) {
            "Enter no card number here: what is entered here is kept."
        } else {
            return Some(text.to_owned());
        };
        bad.push(FieldViolation::new(field, Reason::InvalidField, description));
        None
    };
    let name = required("name", input.name, "Enter the name.");
    let industry = required("industry", input.industry, "Enter the industry.");
    let contact = input.contact.map(|(name, position)| {
        let name = required("contact_name", name, "Enter the name of the person to contact.");
        (name, required("contact_position", position, "Enter the position of the person to contact."))
    });
    let field = format!("{}.address", input.field);
    let address = match &input.address {
        Some(address) => validate_address(&field, address).map_err(|more| bad.extend(more)).ok(),
        None => {
            let description = "Enter the address with street, city and country.";
            bad.push(FieldViolation::new(field, Reason::InvalidField, description));
            None
        }
    };
    match (name, address, industry, contact) {
        (Some(name), Some(address), Some(industry), None) => {
            Ok(Profile::Individual { name, address, industry })
        }
        (Some(name), Some(address), Some(industry), Some((Some(contact_name), Some(contact_position)))) => {
            Ok(Profile::Enterprise { name, address, contact_name, contact_position, industry })
        }
        (_, _, _, _) => Err(bad),
    }
}
