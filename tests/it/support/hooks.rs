//! Webhook endpoints, and what is delivered to them.

use bursar::proto::v1::{
    CreateWebhookEndpointRequest, CreateWebhookEndpointResponse, Event, GetWebhookEndpointRequest,
    ListEventsRequest, ListWebhookDeliveriesRequest, UpdateWebhookEndpointRequest, WebhookDelivery,
    WebhookDeliveryState, WebhookEndpoint, WebhookEndpointState,
    webhook_service_client::WebhookServiceClient,
};
use prost_types::FieldMask;
use tonic::{Status, transport::Channel};

use super::{
    eventually::eventually,
    given::{ALIBABA, request_id},
    receiver::Receiver,
    world::World,
};

pub fn parent() -> String {
    format!("programs/{ALIBABA}")
}

pub fn endpoint(url: &str, event_types: &[&str]) -> CreateWebhookEndpointRequest {
    let event_types = event_types.iter().map(|&wanted| wanted.to_owned()).collect();
    let endpoint = WebhookEndpoint { url: url.to_owned(), event_types, ..Default::default() };
    CreateWebhookEndpointRequest {
        parent: parent(),
        webhook_endpoint: Some(endpoint),
        request_id: request_id(),
    }
}

impl World {
    pub fn hooks(&self) -> WebhookServiceClient<Channel> {
        WebhookServiceClient::new(self.channel())
    }

    pub async fn hook(&self, url: &str, event_types: &[&str]) -> (WebhookEndpoint, String) {
        let created = self.send_hook(endpoint(url, event_types)).await.expect("an endpoint");
        (created.webhook_endpoint.expect("an endpoint"), created.secret)
    }

    pub async fn send_hook(
        &self,
        request: CreateWebhookEndpointRequest,
    ) -> Result<CreateWebhookEndpointResponse, Status> {
        Ok(self.hooks().create_webhook_endpoint(request).await?.into_inner())
    }

    pub async fn get_hook(&self, name: &str) -> WebhookEndpoint {
        let request = GetWebhookEndpointRequest { name: name.to_owned() };
        let answer = self.hooks().get_webhook_endpoint(request).await.expect("an endpoint");
        answer.into_inner().webhook_endpoint.expect("an endpoint")
    }

    pub async fn set_hook(&self, name: &str, state: WebhookEndpointState) -> WebhookEndpoint {
        let endpoint = WebhookEndpoint { name: name.to_owned(), state: state.into(), ..Default::default() };
        let request = UpdateWebhookEndpointRequest {
            webhook_endpoint: Some(endpoint),
            update_mask: Some(FieldMask { paths: vec!["state".to_owned()] }),
            request_id: request_id(),
        };
        let answer = self.hooks().update_webhook_endpoint(request).await.expect("an endpoint");
        answer.into_inner().webhook_endpoint.expect("an endpoint")
    }

    pub async fn deliveries(&self, state: WebhookDeliveryState) -> Vec<WebhookDelivery> {
        let (mut all, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = ListWebhookDeliveriesRequest {
                parent: parent(),
                webhook_endpoint: String::new(),
                state: state.into(),
                page_size: 3,
                page_token,
            };
            let page = self.hooks().list_webhook_deliveries(request).await.expect("deliveries").into_inner();
            all.extend(page.webhook_deliveries);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return all;
            }
        }
    }

    /// Waits for deliveries in a state.
    pub async fn delivered(&self, state: WebhookDeliveryState, count: usize) -> Vec<WebhookDelivery> {
        eventually("deliveries", async || {
            let found = self.deliveries(state).await;
            if found.len() == count { Ok(found) } else { Err(format!("{count} wanted: {found:#?}")) }
        })
        .await
    }

    pub async fn told_of(&self, name: &str) -> Vec<Event> {
        let request = ListEventsRequest { parent: name.to_owned(), cursor: String::new(), page_size: 1_000 };
        self.events().list_events(request).await.expect("events").into_inner().events
    }

    /// Waits until a receiver has taken the whole log of an account, each event once and in order.
    pub async fn is_told(&self, receiver: &Receiver, account: &str) {
        eventually("all events are taken", async || {
            let told = self.told_of(account).await;
            let told: Vec<_> = told.into_iter().map(|it| (it.sequence.to_string(), it.r#type)).collect();
            let taken = receiver.taken(account);
            if taken == told { Ok(()) } else { Err(format!("taken {taken:#?} of {told:#?}")) }
        })
        .await;
    }
}
