//! The world outside bursar, for developers and tests (C13): card issuers with their 3-D Secure
//! pages and a ledger that is the truth about money, and a bank that remittances arrive at (`bank`).
//!
//! An island. It imports the generated protobuf and `env`, nothing else of bursar, and bursar
//! reaches it only as it would reach a real provider: over gRPC, and with the customer's browser.
//!
//! ```text
//!   Perform, Inquire, Cancel         browser                SetClock       the system's time
//!        provider                     pages                  world              courier
//!            └──────────┬───────────────┴─────────────────────┴───────────────────┘
//!                    database      one transaction for all that wait, then the answers
//!                       │
//!                     desk         what follows: `issuer` rules, `machine` says what is legal
//!            ┌──────────┼───────────┬─────────────┐
//!         register    ledger      timers       notices ──► courier ──► bursar, until it says OK
//! ```
//!
//! **To add a scenario**, add a card to `catalogue/own.rs`: a number, what its issuer decides on
//! holds, charges and what undoes them, and how the answer gets back. If it needs a way of answering
//! that is new, add a variant to `catalogue::Delivery`; the compiler then lists what has to know it.
//!
//! What holds for every card: a security code of zeros only, or of the wrong length, does not match
//! (N7); a holder's name whose last word is `MISMATCH` is not the one on the card (6P); an expiry
//! that has passed on the effect's clock, or that is in 2040 or later, is declined (54); a number
//! that is not in the catalogue does not exist (14).

mod acs;
mod amount;
mod bank;
mod calendar;
mod case;
mod catalogue;
mod clocks;
mod courier;
mod database;
mod desk;
mod effect;
mod error;
mod inbox;
mod issuer;
mod ledger;
mod machine;
mod netbank;
mod notices;
mod pages;
mod paypal;
mod provider;
mod register;
mod reviewer;
mod timers;
mod vault;
mod wire;
mod world;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

pub use self::{
    bank::Bank, database::LedgerLocation, error::Error, inbox::Inbox, provider::Provider, world::World,
};
use self::{courier::Courier, database::Database};
use crate::{
    env::{Clock, Connect, Ids},
    proto::{
        provider::v1::provider_service_server::ProviderServiceServer,
        sandbox::v1::{
            inbox_service_server::InboxServiceServer,
            remittance_bank_service_server::RemittanceBankServiceServer,
            sandbox_service_server::SandboxServiceServer,
        },
    },
};

/// The name that a sandbox has as a provider, if it is given no other.
pub const PROVIDER: &str = "sandbox";

/// How a sandbox is set up.
#[derive(Debug, Clone)]
pub struct Config {
    /// The name under which it is known as a provider; routes choose by it (C12).
    pub provider: String,
    /// Where its ledger is kept.
    pub ledger: LedgerLocation,
    /// Where browsers find its pages, for example `http://127.0.0.1:8081/sandbox`.
    pub pages_url: String,
    /// How long a slow issuer takes.
    pub slow_answer: Duration,
    /// How long a call whose answer is lost is held, if the caller does not give up before.
    pub lost_answer: Duration,
}

impl Config {
    /// The usual delays.
    #[must_use]
    pub fn new(ledger: LedgerLocation, pages_url: impl Into<String>) -> Self {
        Self {
            provider: PROVIDER.to_owned(),
            ledger,
            pages_url: pages_url.into(),
            slow_answer: Duration::from_secs(2),
            lost_answer: Duration::from_secs(60),
        }
    }
}

/// A handle on the sandbox, cheap to clone.
#[derive(Clone)]
pub struct Sandbox {
    courier: Courier,
    slow_answer: Duration,
    lost_answer: Duration,
    stopping: CancellationToken,
}

impl Sandbox {
    /// Opens the ledger, or starts one.
    ///
    /// # Errors
    /// The ledger cannot be opened, or is of another version.
    pub fn open(config: Config, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Result<Self, Error> {
        Self::connected(config, clock, ids, Arc::new(courier::dial))
    }

    /// The same, with another way than the network to reach whom notifications are for.
    ///
    /// # Errors
    /// As for [`Sandbox::open`].
    pub fn connected(
        config: Config,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        connect: Arc<Connect>,
    ) -> Result<Self, Error> {
        let pages_url = config.pages_url.trim_end_matches('/').to_owned();
        let database = Database::open(&config.ledger, pages_url, clock, ids)?;
        Ok(Self {
            courier: Courier::new(database, config.provider, connect),
            slow_answer: config.slow_answer,
            lost_answer: config.lost_answer,
            stopping: CancellationToken::new(),
        })
    }

    /// The issuers, as bursar's providers are served.
    #[must_use]
    pub fn provider_service(&self) -> ProviderServiceServer<Provider> {
        ProviderServiceServer::new(Provider {
            courier: self.courier.clone(),
            slow_answer: self.slow_answer,
            lost_answer: self.lost_answer,
            stopping: self.stopping.clone(),
        })
    }

    /// What developers and tests may see and move.
    #[must_use]
    pub fn sandbox_service(&self) -> SandboxServiceServer<World> {
        SandboxServiceServer::new(World { courier: self.courier.clone() })
    }

    /// The inboxes, for who has none of their own.
    #[must_use]
    pub fn inbox_service(&self) -> InboxServiceServer<Inbox> {
        InboxServiceServer::new(Inbox { courier: self.courier.clone() })
    }

    /// The bank that remittances arrive at.
    #[must_use]
    pub fn remittance_bank_service(&self) -> RemittanceBankServiceServer<Bank> {
        RemittanceBankServiceServer::new(Bank { courier: self.courier.clone() })
    }

    /// The pages for browsers. Every link works wherever they are nested.
    pub fn pages(&self) -> axum::Router {
        pages::router(self.courier.clone())
    }

    /// Has happen what is due on the system's clock and delivers notifications, until told to stop.
    /// Then calls that are held back are answered at once.
    pub async fn run(&self, shutdown: CancellationToken) {
        self.courier.run(shutdown).await;
        self.stopping.cancel();
    }
}
