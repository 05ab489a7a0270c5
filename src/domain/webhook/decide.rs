//! What follows from what is asked about webhooks, and from what receivers answer.

use jiff::Timestamp;

use super::{
    Answer, DeliveryEvent, DeliveryState, Disabled, EndpointEvent, Heard, WebhookAsk, WebhookDelivery,
    WebhookEndpoint, manage, plan,
};
use crate::domain::{
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::DeliveryId,
    program::ProgramId,
};

/// What follows.
pub fn decide(facts: &Facts<'_>, program: &ProgramId, ask: &WebhookAsk) -> Decided {
    match ask {
        WebhookAsk::Create(new) => manage::create(facts, program, new),
        WebhookAsk::Update { endpoint, change } => manage::update(facts, *endpoint, change),
        WebhookAsk::Delete { endpoint } => manage::delete(facts, *endpoint),
        WebhookAsk::Rotate { endpoint, overlap } => manage::rotate(facts, *endpoint, *overlap),
        WebhookAsk::ReplayFrom { endpoint, since } => manage::replay_from(facts, *endpoint, *since),
        WebhookAsk::Replay { delivery } => manage::replay(facts, *delivery),
        WebhookAsk::Plan(plan) => plan::advance(facts, plan),
        WebhookAsk::Heard { delivery, attempt, answer } => Ok(heard(facts, *delivery, *attempt, answer)),
    }
}

/// A receiver has answered, or has not.
fn heard(facts: &Facts<'_>, id: DeliveryId, attempt: u16, answer: &Answer) -> Decision {
    let decision = Decision::reply(id.0);
    let found = facts.world.webhook_delivery(id);
    let awaited = |it: &&WebhookDelivery| it.attempts == attempt && it.call().is_some();
    let Some(delivery) = found.filter(awaited) else { return decision };
    let Some(endpoint) = facts.world.webhook_endpoint(delivery.endpoint) else { return decision };
    let mut decision = decision;
    let (status, error) = match answer {
        Answer::Taken { status } => (Some(*status), String::new()),
        Answer::Gone => (Some(410), "410 Gone".to_owned()),
        Answer::Failed { status, error } => (*status, error.clone()),
    };
    let heard = Heard { at: facts.now, status, error };
    let on_delivery = |event| Event::WebhookDelivery(event);
    match answer {
        Answer::Taken { .. } => {
            decision.push(id.0, on_delivery(DeliveryEvent::Delivered { heard }));
            if endpoint.failing_since.is_some() {
                decision.push(endpoint.id.0, Event::WebhookEndpoint(EndpointEvent::Recovered {}));
            }
            free(&mut decision, endpoint, delivery);
        }
        Answer::Gone => {
            decision.push(id.0, on_delivery(DeliveryEvent::DeadLettered { heard }));
            free(&mut decision, endpoint, delivery);
            disable(facts, &mut decision, endpoint, Disabled::Gone, Some(id));
        }
        Answer::Failed { .. } => failed(facts, &mut decision, endpoint, delivery, heard),
    }
    decision
}

fn failed(
    facts: &Facts<'_>,
    decision: &mut Decision,
    endpoint: &WebhookEndpoint,
    delivery: &WebhookDelivery,
    heard: Heard,
) {
    let id = delivery.id.0;
    let failing = endpoint.failing_since.unwrap_or(facts.now);
    if endpoint.failing_since.is_none() {
        let event = EndpointEvent::Failing { since: failing };
        decision.push(endpoint.id.0, Event::WebhookEndpoint(event));
    }
    if !endpoint.is_enabled() {
        let event = DeliveryEvent::Paused { heard: Some(heard) };
        return decision.push(id, Event::WebhookDelivery(event));
    }
    if let Some(pause) = facts.rules.webhooks.pause(delivery.attempts, facts.jitter) {
        let until = facts.now.checked_add(pause).unwrap_or(Timestamp::MAX);
        let event = DeliveryEvent::Failed { heard, until };
        return decision.push(id, Event::WebhookDelivery(event));
    }
    decision.push(id, Event::WebhookDelivery(DeliveryEvent::DeadLettered { heard }));
    free(decision, endpoint, delivery);
    // Nothing was taken for as long as this one was tried: it is not the event, it is the endpoint.
    if failing <= delivery.created {
        disable(facts, decision, endpoint, Disabled::Failing, Some(delivery.id));
    }
}

/// What holds an account back has come to its end.
fn free(decision: &mut Decision, endpoint: &WebhookEndpoint, delivery: &WebhookDelivery) {
    let track = endpoint.tracks.get(&delivery.account);
    if track.is_some_and(|track| track.open == Some(delivery.id)) {
        let event = EndpointEvent::Freed { account: delivery.account };
        decision.push(endpoint.id.0, Event::WebhookEndpoint(event));
    }
}

/// Sends nothing to an endpoint any more. What waits goes on once it is enabled again.
pub(super) fn disable(
    facts: &Facts<'_>,
    decision: &mut Decision,
    endpoint: &WebhookEndpoint,
    reason: Disabled,
    ended: Option<DeliveryId>,
) {
    if !endpoint.is_enabled() {
        return;
    }
    let event = EndpointEvent::Disabled { reason, at: facts.now };
    decision.push(endpoint.id.0, Event::WebhookEndpoint(event));
    for delivery in facts.world.webhook_deliveries() {
        let waits = matches!(delivery.state, DeliveryState::Waiting { .. });
        if delivery.endpoint == endpoint.id && waits && ended != Some(delivery.id) {
            let event = DeliveryEvent::Paused { heard: None };
            decision.push(delivery.id.0, Event::WebhookDelivery(event));
        }
    }
}

/// Sends a delivery once more.
pub(super) fn send_again(decision: &mut Decision, delivery: &WebhookDelivery, event: DeliveryEvent) {
    let mut sent = delivery.clone();
    sent.evolve(&event);
    decision.effects.extend(sent.call());
    decision.push(delivery.id.0, Event::WebhookDelivery(event));
}

/// The time to try a delivery again may have come.
pub fn due(facts: &Facts<'_>, id: DeliveryId) -> Decided {
    let mut decision = Decision::reply(id.0);
    let Some(delivery) = facts.world.webhook_delivery(id) else { return Ok(decision) };
    if delivery.due_at().is_none_or(|due| due > facts.now) {
        return Ok(decision);
    }
    let endpoint = facts.world.webhook_endpoint(delivery.endpoint);
    if endpoint.is_some_and(WebhookEndpoint::is_enabled) {
        send_again(&mut decision, delivery, DeliveryEvent::SentAgain {});
    } else {
        let event = DeliveryEvent::Paused { heard: None };
        decision.push(id.0, Event::WebhookDelivery(event));
    }
    Ok(decision)
}
