//! Webhook endpoints and deliveries.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::{
    domain::webhook::{DeliveryState, Disabled, EndpointState, WebhookDelivery, WebhookEndpoint},
    proto::v1 as pb,
    wire::{
        names::{self, Owner},
        time,
    },
};

/// An endpoint as callers see it.
#[must_use]
pub fn webhook_endpoint(endpoint: &WebhookEndpoint) -> pb::WebhookEndpoint {
    let owner = Owner::Program(endpoint.program.clone());
    let (state, disabled) = match endpoint.state {
        EndpointState::Enabled => (pb::WebhookEndpointState::Enabled, None),
        EndpointState::Disabled { reason, at } => (pb::WebhookEndpointState::Disabled, Some((reason, at))),
        EndpointState::Deleted { .. } => (pb::WebhookEndpointState::Unspecified, None),
    };
    let reason = match disabled {
        None => pb::WebhookDisabledReason::Unspecified,
        Some((Disabled::ByCaller, _)) => pb::WebhookDisabledReason::ByCaller,
        Some((Disabled::Gone, _)) => pb::WebhookDisabledReason::Gone,
        Some((Disabled::Failing, _)) => pb::WebhookDisabledReason::Failing,
    };
    pb::WebhookEndpoint {
        name: owner.child(names::WEBHOOK_ENDPOINTS, endpoint.id.0),
        url: endpoint.url.clone(),
        description: endpoint.description.clone(),
        event_types: endpoint.types.clone(),
        state: state.into(),
        disabled_reason: reason.into(),
        disable_time: disabled.map(|(_, at)| time::timestamp(at)),
        failing_since_time: endpoint.failing_since.map(time::timestamp),
        previous_secret_expire_time: endpoint.overlap_until.map(time::timestamp),
        held_account_count: i32::try_from(endpoint.tracks.len()).unwrap_or(i32::MAX),
        create_time: Some(time::timestamp(endpoint.created)),
    }
}

/// A delivery as callers see it.
#[must_use]
pub fn webhook_delivery(delivery: &WebhookDelivery) -> pb::WebhookDelivery {
    let owner = Owner::Program(delivery.program.clone());
    let state = match delivery.state {
        DeliveryState::Sending => pb::WebhookDeliveryState::Sending,
        DeliveryState::Waiting { .. } => pb::WebhookDeliveryState::Waiting,
        DeliveryState::Paused => pb::WebhookDeliveryState::Paused,
        DeliveryState::Delivered { .. } => pb::WebhookDeliveryState::Delivered,
        DeliveryState::DeadLetter { .. } => pb::WebhookDeliveryState::DeadLetter,
        DeliveryState::Discarded { .. } => pb::WebhookDeliveryState::Discarded,
    };
    let heard = delivery.heard.as_ref();
    pb::WebhookDelivery {
        name: owner.child(names::WEBHOOK_DELIVERIES, delivery.id.0),
        webhook_endpoint: owner.child(names::WEBHOOK_ENDPOINTS, delivery.endpoint.0),
        state: state.into(),
        message_id: delivery.message_id(),
        account: names::account(delivery.account),
        sequence: delivery.place.sequence,
        event_type: delivery.event_type.clone(),
        event_time: Some(time::timestamp(delivery.event_time)),
        attempt_count: i32::from(delivery.attempts),
        last_http_status: heard.and_then(|heard| heard.status).map(i32::from).unwrap_or_default(),
        last_error: heard.map(|heard| heard.error.clone()).unwrap_or_default(),
        last_attempt_time: heard.map(|heard| time::timestamp(heard.at)),
        next_attempt_time: delivery.due_at().map(time::timestamp),
        create_time: Some(time::timestamp(delivery.created)),
    }
}

/// A secret as Standard Webhooks writes it.
#[must_use]
pub fn webhook_secret(secret: &[u8]) -> String {
    format!("whsec_{}", BASE64_STANDARD.encode(secret))
}
