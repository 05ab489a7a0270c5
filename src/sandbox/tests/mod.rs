//! Tests over the public interface: gRPC on a port of its own, and the pages.

mod grpc;
mod stage;
