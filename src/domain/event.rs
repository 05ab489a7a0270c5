//! What happened: the only way in which anything changes (C10).

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;
use uuid::Uuid;

use super::{
    account::AccountEvent, agreement::AgreementEvent, claim::ClaimEvent, invoice::InvoiceEvent,
    link::LinkEvent, message::MessageEvent, method::MethodEvent, payment::PaymentEvent, seller::SellerEvent,
    usage::PeriodEvent, verification::VerificationEvent,
};

/// One thing that happened to one entity. In JSON: `{"on": id, "payment": {"succeeded": {…}}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// The entity; for a claim, the method that it is about.
    pub on: Uuid,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened, by kind of entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Event {
    /// To the account.
    Account(AccountEvent),
    /// To a payment method.
    PaymentMethod(MethodEvent),
    /// To a verification.
    Verification(VerificationEvent),
    /// To an invoice.
    Invoice(InvoiceEvent),
    /// To a payment.
    Payment(PaymentEvent),
    /// To an attempt to link.
    LinkAttempt(LinkEvent),
    /// To the account of a program itself.
    Seller(SellerEvent),
    /// To a message to the customer.
    Message(MessageEvent),
    /// To an agreement to charge a wallet.
    Agreement(AgreementEvent),
    /// To a month of usage.
    UsagePeriod(PeriodEvent),
    /// To the claim on an instrument.
    Claim(ClaimEvent),
}

impl Event {
    /// Its name for watchers, as `payment.succeeded`.
    #[must_use]
    pub fn name(&self) -> String {
        let kind: &'static str = self.into();
        let what: &'static str = match self {
            Self::Account(event) => event.into(),
            Self::PaymentMethod(event) => event.into(),
            Self::Verification(event) => event.into(),
            Self::Invoice(event) => event.into(),
            Self::Payment(event) => event.into(),
            Self::LinkAttempt(event) => event.into(),
            Self::Seller(event) => event.into(),
            Self::Message(event) => event.into(),
            Self::Agreement(event) => event.into(),
            Self::UsagePeriod(event) => event.into(),
            Self::Claim(event) => event.into(),
        };
        format!("{kind}.{what}")
    }

    /// The test clock that the account follows from here on, if this puts it on one (C14).
    #[must_use]
    pub fn attaches(&self) -> Option<&str> {
        match self {
            Self::Account(AccountEvent::ClockAttached { clock })
            | Self::Seller(SellerEvent::ClockAttached { clock }) => Some(clock),
            Self::Account(_)
            | Self::PaymentMethod(_)
            | Self::Verification(_)
            | Self::Invoice(_)
            | Self::Payment(_)
            | Self::LinkAttempt(_)
            | Self::Agreement(_)
            | Self::Seller(_)
            | Self::Message(_)
            | Self::UsagePeriod(_)
            | Self::Claim(_) => None,
        }
    }
}
