//! WebhookService.

use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{
    call::{Call, key},
    desk::{Desk, Order, kept},
    hook,
    status::not_found,
};
use crate::{
    domain::{
        command::Command,
        entity::{Entity, Kind},
        ids::{DeliveryId, EndpointId},
        program::ProgramId,
        reason::Reason,
        rejection::FieldViolation,
        seller::account_of,
        webhook::{NewEndpoint, WebhookAsk, WebhookDelivery, WebhookEndpoint},
    },
    engine::RequestKey,
    proto::v1::{self as pb, webhook_service_server::WebhookService},
    wire::{
        names,
        v1::{webhook_delivery, webhook_endpoint, webhook_secret},
    },
};

/// How many pages of deliveries are looked through for those that are wanted.
const PAGES_MOST: usize = 10;

fn shown(entity: &Entity) -> Result<pb::WebhookEndpoint, Status> {
    kept(entity).map(webhook_endpoint)
}

impl Desk {
    /// Asks for something about a program's webhooks.
    async fn ask(
        &self,
        call: Call,
        program: ProgramId,
        key: RequestKey,
        ask: WebhookAsk,
    ) -> Result<std::sync::Arc<Entity>, Status> {
        let account = account_of(&program);
        let command = Command::Webhook { program, ask: Box::new(ask) };
        self.order(call, Order { account, command, key, until_rest: false }).await
    }

    fn named_endpoint(&self, field: &str, name: &str) -> Result<(ProgramId, EndpointId), Status> {
        let (program, id) = self.field(names::parse_of_program(field, names::WEBHOOK_ENDPOINTS, name))?;
        self.served(&program)?;
        Ok((program, EndpointId(id)))
    }

    fn named_delivery(&self, name: &str) -> Result<(ProgramId, Uuid), Status> {
        let named = self.field(names::parse_of_program("name", names::WEBHOOK_DELIVERIES, name))?;
        self.served(&named.0)?;
        Ok(named)
    }

    /// The secret that an endpoint is signed with now.
    fn secret_of(&self, entity: &Entity) -> Result<String, Status> {
        let endpoint: &WebhookEndpoint = kept(entity)?;
        Ok(webhook_secret(&*self.links.keys.webhook_secret(endpoint.id.0, endpoint.generation)))
    }
}

#[tonic::async_trait]
impl WebhookService for Desk {
    async fn create_webhook_endpoint(
        &self,
        request: Request<pb::CreateWebhookEndpointRequest>,
    ) -> Result<Response<pb::CreateWebhookEndpointResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let program = self.named_program("parent", &request.parent)?;
        let wanted = request.webhook_endpoint.unwrap_or_default();
        let mut bad = Vec::new();
        let private = self.engine.rules().webhooks.private_addresses;
        let url = hook::url("webhook_endpoint.url", &wanted.url, private, &mut bad);
        let description = hook::description(&wanted.description, &mut bad);
        let types = hook::types(&wanted.event_types, &mut bad);
        let mut body = vec![url.as_str(), description.as_str()];
        body.extend(types.iter().map(String::as_str));
        let key = key(&self.links.keys, "CreateWebhookEndpoint", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        let read = self.engine.store().tails().await.map_err(|error| self.broken(error))?;
        let ask = WebhookAsk::Create(NewEndpoint { url, description, types, read });
        let entity = self.ask(call, program, key, ask).await?;
        let (webhook_endpoint, secret) = (Some(shown(&entity)?), self.secret_of(&entity)?);
        Ok(Response::new(pb::CreateWebhookEndpointResponse { webhook_endpoint, secret }))
    }

    async fn get_webhook_endpoint(
        &self,
        request: Request<pb::GetWebhookEndpointRequest>,
    ) -> Result<Response<pb::GetWebhookEndpointResponse>, Status> {
        let name = request.into_inner().name;
        let (program, id) = self.named_endpoint("name", &name)?;
        let entity = self.read(account_of(&program), id.0, &name).await?;
        let endpoint: &WebhookEndpoint = kept(&entity)?;
        if !endpoint.is_open() {
            return Err(not_found(&name));
        }
        let webhook_endpoint = Some(webhook_endpoint(endpoint));
        Ok(Response::new(pb::GetWebhookEndpointResponse { webhook_endpoint }))
    }

    async fn list_webhook_endpoints(
        &self,
        request: Request<pb::ListWebhookEndpointsRequest>,
    ) -> Result<Response<pb::ListWebhookEndpointsResponse>, Status> {
        let program = self.named_program("parent", &request.into_inner().parent)?;
        let (account, mut token, mut webhook_endpoints) = (account_of(&program), String::new(), Vec::new());
        loop {
            let (found, next) = self.page(account, Kind::WebhookEndpoint, 0, &token).await?;
            for entity in &found {
                let endpoint: &WebhookEndpoint = kept(entity)?;
                webhook_endpoints.extend(endpoint.is_open().then(|| webhook_endpoint(endpoint)));
            }
            if next.is_empty() {
                return Ok(Response::new(pb::ListWebhookEndpointsResponse { webhook_endpoints }));
            }
            token = next;
        }
    }

    async fn update_webhook_endpoint(
        &self,
        request: Request<pb::UpdateWebhookEndpointRequest>,
    ) -> Result<Response<pb::UpdateWebhookEndpointResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let wanted = request.webhook_endpoint.unwrap_or_default();
        let (program, endpoint) = self.named_endpoint("webhook_endpoint.name", &wanted.name)?;
        let mut bad = Vec::new();
        let private = self.engine.rules().webhooks.private_addresses;
        let mask = request.update_mask.unwrap_or_default();
        let change = hook::change(&wanted, &mask.paths, private, &mut bad);
        let said = format!("{change:?}");
        let body = [wanted.name.as_str(), said.as_str()];
        let key = key(&self.links.keys, "UpdateWebhookEndpoint", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        let entity = self.ask(call, program, key, WebhookAsk::Update { endpoint, change }).await?;
        let webhook_endpoint = Some(shown(&entity)?);
        Ok(Response::new(pb::UpdateWebhookEndpointResponse { webhook_endpoint }))
    }

    async fn delete_webhook_endpoint(
        &self,
        request: Request<pb::DeleteWebhookEndpointRequest>,
    ) -> Result<Response<pb::DeleteWebhookEndpointResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let (program, endpoint) = self.named_endpoint("name", &request.name)?;
        let mut bad = Vec::new();
        let body = [request.name.as_str()];
        let key = key(&self.links.keys, "DeleteWebhookEndpoint", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        self.ask(call, program, key, WebhookAsk::Delete { endpoint }).await?;
        Ok(Response::new(pb::DeleteWebhookEndpointResponse {}))
    }

    async fn rotate_webhook_secret(
        &self,
        request: Request<pb::RotateWebhookSecretRequest>,
    ) -> Result<Response<pb::RotateWebhookSecretResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let (program, endpoint) = self.named_endpoint("name", &request.name)?;
        let mut bad = Vec::new();
        let overlap = hook::overlap(request.previous_secret_lifetime.as_ref(), &mut bad);
        let said = overlap.to_string();
        let body = [request.name.as_str(), said.as_str()];
        let key = key(&self.links.keys, "RotateWebhookSecret", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        let entity = self.ask(call, program, key, WebhookAsk::Rotate { endpoint, overlap }).await?;
        let (webhook_endpoint, secret) = (Some(shown(&entity)?), self.secret_of(&entity)?);
        Ok(Response::new(pb::RotateWebhookSecretResponse { webhook_endpoint, secret }))
    }

    async fn replay_webhook_events(
        &self,
        request: Request<pb::ReplayWebhookEventsRequest>,
    ) -> Result<Response<pb::ReplayWebhookEventsResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let (program, endpoint) = self.named_endpoint("name", &request.name)?;
        let mut bad = Vec::new();
        let since = hook::start_time(request.start_time.as_ref(), &mut bad);
        let said = since.to_string();
        let body = [request.name.as_str(), said.as_str()];
        let key = key(&self.links.keys, "ReplayWebhookEvents", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        let entity = self.ask(call, program, key, WebhookAsk::ReplayFrom { endpoint, since }).await?;
        let webhook_endpoint = Some(shown(&entity)?);
        Ok(Response::new(pb::ReplayWebhookEventsResponse { webhook_endpoint }))
    }

    async fn get_webhook_delivery(
        &self,
        request: Request<pb::GetWebhookDeliveryRequest>,
    ) -> Result<Response<pb::GetWebhookDeliveryResponse>, Status> {
        let name = request.into_inner().name;
        let (program, id) = self.named_delivery(&name)?;
        let entity = self.read(account_of(&program), id, &name).await?;
        let webhook_delivery = Some(webhook_delivery(kept(&entity)?));
        Ok(Response::new(pb::GetWebhookDeliveryResponse { webhook_delivery }))
    }

    async fn list_webhook_deliveries(
        &self,
        request: Request<pb::ListWebhookDeliveriesRequest>,
    ) -> Result<Response<pb::ListWebhookDeliveriesResponse>, Status> {
        let request = request.into_inner();
        let program = self.named_program("parent", &request.parent)?;
        let account = account_of(&program);
        let to = match request.webhook_endpoint.as_str() {
            "" => None,
            name => match self.named_endpoint("webhook_endpoint", name)? {
                (of, endpoint) if of == program => Some(endpoint),
                _ => return Err(not_found(name)),
            },
        };
        let mut bad = Vec::new();
        if pb::WebhookDeliveryState::try_from(request.state).is_err() {
            bad.push(FieldViolation::new(
                "state",
                Reason::InvalidField,
                "It is no state of a delivery. Give one of WebhookDeliveryState, or none.",
            ));
        }
        self.check(bad)?;
        let state = request.state();
        let is_wanted = |delivery: &WebhookDelivery, shown: &pb::WebhookDelivery| {
            to.is_none_or(|to| delivery.endpoint == to)
                && (state == pb::WebhookDeliveryState::Unspecified || shown.state() == state)
        };
        let (mut token, mut webhook_deliveries) = (request.page_token, Vec::new());
        for _ in 0..PAGES_MOST {
            let (found, next) = self.page(account, Kind::WebhookDelivery, request.page_size, &token).await?;
            token = next;
            for entity in &found {
                let delivery: &WebhookDelivery = kept(entity)?;
                let shown = webhook_delivery(delivery);
                webhook_deliveries.extend(is_wanted(delivery, &shown).then_some(shown));
            }
            // A page is never cut: whoever goes on with the token misses nothing.
            if token.is_empty() || !webhook_deliveries.is_empty() {
                break;
            }
        }
        let next_page_token = token;
        Ok(Response::new(pb::ListWebhookDeliveriesResponse { webhook_deliveries, next_page_token }))
    }

    async fn replay_webhook_delivery(
        &self,
        request: Request<pb::ReplayWebhookDeliveryRequest>,
    ) -> Result<Response<pb::ReplayWebhookDeliveryResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let (program, id) = self.named_delivery(&request.name)?;
        let mut bad = Vec::new();
        let body = [request.name.as_str()];
        let key = key(&self.links.keys, "ReplayWebhookDelivery", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        let ask = WebhookAsk::Replay { delivery: DeliveryId(id) };
        let entity = self.ask(call, program, key, ask).await?;
        let webhook_delivery = Some(webhook_delivery(kept(&entity)?));
        Ok(Response::new(pb::ReplayWebhookDeliveryResponse { webhook_delivery }))
    }
}
