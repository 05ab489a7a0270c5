//! The entities of one account, as far as they are loaded, and how events change them.

use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;

use super::{
    account::{Account, AccountEvent},
    agreement::{Agreement, AgreementEvent},
    balance::{Entry, EntryEvent},
    card::InstrumentFingerprint,
    claim::Claim,
    entity::Entity,
    event::{Event, Happened},
    ids::{
        AgreementId, DeliveryId, EndpointId, InvoiceId, KycReviewId, LinkAttemptId, MessageId, MethodId,
        PaymentId, PeriodId, RefundId, RemittanceId, VerificationId,
    },
    invoice::{Invoice, InvoiceEvent},
    kyc::{KycEvent, KycReview},
    link::{LinkAttempt, LinkEvent},
    message::{Message, MessageEvent},
    method::{Method, MethodEvent},
    payment::{Payment, PaymentEvent},
    program::ProgramId,
    refund::{Refund, RefundEvent},
    remittance::{Remittance, RemittanceEvent},
    seller::{Seller, SellerEvent},
    usage::{Period, PeriodEvent},
    verification::{Verification, VerificationEvent},
    webhook::{DeliveryEvent, EndpointEvent, WebhookDelivery, WebhookEndpoint},
};

/// The entities of one account, and the claims that its commands look at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct World {
    /// The account's id.
    pub account: Uuid,
    /// Its entities, itself among them.
    pub entities: BTreeMap<Uuid, Arc<Entity>>,
    /// Claims; an instrument that nobody ever linked has none.
    pub claims: BTreeMap<InstrumentFingerprint, Claim>,
}

/// An event that does not fit the entity it is about. Only a broken log can bring it forth.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an event `{event}` does not fit entity {on}")]
pub struct Misfit {
    on: Uuid,
    event: String,
}

macro_rules! entity {
    ($(#[$doc:meta])* $name:ident, $id:ident, $type:ty) => {
        $(#[$doc])*
        #[must_use]
        pub fn $name(&self, id: $id) -> Option<&$type> {
            self.entities.get(&id.0)?.get()
        }
    };
}

macro_rules! all {
    ($(#[$doc:meta])* $name:ident, $type:ty) => {
        $(#[$doc])*
        pub fn $name(&self) -> impl Iterator<Item = &$type> {
            self.entities.values().filter_map(|entity| entity.get())
        }
    };
}

impl World {
    entity!(/// A method.
        method, MethodId, Method);
    entity!(/// A verification.
        verification, VerificationId, Verification);
    entity!(/// An invoice.
        invoice, InvoiceId, Invoice);
    entity!(/// A payment.
        payment, PaymentId, Payment);
    entity!(/// An attempt to link.
        link_attempt, LinkAttemptId, LinkAttempt);
    entity!(/// A message.
        message, MessageId, Message);
    entity!(/// An agreement to charge a wallet.
        agreement, AgreementId, Agreement);
    entity!(/// A review of identity documents.
        kyc_review, KycReviewId, KycReview);
    entity!(/// A month of usage.
        period, PeriodId, Period);
    entity!(/// A refund.
        refund, RefundId, Refund);
    entity!(/// Money that arrived by bank transfer.
        remittance, RemittanceId, Remittance);
    all!(/// All methods that are loaded.
        methods, Method);
    all!(/// All verifications that are loaded.
        verifications, Verification);
    all!(/// All agreements that are loaded.
        agreements, Agreement);
    all!(/// All invoices that are loaded.
        invoices, Invoice);
    all!(/// All payments that are loaded.
        payments, Payment);
    all!(/// All refunds that are loaded.
        refunds, Refund);
    all!(/// All messages that are loaded.
        messages, Message);
    all!(/// All months of usage that are loaded.
        periods, Period);
    entity!(/// A webhook endpoint.
        webhook_endpoint, EndpointId, WebhookEndpoint);
    entity!(/// A webhook delivery.
        webhook_delivery, DeliveryId, WebhookDelivery);
    all!(/// All webhook endpoints that are loaded.
        webhook_endpoints, WebhookEndpoint);
    all!(/// All webhook deliveries that are loaded.
        webhook_deliveries, WebhookDelivery);
    all!(/// All remittances that are loaded.
        remittances, Remittance);
    all!(/// All entries of the balance that are loaded.
        balance_entries, Entry);

    /// The account itself, where it is a customer's.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        self.entities.get(&self.account)?.get()
    }

    /// The account itself, where it is a program's own.
    #[must_use]
    pub fn seller(&self) -> Option<&Seller> {
        self.entities.get(&self.account)?.get()
    }

    /// The program that the account, whosever it is, belongs to.
    #[must_use]
    pub fn program(&self) -> Option<&ProgramId> {
        let customer = self.account().map(|account| &account.program);
        customer.or_else(|| self.seller().map(|seller| &seller.program))
    }

    /// That a request was accepted which changed nothing (C7).
    #[must_use]
    pub fn unchanged(&self) -> Event {
        match self.seller() {
            Some(_) => Event::Seller(SellerEvent::Unchanged {}),
            None => Event::Account(AccountEvent::Unchanged {}),
        }
    }
}

impl World {
    /// The claim on an instrument, free if nobody ever linked it.
    #[must_use]
    pub fn claim(&self, instrument: &InstrumentFingerprint) -> Claim {
        self.claims.get(instrument).cloned().unwrap_or_default()
    }

    /// A verification of the method that still checks it.
    #[must_use]
    pub fn open_check_of(&self, method: MethodId) -> Option<VerificationId> {
        self.verifications().find(|check| check.method == method && check.is_checking()).map(|check| check.id)
    }

    /// A payment with the method that is not at its end.
    #[must_use]
    pub fn open_payment_with(&self, method: MethodId) -> Option<PaymentId> {
        self.payments()
            .find(|payment| payment.method == method && payment.is_open())
            .map(|payment| payment.id)
    }

    /// Lets something happen.
    pub fn apply(&mut self, happened: &Happened) -> Result<(), Misfit> {
        let misfit = || Misfit { on: happened.on, event: happened.event.name() };
        if let Event::Claim(event) = &happened.event {
            self.claims.entry(event.instrument().clone()).or_default().evolve(event);
            return Ok(());
        }
        if let Some(made) = made(&happened.event) {
            self.entities.insert(happened.on, Arc::new(made));
            return Ok(());
        }
        let entity = Arc::make_mut(self.entities.get_mut(&happened.on).ok_or_else(misfit)?);
        match (entity, &happened.event) {
            (Entity::Account(account), Event::Account(event)) => account.evolve(event),
            (Entity::Method(method), Event::PaymentMethod(event)) => method.evolve(event),
            (Entity::Verification(verification), Event::Verification(event)) => verification.evolve(event),
            (Entity::Invoice(invoice), Event::Invoice(event)) => invoice.evolve(event),
            (Entity::Payment(payment), Event::Payment(event)) => payment.evolve(event),
            (Entity::LinkAttempt(attempt), Event::LinkAttempt(event)) => attempt.evolve(event),
            (Entity::Seller(seller), Event::Seller(event)) => seller.evolve(event),
            (Entity::Message(message), Event::Message(event)) => message.evolve(event),
            (Entity::Agreement(agreement), Event::Agreement(event)) => agreement.evolve(event),
            (Entity::KycReview(review), Event::KycReview(event)) => review.evolve(event),
            (Entity::Period(period), Event::UsagePeriod(event)) => period.evolve(event),
            (Entity::Refund(refund), Event::Refund(event)) => refund.evolve(event),
            (Entity::WebhookEndpoint(endpoint), Event::WebhookEndpoint(event)) => endpoint.evolve(event),
            (Entity::WebhookDelivery(delivery), Event::WebhookDelivery(event)) => delivery.evolve(event),
            (Entity::Remittance(remittance), Event::Remittance(event)) => remittance.evolve(event),
            (_, _) => return Err(misfit()),
        }
        Ok(())
    }
}

/// The entity that an event makes, if it makes one.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other events change what is there")]
fn made(event: &Event) -> Option<Entity> {
    Some(match event {
        Event::Account(AccountEvent::Created { account }) => Entity::Account((**account).clone()),
        Event::PaymentMethod(MethodEvent::Linked { method }) => Entity::Method((**method).clone()),
        Event::Verification(VerificationEvent::Started { verification }) => {
            Entity::Verification((**verification).clone())
        }
        Event::Invoice(InvoiceEvent::Created { invoice }) => Entity::Invoice((**invoice).clone()),
        Event::Payment(PaymentEvent::Started { payment }) => Entity::Payment((**payment).clone()),
        Event::LinkAttempt(LinkEvent::Made { attempt }) => Entity::LinkAttempt((**attempt).clone()),
        Event::Seller(SellerEvent::Opened { seller }) => Entity::Seller(seller.clone()),
        Event::Message(MessageEvent::Written { message }) => Entity::Message((**message).clone()),
        Event::Agreement(AgreementEvent::Started { agreement }) => Entity::Agreement((**agreement).clone()),
        Event::KycReview(KycEvent::Submitted { review }) => Entity::KycReview((**review).clone()),
        Event::UsagePeriod(PeriodEvent::Opened { period }) => Entity::Period((**period).clone()),
        Event::Refund(RefundEvent::Started { refund }) => Entity::Refund((**refund).clone()),
        Event::WebhookEndpoint(EndpointEvent::Created { endpoint }) => {
            Entity::WebhookEndpoint((**endpoint).clone())
        }
        Event::WebhookDelivery(DeliveryEvent::Sent { delivery }) => {
            Entity::WebhookDelivery((**delivery).clone())
        }
        Event::Remittance(RemittanceEvent::Received { remittance }) => {
            Entity::Remittance((**remittance).clone())
        }
        Event::BalanceEntry(EntryEvent::Made { entry }) => Entity::BalanceEntry(entry.clone()),
        _ => return None,
    })
}
