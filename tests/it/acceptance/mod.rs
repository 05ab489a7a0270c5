//! What the service has to do, shown over gRPC against a running server, one requirement after another.
//!
//! The name of a test begins with the number of the requirement it shows. Each runs on both stores:
//! `acceptance::holds::a13_…::sqlite` and `…::postgres`. To add one, put it in the file of its idea:
//!
//! ```ignore
//! acceptance!(a13_the_state_of_the_hold_can_be_read, |world| {
//!     let account = world.account(ALIBABA, "SG", "USD").await;
//!     // what happens on the right input, and on the wrong
//! });
//! ```
//!
//! Where the world has to be set up differently, say how: `acceptance!(name, Options::impatient(), |world| …)`.

/// A test that runs on both stores, each time in a world of its own.
macro_rules! acceptance {
    ($name:ident, |$world:pat_param| $body:block) => {
        acceptance!($name, $crate::support::options::Options::new(), |$world| $body);
    };
    ($name:ident, $options:expr, |$world:pat_param| $body:block) => {
        mod $name {
            #[allow(unused_imports, reason = "what the file imports is for all of its tests")]
            use super::*;
            use $crate::support::{options::Store, world::World};

            async fn test($world: World) {
                $body
            }

            #[tokio::test]
            async fn sqlite() {
                Box::pin(test(World::start(Store::Sqlite, $options).await)).await;
            }

            #[tokio::test]
            async fn postgres() {
                Box::pin(test(World::start(Store::Postgres, $options).await)).await;
            }
        }
    };
}

mod accounts;
mod balance;
mod cards;
mod challenges;
mod choices;
mod claims;
mod codes;
mod credit;
mod deactivation;
mod defaults;
mod doubt;
mod events;
mod expiry;
mod failures;
mod fields;
mod history;
mod holds;
mod invented;
mod invoices;
mod kyc;
mod kyc_required;
mod ladder;
mod late;
mod lifecycle;
mod limits;
mod log;
mod messages;
mod money;
mod mutations;
mod notifications;
mod onboarding;
mod orders;
mod outside;
mod payments;
mod preauthorizations;
mod programs;
mod redirect_answers;
mod redirects;
mod refunds;
mod remittance_accounts;
mod remittance_claims;
mod remittances;
mod repeats;
mod repeats_of_transfers;
mod replicas;
mod secrets;
mod sellers;
mod surface;
mod timelines;
mod usage;
mod wallets;
mod webhooks;
