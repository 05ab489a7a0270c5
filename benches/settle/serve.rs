//! The service, as `bursar serve` would run it, with an adapter that answers at once in its process.

use std::sync::Arc;

use bursar::{
    app::Service,
    config::{Command, CommandLine},
    provider::Provider,
    telemetry,
};
use clap::Parser as _;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::{adapter::Prompt, child};

#[derive(Serialize, Deserialize)]
pub struct Job {
    pub database_url: String,
    pub key_file: String,
    /// The sandbox in a process of its own, instead of the adapter.
    pub sandbox: Option<String>,
}

pub fn run(job: &Job) {
    let sandbox = job.sandbox.as_deref().unwrap_or("none");
    // Everything else is what it is by default; logs at `info`, one line an RPC.
    let line = CommandLine::parse_from([
        "bursar",
        "serve",
        "--database-url",
        &job.database_url,
        "--key-file",
        &job.key_file,
        "--sandbox",
        sandbox,
        "--grpc-address",
        "127.0.0.1:0",
        "--pages-address",
        "127.0.0.1:0",
    ]);
    let Command::Serve(arguments) = line.command else { panic!("this is no serve") };
    let providers: Vec<Arc<dyn Provider>> = match job.sandbox {
        None => vec![Arc::new(Prompt::new())],
        Some(_) => Vec::new(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let config = telemetry::Config { filter: line.log, ..telemetry::Config::default() };
        let telemetry = telemetry::init(&config).unwrap();
        let stop = CancellationToken::new();
        let end = stop.clone();
        std::thread::spawn(move || {
            child::await_parent();
            end.cancel();
        });
        Service::start(&arguments, providers, stop).await.unwrap().run().await.unwrap();
        telemetry.shutdown().await;
    });
}
