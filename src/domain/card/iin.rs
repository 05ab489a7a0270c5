//! What the IIN vendor knows of cards by the first digits of their numbers.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{
    brand::Brand,
    facts::{Funding, Product},
    secret::CardNumber,
};
use crate::domain::{
    country::Country,
    table::{TableError, each_row},
};

/// The table, looked up by the longest prefix.
#[derive(Debug, Clone, Default)]
pub struct IinTable {
    records: BTreeMap<String, IinRecord>,
}

/// What is known of one range of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IinRecord {
    pub networks: BTreeSet<Brand>,
    pub funding: Funding,
    pub product: Product,
    pub issuer_country: Option<Country>,
    pub international_enabled: bool,
    pub online_enabled: bool,
    pub three_ds_capable: bool,
    pub luhn: bool,
}

#[derive(Deserialize)]
struct Row {
    prefix: String,
    networks: String,
    funding: String,
    product: String,
    issuer: String,
    issuer_region: String,
    international: bool,
    online: bool,
    three_ds: bool,
    luhn: bool,
}

impl IinTable {
    /// Reads `prefix,networks,funding,product,issuer,issuer_region,international,online,three_ds,luhn`,
    /// where several networks are separated by `+`. Every line that can't be read is reported.
    pub fn parse(text: &str) -> Result<Self, Vec<TableError>> {
        let mut table = Self::default();
        each_row(text, |row| table.add(row))?;
        Ok(table)
    }

    fn add(&mut self, row: Row) -> Result<(), String> {
        if !(6..=16).contains(&row.prefix.len()) || !row.prefix.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("prefix: expected 6 to 16 digits, found {:?}", row.prefix));
        }
        let networks = row
            .networks
            .split('+')
            .map(|name| name.parse().map_err(|_| format!("networks: {name:?} is not a brand such as VISA")))
            .collect::<Result<BTreeSet<Brand>, _>>()?;
        let funding = row.funding.parse().map_err(|_| {
            format!("funding: expected CREDIT, DEBIT, CHARGE, PREPAID or UNKNOWN, found {:?}", row.funding)
        })?;
        let product = row.product.parse().map_err(|_| {
            format!(
                "product: expected CONSUMER, COMMERCIAL, GIFT, VIRTUAL_SINGLE_USE, VIRTUAL_MULTI_USE or \
                 UNKNOWN, found {:?}",
                row.product
            )
        })?;
        if row.issuer.is_empty() {
            return Err("issuer: expected its name".to_owned());
        }
        let issuer_country = match row.issuer_region.as_str() {
            "" => None,
            code => Some(code.parse().map_err(|error| format!("issuer_region: {error}"))?),
        };
        let record = IinRecord {
            networks,
            funding,
            product,
            issuer_country,
            international_enabled: row.international,
            online_enabled: row.online,
            three_ds_capable: row.three_ds,
            luhn: row.luhn,
        };
        match self.records.insert(row.prefix.clone(), record) {
            None => Ok(()),
            Some(_) => Err(format!("prefix: {} is listed already", row.prefix)),
        }
    }

    /// What is known of a number by its longest listed prefix. Where none is listed, only its range
    /// tells the brand: nothing speaks against the card, and the issuer has the last word.
    pub(super) fn find(&self, number: &CardNumber) -> Option<IinRecord> {
        let digits = number.expose();
        let listed = (6..=16).rev().find_map(|length| self.records.get(digits.get(..length)?)).cloned();
        listed.or_else(|| number.brand().map(|(brand, _)| IinRecord::unlisted(brand)))
    }
}

impl IinRecord {
    fn unlisted(brand: Brand) -> Self {
        Self {
            networks: BTreeSet::from([brand]),
            funding: Funding::Unknown,
            product: Product::Unknown,
            issuer_country: None,
            international_enabled: true,
            online_enabled: true,
            three_ds_capable: true,
            luhn: true,
        }
    }
}
