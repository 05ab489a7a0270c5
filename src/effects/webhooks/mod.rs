//! Webhooks (C11): what the journal has for a program's endpoints is planned as deliveries ([`plan`]), and
//! each delivery that was committed is sent, signed by Standard Webhooks, by whoever holds its lease
//! ([`mail`]). What came of it is a command. Nothing is remembered here: any replica goes on from the store.
//!
//! To reach receivers in another way: implement [`Receivers`] and hand it to the runner.

mod http;
mod mail;
mod meter;
mod plan;
mod read;
mod sign;

use async_trait::async_trait;

pub use http::HttpReceivers;
pub(super) use mail::Mail;
pub(super) use plan::run;

/// A message to a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Where it goes.
    pub url: String,
    /// `webhook-id`, `webhook-timestamp` and `webhook-signature`.
    pub headers: [(&'static str, String); 3],
    /// JSON.
    pub body: String,
}

/// Programs' own systems, outside.
#[async_trait]
pub trait Receivers: Send + Sync {
    /// Hands a message over and gives the HTTP status of the answer; an error says why there is none.
    async fn post(&self, post: Post) -> Result<u16, String>;
}
