//! Kinds of entity.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, FromRepr};

/// Kinds of entity. The numbers are stored: they never change.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumIter,
    FromRepr,
    Serialize,
    Deserialize,
)]
#[repr(i16)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// The account itself.
    Account = 1,
    /// A payment method.
    Method = 2,
    /// A verification.
    Verification = 3,
    /// An invoice.
    Invoice = 4,
    /// A payment.
    Payment = 5,
    /// An attempt to link.
    LinkAttempt = 6,
    /// A month of usage.
    Period = 80,
    /// The account of a program itself.
    Seller = 140,
    /// A message to the customer.
    Message = 100,
    /// An agreement to charge a wallet.
    Agreement = 60,
    /// A refund.
    Refund = 61,
    /// A review of identity documents.
    KycReview = 101,
    /// A webhook endpoint.
    WebhookEndpoint = 141,
    /// A webhook delivery.
    WebhookDelivery = 142,
    /// Money that arrived by bank transfer.
    Remittance = 120,
    /// An entry of the balance.
    BalanceEntry = 121,
}

impl Kind {
    /// Whether the open entities of the kind are part of every decision about their account; its head
    /// names them.
    #[must_use]
    pub fn in_every_decision(self) -> bool {
        match self {
            Self::Method
            | Self::Verification
            | Self::Payment
            | Self::LinkAttempt
            | Self::Message
            | Self::Agreement
            | Self::KycReview
            | Self::Period
            | Self::Remittance => true,
            // A program has a few endpoints, and of each a bounded number is under way.
            Self::WebhookEndpoint | Self::WebhookDelivery => true,
            // An account is found by its id, and may have any number of open invoices. A refund names its payment,
            // which counts it.
            Self::Account | Self::Seller | Self::Invoice | Self::BalanceEntry | Self::Refund => false,
        }
    }
}
