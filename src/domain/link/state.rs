//! An attempt to link and what can happen to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::domain::{
    card::Brand,
    failure::Failure,
    ids::{AccountId, LinkAttemptId, MethodId},
    rejection::Rejection,
};

/// One attempt to add a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkAttempt {
    /// Its name.
    pub id: LinkAttemptId,
    /// Who made it.
    pub account: AccountId,
    /// When.
    pub created: Timestamp,
    /// The card's brand.
    pub brand: Brand,
    /// The card's last four digits.
    pub last_four: String,
    /// How it came out.
    pub result: LinkResult,
    /// The service ticket made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Ticket>,
}

/// How an attempt to link came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
#[cfg_attr(
    test,
    derive(strum::EnumDiscriminants),
    strum_discriminants(name(LinkStanding), derive(strum::EnumIter))
)]
pub enum LinkResult {
    /// Its verification is under way.
    Pending { method: MethodId },
    /// The card was linked.
    Succeeded { method: MethodId },
    /// A rule refused it.
    Refused { rejection: Box<Rejection> },
    /// Its verification failed.
    Failed { method: MethodId, failure: Failure },
}

impl LinkResult {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Pending { .. } => "PENDING",
            Self::Succeeded { .. } => "SUCCEEDED",
            Self::Refused { .. } => "REFUSED",
            Self::Failed { .. } => "FAILED",
        }
    }
}

/// A service ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Its number, for people.
    pub number: String,
    /// What the customer says.
    pub description: String,
    /// When it was made.
    pub created: Timestamp,
}

/// What can happen to an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum LinkEvent {
    /// It was made.
    Made { attempt: Box<LinkAttempt> },
    /// The card was linked.
    Succeeded { method: MethodId },
    /// Its verification failed.
    Failed { method: MethodId, failure: Failure },
    /// A service ticket was made of it.
    TicketCreated { ticket: Ticket },
}

impl LinkAttempt {
    /// The attempt after what happened.
    pub fn evolve(&mut self, event: &LinkEvent) {
        match event {
            LinkEvent::Made { attempt } => *self = (**attempt).clone(),
            LinkEvent::Succeeded { method } => self.result = LinkResult::Succeeded { method: *method },
            LinkEvent::Failed { method, failure } => {
                self.result = LinkResult::Failed { method: *method, failure: failure.clone() };
            }
            LinkEvent::TicketCreated { ticket } => self.ticket = Some(ticket.clone()),
        }
    }
}
