//! Messages in JSON, as protobuf defines it.

use std::sync::LazyLock;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage};

use crate::proto::{DESCRIPTORS, v1 as pb};

static POOL: LazyLock<Result<DescriptorPool, String>> =
    LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).map_err(|error| error.to_string()));

/// An event.
pub fn event(event: &pb::Event) -> Result<String, String> {
    let pool = POOL.as_ref().map_err(Clone::clone)?;
    let descriptor =
        pool.get_message_by_name("bursar.v1.Event").ok_or("the event's descriptor is missing")?;
    let bytes = event.encode_to_vec();
    let message = DynamicMessage::decode(descriptor, &*bytes).map_err(|error| error.to_string())?;
    serde_json::to_string(&message).map_err(|error| error.to_string())
}
