//! Accounts.

use crate::{
    domain::account::Account,
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
    }
}
