//! Entities of every kind, as the engine and the stores handle them.

mod kind;

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    account::Account,
    agreement::Agreement,
    attempt::{Attempt, Effect},
    balance::Entry,
    invoice::Invoice,
    kyc::KycReview,
    link::{LinkAttempt, LinkResult},
    message::Message,
    method::Method,
    payment::Payment,
    refund::Refund,
    remittance::Remittance,
    seller::Seller,
    usage::Period,
    verification::Verification,
    webhook::{WebhookDelivery, WebhookEndpoint},
};

pub use kind::Kind;

/// An entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entity {
    /// The account itself.
    Account(Account),
    /// A payment method.
    Method(Method),
    /// A verification.
    Verification(Verification),
    /// An invoice.
    Invoice(Invoice),
    /// A payment.
    Payment(Payment),
    /// An attempt to link.
    LinkAttempt(LinkAttempt),
    /// The account of a program itself.
    Seller(Seller),
    /// A message to the customer.
    Message(Message),
    /// An agreement to charge a wallet.
    Agreement(Agreement),
    /// A review of identity documents.
    KycReview(KycReview),
    /// A month of usage.
    Period(Period),
    /// A refund.
    Refund(Refund),
    /// A webhook endpoint.
    WebhookEndpoint(WebhookEndpoint),
    /// A webhook delivery.
    WebhookDelivery(WebhookDelivery),
    /// Money that arrived by bank transfer.
    Remittance(Remittance),
    /// An entry of the balance.
    BalanceEntry(Entry),
}

/// A type that entities of one kind are of.
pub trait Kept: Sized {
    /// The kind.
    const KIND: Kind;

    /// The entity as that type, if it is of that kind.
    fn of(entity: &Entity) -> Option<&Self>;
}

macro_rules! kept {
    ($($kind:ident),+) => {
        $(impl Kept for $kind {
            const KIND: Kind = Kind::$kind;

            fn of(entity: &Entity) -> Option<&Self> {
                if let Entity::$kind(kept) = entity { Some(kept) } else { None }
            }
        })+
    };
}

kept!(
    Account,
    Method,
    Verification,
    Invoice,
    Payment,
    LinkAttempt,
    Seller,
    Message,
    Agreement,
    KycReview,
    Period,
    Refund,
    WebhookEndpoint,
    WebhookDelivery,
    Remittance
);

impl Kept for Entry {
    const KIND: Kind = Kind::BalanceEntry;

    fn of(entity: &Entity) -> Option<&Self> {
        if let Entity::BalanceEntry(kept) = entity { Some(kept) } else { None }
    }
}

impl Entity {
    /// The entity as what entities of one kind are.
    #[must_use]
    pub fn get<T: Kept>(&self) -> Option<&T> {
        T::of(self)
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Account(_) => Kind::Account,
            Self::Method(_) => Kind::Method,
            Self::Verification(_) => Kind::Verification,
            Self::Invoice(_) => Kind::Invoice,
            Self::Payment(_) => Kind::Payment,
            Self::LinkAttempt(_) => Kind::LinkAttempt,
            Self::Seller(_) => Kind::Seller,
            Self::Message(_) => Kind::Message,
            Self::Agreement(_) => Kind::Agreement,
            Self::KycReview(_) => Kind::KycReview,
            Self::Period(_) => Kind::Period,
            Self::Refund(_) => Kind::Refund,
            Self::WebhookEndpoint(_) => Kind::WebhookEndpoint,
            Self::WebhookDelivery(_) => Kind::WebhookDelivery,
            Self::Remittance(_) => Kind::Remittance,
            Self::BalanceEntry(_) => Kind::BalanceEntry,
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        match self {
            Self::Account(account) => account.id.0,
            Self::Method(method) => method.id.0,
            Self::Verification(verification) => verification.id.0,
            Self::Invoice(invoice) => invoice.id.0,
            Self::Payment(payment) => payment.id.0,
            Self::LinkAttempt(attempt) => attempt.id.0,
            Self::Seller(seller) => seller.id.0,
            Self::Message(message) => message.id.0,
            Self::Agreement(agreement) => agreement.id.0,
            Self::KycReview(review) => review.id.0,
            Self::Period(period) => period.id.0,
            Self::Refund(refund) => refund.id.0,
            Self::WebhookEndpoint(endpoint) => endpoint.id.0,
            Self::WebhookDelivery(delivery) => delivery.id.0,
            Self::Remittance(remittance) => remittance.id.0,
            Self::BalanceEntry(entry) => entry.id.0,
        }
    }

    /// Its state's name, for the tables and for refusals.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match self {
            Self::Account(account) => account.state_name(),
            Self::Seller(_) => "active",
            Self::WebhookEndpoint(endpoint) => endpoint.state_name(),
            Self::WebhookDelivery(delivery) => delivery.state_name(),
            Self::Method(method) => method.state.name(),
            Self::Verification(verification) => verification.state_name(),
            Self::Invoice(invoice) => invoice.state.name(),
            Self::Payment(payment) => payment.state_name(),
            Self::LinkAttempt(attempt) => attempt.result.name(),
            Self::Message(message) => message.state_name(),
            Self::Agreement(agreement) => agreement.state_name(),
            Self::KycReview(review) => review.state_name(),
            Self::Period(period) => period.state.name(),
            Self::Refund(refund) => refund.state_name(),
            Self::Remittance(remittance) => remittance.state.name(),
            Self::BalanceEntry(entry) => entry.kind.name(),
        }
    }

    /// Whether decisions about the account need it: it is not at its end.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self {
            // Found by its id, which everyone has.
            Self::Account(_) | Self::Seller(_) => false,
            Self::WebhookEndpoint(endpoint) => endpoint.is_open(),
            Self::WebhookDelivery(delivery) => delivery.is_open(),
            Self::Method(method) => method.is_open(),
            Self::Verification(verification) => verification.is_open(),
            Self::Invoice(invoice) => invoice.is_open(),
            Self::Payment(payment) => payment.is_open(),
            Self::LinkAttempt(attempt) => matches!(attempt.result, LinkResult::Pending { .. }),
            Self::Message(message) => message.is_open(),
            Self::Agreement(agreement) => agreement.is_open(),
            Self::KycReview(review) => review.is_open(),
            Self::Period(period) => period.is_open(),
            Self::Refund(refund) => refund.is_open(),
            // Any number may wait for a claim; those that are under way are few.
            Self::Remittance(remittance) => !remittance.rests(),
            Self::BalanceEntry(_) => false,
        }
    }

    /// The effect that is under way for it, or the next to be.
    #[must_use]
    pub fn running(&self) -> Option<&Attempt> {
        match self {
            Self::Verification(verification) => verification.running(),
            Self::Payment(payment) => payment.running(),
            Self::Message(message) => message.running(),
            Self::Refund(refund) => refund.running(),
            Self::Remittance(remittance) => remittance.running(),
            Self::Account(_)
            | Self::Method(_)
            | Self::Invoice(_)
            | Self::LinkAttempt(_)
            | Self::Seller(_)
            | Self::Period(_)
            | Self::WebhookEndpoint(_)
            | Self::WebhookDelivery(_)
            | Self::BalanceEntry(_) => None,
            Self::Agreement(agreement) => agreement.running(),
            Self::KycReview(review) => review.running(),
        }
    }

    /// Everything that was asked of providers for it, in order.
    #[must_use]
    pub fn attempts(&self) -> Vec<&Attempt> {
        match self {
            Self::Payment(payment) => payment.attempts.iter().collect(),
            Self::Verification(verification) => {
                std::iter::once(&verification.check).chain(&verification.release).collect()
            }
            Self::Message(message) => message.delivery.iter().collect(),
            Self::Refund(refund) => vec![&refund.attempt],
            Self::Remittance(remittance) => remittance.crossings.iter().collect(),
            Self::Account(_)
            | Self::Method(_)
            | Self::Invoice(_)
            | Self::LinkAttempt(_)
            | Self::Seller(_)
            | Self::Period(_)
            | Self::WebhookEndpoint(_)
            | Self::WebhookDelivery(_)
            | Self::BalanceEntry(_) => Vec::new(),
            Self::Agreement(agreement) => {
                std::iter::once(&agreement.setup).chain(&agreement.ending).collect()
            }
            Self::KycReview(review) => vec![&review.attempt],
        }
    }

    /// The entities that change together with it and may be at their end already.
    #[must_use]
    pub fn related(&self) -> Vec<Uuid> {
        match self {
            Self::Payment(payment) => payment.invoices.iter().map(|invoice| invoice.0).collect(),
            Self::Agreement(agreement) => vec![agreement.method.0],
            Self::Refund(refund) => vec![refund.payment.0],
            Self::Account(_)
            | Self::Method(_)
            | Self::Verification(_)
            | Self::Invoice(_)
            | Self::LinkAttempt(_)
            | Self::Seller(_)
            | Self::Message(_)
            | Self::KycReview(_)
            | Self::Period(_)
            | Self::WebhookEndpoint(_)
            | Self::Remittance(_)
            | Self::BalanceEntry(_) => Vec::new(),
            Self::WebhookDelivery(delivery) => vec![delivery.endpoint.0],
        }
    }

    /// Where the customer is sent after a page of the provider's.
    #[must_use]
    pub fn return_url(&self) -> Option<&str> {
        match self {
            Self::Payment(payment) => payment.return_url.as_deref(),
            Self::Verification(verification) => verification.return_url.as_deref(),
            Self::Agreement(agreement) => agreement.return_url.as_deref(),
            Self::Account(_)
            | Self::Method(_)
            | Self::Invoice(_)
            | Self::LinkAttempt(_)
            | Self::Seller(_)
            | Self::Message(_)
            | Self::KycReview(_)
            | Self::Period(_)
            | Self::Refund(_)
            | Self::WebhookEndpoint(_)
            | Self::WebhookDelivery(_)
            | Self::Remittance(_)
            | Self::BalanceEntry(_) => None,
        }
    }

    /// Its earliest timer, on the account's clock.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match self {
            Self::Method(method) => method.due_at(),
            Self::Verification(verification) => verification.due_at(),
            Self::Payment(payment) => payment.due_at(),
            Self::Message(message) => message.due_at(),
            Self::Agreement(agreement) => agreement.running().and_then(Attempt::due_at),
            Self::KycReview(review) => review.running().and_then(Attempt::due_at),
            Self::Invoice(invoice) => invoice.due_at(),
            Self::Period(period) => period.due_at(),
            Self::Refund(refund) => refund.running().and_then(Attempt::due_at),
            Self::Account(account) => account.silence_ends(),
            Self::WebhookDelivery(delivery) => delivery.due_at(),
            Self::LinkAttempt(_) | Self::Seller(_) | Self::WebhookEndpoint(_) | Self::BalanceEntry(_) => None,
            Self::Remittance(remittance) => remittance.running().and_then(Attempt::due_at),
        }
    }

    /// The call to a provider that is under way for it.
    #[must_use]
    pub fn call(&self) -> Option<Effect> {
        match self.get::<WebhookDelivery>() {
            Some(delivery) => delivery.call(),
            None => self.running().and_then(Attempt::call),
        }
    }

    /// Whether a caller need not wait any longer: it is at its end, or it is the customer's turn.
    #[must_use]
    pub fn rests(&self) -> bool {
        match self {
            Self::Method(method) => method.rests(),
            Self::Verification(verification) => verification.rests(),
            Self::Payment(payment) => payment.rests(),
            Self::Message(message) => message.rests(),
            Self::Refund(refund) => refund.rests(),
            Self::KycReview(review) => review.rests(),
            Self::Account(_)
            | Self::Invoice(_)
            | Self::LinkAttempt(_)
            | Self::Agreement(_)
            | Self::Seller(_)
            | Self::Period(_)
            | Self::WebhookEndpoint(_)
            | Self::WebhookDelivery(_)
            | Self::BalanceEntry(_) => true,
            Self::Remittance(remittance) => remittance.rests(),
        }
    }
}
