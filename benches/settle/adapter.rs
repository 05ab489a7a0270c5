//! Adapters in the service's process: one that approves at once, so that what is left is the service, and
//! one that never answers a charge.

use std::future::pending;

use async_trait::async_trait;
use bursar::{
    domain::{
        attempt::{Approval, Operation},
        ids::EffectId,
        outcome::{Outcome, Silence},
    },
    provider::{Capabilities, CardToTokenize, Inquiry, Perform, Provider, TokenizeError},
};
use jiff::SignedDuration;

pub struct Prompt(Capabilities);

impl Prompt {
    pub fn new() -> Self {
        // The one that the routes of all programs name.
        Self(capabilities("sandbox"))
    }
}

/// The name that the run's own program routes some payments to.
pub const HANGING: &str = "hanging";

pub struct Hanging(Capabilities);

impl Hanging {
    pub fn new() -> Self {
        Self(capabilities(HANGING))
    }
}

fn capabilities(provider: &str) -> Capabilities {
    Capabilities {
        provider: provider.to_owned(),
        retention: SignedDuration::from_hours(24 * 30),
        conclusive_after: SignedDuration::ZERO,
        can_cancel: true,
    }
}

fn token(card: &CardToTokenize<'_>) -> String {
    format!("tok_{:02}{}", card.expiry.month(), card.expiry.year())
}

fn approved(perform: &Perform<'_>) -> Outcome {
    Outcome::Approved(Approval {
        reference: format!("ref_{}", perform.effect.entity.simple()),
        amount: perform.operation.amount().copied(),
        authorization_code: "042042".to_owned(),
        challenged: false,
        wallet_holder: None,
    })
}

#[async_trait]
impl Provider for Prompt {
    fn capabilities(&self) -> &Capabilities {
        &self.0
    }

    async fn tokenize(&self, card: CardToTokenize<'_>) -> Result<String, TokenizeError> {
        Ok(token(&card))
    }

    async fn perform(&self, perform: Perform<'_>) -> Result<Outcome, Silence> {
        Ok(approved(&perform))
    }

    async fn inquire(&self, _effect: EffectId, _clock: &str) -> Result<Inquiry, Silence> {
        Ok(Inquiry::NotFound)
    }

    async fn cancel(&self, _effect: EffectId, _clock: &str) -> Result<Outcome, Silence> {
        Err(Silence::Unknown)
    }
}

#[async_trait]
impl Provider for Hanging {
    fn capabilities(&self) -> &Capabilities {
        &self.0
    }

    async fn tokenize(&self, card: CardToTokenize<'_>) -> Result<String, TokenizeError> {
        Ok(token(&card))
    }

    async fn perform(&self, perform: Perform<'_>) -> Result<Outcome, Silence> {
        if matches!(perform.operation, Operation::Charge { .. }) {
            pending::<()>().await;
        }
        Ok(approved(&perform))
    }

    async fn inquire(&self, _effect: EffectId, _clock: &str) -> Result<Inquiry, Silence> {
        pending().await
    }

    async fn cancel(&self, _effect: EffectId, _clock: &str) -> Result<Outcome, Silence> {
        pending().await
    }
}
