//! Accounts.

use crate::{
    domain::{
        account::{Account, CreditTerms, CustomerType},
        contact::Contact,
    },
    proto::v1 as pb,
    wire::{names, time},
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
