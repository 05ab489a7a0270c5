//! What can be said on the command line.

use std::{net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::SignedDuration;

/// Payment orchestration for cloud sellers, over gRPC.
#[derive(Debug, Parser)]
#[command(name = "bursar", version, about)]
pub struct CommandLine {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How log lines look, on standard error.
    #[arg(long, global = true, env = "BURSAR_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Which log lines are written, as in `info` or `bursar::engine=debug,info`.
    #[arg(long, global = true, env = "RUST_LOG", default_value = "info")]
    pub log: String,
    /// Where traces and metrics go over OTLP/gRPC; nowhere if absent.
    #[arg(long, global = true, env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub otlp_endpoint: Option<String>,
    /// The share of traces begun here that is exported, from 0 to 1.
    #[arg(long, global = true, env = "BURSAR_TRACE_RATIO", default_value_t = 1.0)]
    pub trace_ratio: f64,
    /// Tells one replica from another in traces and metrics.
    #[arg(long, global = true, env = "HOSTNAME", default_value = "", hide_default_value = true)]
    pub instance: String,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve gRPC and pages.
    Serve(Box<ServeArgs>),
    /// Serve the sandbox, the world outside, in a process of its own.
    Sandbox(SandboxArgs),
    /// Bring a database's schema up to date.
    Migrate {
        /// `postgres://…`, or `sqlite:PATH`.
        #[arg(long, env = "BURSAR_DATABASE_URL", default_value = "sqlite:bursar.db")]
        database_url: String,
    },
    /// Check that what is stored agrees with itself, and with the sandbox's ledger. It only reads, also while
    /// bursar serves. Ends with 0 where all is well, 1 where it found something, 2 where it could not run.
    Audit(AuditArgs),
    /// Look after programs, the rulebooks of sellers.
    Program {
        /// What to do with them.
        #[command(subcommand)]
        command: ProgramCommand,
    },
}

/// What can be done with programs.
#[derive(Debug, Subcommand)]
pub enum ProgramCommand {
    /// Check a program file; every error names file, line, key and what was expected.
    Check {
        /// The file.
        file: PathBuf,
    },
}

/// How to serve.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// `sqlite:PATH`, or `postgres://…`.
    #[arg(long, env = "BURSAR_DATABASE_URL", default_value = "sqlite:bursar.db")]
    pub database_url: String,
    /// Where gRPC is served.
    #[arg(long, env = "BURSAR_GRPC_ADDRESS", default_value = "127.0.0.1:7070")]
    pub grpc_address: SocketAddr,
    /// Where pages are served.
    #[arg(long, env = "BURSAR_PAGES_ADDRESS", default_value = "127.0.0.1:7071")]
    pub pages_address: SocketAddr,
    /// Where customers' browsers reach the pages; http://PAGES_ADDRESS if absent.
    #[arg(long, env = "BURSAR_PAGES_URL")]
    pub pages_url: Option<String>,
    /// Where adapters reach gRPC with notifications; http://GRPC_ADDRESS if absent.
    #[arg(long, env = "BURSAR_NOTIFICATION_URL")]
    pub notification_url: Option<String>,
    /// The world outside: `embedded`, `none`, or the address of a sandbox's own process.
    #[arg(long, env = "BURSAR_SANDBOX", default_value = "embedded")]
    pub sandbox: SandboxMode,
    /// The embedded sandbox's ledger.
    #[arg(long, env = "BURSAR_SANDBOX_LEDGER", default_value = "sandbox.db")]
    pub sandbox_ledger: PathBuf,
    /// The address of an adapter that serves `bursar.provider.v1`. May be given several times.
    #[arg(long = "provider", env = "BURSAR_PROVIDERS", value_delimiter = ',')]
    pub providers: Vec<String>,
    /// The service's secret, 64 hexadecimal digits. With a sandbox it is made where it is missing.
    #[arg(long, env = "BURSAR_KEY_FILE", default_value = "bursar.key")]
    pub key_file: PathBuf,
    /// A folder with program files, and optionally `exchange-rates.csv`, `iin.csv` and
    /// `decline-codes.csv`, instead of those that ship.
    #[arg(long, env = "BURSAR_PROGRAMS")]
    pub programs: Option<PathBuf>,
    /// Exchange rates, in place of `exchange-rates.csv`: a table such as that, or the European Central Bank's
    /// reference rates as it publishes them, in CSV or XML.
    #[arg(long, env = "BURSAR_EXCHANGE_RATES")]
    pub exchange_rates: Option<PathBuf>,
    /// How many writers; by default what suits the store.
    #[arg(long, env = "BURSAR_WRITERS")]
    pub writers: Option<usize>,
    /// How long a call to a provider may take, as in `10s`.
    #[arg(long, env = "BURSAR_PROVIDER_DEADLINE", default_value = "5s")]
    pub provider_deadline: Span,
    /// For how long such a call is its maker's, before another replica may look after it. At least two
    /// and a half times the deadline.
    #[arg(long, env = "BURSAR_LEASE", default_value = "15s")]
    pub lease: Span,
    /// How many calls to one provider may be under way.
    #[arg(long, env = "BURSAR_PROVIDER_CONCURRENCY", default_value_t = 2_048)]
    pub provider_concurrency: usize,
    /// How long is waited before each further attempt of a webhook delivery.
    #[arg(
        long,
        env = "BURSAR_WEBHOOK_RETRIES",
        value_delimiter = ',',
        default_value = "5s,5m,30m,2h,5h,10h,14h,20h,24h"
    )]
    pub webhook_retries: Vec<Span>,
    /// Lets webhook endpoints be in plain HTTP and at addresses of private networks, for tests.
    #[arg(long, env = "BURSAR_WEBHOOK_PRIVATE_ADDRESSES")]
    pub webhook_private_addresses: bool,
}

/// How to serve the sandbox.
#[derive(Debug, Clone, Args)]
pub struct SandboxArgs {
    /// Where gRPC is served.
    #[arg(long, env = "BURSAR_GRPC_ADDRESS", default_value = "127.0.0.1:7080")]
    pub grpc_address: SocketAddr,
    /// Where pages are served.
    #[arg(long, env = "BURSAR_PAGES_ADDRESS", default_value = "127.0.0.1:7081")]
    pub pages_address: SocketAddr,
    /// Where browsers reach the pages; http://PAGES_ADDRESS if absent.
    #[arg(long, env = "BURSAR_PAGES_URL")]
    pub pages_url: Option<String>,
    /// The ledger.
    #[arg(long, env = "BURSAR_SANDBOX_LEDGER", default_value = "sandbox.db")]
    pub ledger: PathBuf,
    /// The name that it has as a provider. Routes choose by it, so that a second sandbox can be another one.
    #[arg(long, env = "BURSAR_SANDBOX_PROVIDER", default_value = "sandbox")]
    pub provider: String,
}

/// What to audit.
#[derive(Debug, Clone, Args)]
pub struct AuditArgs {
    /// `postgres://…`, or `sqlite:PATH`.
    #[arg(long, env = "BURSAR_DATABASE_URL", default_value = "sqlite:bursar.db")]
    pub database_url: String,
    /// The address of a sandbox, or of a bursar with one embedded, whose ledger is compared.
    #[arg(long)]
    pub sandbox: Option<String>,
    /// Print one JSON object instead of sentences.
    #[arg(long)]
    pub json: bool,
}

/// Where the world outside is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SandboxMode {
    /// In this process.
    Embedded,
    /// Nowhere: real providers only.
    None,
    /// In a process of its own.
    At(String),
}

impl FromStr for SandboxMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "embedded" => Ok(Self::Embedded),
            "none" => Ok(Self::None),
            url if url.starts_with("http://") || url.starts_with("https://") => Ok(Self::At(url.to_owned())),
            _ => Err("expected `embedded`, `none`, or an address such as http://127.0.0.1:7080".to_owned()),
        }
    }
}

/// A length of time, as in `10s` or `250ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let span: SignedDuration = text.parse().map_err(|error: jiff::Error| error.to_string())?;
        Duration::try_from(span).map(Self).map_err(|_| "expected a length of time, as in 10s".to_owned())
    }
}
