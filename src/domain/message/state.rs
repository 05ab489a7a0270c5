//! A message and what can happen to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};
use uuid::Uuid;

use super::{Bill, Channel, Template};
use crate::domain::{
    attempt::{Attempt, Effect, Step},
    failure::{Ending, ending},
    ids::{AccountId, InvoiceId, KycReviewId, MessageId, PaymentId, VerificationId},
    kyc::RejectionReason,
};

/// A message to the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// How it is sent; `None` where it only stands among the account's messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Attempt>,
    /// When what it is about was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Timestamp>,
    /// Its name.
    pub id: MessageId,
    /// Whose it is.
    pub account: AccountId,
    /// What it is about.
    pub topic: Topic,
    /// Until when its code or link can be used, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_at: Option<Timestamp>,
    /// When it was written.
    pub created: Timestamp,
}

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Topic {
    /// A verification waits for the customer.
    VerificationWaits { verification: VerificationId },
    /// A payment waits for the customer.
    PaymentWaits { payment: PaymentId },
    /// A one-time code was sent to an address.
    VerificationCode { channel: Channel, address: String },
    /// A review of identity documents was decided.
    KycDecided { review: KycReviewId, rejected: Option<RejectionReason> },
    /// A bill of usage was issued.
    BillIssued { invoice: InvoiceId, bill: Bill },
}

impl Topic {
    /// What it says.
    #[must_use]
    pub fn template(&self) -> Template {
        match self {
            Self::VerificationWaits { .. } => Template::VerificationWaits,
            Self::PaymentWaits { .. } => Template::PaymentWaits,
            Self::VerificationCode { .. } => Template::VerificationCode,
            Self::KycDecided { rejected: None, .. } => Template::KycApproved,
            Self::KycDecided { rejected: Some(_), .. } => Template::KycRejected,
            Self::BillIssued { .. } => Template::BillIssued,
        }
    }

    /// What waits for the customer, if anything does.
    #[must_use]
    pub fn about(&self) -> Option<Uuid> {
        match self {
            Self::VerificationWaits { verification } => Some(verification.0),
            Self::PaymentWaits { payment } => Some(payment.0),
            Self::VerificationCode { .. } | Self::KycDecided { .. } | Self::BillIssued { .. } => None,
        }
    }

    /// Why documents were rejected, if it tells of that.
    #[must_use]
    pub fn rejected(&self) -> Option<RejectionReason> {
        match self {
            Self::KycDecided { rejected, .. } => *rejected,
            Self::VerificationWaits { .. }
            | Self::PaymentWaits { .. }
            | Self::VerificationCode { .. }
            | Self::BillIssued { .. } => None,
        }
    }

    /// The bill, if it tells of one.
    #[must_use]
    pub fn bill(&self) -> Option<Bill> {
        match self {
            Self::BillIssued { bill, .. } => Some(*bill),
            Self::VerificationWaits { .. }
            | Self::PaymentWaits { .. }
            | Self::VerificationCode { .. }
            | Self::KycDecided { .. } => None,
        }
    }
}

/// What can happen to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MessageEvent {
    /// It was written.
    Written { message: Box<Message> },
    /// Its sending moved on.
    DeliveryAdvanced { step: Step },
    /// What it is about is over.
    Closed { at: Timestamp },
}

impl Message {
    /// The message after what happened.
    pub fn evolve(&mut self, event: &MessageEvent) {
        match event {
            MessageEvent::Written { message } => *self = (**message).clone(),
            MessageEvent::DeliveryAdvanced { step } => {
                if let Some(delivery) = &mut self.delivery {
                    delivery.take(step);
                }
            }
            MessageEvent::Closed { at } => self.closed = Some(*at),
        }
    }

    /// Its state's name.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        match self.delivery.as_ref().map(ending) {
            None => "POSTED",
            Some(Ending::Open) => "SENDING",
            Some(Ending::Happened) => "SENT",
            Some(Ending::Failed(_) | Ending::Review(_)) => "FAILED",
        }
    }

    /// The sending that is under way.
    #[must_use]
    pub fn running(&self) -> Option<&Attempt> {
        self.delivery.as_ref().filter(|delivery| !delivery.is_settled())
    }

    /// Whether it is still being sent, or what it is about still waits.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.running().is_some() || (self.closed.is_none() && self.topic.about().is_some())
    }

    /// The call to a provider that is under way.
    #[must_use]
    pub fn call(&self) -> Option<Effect> {
        self.running().and_then(Attempt::call)
    }

    /// Its earliest timer.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        self.running().and_then(Attempt::due_at)
    }

    /// Whether a caller need not wait any longer.
    #[must_use]
    pub fn rests(&self) -> bool {
        self.running().is_none()
    }
}
