//! The service, as `bursar serve` would run it, with an adapter that answers at once in its process.

use std::{path::PathBuf, sync::Arc};

use bursar::{
    app::Service,
    config::{Command, CommandLine},
    provider::Provider,
    telemetry,
};
use clap::Parser as _;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::{
    adapter::{Hanging, Prompt},
    child,
};

#[derive(Clone, Serialize, Deserialize)]
pub struct Job {
    pub database_url: String,
    pub key_file: String,
    /// The sandbox in a process of its own, instead of the adapter.
    pub sandbox: Option<String>,
    /// Programs of the run's own, some of whose payments go to a provider that hangs.
    pub programs: Option<PathBuf>,
}

pub fn run(job: &Job) {
    let sandbox = job.sandbox.as_deref().unwrap_or("none");
    let programs = job.programs.as_ref().map(|folder| folder.display().to_string());
    // Everything else is what it is by default; logs at `info`, one line an RPC.
    let mut words = vec!["bursar", "serve", "--database-url", &job.database_url];
    words.extend(["--key-file", &job.key_file, "--sandbox", sandbox]);
    words.extend(["--grpc-address", "127.0.0.1:0", "--pages-address", "127.0.0.1:0"]);
    words.extend(programs.iter().flat_map(|folder| ["--programs", folder]));
    let line = CommandLine::parse_from(words);
    let Command::Serve(arguments) = line.command else { panic!("this is no serve") };
    let mut providers: Vec<Arc<dyn Provider>> = Vec::new();
    if job.sandbox.is_none() {
        providers.push(Arc::new(Prompt::new()));
    }
    if job.programs.is_some() {
        providers.push(Arc::new(Hanging::new()));
    }
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
