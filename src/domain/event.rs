//! What happened: the only way in which anything changes (C10).

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};
use uuid::Uuid;

use super::{
    account::AccountEvent,
    agreement::AgreementEvent,
    balance::EntryEvent,
    claim::ClaimEvent,
    invoice::InvoiceEvent,
    kyc::KycEvent,
    link::LinkEvent,
    message::MessageEvent,
    method::MethodEvent,
    payment::PaymentEvent,
    refund::RefundEvent,
    remittance::RemittanceEvent,
    seller::SellerEvent,
    usage::PeriodEvent,
    verification::VerificationEvent,
    webhook::{DeliveryEvent, EndpointEvent},
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
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
    /// To a review of identity documents.
    KycReview(KycEvent),
    /// To a month of usage.
    UsagePeriod(PeriodEvent),
    /// To a refund.
    Refund(RefundEvent),
    /// To a webhook endpoint.
    WebhookEndpoint(EndpointEvent),
    /// To a webhook delivery.
    WebhookDelivery(DeliveryEvent),
    /// To money that arrived by bank transfer.
    Remittance(RemittanceEvent),
    /// To an entry of the balance.
    BalanceEntry(EntryEvent),
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
            Self::Remittance(event) => event.into(),
            Self::Seller(event) => event.into(),
            Self::Message(event) => event.into(),
            Self::Agreement(event) => event.into(),
            Self::KycReview(event) => event.into(),
            Self::UsagePeriod(event) => event.into(),
            Self::Refund(event) => event.into(),
            Self::WebhookEndpoint(event) => event.into(),
            Self::WebhookDelivery(event) => event.into(),
            Self::BalanceEntry(event) => event.into(),
            Self::Claim(event) => event.into(),
        };
        format!("{kind}.{what}")
    }

    /// Of each kind, what can happen: `payment` and `succeeded` stand for `payment.succeeded`.
    #[must_use]
    pub fn names() -> Vec<(&'static str, &'static [&'static str])> {
        let of_kind = [
            AccountEvent::VARIANTS,
            MethodEvent::VARIANTS,
            VerificationEvent::VARIANTS,
            InvoiceEvent::VARIANTS,
            PaymentEvent::VARIANTS,
            LinkEvent::VARIANTS,
            SellerEvent::VARIANTS,
            MessageEvent::VARIANTS,
            AgreementEvent::VARIANTS,
            KycEvent::VARIANTS,
            PeriodEvent::VARIANTS,
            RefundEvent::VARIANTS,
            EndpointEvent::VARIANTS,
            DeliveryEvent::VARIANTS,
            RemittanceEvent::VARIANTS,
            EntryEvent::VARIANTS,
            ClaimEvent::VARIANTS,
        ];
        Self::VARIANTS.iter().copied().zip(of_kind).collect()
    }

    /// Whether that is an event's name, or a kind of event and `.*`.
    #[must_use]
    pub fn is_named(name: &str) -> bool {
        let Some((kind, what)) = name.split_once('.') else { return false };
        Self::names().iter().any(|(named, whats)| *named == kind && (what == "*" || whats.contains(&what)))
    }

    /// The test clock that the account follows from here on, if this puts it on one (C14).
    #[must_use]
    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else moves an account to a clock")]
    pub fn attaches(&self) -> Option<&str> {
        match self {
            Self::Account(AccountEvent::ClockAttached { clock })
            | Self::Seller(SellerEvent::ClockAttached { clock }) => Some(clock),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_what_can_happen_to_them_go_together() {
        let names = Event::names();
        assert_eq!(names.len(), Event::VARIANTS.len());
        for (kind, what) in [
            ("account", "created"),
            ("payment_method", "activated"),
            ("verification", "review_needed"),
            ("invoice", "paid"),
            ("payment", "succeeded"),
            ("link_attempt", "ticket_created"),
            ("agreement", "agreed"),
            ("usage_period", "usage_reported"),
            ("claim", "released"),
        ] {
            assert!(Event::is_named(&format!("{kind}.{what}")), "{kind}.{what}");
        }
        for wanted in ["payment.*", "claim.*"] {
            assert!(Event::is_named(wanted), "{wanted}");
        }
        for wanted in [
            "",
            "payment",
            "payment.",
            "payment.bogus",
            "refunds.*",
            "*",
            "payment.succeeded.*",
            "invoice.agreed",
        ] {
            assert!(!Event::is_named(wanted), "{wanted}");
        }
    }
}
