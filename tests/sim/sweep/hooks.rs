//! What an actor asks about webhooks.

use bursar::{
    env::Connection,
    proto::v1::{self as pb, webhook_service_client::WebhookServiceClient},
};
use prost_types::{FieldMask, Timestamp};

use super::{actor::Actor, workflows::Hook};

const PARENT: &str = "programs/alibaba-cloud-intl";

impl Actor {
    fn hooks(&self) -> WebhookServiceClient<Connection> {
        WebhookServiceClient::new(self.world.cluster.door("webhooks"))
    }

    /// The program's endpoint; there is one at most.
    async fn endpoint(&self) -> Option<pb::WebhookEndpoint> {
        let request = pb::ListWebhookEndpointsRequest { parent: PARENT.to_owned() };
        let listed = self.ask(async || self.hooks().list_webhook_endpoints(request.clone()).await).await?;
        listed.into_inner().webhook_endpoints.into_iter().next()
    }

    async fn ended(&self) -> Option<String> {
        let state = pb::WebhookDeliveryState::Delivered.into();
        let request =
            pb::ListWebhookDeliveriesRequest { parent: PARENT.to_owned(), state, ..Default::default() };
        let listed = self.ask(async || self.hooks().list_webhook_deliveries(request.clone()).await).await?;
        listed.into_inner().webhook_deliveries.into_iter().next().map(|delivery| delivery.name)
    }

    pub(super) async fn hook(&self, hook: Hook) {
        let request_id = self.request_id();
        if let Hook::Create(url) = hook {
            let endpoint = pb::WebhookEndpoint { url: url.to_owned(), ..Default::default() };
            let (parent, webhook_endpoint) = (PARENT.to_owned(), Some(endpoint));
            let request = pb::CreateWebhookEndpointRequest { parent, webhook_endpoint, request_id };
            self.ask(async || self.hooks().create_webhook_endpoint(request.clone()).await).await;
            return;
        }
        let Some(endpoint) = self.endpoint().await else { return };
        let name = endpoint.name.clone();
        match hook {
            Hook::Create(_) => {}
            Hook::Disable => self.set(endpoint, pb::WebhookEndpointState::Disabled, request_id).await,
            Hook::Enable => self.set(endpoint, pb::WebhookEndpointState::Enabled, request_id).await,
            Hook::Rotate => {
                let request =
                    pb::RotateWebhookSecretRequest { name, previous_secret_lifetime: None, request_id };
                self.ask(async || self.hooks().rotate_webhook_secret(request.clone()).await).await;
            }
            Hook::ReplayAll => {
                let start_time = Some(Timestamp::default());
                let request = pb::ReplayWebhookEventsRequest { name, start_time, request_id };
                self.ask(async || self.hooks().replay_webhook_events(request.clone()).await).await;
            }
            Hook::Replay => {
                let Some(name) = self.ended().await else { return };
                let request = pb::ReplayWebhookDeliveryRequest { name, request_id };
                self.ask(async || self.hooks().replay_webhook_delivery(request.clone()).await).await;
            }
            Hook::Delete => {
                let request = pb::DeleteWebhookEndpointRequest { name, request_id };
                self.ask(async || self.hooks().delete_webhook_endpoint(request.clone()).await).await;
            }
        }
    }

    async fn set(&self, endpoint: pb::WebhookEndpoint, state: pb::WebhookEndpointState, request_id: String) {
        let endpoint = pb::WebhookEndpoint { state: state.into(), ..endpoint };
        let request = pb::UpdateWebhookEndpointRequest {
            webhook_endpoint: Some(endpoint),
            update_mask: Some(FieldMask { paths: vec!["state".to_owned()] }),
            request_id,
        };
        self.ask(async || self.hooks().update_webhook_endpoint(request.clone()).await).await;
    }
}
