//! Messages to the customer (A16, H2, H3, H10): what waits for them, and what was billed, stands among the account's messages, and is
//! sent as e-mail where an address is proved; one-time codes are sent and never kept.
//!
//! To add a message: a variant of [`Topic`] and of [`Template`], its text in `text.rs`, a key of
//! `[edition.messages]` if a program can leave it out, and a call where it is written.

mod outgoing;
mod state;
mod text;
mod write;

pub use outgoing::{Bill, Channel, Outgoing, Template};
pub use state::{Message, MessageEvent, Topic};
pub use text::{Text, text};
pub use write::{advance, deliver};
pub(in crate::domain) use write::{close, tell, waits};
