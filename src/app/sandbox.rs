//! `bursar sandbox`: the world outside in a process of its own.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;

use super::serve::{announce, reflection};
use crate::{
    config::SandboxArgs,
    env::{RandomIds, SystemClock},
    sandbox::{Config, LedgerLocation, Sandbox},
};

/// Serves until told to stop.
pub(super) async fn run(args: &SandboxArgs, stop: CancellationToken) -> Result<(), String> {
    let grpc = bind(args.grpc_address).await?;
    let pages = bind(args.pages_address).await?;
    let (grpc_address, pages_address) = (local(&grpc)?, local(&pages)?);
    let pages_url = args.pages_url.clone().unwrap_or_else(|| format!("http://{pages_address}"));
    let config = Config {
        provider: args.provider.clone(),
        ..Config::new(LedgerLocation::File(args.ledger.clone()), pages_url)
    };
    let sandbox = Sandbox::open(config, Arc::new(SystemClock), Arc::new(RandomIds))
        .map_err(|error| error.to_string())?;
    let world = tokio::spawn({
        let (sandbox, stop) = (sandbox.clone(), stop.clone());
        async move { sandbox.run(stop).await }
    });
    let serve_pages = tokio::spawn(
        axum::serve(pages, sandbox.pages())
            .with_graceful_shutdown(stop.clone().cancelled_owned())
            .into_future(),
    );
    announce(&format!("bursar sandbox serves gRPC on {grpc_address} and pages on http://{pages_address}"));
    let (v1, v1alpha) = reflection().map_err(|error| error.to_string())?;
    Server::builder()
        .add_service(sandbox.provider_service())
        .add_service(sandbox.sandbox_service())
        .add_service(sandbox.inbox_service())
        .add_service(sandbox.remittance_bank_service())
        .add_service(v1)
        .add_service(v1alpha)
        .serve_with_incoming_shutdown(TcpListenerStream::new(grpc), stop.cancelled())
        .await
        .map_err(|error| error.to_string())?;
    let _ = (world.await, serve_pages.await);
    Ok(())
}

pub(super) async fn bind(address: std::net::SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| {
        format!("{address} can't be listened on: {error}. Choose another address, or stop what uses it.")
    })
}

pub(super) fn local(listener: &TcpListener) -> Result<std::net::SocketAddr, String> {
    listener.local_addr().map_err(|error| error.to_string())
}
