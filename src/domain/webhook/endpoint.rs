//! An endpoint and what can happen to it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use crate::domain::{
    ids::{AccountId, DeliveryId, EndpointId},
    program::ProgramId,
};

/// Where a program's own systems are told what happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookEndpoint {
    /// Its name.
    pub id: EndpointId,
    /// Whose it is.
    pub program: ProgramId,
    /// Where it is.
    pub url: String,
    /// What it is for, for people.
    pub description: String,
    /// Which events are wanted, as `payment.succeeded` or `payment.*`; all if empty.
    pub types: Vec<String>,
    /// How it stands.
    pub state: EndpointState,
    /// Which secret it is signed with, from 1. Secrets are derived, so none is stored.
    pub generation: u32,
    /// Until when it is signed with the secret before as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap_until: Option<Timestamp>,
    /// Since when nothing was taken any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// Goes up with each change of what follows, and of what is wanted: a plan is right for one of them.
    pub revision: u64,
    /// How far the journal was read: each lane's last position.
    #[serde(with = "lanes")]
    pub read: BTreeMap<i32, i64>,
    /// What happened before is not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Accounts with a delivery under way, and accounts that are behind what was read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tracks: BTreeMap<AccountId, Track>,
    /// When it was made.
    pub created: Timestamp,
}

/// How an endpoint stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum EndpointState {
    /// It is told.
    Enabled,
    /// Nothing is sent.
    Disabled { reason: Disabled, at: Timestamp },
    /// It is gone.
    Deleted { at: Timestamp },
}

/// Why nothing is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disabled {
    /// A call said so.
    ByCaller,
    /// It answered 410 Gone.
    Gone,
    /// A delivery came to its end without success, and none had any since it began.
    Failing,
}

/// One account at one endpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// What is under way, and holds the rest of the account back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<DeliveryId>,
    /// From where on the account is behind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Place>,
}

/// A place in an account's log: which event of which row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The account's count of rows.
    pub sequence: i64,
    /// The event within it, from 0.
    pub index: u32,
}

/// What can happen to an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EndpointEvent {
    /// It was made.
    Created { endpoint: Box<WebhookEndpoint> },
    /// It is elsewhere, or wants something else.
    Updated { url: String, description: String, types: Vec<String> },
    /// It is told again.
    Enabled {},
    /// It is told nothing any more.
    Disabled { reason: Disabled, at: Timestamp },
    /// It is gone.
    Deleted { at: Timestamp },
    /// It is signed with another secret.
    SecretRotated { generation: u32, overlap_until: Timestamp },
    /// It gets everything again from a time on.
    Rewound { since: Timestamp },
    /// The journal was read on.
    Advanced {
        #[serde(with = "lanes")]
        read: BTreeMap<i32, i64>,
        next: BTreeMap<AccountId, Option<Place>>,
        opened: BTreeMap<AccountId, DeliveryId>,
    },
    /// What held an account back has come to its end.
    Freed { account: AccountId },
    /// Nothing is taken any more.
    Failing { since: Timestamp },
    /// Something was taken again.
    Recovered {},
}

/// Lanes as a list: a number is no key in JSON, and a flattened event can't be read with one.
mod lanes {
    use std::collections::BTreeMap;

    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        lanes: &BTreeMap<i32, i64>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(lanes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<i32, i64>, D::Error> {
        Vec::<(i32, i64)>::deserialize(deserializer).map(|lanes| lanes.into_iter().collect())
    }
}

impl WebhookEndpoint {
    /// The endpoint after what happened.
    pub fn evolve(&mut self, event: &EndpointEvent) {
        match event {
            EndpointEvent::Created { endpoint } => *self = (**endpoint).clone(),
            EndpointEvent::Updated { url, description, types } => {
                (self.url, self.description) = (url.clone(), description.clone());
                self.types.clone_from(types);
                self.revision += 1;
            }
            EndpointEvent::Enabled {} => {
                (self.state, self.failing_since) = (EndpointState::Enabled, None);
                self.revision += 1;
            }
            EndpointEvent::Disabled { reason, at } => {
                self.state = EndpointState::Disabled { reason: *reason, at: *at };
                self.revision += 1;
            }
            EndpointEvent::Deleted { at } => {
                self.state = EndpointState::Deleted { at: *at };
                self.tracks.clear();
                self.revision += 1;
            }
            EndpointEvent::SecretRotated { generation, overlap_until } => {
                (self.generation, self.overlap_until) = (*generation, Some(*overlap_until));
            }
            EndpointEvent::Rewound { since } => {
                (self.since, self.read) = (Some(*since), BTreeMap::new());
                // Who was behind comes again with everything else.
                self.tracks.values_mut().for_each(|track| track.next = None);
                self.tidy();
                self.revision += 1;
            }
            EndpointEvent::Advanced { read, next, opened } => {
                self.read.clone_from(read);
                for (account, place) in next {
                    self.tracks.entry(*account).or_default().next = *place;
                }
                for (account, delivery) in opened {
                    self.tracks.entry(*account).or_default().open = Some(*delivery);
                }
                self.tidy();
                self.revision += 1;
            }
            // A plan that did not count on it is good all the same: the revision stays.
            EndpointEvent::Freed { account } => {
                self.tracks.entry(*account).or_default().open = None;
                self.tidy();
            }
            EndpointEvent::Failing { since } => self.failing_since = Some(*since),
            EndpointEvent::Recovered {} => self.failing_since = None,
        }
    }

    fn tidy(&mut self) {
        self.tracks.retain(|_, track| *track != Track::default());
    }

    /// Its state's name.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        match self.state {
            EndpointState::Enabled => "ENABLED",
            EndpointState::Disabled { .. } => "DISABLED",
            EndpointState::Deleted { .. } => "DELETED",
        }
    }

    /// Whether it is there.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !matches!(self.state, EndpointState::Deleted { .. })
    }

    /// Whether anything is sent to it.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        matches!(self.state, EndpointState::Enabled)
    }

    /// Whether it wants events of a type.
    #[must_use]
    pub fn wants(&self, event_type: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|wanted| matches(wanted, event_type))
    }
}

/// Whether what is wanted, as `payment.succeeded` or `payment.*`, is of a type.
#[must_use]
pub fn matches(wanted: &str, event_type: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(kind) => event_type.starts_with(kind),
        None => wanted == event_type,
    }
}
