//! Time, chance and connections, which come in from outside (design decision 7): the clock, new ids,
//! random bytes and jitter, and how a server is reached. Everything else in the crate is handed these;
//! lints ban the ambient ones.

mod clock;
mod connection;
mod ids;
mod keys;
mod links;
mod public;

pub use clock::{Clock, ManualClock, SystemClock};
pub use connection::{Broken, Connect, Connection, connection};
pub use ids::{Ids, RandomIds, SeededIds};
pub use keys::Keys;
pub use links::Links;
pub use public::is_public;
