//! What the service tells about itself: one log line a request, traces and metrics over OTLP.
//!
//! ```text
//! init(config) -> Guard        the process's subscriber; the guard flushes when it goes
//! RequestLayer                 around every RPC: span, deadline, panic, one line, one measurement
//!   note_account, …            what a handler tells its request's line, as typed values
//! inject / extract             the caller's trace, through gRPC metadata (W3C trace context)
//! ```
//!
//! What is never told: bodies and metadata of requests, paths that are no method of ours, the text of a
//! panic or of a foreign crate's debugging, because each of them can carry a card number (C9). A field
//! is added to a line by naming a type that can hold nothing else (a UUID, a method of the contract, a
//! status code), not by passing a string.

mod deadline;
mod init;
mod method;
mod notes;
mod propagation;
mod report;
mod request;
#[cfg(test)]
mod tests;

pub use init::{Config, Error, Format, Guard, init};
pub use notes::{note_account, note_request_id};
pub use propagation::{extract, inject};
pub use report::ERROR_DOMAIN;
pub use request::{RequestLayer, RequestService};
