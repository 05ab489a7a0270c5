//! Who did what by which request: the part of a journal row that is not events.

use serde::{Deserialize, Serialize};

/// What caused the events of a journal row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// The method, or the service's own activity.
    pub method: String,
    /// The caller, as the call's metadata names it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub principal: String,
    /// The request's id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_id: String,
}
