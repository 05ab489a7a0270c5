//! Accounts.

use crate::{
    domain::{
        account::{Account, CreditTerms, CustomerType},
        card::BillingAddress,
        contact::Contact,
        profile::{IdentityKind, IdentityNumber, Profile},
    },
    proto::v1 as pb,
    wire::{names, time, v1::kyc::account_kyc},
};

/// An account as callers see it.
#[must_use]
pub fn account(account: &Account) -> pb::Account {
    pb::Account {
        name: names::account(account.id),
        program: account.program.to_string(),
        region_code: account.country.code().to_owned(),
        currency_code: account.currency.code().to_owned(),
        display_name: account.display_name.clone(),
        region_group: account.region.to_string(),
        create_time: Some(time::timestamp(account.created)),
        default_payment_method: account
            .default_method
            .map(|method| names::child(account.id, names::PAYMENT_METHODS, method.0))
            .unwrap_or_default(),
        running_resource_count: account.running_resources,
        credit_terms: account.credit.as_ref().map(credit_terms),
        email_address: address(account.contacts.email.as_ref()),
        mobile_number: address(account.contacts.mobile.as_ref()),
        products: account.products.keys().cloned().collect(),
        deduction_threshold: account.deduction_threshold.map(Into::into),
        profile: account.profile.as_ref().map(profile),
        account_type: match &account.profile {
            None => pb::CustomerType::Unspecified,
            Some(Profile::Individual { .. }) => pb::CustomerType::Individual,
            Some(Profile::Enterprise { .. }) => pb::CustomerType::Enterprise,
        }
        .into(),
        identity_number: account.identity.as_ref().map(identity),
        state: match account.deactivation {
            None => pb::AccountState::Active,
            Some(_) => pb::AccountState::Deactivated,
        }
        .into(),
        test_clock: account.clock.clone().unwrap_or_default(),
        deactivate_time: account.deactivation.map(|it| time::timestamp(it.at)),
        kyc: Some(account_kyc(account)),
        silent_period_end_time: account.deactivation.map(|it| time::timestamp(it.free_at)),
    }
}

fn credit_terms(terms: &CreditTerms) -> pb::CreditTerms {
    pb::CreditTerms {
        approved: terms.approved,
        customer_type: match terms.customer {
            CustomerType::Individual => pb::CustomerType::Individual,
            CustomerType::Enterprise => pb::CustomerType::Enterprise,
        }
        .into(),
        limit: Some(terms.limit.into()),
        bill_due_days: i32::try_from(terms.bill_due_days).unwrap_or(i32::MAX),
    }
}

fn address(contact: Option<&Contact>) -> String {
    contact.map(|contact| contact.address.clone()).unwrap_or_default()
}

fn profile(profile: &Profile) -> pb::account::Profile {
    match profile {
        Profile::Individual { name, address, industry } => {
            pb::account::Profile::Individual(pb::IndividualProfile {
                name: name.clone(),
                address: Some(postal(address)),
                industry: industry.clone(),
            })
        }
        Profile::Enterprise { name, address, contact_name, contact_position, industry } => {
            pb::account::Profile::Enterprise(pb::EnterpriseProfile {
                name: name.clone(),
                address: Some(postal(address)),
                contact_name: contact_name.clone(),
                contact_position: contact_position.clone(),
                industry: industry.clone(),
            })
        }
    }
}

fn postal(address: &BillingAddress) -> pb::Address {
    pb::Address {
        street_lines: address.street_lines.clone(),
        city: address.city.clone(),
        administrative_area: address.administrative_area.clone().unwrap_or_default(),
        postal_code: address.postal_code.clone().unwrap_or_default(),
        region_code: address.country.code().to_owned(),
    }
}

fn identity(identity: &IdentityNumber) -> pb::IdentityNumber {
    pb::IdentityNumber {
        r#type: match identity.kind {
            IdentityKind::Rut => pb::IdentityNumberType::Rut,
            IdentityKind::Otro => pb::IdentityNumberType::Otro,
        }
        .into(),
        number: identity.number.clone(),
        check_digit_wrong: identity.check_digit_wrong,
    }
}
