//! PaymentMethodService.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::{
    call::{Call, key, return_url},
    card::ReadCard,
    desk::{Desk, Order, kept},
    status::internal,
};
use crate::{
    domain::{
        card::{Expiry, ExpiryError},
        command::{Command, LinkWallet, UpdateExpiry},
        entity::{Entity, Kind},
        ids::{AccountId, MethodId},
        link::{LinkAttempt, LinkResult},
        method::Method,
        reason::Reason,
        rejection::FieldViolation,
        verification::Verification,
    },
    proto::v1::{self as pb, payment_method_service_server::PaymentMethodService},
    wire::{
        names,
        v1::{link_attempt, payment_method},
    },
};

impl Desk {
    async fn method(&self, account: AccountId, id: MethodId) -> Result<Arc<Entity>, Status> {
        self.read(account, id.0, &names::child(account, names::PAYMENT_METHODS, id.0)).await
    }

    async fn shown_method(&self, method: &Method) -> Result<pb::PaymentMethod, Status> {
        let account = self.account(method.account).await?;
        Ok(payment_method(method, &account, &self.showing(self.now())))
    }

    async fn verification_of(&self, method: &Method) -> Result<Option<pb::Verification>, Status> {
        let Some(verification) = method.verification else { return Ok(None) };
        let name = names::child(method.account, names::VERIFICATIONS, verification.0);
        let entity = self.read(method.account, verification.0, &name).await?;
        Ok(Some(self.shown_verification(&entity)?))
    }

    /// A command about one method that answers with it.
    async fn order_method(&self, call: Call, order: Order) -> Result<pb::PaymentMethod, Status> {
        let entity = self.order(call, order).await?;
        self.shown_method(kept(&entity)?).await
    }
}

#[tonic::async_trait]
impl PaymentMethodService for Desk {
    async fn link_card(
        &self,
        request: Request<pb::LinkCardRequest>,
    ) -> Result<Response<pb::LinkCardResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let account = self.account(account).await?;
        let ReadCard { key, command } = self.read_card(&account, request).await?;
        let account = account.id;
        let entity = match command {
            Ok(command) => {
                let command = Command::LinkCard(Box::new(command));
                self.order(call, Order { account, command, key, until_rest: true }).await?
            }
            Err(refused) => self.recall(call, account, key).await.ok_or(refused)?,
        };
        // A refused link that is asked for again is refused again, for the same reason (C7).
        if let Some(LinkResult::Refused { rejection }) =
            entity.get::<LinkAttempt>().map(|attempt| &attempt.result)
        {
            return Err(self.refuse(rejection));
        }
        let method: &Method = kept(&entity)?;
        Ok(Response::new(pb::LinkCardResponse {
            payment_method: Some(self.shown_method(method).await?),
            verification: self.verification_of(method).await?,
        }))
    }

    async fn link_wallet(
        &self,
        request: Request<pb::LinkWalletRequest>,
    ) -> Result<Response<pb::LinkWalletResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let mut bad = Vec::new();
        if !is_word(&request.wallet) {
            let message = "wallet has to be 1 to 64 letters, digits and underscores, for example PAYPAL.";
            bad.push(FieldViolation::new("wallet", Reason::InvalidField, message));
        }
        let return_url = return_url(&request.return_url, &mut bad);
        let body = [&*request.wallet, &*request.return_url];
        let key = key(&self.links.keys, "LinkWallet", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        let command = Command::LinkWallet(LinkWallet { wallet: request.wallet, return_url });
        let entity = self.order(call, Order { account, command, key, until_rest: true }).await?;
        let method: &Method = kept(&entity)?;
        Ok(Response::new(pb::LinkWalletResponse {
            payment_method: Some(self.shown_method(method).await?),
            verification: self.verification_of(method).await?,
        }))
    }

    async fn enable_china_bank_redirect(
        &self,
        request: Request<pb::EnableChinaBankRedirectRequest>,
    ) -> Result<Response<pb::EnableChinaBankRedirectResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let mut bad = Vec::new();
        let (id, body) = (&request.request_id, [&*request.parent]);
        let key = key(&self.links.keys, "EnableChinaBankRedirect", id, &body, &mut bad);
        self.check(bad)?;
        let order = Order { account, command: Command::EnableRedirect, key, until_rest: false };
        let payment_method = Some(self.order_method(call, order).await?);
        Ok(Response::new(pb::EnableChinaBankRedirectResponse { payment_method }))
    }

    async fn get_payment_method(
        &self,
        request: Request<pb::GetPaymentMethodRequest>,
    ) -> Result<Response<pb::GetPaymentMethodResponse>, Status> {
        let name = request.into_inner().name;
        let (account, id) = self.field(names::parse_method("name", &name))?;
        let entity = self.method(account, id).await?;
        let payment_method = Some(self.shown_method(kept(&entity)?).await?);
        Ok(Response::new(pb::GetPaymentMethodResponse { payment_method }))
    }

    async fn list_payment_methods(
        &self,
        request: Request<pb::ListPaymentMethodsRequest>,
    ) -> Result<Response<pb::ListPaymentMethodsResponse>, Status> {
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let (found, next_page_token) =
            self.list(account, Kind::Method, request.page_size, &request.page_token).await?;
        let account = self.account(account).await?;
        let showing = self.showing(self.now());
        let payment_methods = found
            .iter()
            .map(|entity| Ok(payment_method(kept(entity)?, &account, &showing)))
            .collect::<Result<_, Status>>()?;
        Ok(Response::new(pb::ListPaymentMethodsResponse { payment_methods, next_page_token }))
    }

    async fn set_default_payment_method(
        &self,
        request: Request<pb::SetDefaultPaymentMethodRequest>,
    ) -> Result<Response<pb::SetDefaultPaymentMethodResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let (account, method) = self.field(names::parse_method("name", &request.name))?;
        let mut bad = Vec::new();
        let keys = &self.links.keys;
        let key = key(keys, "SetDefaultPaymentMethod", &request.request_id, &[&request.name], &mut bad);
        self.check(bad)?;
        let order = Order { account, command: Command::SetDefault { method }, key, until_rest: false };
        let payment_method = Some(self.order_method(call, order).await?);
        Ok(Response::new(pb::SetDefaultPaymentMethodResponse { payment_method }))
    }

    async fn update_card_expiry(
        &self,
        request: Request<pb::UpdateCardExpiryRequest>,
    ) -> Result<Response<pb::UpdateCardExpiryResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let (account, method) = self.field(names::parse_method("name", &request.name))?;
        let program = self.account(account).await?.program;
        let today = self.program(&program)?.today(self.clock_of(account).await?);
        let mut bad = Vec::new();
        let expiry = Expiry::parse(&request.expiry, today).map_err(|error| bad.push(bad_expiry(&error)));
        let return_url = return_url(&request.return_url, &mut bad);
        let body = [&*request.name, &*request.expiry, &*request.return_url];
        let key = key(&self.links.keys, "UpdateCardExpiry", &request.request_id, &body, &mut bad);
        if let Ok(expiry) = &expiry {
            bad.extend(expiry_violation(*expiry, today));
        }
        let entity = match (self.check(bad), expiry) {
            (Ok(()), Ok(expiry)) => {
                let command = Command::UpdateExpiry(UpdateExpiry { method, expiry, return_url });
                self.order(call, Order { account, command, key, until_rest: true }).await?
            }
            (Err(refused), _) => self.recall(call, account, key).await.ok_or(refused)?,
            (Ok(()), Err(())) => return Err(internal(&"a checked expiry is missing")),
        };
        // Where the program verifies no new expiry, there is only the method.
        let (method, verification) = match entity.get::<Verification>() {
            Some(check) => (check.method, Some(self.shown_verification(&entity)?)),
            None => (kept::<Method>(&entity)?.id, None),
        };
        let entity = self.method(account, method).await?;
        let payment_method = Some(self.shown_method(kept(&entity)?).await?);
        Ok(Response::new(pb::UpdateCardExpiryResponse { payment_method, verification }))
    }

    async fn unlink_payment_method(
        &self,
        request: Request<pb::UnlinkPaymentMethodRequest>,
    ) -> Result<Response<pb::UnlinkPaymentMethodResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let (account, method) = self.field(names::parse_method("name", &request.name))?;
        let mut bad = Vec::new();
        let keys = &self.links.keys;
        let key = key(keys, "UnlinkPaymentMethod", &request.request_id, &[&request.name], &mut bad);
        self.check(bad)?;
        let order = Order { account, command: Command::Unlink { method }, key, until_rest: false };
        let payment_method = Some(self.order_method(call, order).await?);
        Ok(Response::new(pb::UnlinkPaymentMethodResponse { payment_method }))
    }

    async fn list_link_attempts(
        &self,
        request: Request<pb::ListLinkAttemptsRequest>,
    ) -> Result<Response<pb::ListLinkAttemptsResponse>, Status> {
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let (found, next_page_token) =
            self.list(account, Kind::LinkAttempt, request.page_size, &request.page_token).await?;
        let showing = self.showing(self.now());
        let link_attempts =
            found.iter().filter_map(Entity::get).map(|found| link_attempt(found, &showing)).collect();
        Ok(Response::new(pb::ListLinkAttemptsResponse { link_attempts, next_page_token }))
    }

    async fn create_service_ticket(
        &self,
        request: Request<pb::CreateServiceTicketRequest>,
    ) -> Result<Response<pb::CreateServiceTicketResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let (account, attempt) =
            self.field(names::parse_link_attempt("link_attempt", &request.link_attempt))?;
        let mut bad = Vec::new();
        let body = [&*request.link_attempt, &*request.description];
        let key = key(&self.links.keys, "CreateServiceTicket", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        let command = Command::CreateTicket { attempt, description: request.description };
        let entity = self.order(call, Order { account, command, key, until_rest: false }).await?;
        let link_attempt = Some(link_attempt(kept(&entity)?, &self.showing(self.now())));
        Ok(Response::new(pb::CreateServiceTicketResponse { link_attempt }))
    }
}

/// The name of a way to pay, as customers know it.
fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn bad_expiry(error: &ExpiryError) -> FieldViolation {
    FieldViolation::new("expiry", Reason::InvalidField, format!("{error}."))
}

/// A12: not in the past and not in the current month, for a changed expiry as for a new card.
fn expiry_violation(expiry: Expiry, today: jiff::civil::Date) -> Option<FieldViolation> {
    if expiry.is_past(today) {
        let message = "The expiry has passed. Enter the one on the renewed card.";
        Some(FieldViolation::new("expiry", Reason::CardExpired, message))
    } else if expiry.is_this_month(today) {
        let message = "The card expires this month. Enter the expiry of the renewed card.";
        Some(FieldViolation::new("expiry", Reason::CardExpiresThisMonth, message))
    } else {
        None
    }
}
