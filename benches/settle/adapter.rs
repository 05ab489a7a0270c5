//! An adapter that approves at once: what is left is the service.

use async_trait::async_trait;
use bursar::{
    domain::{
        attempt::Approval,
        ids::EffectId,
        outcome::{Outcome, Silence},
    },
    provider::{Capabilities, CardToTokenize, Inquiry, Perform, Provider, TokenizeError},
};
use jiff::SignedDuration;

pub struct Prompt(Capabilities);

impl Prompt {
    pub fn new() -> Self {
        Self(Capabilities {
            // The one that the routes of all programs name.
            provider: "sandbox".to_owned(),
            retention: SignedDuration::from_hours(24 * 30),
            conclusive_after: SignedDuration::ZERO,
            can_cancel: true,
        })
    }
}

#[async_trait]
impl Provider for Prompt {
    fn capabilities(&self) -> &Capabilities {
        &self.0
    }

    async fn tokenize(&self, card: CardToTokenize<'_>) -> Result<String, TokenizeError> {
        Ok(format!("tok_{:02}{}", card.expiry.month(), card.expiry.year()))
    }

    async fn perform(&self, perform: Perform<'_>) -> Result<Outcome, Silence> {
        Ok(Outcome::Approved(Approval {
            reference: format!("ref_{}", perform.effect.entity.simple()),
            amount: perform.operation.amount().copied(),
            authorization_code: "042042".to_owned(),
            challenged: false,
        }))
    }

    async fn inquire(&self, _effect: EffectId, _clock: &str) -> Result<Inquiry, Silence> {
        Ok(Inquiry::NotFound)
    }

    async fn cancel(&self, _effect: EffectId, _clock: &str) -> Result<Outcome, Silence> {
        Err(Silence::Unknown)
    }
}
