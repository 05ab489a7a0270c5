//! Sending what the journal has for an endpoint.

use std::collections::BTreeMap;

use uuid::{Builder, Uuid};

use super::{DeliveryEvent, DeliveryState, EndpointEvent, Plan, Planned, WebhookDelivery};
use crate::domain::{
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::{DeliveryId, EndpointId},
};

/// The delivery of an event to an endpoint. It follows from both, so that a plan made twice sends once; and it
/// begins with the event's time, so that lists are in order.
#[must_use]
pub fn delivery_id(endpoint: EndpointId, planned: &Planned) -> DeliveryId {
    let place = format!("{}.{}.{}", planned.account, planned.place.sequence, planned.place.index);
    let mut bytes = Uuid::new_v5(&endpoint.0, place.as_bytes()).into_bytes();
    let millis = u64::try_from(planned.event_time.as_millisecond()).unwrap_or_default();
    let [_, _, time @ ..] = millis.to_be_bytes();
    bytes.iter_mut().zip(time).for_each(|(byte, from)| *byte = from);
    DeliveryId(Builder::from_custom_bytes(bytes).into_uuid())
}

/// Reads an endpoint on. A plan of another revision is nothing: it is made anew. Each account has at most one
/// delivery under way.
pub(super) fn advance(facts: &Facts<'_>, plan: &Plan) -> Decided {
    let decision = Decision::reply(plan.endpoint.0);
    let Some(endpoint) = facts.world.webhook_endpoint(plan.endpoint) else { return Ok(decision) };
    let busy =
        |planned: &Planned| endpoint.tracks.get(&planned.account).is_some_and(|track| track.open.is_some());
    if !endpoint.is_enabled() || endpoint.revision != plan.revision || plan.deliveries.iter().any(busy) {
        return Ok(decision);
    }
    let mut decision = decision;
    let mut opened = BTreeMap::new();
    let mut sent = Vec::new();
    for planned in &plan.deliveries {
        let id = delivery_id(endpoint.id, planned);
        // Somebody has asked for just this one again, and it is on its way.
        if facts.world.webhook_delivery(id).is_some_and(WebhookDelivery::is_open) {
            continue;
        }
        opened.insert(planned.account, id);
        sent.push(WebhookDelivery {
            state: DeliveryState::Sending,
            attempts: 1,
            heard: None,
            id,
            program: endpoint.program.clone(),
            endpoint: endpoint.id,
            account: planned.account,
            place: planned.place,
            event_type: planned.event_type.clone(),
            event_time: planned.event_time,
            created: facts.now,
            replayed: false,
        });
    }
    let event = EndpointEvent::Advanced { read: plan.read.clone(), next: plan.next.clone(), opened };
    decision.push(endpoint.id.0, Event::WebhookEndpoint(event));
    for delivery in sent {
        decision.effects.extend(delivery.call());
        let event = DeliveryEvent::Sent { delivery: Box::new(delivery.clone()) };
        decision.push(delivery.id.0, Event::WebhookDelivery(event));
    }
    Ok(decision)
}
