//! Tests over the public interface: gRPC on a port of its own, and the pages.

mod browser;
mod grpc;
mod notices;
mod stage;
mod time;
