//! What callers ask of endpoints and deliveries.

use jiff::{SignedDuration, Timestamp};

use super::{
    DeliveryEvent, DeliveryState, Disabled, EndpointChange, EndpointEvent, EndpointState, NewEndpoint,
    WebhookDelivery, WebhookEndpoint,
    decide::{disable, send_again},
};
use crate::domain::{
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::{DeliveryId, EndpointId},
    program::ProgramId,
    reason::Reason,
    rejection::{Rejection, Violation},
};

/// How many endpoints a program may have: each reads the whole log.
const ENDPOINTS_MOST: usize = 16;

fn endpoint<'a>(facts: &Facts<'a>, id: EndpointId) -> Result<&'a WebhookEndpoint, Rejection> {
    let found = facts.world.webhook_endpoint(id).filter(|endpoint| endpoint.is_open());
    found.ok_or_else(|| Rejection::not_found(&format!("webhookEndpoints/{id}")))
}

/// A new endpoint is told what happens from now on.
pub(super) fn create(facts: &Facts<'_>, program: &ProgramId, new: &NewEndpoint) -> Decided {
    if facts.world.webhook_endpoints().filter(|it| it.is_open()).count() >= ENDPOINTS_MOST {
        return Err(Rejection::rule(
            Violation::new(
                Reason::WebhookEndpointsExhausted,
                "C11",
                "The program has as many webhook endpoints as it may have. Delete one that is not needed.",
            )
            .fact("limit", ENDPOINTS_MOST),
        )
        .into());
    }
    let id = EndpointId(facts.id(0));
    let endpoint = WebhookEndpoint {
        id,
        program: program.clone(),
        url: new.url.clone(),
        description: new.description.clone(),
        types: new.types.clone(),
        state: EndpointState::Enabled,
        generation: 1,
        overlap_until: None,
        failing_since: None,
        revision: 1,
        read: new.read.clone(),
        since: None,
        tracks: std::collections::BTreeMap::new(),
        created: facts.now,
    };
    let event = EndpointEvent::Created { endpoint: Box::new(endpoint) };
    Ok(Decision::reply(id.0).on(id.0, Event::WebhookEndpoint(event)))
}

pub(super) fn update(facts: &Facts<'_>, id: EndpointId, change: &EndpointChange) -> Decided {
    let endpoint = endpoint(facts, id)?;
    let mut decision = Decision::reply(id.0);
    let url = change.url.clone().unwrap_or_else(|| endpoint.url.clone());
    let description = change.description.clone().unwrap_or_else(|| endpoint.description.clone());
    let types = change.types.clone().unwrap_or_else(|| endpoint.types.clone());
    if url != endpoint.url || description != endpoint.description || types != endpoint.types {
        let event = EndpointEvent::Updated { url, description, types };
        decision.push(id.0, Event::WebhookEndpoint(event));
    }
    match change.enabled {
        Some(true) if !endpoint.is_enabled() => {
            decision.push(id.0, Event::WebhookEndpoint(EndpointEvent::Enabled {}));
            for delivery in of(facts, id).filter(|it| matches!(it.state, DeliveryState::Paused)) {
                send_again(&mut decision, delivery, DeliveryEvent::SentAgain {});
            }
        }
        Some(false) => disable(facts, &mut decision, endpoint, Disabled::ByCaller, None),
        Some(true) | None => {}
    }
    Ok(decision)
}

fn of<'a>(facts: &Facts<'a>, id: EndpointId) -> impl Iterator<Item = &'a WebhookDelivery> {
    facts.world.webhook_deliveries().filter(move |delivery| delivery.endpoint == id && delivery.is_open())
}

pub(super) fn delete(facts: &Facts<'_>, id: EndpointId) -> Decided {
    endpoint(facts, id)?;
    let mut decision = Decision::reply(id.0);
    decision.push(id.0, Event::WebhookEndpoint(EndpointEvent::Deleted { at: facts.now }));
    for delivery in of(facts, id) {
        let event = DeliveryEvent::Discarded { at: facts.now };
        decision.push(delivery.id.0, Event::WebhookDelivery(event));
    }
    Ok(decision)
}

pub(super) fn rotate(facts: &Facts<'_>, id: EndpointId, overlap: SignedDuration) -> Decided {
    let endpoint = endpoint(facts, id)?;
    let overlap_until = facts.now.checked_add(overlap).unwrap_or(Timestamp::MAX);
    let event = EndpointEvent::SecretRotated { generation: endpoint.generation + 1, overlap_until };
    Ok(Decision::reply(id.0).on(id.0, Event::WebhookEndpoint(event)))
}

pub(super) fn replay_from(facts: &Facts<'_>, id: EndpointId, since: Timestamp) -> Decided {
    let endpoint = endpoint(facts, id)?;
    enabled(endpoint)?;
    let event = EndpointEvent::Rewound { since };
    Ok(Decision::reply(id.0).on(id.0, Event::WebhookEndpoint(event)))
}

pub(super) fn replay(facts: &Facts<'_>, id: DeliveryId) -> Decided {
    let delivery = facts.world.webhook_delivery(id);
    let delivery = delivery.ok_or_else(|| Rejection::not_found(&format!("webhookDeliveries/{id}")))?;
    enabled(endpoint(facts, delivery.endpoint)?)?;
    if delivery.is_open() {
        return Err(Rejection::rule(
            Violation::new(
                Reason::WebhookDeliveryNotEnded,
                "C11",
                "The delivery is still tried. Only one that has come to its end can be replayed.",
            )
            .fact("state", delivery.state_name()),
        )
        .into());
    }
    let mut decision = Decision::reply(id.0);
    send_again(&mut decision, delivery, DeliveryEvent::Replayed {});
    Ok(decision)
}

fn enabled(endpoint: &WebhookEndpoint) -> Result<(), Rejection> {
    if endpoint.is_enabled() {
        return Ok(());
    }
    Err(Rejection::rule(
        Violation::new(
            Reason::WebhookEndpointDisabled,
            "C11",
            "The endpoint is disabled, so nothing is sent to it. Enable it first.",
        )
        .fact("webhook_endpoint", endpoint.id),
    ))
}
