//! One delivery: the event as it stands in the journal, signed and sent.

use jiff::Timestamp;

use super::{Post, Receivers, meter, sign};
use crate::{
    domain::{
        command::Command,
        ids::AccountId,
        webhook::{Answer, WebhookAsk, WebhookDelivery, WebhookEndpoint},
    },
    engine::{
        Dispatch, Engine, EngineError,
        stream::{Cursor, Place, told},
    },
    env::Links,
    wire::{json, names::Owner},
};

/// What sending needs.
pub(in crate::effects) struct Mail<'a> {
    pub engine: &'a Engine,
    pub links: &'a Links,
    pub receivers: &'a dyn Receivers,
}

impl Mail<'_> {
    /// Sends a delivery, and says what came of it. `None`: it can't be told yet, and is tried again once the
    /// lease has passed.
    pub(in crate::effects) async fn deliver(&self, dispatch: &Dispatch) -> Option<Command> {
        let delivery: &WebhookDelivery = dispatch.entity.get()?;
        let answer = match self.post(dispatch, delivery).await {
            Ok(Ok(post)) => answer(self.receivers.post(post).await),
            Ok(Err(error)) => Answer::Failed { status: None, error },
            Err(error) => {
                tracing::warn!(%error, delivery = %delivery.id, "a delivery can't be put together yet");
                return None;
            }
        };
        meter::count(&answer);
        let ask = WebhookAsk::Heard { delivery: delivery.id, attempt: delivery.attempts, answer };
        Some(Command::Webhook { program: delivery.program.clone(), ask: Box::new(ask) })
    }

    /// The message, or why there is none.
    async fn post(
        &self,
        dispatch: &Dispatch,
        delivery: &WebhookDelivery,
    ) -> Result<Result<Post, String>, EngineError> {
        let seller = AccountId(dispatch.account);
        let endpoint = self.engine.read(seller, delivery.endpoint.0).await?;
        let Some(endpoint) = endpoint.as_ref().and_then(|entity| entity.get::<WebhookEndpoint>()) else {
            return Ok(Err("the endpoint is gone".to_owned()));
        };
        if !endpoint.is_enabled() {
            return Ok(Err("the endpoint is disabled".to_owned()));
        }
        let body = match self.body(delivery).await? {
            Ok(body) => body,
            Err(error) => return Ok(Err(error)),
        };
        let keys = &self.links.keys;
        let secret = keys.webhook_secret(endpoint.id.0, endpoint.generation);
        let before = keys.webhook_secret(endpoint.id.0, endpoint.generation.saturating_sub(1));
        let mut secrets: Vec<&[u8]> = vec![&*secret];
        let now = self.shown_by(&dispatch.clock).await?;
        if endpoint.overlap_until.is_some_and(|until| now < until) {
            secrets.push(&*before);
        }
        // Receivers compare it with their own clocks.
        let sent = self.engine.clock().now().as_second();
        let headers = sign::headers(&delivery.message_id(), sent, &body, &secrets);
        Ok(Ok(Post { url: endpoint.url.clone(), headers, body }))
    }

    /// The event's JSON, as EventService tells it.
    async fn body(&self, delivery: &WebhookDelivery) -> Result<Result<String, String>, EngineError> {
        let (account, place) = (delivery.account, delivery.place);
        let rows = self.engine.store().account_journal(account.0, place.sequence - 1, 1).await?;
        let Some(row) = rows.first() else { return Ok(Err("the event is gone".to_owned())) };
        let before = Place::Account { account: account.0, sequence: place.sequence - 1 };
        let cursor = Cursor { place: before, read: 0, lane: None };
        let events = match told(row, Owner::Customer(account), &cursor) {
            Ok(events) => events,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let event = events.get(usize::try_from(place.index).unwrap_or(usize::MAX));
        Ok(event.ok_or_else(|| "the event is gone".to_owned()).and_then(json::event))
    }

    async fn shown_by(&self, clock: &str) -> Result<Timestamp, EngineError> {
        let system = self.engine.clock().now();
        if clock.is_empty() {
            return Ok(system);
        }
        let shown = self.engine.store().clock(clock).await?;
        Ok(shown.and_then(|micros| Timestamp::from_microsecond(micros).ok()).unwrap_or(system))
    }
}

fn answer(came: Result<u16, String>) -> Answer {
    match came {
        Ok(status @ 200..=299) => Answer::Taken { status },
        Ok(410) => Answer::Gone,
        Ok(status) => Answer::Failed { status: Some(status), error: format!("answered {status}") },
        Err(error) => Answer::Failed { status: None, error },
    }
}
