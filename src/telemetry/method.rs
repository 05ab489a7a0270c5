//! The methods that the service serves, so that nothing a caller makes up is logged or measured.

use std::{collections::HashMap, sync::Arc};

use prost::{DecodeError, Message as _};
use prost_types::FileDescriptorSet;

/// What a path that is no method of ours is called.
const OTHER: &str = "_OTHER";

/// A method of the contract.
#[derive(Debug, Clone)]
pub(super) struct Method {
    /// `package.Service/Method`.
    pub(super) name: Arc<str>,
    /// Health and reflection: asked every few seconds by machines, so their lines are at DEBUG.
    pub(super) is_routine: bool,
}

/// Every method, by the path of its HTTP request.
#[derive(Debug)]
pub(super) struct Methods {
    known: HashMap<Box<str>, Method>,
    other: Method,
}

impl Methods {
    pub(super) fn new(descriptor_sets: &[&[u8]]) -> Result<Self, DecodeError> {
        let mut known = HashMap::new();
        for set in descriptor_sets {
            for file in FileDescriptorSet::decode(*set)?.file {
                let package = file.package();
                for service in &file.service {
                    for method in &service.method {
                        let name = format!("{package}.{}/{}", service.name(), method.name());
                        let path = format!("/{name}").into_boxed_str();
                        let is_routine = package.starts_with("grpc.");
                        known.insert(path, Method { name: name.into(), is_routine });
                    }
                }
            }
        }
        Ok(Self { known, other: Method { name: OTHER.into(), is_routine: false } })
    }

    pub(super) fn of(&self, path: &str) -> Method {
        self.known.get(path).unwrap_or(&self.other).clone()
    }
}
