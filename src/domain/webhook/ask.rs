//! What can be asked about webhooks. All of it is for the program's own account.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Place, delivery_id};
use crate::domain::ids::{AccountId, DeliveryId, EndpointId};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, strum::EnumDiscriminants)]
#[strum_discriminants(name(WebhookAskKind), derive(strum::EnumIter), doc = "A question without its details.")]
pub enum WebhookAsk {
    /// Make an endpoint.
    Create(NewEndpoint),
    /// Change an endpoint.
    Update { endpoint: EndpointId, change: EndpointChange },
    /// Delete an endpoint.
    Delete { endpoint: EndpointId },
    /// Sign with another secret from now on, and with the present one as well for a time.
    Rotate { endpoint: EndpointId, overlap: SignedDuration },
    /// Send everything again that happened from a time on.
    ReplayFrom { endpoint: EndpointId, since: Timestamp },
    /// Send one delivery again.
    Replay { delivery: DeliveryId },
    /// The journal was read on; this is to be sent.
    Plan(Plan),
    /// The receiver has answered, or has not.
    Heard { delivery: DeliveryId, attempt: u16, answer: Answer },
}

/// A new endpoint, checked by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEndpoint {
    /// Where it is.
    pub url: String,
    /// What it is for, for people.
    pub description: String,
    /// Which events are wanted; all if empty.
    pub types: Vec<String>,
    /// Where the journal ends now.
    pub read: BTreeMap<i32, i64>,
}

/// What is changed of an endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointChange {
    /// Where it is.
    pub url: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Which events are wanted.
    pub types: Option<Vec<String>>,
    /// Whether anything is sent to it.
    pub enabled: Option<bool>,
}

/// How far the journal was read for an endpoint, and what follows. It is right for one revision only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// For which endpoint.
    pub endpoint: EndpointId,
    /// As of which of its revisions.
    pub revision: u64,
    /// How far all lanes are read.
    pub read: BTreeMap<i32, i64>,
    /// Accounts that are behind, and from where on; `None`: not any more.
    pub next: BTreeMap<AccountId, Option<Place>>,
    /// What is to be sent, at most one of an account.
    pub deliveries: Vec<Planned>,
}

/// One event that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Whose event it is.
    pub account: AccountId,
    /// Which.
    pub place: Place,
    /// What happened.
    pub event_type: String,
    /// When.
    pub event_time: Timestamp,
}

/// What a receiver answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It took it.
    Taken { status: u16 },
    /// It wants nothing any more.
    Gone,
    /// It did not take it, for all that is known.
    Failed { status: Option<u16>, error: String },
}

impl WebhookAsk {
    /// The entities that are needed, beside those that are open.
    #[must_use]
    pub fn needs(&self) -> Vec<Uuid> {
        match self {
            Self::Create(_) => vec![],
            Self::Update { endpoint, .. }
            | Self::Delete { endpoint }
            | Self::Rotate { endpoint, .. }
            | Self::ReplayFrom { endpoint, .. } => vec![endpoint.0],
            Self::Replay { delivery } | Self::Heard { delivery, .. } => vec![delivery.0],
            Self::Plan(plan) => {
                let sent = plan.deliveries.iter().map(|sent| delivery_id(plan.endpoint, sent).0);
                sent.chain([plan.endpoint.0]).collect()
            }
        }
    }

    /// Its name in the log, as callers know it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        WebhookAskKind::from(self).name()
    }
}

impl WebhookAskKind {
    /// Its name in the log, as callers know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "CreateWebhookEndpoint",
            Self::Update => "UpdateWebhookEndpoint",
            Self::Delete => "DeleteWebhookEndpoint",
            Self::Rotate => "RotateWebhookSecret",
            Self::ReplayFrom => "ReplayWebhookEvents",
            Self::Replay => "ReplayWebhookDelivery",
            Self::Plan => "webhook-plan",
            Self::Heard => "webhook-answer",
        }
    }
}
