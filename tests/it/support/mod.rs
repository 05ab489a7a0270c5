//! What tests need of the world around them.
//!
//! `postgres` is a throwaway cluster, `database` a database in it, `process` a running bursar, `world` all of
//! them with a client for each service. What a test does to that world reads best as a sentence: `given` has
//! the steps that most tests share, `calls` repeats what was not answered, `audit` looks at what was stored,
//! `browser` is the customer's, `clock` moves time, `kyc` has identity documents, `refusal` reads what was refused.

pub mod audit;
pub mod browser;
pub mod calls;
pub mod clock;
pub mod database;
pub mod eventually;
pub mod figures;
pub mod given;
pub mod hooks;
pub mod inbox;
pub mod kyc;
pub mod ledger;
pub mod money;
pub mod options;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod receiver;
pub mod refusal;
pub mod world;
