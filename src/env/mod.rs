//! Time and chance, which come in from outside (design decision 7): the clock, new ids, random bytes
//! and jitter. Everything else in the crate is handed these; lints ban the ambient ones.

mod clock;
mod ids;
mod keys;
mod links;

pub use clock::{Clock, ManualClock, SystemClock};
pub use ids::{Ids, RandomIds, SeededIds};
pub use keys::Keys;
pub use links::Links;
