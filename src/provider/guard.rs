//! Bounds every call to an adapter in time and number, so that one that hangs harms only itself.

use std::{future::Future, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::{sync::Semaphore, time::timeout};

use super::{Capabilities, CardToTokenize, DocumentToStore, Inquiry, Perform, Provider, TokenizeError};
use crate::domain::{
    ids::EffectId,
    outcome::{Outcome, Silence},
};

/// The bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long a call may take. What is not known by then is unknown, not failed.
    pub deadline: Duration,
    /// How many calls may be under way.
    pub concurrency: usize,
}

/// An adapter behind its bounds.
pub struct Guard {
    inner: Arc<dyn Provider>,
    limits: Limits,
    places: Semaphore,
}

impl Guard {
    /// Puts an adapter behind bounds.
    #[must_use]
    pub fn new(inner: Arc<dyn Provider>, limits: Limits) -> Self {
        Self { inner, limits, places: Semaphore::new(limits.concurrency.max(1)) }
    }

    /// Waits for a place no longer than for an answer: a call that got none was certainly not sent.
    async fn call<T>(&self, call: impl Future<Output = Result<T, Silence>>) -> Result<T, Silence> {
        let Ok(Ok(_place)) = timeout(self.limits.deadline, self.places.acquire()).await else {
            return Err(Silence::NotSent);
        };
        timeout(self.limits.deadline, call).await.unwrap_or(Err(Silence::Unknown))
    }

    /// The same for a call that does nothing which could be done twice.
    async fn token(
        &self,
        call: impl Future<Output = Result<String, TokenizeError>>,
    ) -> Result<String, TokenizeError> {
        let tokenized = async {
            let _place = self.places.acquire().await.map_err(|_closed| TokenizeError::Unavailable)?;
            call.await
        };
        timeout(self.limits.deadline, tokenized).await.unwrap_or(Err(TokenizeError::Unavailable))
    }
}

#[async_trait]
impl Provider for Guard {
    fn capabilities(&self) -> &Capabilities {
        self.inner.capabilities()
    }

    async fn tokenize(&self, card: CardToTokenize<'_>) -> Result<String, TokenizeError> {
        self.token(self.inner.tokenize(card)).await
    }

    async fn store_document(&self, document: DocumentToStore<'_>) -> Result<String, TokenizeError> {
        self.token(self.inner.store_document(document)).await
    }

    async fn perform(&self, perform: Perform<'_>) -> Result<Outcome, Silence> {
        self.call(self.inner.perform(perform)).await
    }

    async fn inquire(&self, effect: EffectId, clock: &str) -> Result<Inquiry, Silence> {
        self.call(self.inner.inquire(effect, clock)).await
    }

    async fn cancel(&self, effect: EffectId, clock: &str) -> Result<Outcome, Silence> {
        self.call(self.inner.cancel(effect, clock)).await
    }
}
