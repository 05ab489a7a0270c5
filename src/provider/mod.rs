//! The door to the world outside: what an adapter does, and the adapters there are.
//!
//! An adapter performs an effect at most once for each id, tells how it stands, and can promise to
//! refuse it (C8, C12). Adapters are in process (the trait) or out of process (`remote`, a client of
//! `bursar.provider.v1`). Every adapter is called through a [`Guard`], which bounds time and number.
//!
//! To add an adapter: implement [`Provider`], register it where the service is put together, and run
//! the adapter suite (`tests/it/provider`) against it.

mod guard;
mod registry;
mod remote;

use async_trait::async_trait;
use jiff::SignedDuration;

use crate::{
    domain::{
        attempt::Operation,
        card::{CardNumber, Expiry, SecurityCode},
        country::Country,
        ids::EffectId,
        kyc::DocumentKind,
        outcome::{Outcome, Silence},
    },
    wire::provider::Secrets,
};

pub use guard::{Guard, Limits};
pub use registry::Registry;
pub use remote::{ConnectError, RemittanceReports, Remote};

/// What an adapter promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// The name that routing rules know it by.
    pub provider: String,
    /// How long it remembers an effect's id.
    pub retention: SignedDuration,
    /// How long an inquiry may miss an effect that did arrive.
    pub conclusive_after: SignedDuration,
    /// Whether it can promise to refuse an id.
    pub can_cancel: bool,
}

/// A card on its way to the vault (C9). Nothing of it is kept here.
pub struct CardToTokenize<'a> {
    /// The number.
    pub number: &'a CardNumber,
    /// The security code.
    pub security_code: &'a SecurityCode,
    /// The expiry.
    pub expiry: Expiry,
    /// The holder's name.
    pub holder_name: &'a str,
    /// The billing address's country.
    pub billing_country: Option<Country>,
}

/// An identity document on its way to the reviewer. Nothing of its content is kept here.
pub struct DocumentToStore<'a> {
    /// What it is.
    pub kind: DocumentKind,
    /// Its file's name.
    pub file_name: &'a str,
    /// What its content is, such as `application/pdf`.
    pub content_type: &'a str,
    /// The file.
    pub content: &'a [u8],
}

/// An effect to be performed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Perform<'a> {
    /// Its id, the same for every repeat.
    pub effect: EffectId,
    /// The test clock; empty for the system's.
    pub clock: &'a str,
    /// What is to be done.
    pub operation: &'a Operation,
    /// Where the customer's browser is sent after a challenge.
    pub return_url: &'a str,
    /// What a message needs and nobody keeps.
    pub secrets: &'a Secrets,
    /// Where notifications are to be delivered.
    pub notification_target: &'a str,
    /// What they have to carry.
    pub notification_token: &'a str,
}

/// What an inquiry tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inquiry {
    /// How the effect stands.
    Outcome(Outcome),
    /// The provider does not know it.
    NotFound,
}

/// Why a card or a document could not be tokenized. Nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenizeError {
    /// The provider can't be reached or did not answer.
    #[error("the provider can't be reached")]
    Unavailable,
    /// The provider refuses it.
    #[error("the provider refuses the data: {0}")]
    Refused(String),
}

/// One adapter.
#[async_trait]
pub trait Provider: Send + Sync {
    /// What it promises. Asked at start.
    fn capabilities(&self) -> &Capabilities;

    /// Swaps a card for a token. Moves no money and may be repeated.
    async fn tokenize(&self, card: CardToTokenize<'_>) -> Result<String, TokenizeError>;

    /// Swaps an identity document for a token. Decides nothing and may be repeated. An adapter that reviews
    /// no identities has nothing to add.
    async fn store_document(&self, _document: DocumentToStore<'_>) -> Result<String, TokenizeError> {
        Err(TokenizeError::Refused("no documents are taken".to_owned()))
    }

    /// Performs an effect, at most once for each id.
    async fn perform(&self, perform: Perform<'_>) -> Result<Outcome, Silence>;

    /// Tells how an effect stands.
    async fn inquire(&self, effect: EffectId, clock: &str) -> Result<Inquiry, Silence>;

    /// Promises to refuse an effect from now on, or tells that it is too late.
    async fn cancel(&self, effect: EffectId, clock: &str) -> Result<Outcome, Silence>;
}
