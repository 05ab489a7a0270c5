//! An attempt to link and what can happen to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use crate::domain::{
    card::Brand,
    failure::Failure,
    ids::{AccountId, LinkAttemptId, MethodId},
    program::{MethodKind, ProgramVersion},
    rejection::Rejection,
};

/// One attempt to add a card or a wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkAttempt {
    /// Its name.
    pub id: LinkAttemptId,
    /// Who made it.
    pub account: AccountId,
    /// When.
    pub created: Timestamp,
    /// What was to be added.
    #[serde(flatten)]
    pub linked: Linked,
    /// How it came out.
    pub result: LinkResult,
    /// The rules it was decided under (C1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program_version: Option<ProgramVersion>,
    /// The service ticket made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Ticket>,
}

/// What was to be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Linked {
    /// A card of that brand, ending in these digits.
    Card { brand: Brand, last_four: String },
    /// A wallet.
    Wallet { wallet: MethodKind },
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
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
