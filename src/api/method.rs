//! PaymentMethodService.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use tonic::{Request, Response, Status};
use zeroize::Zeroizing;

use super::{
    call::{Call, key, return_url},
    desk::{Desk, Order, kept},
    status::{self, internal},
};
use crate::{
    domain::{
        account::Account,
        card::{
            AddressInput, CardInput, CardNumber, Expiry, ExpiryError, InstrumentFingerprint, ValidCard,
            fingerprint, validate_card,
        },
        command::{Command, LinkCard, UpdateExpiry},
        entity::{Entity, Kind},
        ids::{AccountId, MethodId},
        link::{LinkAttempt, LinkResult},
        method::Method,
        program::{Edition, LinkRiskFacts},
        reason::Reason,
        rejection::{FieldViolation, Rejection},
        verification::Verification,
    },
    engine::RequestKey,
    proto::v1::{self as pb, payment_method_service_server::PaymentMethodService},
    provider::{CardToTokenize, Provider as _, TokenizeError},
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

    /// Swaps number and code for a token at each provider that routing may choose. Moves no money, and leaves
    /// nothing behind that a repeat would not make again (C9).
    async fn tokens(&self, edition: &Edition, card: &ValidCard) -> Result<BTreeMap<String, String>, Status> {
        let mut tokens = BTreeMap::new();
        let routed: BTreeSet<&str> = edition.providers().map(|provider| provider.0.as_str()).collect();
        for (name, provider) in self.providers.all().filter(|(name, _)| routed.contains(name)) {
            let token = provider
                .tokenize(CardToTokenize {
                    number: &card.number,
                    security_code: &card.security_code,
                    expiry: card.facts.expiry,
                    holder_name: &card.holder_name,
                    billing_country: card.billing_address.as_ref().map(|address| address.country),
                })
                .await
                .map_err(|error| match error {
                    TokenizeError::Unavailable => status::provider_unavailable(),
                    // What exactly it says is not logged: it may quote the card.
                    TokenizeError::Refused(_) => self.refuse(&Rejection::field(
                        "card",
                        Reason::InvalidField,
                        "The payment provider refuses the card's data. Check it, or use another card.",
                    )),
                })?;
            tokens.insert(name.to_owned(), token);
        }
        Ok(tokens)
    }

    /// Reads and checks a card, all bad fields at once (A12), and makes the command. A card that a rule
    /// refuses is not shown to any provider. The key is made first: what it says must not depend on
    /// whether the card could be linked today (C7).
    async fn read_card(&self, account: &Account, request: pb::LinkCardRequest) -> Result<ReadCard, Status> {
        let program = self.program(&account.program)?;
        let now = self.clock_of(account.id).await?;
        let edition = program.edition(now);
        let card = request.card.unwrap_or_default();
        let number = Zeroizing::new(card.number);
        let security_code = Zeroizing::new(card.security_code);
        let billing = card.billing_address;
        let input = CardInput {
            number: &number,
            security_code: &security_code,
            expiry: &card.expiry,
            holder_name: &card.holder_name,
            company_name: &card.company_name,
            billing_address: billing.as_ref().map(|address| AddressInput {
                street_lines: &address.street_lines,
                city: &address.city,
                postal_code: &address.postal_code,
                administrative_area: &address.administrative_area,
                country: &address.region_code,
            }),
        };
        let mut bad = Vec::new();
        let valid = validate_card(&input, &self.iins, program.today(now), edition.card_input());
        let return_to = return_url(&request.return_url, &mut bad);
        let valid = match valid {
            Ok(valid) => Some(valid),
            Err(violations) => {
                bad.extend(violations);
                None
            }
        };
        let number = CardNumber::parse(&number).ok();
        let instrument = number.map(|number| fingerprint(self.links.keys.instruments(), &number));
        let address = billing.as_ref().map(address_parts).unwrap_or_default();
        let body = [
            instrument.as_ref().map(ToString::to_string).unwrap_or_default(),
            card.expiry.clone(),
            card.holder_name.clone(),
            card.company_name.clone(),
            request.return_url.clone(),
        ];
        let body: Vec<&str> = body.iter().chain(&address).map(String::as_str).collect();
        let key = key(&self.links.keys, "LinkCard", &request.request_id, &body, &mut bad);
        let command = match (self.check(bad), valid, instrument) {
            (Err(refused), _, _) => Err(refused),
            (Ok(()), Some(valid), Some(instrument)) => {
                self.tokenize(account, edition, valid, instrument, return_to).await
            }
            (Ok(()), _, _) => Err(internal(&"a checked card is missing")),
        };
        Ok(ReadCard { key, command })
    }

    async fn tokenize(
        &self,
        account: &Account,
        edition: &Edition,
        valid: ValidCard,
        instrument: InstrumentFingerprint,
        return_url: Option<String>,
    ) -> Result<LinkCard, Status> {
        let risk = LinkRiskFacts {
            account_country: account.country,
            billing_country: valid.billing_address.as_ref().map(|address| address.country),
            failed_attempts: 0,
        };
        let refused = edition.check_card(&valid.facts, &account.region, account.currency, &risk);
        let tokens = if refused.is_empty() { self.tokens(edition, &valid).await? } else { BTreeMap::new() };
        Ok(LinkCard {
            account: account.id,
            facts: valid.facts,
            instrument,
            tokens,
            holder_name: if planted!(CardNumberKept) {
                valid.number.expose().to_owned()
            } else {
                valid.holder_name
            },
            company_name: valid.company_name,
            billing_address: valid.billing_address,
            return_url,
        })
    }
}

/// A request to link as it was read: what it is known by, and the command, unless it is refused at the
/// door.
struct ReadCard {
    key: RequestKey,
    command: Result<LinkCard, Status>,
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
        let method = kept::<Verification>(&entity)?.method;
        let verification = Some(self.shown_verification(&entity)?);
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

/// An address, part by part, for the fingerprint of a request (C7).
fn address_parts(address: &pb::Address) -> Vec<String> {
    let pb::Address { street_lines, city, administrative_area, postal_code, region_code } = address;
    let mut parts = vec![
        city.clone(),
        administrative_area.clone(),
        postal_code.clone(),
        region_code.clone(),
        street_lines.len().to_string(),
    ];
    parts.extend(street_lines.iter().cloned());
    parts
}
