//! Names of things, each a type of its own so that none is taken for another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// An account.
    AccountId
);
id!(
    /// A payment method.
    MethodId
);
id!(
    /// A verification of a method.
    VerificationId
);
id!(
    /// An invoice.
    InvoiceId
);
id!(
    /// A payment.
    PaymentId
);
id!(
    /// An attempt to link a method.
    LinkAttemptId
);

id!(
    /// An agreement to be charged by a wallet.
    AgreementId
);
id!(
    /// A message to the customer.
    MessageId
);

id!(
    /// A review of identity documents.
    KycReviewId
);
id!(
    /// A month of usage.
    PeriodId
);
id!(
    /// A refund.
    RefundId
);
id!(
    /// A webhook endpoint.
    EndpointId
);
id!(
    /// A webhook delivery.
    DeliveryId
);
id!(
    /// Money that arrived by bank transfer.
    RemittanceId
);
id!(
    /// An entry of a balance.
    BalanceEntryId
);

/// One movement of money at a provider, and its idempotency key there (C8). It is derived from the
/// entity that wants it and an ordinal, never drawn anew, so that every repeat carries the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EffectId {
    /// The payment or verification.
    pub entity: Uuid,
    /// Which of its effects, from 1.
    pub ordinal: u16,
}

impl fmt::Display for EffectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.entity, self.ordinal)
    }
}

/// Not the id of an effect of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an effect id of bursar: expected a UUID, a full stop and a number")]
pub struct EffectIdError;

impl FromStr for EffectId {
    type Err = EffectIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (entity, ordinal) = text.split_once('.').ok_or(EffectIdError)?;
        let entity = Uuid::parse_str(entity).map_err(|_| EffectIdError)?;
        let ordinal = ordinal.parse().map_err(|_| EffectIdError)?;
        Ok(Self { entity, ordinal })
    }
}

impl Serialize for EffectId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EffectId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
