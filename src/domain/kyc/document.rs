//! A document as it is known here: without its content.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

/// Kinds of document.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumIter,
    EnumString,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DocumentKind {
    /// A passport.
    Passport,
    /// A national identity card.
    IdentityCard,
    /// A company's license.
    BusinessLicense,
    /// A bill or letter that shows the address.
    ProofOfAddress,
}

/// A document that was submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// What it is.
    pub kind: DocumentKind,
    /// Its file's name.
    pub file_name: String,
    /// What its content is, such as `application/pdf`.
    pub content_type: String,
    /// How long its content is, in bytes.
    pub size: u32,
}

/// A document as the reviewer is asked about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presented {
    /// What it is.
    pub kind: DocumentKind,
    /// What the reviewer knows it as.
    pub token: String,
}
