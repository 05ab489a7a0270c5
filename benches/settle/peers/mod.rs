//! What a settle is compared with, in the same run: a server that does nothing, what everybody has
//! (TPC-B), and what a stranger may know (`localstripe`). The plain settle of one's own is in `baseline`.
//!
//! To add a peer: a file here that starts it and measures it, and a line in the part that runs it.

pub mod echo;
pub mod stripe;
pub mod tpcb;
