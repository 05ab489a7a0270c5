//! Bank transfer: which bank account a customer is shown (A26).

use std::collections::BTreeSet;

use super::{
    methods::{MethodKind, Methods},
    regions::{RegionId, Regions},
    section::Section,
};
use crate::domain::{currency::Currency, remittance::number};

/// A bank account of the seller's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankAccount {
    /// Whose customers are shown it.
    pub(super) regions: BTreeSet<RegionId>,
    /// The bank.
    pub bank: String,
    /// Its address.
    pub address: String,
    /// Whom the account belongs to.
    pub holder: String,
    /// The bank's BIC (ISO 9362).
    pub swift: String,
    /// The currency that the bank keeps it in.
    pub currency: Currency,
    /// The number of the shared account.
    pub shared_account: String,
    /// How the bank's dedicated numbers begin: its country, and what it calls the seller.
    pub dedicated_prefix: String,
}

/// Reads `[[edition.bank_accounts]]`: one for each region that bank transfer is offered in.
pub(super) fn read(section: &Section<'_>, methods: &Methods, regions: &Regions) -> Vec<BankAccount> {
    let accounts: Vec<_> =
        section.sections("bank_accounts").iter().map(|section| BankAccount::read(section, regions)).collect();
    for region in &regions.names {
        let shown = accounts.iter().filter(|account| account.regions.contains(region)).count();
        let offered = methods.offers(MethodKind::BankTransfer, region);
        if shown > 1 || (offered && shown == 0) {
            let message =
                format!("shows {shown} accounts to {region}; expected one where BANK_TRANSFER is offered");
            section.reject("bank_accounts", message);
        }
    }
    let (mut numbers, mut prefixes) = (BTreeSet::new(), BTreeSet::new());
    for account in &accounts {
        if !numbers.insert(&account.shared_account) || !prefixes.insert(&account.dedicated_prefix) {
            let message = format!(
                "has {} or {} twice; expected each once",
                account.shared_account, account.dedicated_prefix
            );
            section.reject("bank_accounts", message);
        }
    }
    accounts
}

impl BankAccount {
    fn read(section: &Section<'_>, regions: &Regions) -> Self {
        let checked = |key: &'static str, expected: &str, good: fn(&str) -> bool| {
            let text = section.text(key, expected);
            if !text.is_empty() && !good(&text) {
                section.reject(key, format!("expected {expected}, found {text:?}"));
            }
            text
        };
        Self {
            regions: regions.read_required(section, "regions"),
            bank: section.text("bank", "the bank's name"),
            address: section.text("address", "the bank's address"),
            holder: section.text("holder", "whom the account belongs to"),
            swift: checked("swift", "a BIC of 8 or 11 capitals and digits such as DEUTDEFF", is_bic),
            currency: section
                .value("currency", "an ISO 4217 currency code such as USD")
                .unwrap_or(Currency::USD),
            shared_account: checked("shared_account", SHARED, number::is_sound),
            dedicated_prefix: checked("dedicated_prefix", PREFIX, number::is_prefix),
        }
    }
}

/// ISO 9362: four letters or digits for the bank, the country, two for the place and perhaps three more.
fn is_bic(text: &str) -> bool {
    let capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    matches!(text.len(), 8 | 11)
        && text.bytes().all(capital)
        && text.bytes().skip(4).take(2).all(|byte| byte.is_ascii_uppercase())
}

const SHARED: &str = "an account's number of at most 34 characters with ISO 13616's check digits";
const PREFIX: &str = "a country code and 1 to 5 capitals or digits such as SGALI";
