//! The history of linking (H12): every attempt with its result and reason.

mod state;
mod ticket;

#[cfg(test)]
pub use state::LinkStanding;
pub use state::{LinkAttempt, LinkEvent, LinkResult, Linked, Ticket};
pub use ticket::create_ticket;
