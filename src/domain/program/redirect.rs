//! The rules of a redirect to the customer's bank (W1 to W9).

use std::cmp::Ordering;

use jiff::{SignedDuration, civil::Date};

use super::section::Section;
use crate::domain::{
    card::{Brand, Funding},
    currency::Currency,
    exchange::{ConversionError, Rate, RateTable},
    money::Money,
};

/// The rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectRules {
    /// The card that the account has to have (W2).
    pub card_brand: Brand,
    /// How that card is funded (W2).
    pub card_funding: Funding,
    /// The currency that the account prefers and its invoices are in (W3).
    pub currency: Currency,
    /// How much may be paid so at a time (W6).
    pub limit: Money,
    /// How long the gateway's page may stay open (W7).
    pub page_lifetime: SignedDuration,
    /// Within which time of its beginning the customer completes a payment (W9).
    pub complete_within: SignedDuration,
}

impl RedirectRules {
    /// Reads `[bank_redirect]`.
    pub(super) fn read(section: &Section<'_>) -> Self {
        Self {
            card_brand: section.value("card_brand", "a brand such as UNIONPAY").unwrap_or(Brand::UnionPay),
            card_funding: section
                .value("card_funding", "a funding such as CREDIT")
                .unwrap_or(Funding::Credit),
            currency: section.value("currency", "an ISO 4217 code such as CNY").unwrap_or(Currency::USD),
            limit: section.amount("limit_usd", "limit"),
            page_lifetime: section.duration("page_lifetime"),
            complete_within: section.duration("complete_within"),
        }
    }

    /// W6: whether a sum is within the limit, and the rate that says so. Exact: what would be rounded on
    /// display counts.
    pub fn within_limit(
        &self,
        sum: &Money,
        rates: &RateTable,
        on: Date,
    ) -> Result<(bool, Option<Rate>), ConversionError> {
        let order = rates.compare(sum, &self.limit, on)?;
        let rate = if sum.currency() == self.limit.currency() {
            None
        } else {
            rates.rate(self.limit.currency(), sum.currency(), on)
        };
        Ok((order != Ordering::Greater, rate))
    }
}
