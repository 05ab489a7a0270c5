//! Telling a program's own systems what happened (C11): endpoints, and what is delivered to them.
//!
//! The journal is the source. An [`WebhookEndpoint`] knows how far it was read, and for each account that is
//! behind, from where on. What is sent is a [`WebhookDelivery`]: one event to one endpoint. Of one account,
//! the next is only sent once the one before has come to its end, so that each account arrives in order and
//! one that is stuck holds nobody else up. A delivery is leased as a call to a provider is; whoever has the
//! lease sends, and what came of it is a command.
//!
//! To add a command: a variant of [`WebhookAsk`], its name, and a function in the file of its idea.

mod ask;
mod decide;
mod delivery;
mod endpoint;
mod manage;
mod plan;
mod schedule;

pub use ask::{Answer, EndpointChange, NewEndpoint, Plan, Planned, WebhookAsk, WebhookAskKind};
pub use decide::{decide, due};
pub use delivery::{DeliveryEvent, DeliveryState, Heard, WebhookDelivery};
pub use endpoint::{Disabled, EndpointEvent, EndpointState, Place, Track, WebhookEndpoint, matches};
pub use plan::delivery_id;
pub use schedule::WebhookRules;
