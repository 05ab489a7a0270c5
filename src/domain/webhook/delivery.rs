//! A delivery, one event to one endpoint, and what can happen to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use super::Place;
use crate::domain::{
    attempt::{Call, Effect},
    ids::{AccountId, DeliveryId, EffectId, EndpointId},
    program::ProgramId,
};

/// One event on its way to one endpoint. What it says is read from the journal each time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookDelivery {
    /// How it stands.
    pub state: DeliveryState,
    /// How often it was sent, the time that is under way included.
    pub attempts: u16,
    /// What came of the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<Heard>,
    /// Its name, and the message's id for the receiver: the same for every repeat.
    pub id: DeliveryId,
    /// Whose it is.
    pub program: ProgramId,
    /// Where it goes.
    pub endpoint: EndpointId,
    /// Whose event it is.
    pub account: AccountId,
    /// Which.
    pub place: Place,
    /// What happened.
    pub event_type: String,
    /// When.
    pub event_time: Timestamp,
    /// When it was first sent.
    pub created: Timestamp,
    /// Set where it was asked for again: then it is sent beside its account's order.
    #[serde(default)]
    pub replayed: bool,
}

/// How a delivery stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is under way.
    Sending,
    /// It is tried again.
    Waiting { until: Timestamp },
    /// It is tried again once the endpoint is enabled.
    Paused,
    /// It was taken.
    Delivered { at: Timestamp },
    /// It was tried as often as it is tried.
    DeadLetter { at: Timestamp },
    /// The endpoint is gone.
    Discarded { at: Timestamp },
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// When.
    pub at: Timestamp,
    /// The HTTP status, if there was an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What went wrong, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub error: String,
}

/// What can happen to a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum DeliveryEvent {
    /// It is sent for the first time.
    Sent { delivery: Box<WebhookDelivery> },
    /// It is sent once more.
    SentAgain {},
    /// It was asked for again.
    Replayed {},
    /// It was taken.
    Delivered { heard: Heard },
    /// It was not, and is tried again.
    Failed { heard: Heard, until: Timestamp },
    /// It was not, or its time came; it goes on once the endpoint is enabled.
    Paused { heard: Option<Heard> },
    /// It was not, and is not tried again by itself.
    DeadLettered { heard: Heard },
    /// The endpoint is gone.
    Discarded { at: Timestamp },
}

impl WebhookDelivery {
    /// The delivery after what happened.
    pub fn evolve(&mut self, event: &DeliveryEvent) {
        match event {
            DeliveryEvent::Sent { delivery } => *self = (**delivery).clone(),
            DeliveryEvent::SentAgain {} => {
                self.state = DeliveryState::Sending;
                self.attempts = self.attempts.saturating_add(1);
            }
            DeliveryEvent::Replayed {} => {
                self.state = DeliveryState::Sending;
                (self.attempts, self.replayed) = (1, true);
            }
            DeliveryEvent::Delivered { heard } => {
                self.state = DeliveryState::Delivered { at: heard.at };
                self.heard = Some(heard.clone());
            }
            DeliveryEvent::Failed { heard, until } => {
                self.state = DeliveryState::Waiting { until: *until };
                self.heard = Some(heard.clone());
            }
            DeliveryEvent::Paused { heard } => {
                self.state = DeliveryState::Paused;
                if heard.is_some() {
                    self.heard.clone_from(heard);
                }
            }
            DeliveryEvent::DeadLettered { heard } => {
                self.state = DeliveryState::DeadLetter { at: heard.at };
                self.heard = Some(heard.clone());
            }
            DeliveryEvent::Discarded { at } => self.state = DeliveryState::Discarded { at: *at },
        }
    }

    /// Its state's name.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        match self.state {
            DeliveryState::Sending => "SENDING",
            DeliveryState::Waiting { .. } => "WAITING",
            DeliveryState::Paused => "PAUSED",
            DeliveryState::Delivered { .. } => "DELIVERED",
            DeliveryState::DeadLetter { .. } => "DEAD_LETTER",
            DeliveryState::Discarded { .. } => "DISCARDED",
        }
    }

    /// What the receiver knows the message by: the same for every repeat.
    #[must_use]
    pub fn message_id(&self) -> String {
        format!("msg_{}", self.id.0.simple())
    }

    /// Whether it is not at its end.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state, DeliveryState::Sending | DeliveryState::Waiting { .. } | DeliveryState::Paused)
    }

    /// The call that is under way for it.
    #[must_use]
    pub fn call(&self) -> Option<Effect> {
        let id = EffectId { entity: self.id.0, ordinal: self.attempts };
        matches!(self.state, DeliveryState::Sending).then_some(Effect { id, call: Call::Perform })
    }

    /// When it is tried again.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match self.state {
            DeliveryState::Waiting { until } => Some(until),
            DeliveryState::Sending
            | DeliveryState::Paused
            | DeliveryState::Delivered { .. }
            | DeliveryState::DeadLetter { .. }
            | DeliveryState::Discarded { .. } => None,
        }
    }
}
