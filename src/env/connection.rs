//! A connection to a gRPC server as a value that is handed in.

use tonic::{
    body::Body,
    codegen::{
        StdError,
        http::{Request, Response},
    },
};
use tower::{Service, ServiceExt as _, util::BoxCloneSyncService};

/// What generated clients are made of: a channel over the network, or the server itself where both are in
/// one process (simulation). Cheap to clone.
pub type Connection = BoxCloneSyncService<Request<Body>, Response<Body>, Broken>;

/// Why a connection brought no answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection brought no answer: {0}")]
pub struct Broken(#[source] pub StdError);

/// Opens connections, by the address of the server. It may connect only once it is used.
pub type Connect = dyn Fn(&str) -> Result<Connection, StdError> + Send + Sync;

/// Makes a connection of whatever serves gRPC.
pub fn connection<S>(server: S) -> Connection
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + Sync + 'static,
    S::Error: Into<StdError>,
    S::Future: Send + 'static,
{
    BoxCloneSyncService::new(server.map_err(|error: S::Error| Broken(error.into())))
}
