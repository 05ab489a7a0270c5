//! Generated from `proto/`. What protobuf cannot say by itself is added here: the descriptors for
//! reflection, and a `Debug` that prints no card number (C9).

use std::fmt;

/// The file descriptor set of everything under `proto/`, as reflection serves it.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

mod generated {
    #![allow(
        clippy::all,
        clippy::pedantic,
        clippy::nursery,
        clippy::restriction,
        missing_docs,
        reason = "generated code; the proto files carry its documentation"
    )]
    include!(concat!(env!("OUT_DIR"), "/modules.rs"));
}

pub use generated::bursar::{provider, sandbox, v1};

impl fmt::Debug for provider::v1::TokenizeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenizeRequest").finish_non_exhaustive()
    }
}

impl fmt::Debug for v1::CardDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CardDetails").finish_non_exhaustive()
    }
}

impl fmt::Debug for v1::KycDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KycDocument").field("type", &self.r#type()).finish_non_exhaustive()
    }
}

impl fmt::Debug for provider::v1::StoreDocumentRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreDocumentRequest").field("type", &self.r#type()).finish_non_exhaustive()
    }
}

impl fmt::Debug for v1::CheckVerificationCodeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckVerificationCodeRequest").finish_non_exhaustive()
    }
}

impl fmt::Debug for provider::v1::SendMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendMessage").finish_non_exhaustive()
    }
}
