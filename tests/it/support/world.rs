//! A world of its own for each test: a store, a running bursar and the world outside.

use std::{fs, path::PathBuf, time::Duration};

use bursar::proto::{
    provider::v1::provider_service_client::ProviderServiceClient,
    sandbox::v1::{
        inbox_service_client::InboxServiceClient,
        remittance_bank_service_client::RemittanceBankServiceClient,
        sandbox_service_client::SandboxServiceClient, test_clock_service_client::TestClockServiceClient,
    },
    v1::{
        account_service_client::AccountServiceClient, event_service_client::EventServiceClient,
        invoice_service_client::InvoiceServiceClient,
        payment_method_service_client::PaymentMethodServiceClient,
        payment_service_client::PaymentServiceClient, remittance_service_client::RemittanceServiceClient,
        usage_service_client::UsageServiceClient, verification_service_client::VerificationServiceClient,
    },
};
use tempfile::TempDir;
use tonic::transport::{Channel, Endpoint};

use super::{
    database::Database,
    options::{Options, Outside, Store},
    ports,
    postgres::Cluster,
    process::{Process, log_file, run},
};

/// Longer than any call takes; a call that is not answered by then never is.
const CALL_WITHIN: Duration = Duration::from_secs(60);
const ANY_PORT: &str = "127.0.0.1:0";

/// Everything that a test stands on. It goes when it is dropped, and shows the log if the test fails.
pub struct World {
    pub store: Store,
    pub server: Process,
    /// The world outside, where it has a process of its own.
    pub apart: Option<Process>,
    /// The provider `backup`, where there is one.
    pub backup: Option<Process>,
    pub folder: TempDir,
    pub database_url: String,
    /// Goes after the processes that use it.
    _database: Option<Database>,
    options: Options,
    /// Where the server is asked to listen: gRPC, then pages.
    addresses: [String; 2],
    channel: Channel,
    sandbox_channel: Channel,
}

impl World {
    /// Starts a world.
    pub async fn start(store: Store, options: Options) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = match store {
            Store::Sqlite => None,
            Store::Postgres => Some(migrated_database().await),
        };
        let database_url = match &database {
            None => format!("sqlite:{}", folder.path().join("bursar.db").display()),
            Some(database) => database.url(),
        };
        write_rules(&folder, &options);
        if options.outside == Outside::None {
            // Without a sandbox nobody makes a key up.
            fs::write(folder.path().join("bursar.key"), "0f".repeat(32)).expect("a key");
        }
        let apart = match options.outside {
            Outside::Apart => Some(start_outside(&folder, "sandbox", ANY_PORT, ANY_PORT).await),
            Outside::Embedded | Outside::None => None,
        };
        let backup = match options.backup {
            true => Some(start_outside(&folder, "backup", ANY_PORT, ANY_PORT).await),
            false => None,
        };
        let addresses = [(); 2].map(|()| match options.keeps_its_addresses {
            true => format!("127.0.0.1:{}", ports::lasting()),
            false => ANY_PORT.to_owned(),
        });
        let server = start_server(&folder, &database_url, &options, [&apart, &backup], &addresses).await;
        let channel = connect(&server.grpc);
        let sandbox_channel = apart.as_ref().map_or_else(|| channel.clone(), |apart| connect(&apart.grpc));
        Self {
            store,
            server,
            apart,
            backup,
            folder,
            database_url,
            _database: database,
            options,
            addresses,
            channel,
            sandbox_channel,
        }
    }

    /// Kills bursar, and the world outside where it is embedded, and starts it again on what it has stored.
    pub async fn restart(&mut self) {
        self.server.kill().await;
        self.server = start_server(
            &self.folder,
            &self.database_url,
            &self.options,
            [&self.apart, &self.backup],
            &self.addresses,
        )
        .await;
        self.channel = connect(&self.server.grpc);
        if self.apart.is_none() {
            self.sandbox_channel = self.channel.clone();
        }
    }

    /// Another bursar on the same store, as a second replica is.
    pub async fn replica(&self) -> Process {
        let anywhere = [(); 2].map(|()| ANY_PORT.to_owned());
        let outside = [&self.apart, &self.backup];
        start_server(&self.folder, &self.database_url, &self.options, outside, &anywhere).await
    }

    /// Cuts the world outside off.
    pub async fn lose_outside(&mut self) {
        self.apart.as_mut().expect("a world apart").kill().await;
    }

    /// Brings the world outside back, at the same addresses and with its ledger.
    pub async fn regain_outside(&mut self) {
        let lost = self.apart.take().expect("a world apart");
        let pages =
            lost.pages.trim_start_matches("http://").split('/').next().expect("an address").to_owned();
        let back = start_outside(&self.folder, "sandbox", &lost.grpc, &pages).await;
        self.sandbox_channel = connect(&back.grpc);
        self.apart = Some(back);
    }

    /// What was written down anywhere, by name: the files of the world and the rows of the database.
    pub fn everything_written(&self) -> Vec<(String, Vec<u8>)> {
        let mut written = Vec::new();
        for file in
            fs::read_dir(self.folder.path()).expect("a folder").map(|entry| entry.expect("an entry").path())
        {
            if file.is_file() {
                written.push((file.display().to_string(), fs::read(&file).expect("a file")));
            }
        }
        if self.store == Store::Postgres {
            written.extend(rows_of(&self.database_url));
        }
        written
    }

    /// Where bursar keeps what it knows.
    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// The channel that all of the clients use.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    pub fn accounts(&self) -> AccountServiceClient<Channel> {
        AccountServiceClient::new(self.channel())
    }

    pub fn methods(&self) -> PaymentMethodServiceClient<Channel> {
        PaymentMethodServiceClient::new(self.channel())
    }

    pub fn verifications(&self) -> VerificationServiceClient<Channel> {
        VerificationServiceClient::new(self.channel())
    }

    pub fn invoices(&self) -> InvoiceServiceClient<Channel> {
        InvoiceServiceClient::new(self.channel())
    }

    pub fn payments(&self) -> PaymentServiceClient<Channel> {
        PaymentServiceClient::new(self.channel())
    }

    pub fn usage(&self) -> UsageServiceClient<Channel> {
        UsageServiceClient::new(self.channel())
    }

    pub fn remittances(&self) -> RemittanceServiceClient<Channel> {
        RemittanceServiceClient::new(self.channel())
    }

    pub fn bank(&self) -> RemittanceBankServiceClient<Channel> {
        RemittanceBankServiceClient::new(self.sandbox_channel.clone())
    }

    pub fn events(&self) -> EventServiceClient<Channel> {
        EventServiceClient::new(self.channel())
    }

    pub fn clocks(&self) -> TestClockServiceClient<Channel> {
        TestClockServiceClient::new(self.channel())
    }

    pub fn sandbox(&self) -> SandboxServiceClient<Channel> {
        SandboxServiceClient::new(self.sandbox_channel.clone())
    }

    pub fn inboxes(&self) -> InboxServiceClient<Channel> {
        InboxServiceClient::new(self.sandbox_channel.clone())
    }

    pub fn provider(&self) -> ProviderServiceClient<Channel> {
        ProviderServiceClient::new(self.sandbox_channel.clone())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.server.log_tail());
            if let Some(apart) = &self.apart {
                eprintln!("{}", apart.log_tail());
            }
        }
    }
}

/// A channel to a server, opened when it is first used.
pub fn connect(address: &str) -> Channel {
    Endpoint::from_shared(format!("http://{address}"))
        .expect("an address")
        .timeout(CALL_WITHIN)
        .connect_lazy()
}

async fn start_server(
    folder: &TempDir,
    database_url: &str,
    options: &Options,
    [apart, backup]: [&Option<Process>; 2],
    [grpc, pages]: &[String; 2],
) -> Process {
    let path = |name: &str| folder.path().join(name).display().to_string();
    let mut arguments = vec!["serve".to_owned()];
    let mut with = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
    with("--database-url", database_url.to_owned());
    with("--grpc-address", grpc.clone());
    with("--pages-address", pages.clone());
    with("--key-file", path("bursar.key"));
    match (options.outside, apart) {
        (Outside::Apart, Some(apart)) => with("--sandbox", format!("http://{}", apart.grpc)),
        (Outside::None, _) => with("--sandbox", "none".to_owned()),
        (Outside::Embedded | Outside::Apart, _) => {
            with("--sandbox", "embedded".to_owned());
            with("--sandbox-ledger", path("sandbox.db"));
        }
    }
    if let Some(backup) = backup {
        with("--provider", format!("http://{}", backup.grpc));
    }
    if !options.rules.is_empty() {
        with("--programs", path("programs"));
    }
    arguments.extend(options.arguments.iter().map(|&argument| argument.to_owned()));
    Process::start(&arguments, log_path(folder, "server.log")).await
}

async fn start_outside(folder: &TempDir, provider: &str, grpc: &str, pages: &str) -> Process {
    let ledger = folder.path().join(format!("{provider}.db")).display().to_string();
    let mut arguments = vec!["sandbox", "--provider", provider, "--ledger", &ledger];
    arguments.extend(["--grpc-address", grpc, "--pages-address", pages]);
    let arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
    Process::start(&arguments, log_path(folder, &format!("{provider}.log"))).await
}

/// One file for all processes of a name, so that a restart leaves the log of before.
fn log_path(folder: &TempDir, name: &str) -> PathBuf {
    let path = folder.path().join(name);
    if path.exists() { path } else { log_file(folder.path(), name) }
}

/// A database of its own, with the tables of this version.
async fn migrated_database() -> Database {
    let database = Database::create().await;
    let arguments = ["migrate", "--database-url", &database.url()].map(str::to_owned);
    let output = run(&arguments).await;
    assert!(output.status.success(), "migrate: {}", String::from_utf8_lossy(&output.stderr));
    database
}

/// The rules that ship, with this test's own in their place or beside them.
fn write_rules(folder: &TempDir, options: &Options) {
    if options.rules.is_empty() {
        return;
    }
    let programs = folder.path().join("programs");
    fs::create_dir(&programs).expect("a folder");
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
    for entry in fs::read_dir(shipped).expect("programs").map(|entry| entry.expect("an entry")) {
        fs::copy(entry.path(), programs.join(entry.file_name())).expect("a copy");
    }
    for rule in &options.rules {
        fs::write(programs.join(rule.name), &rule.text).expect("a file");
    }
}

/// Every row of every table, as text.
fn rows_of(database_url: &str) -> Vec<(String, Vec<u8>)> {
    let (_, database) = database_url.rsplit_once('/').expect("a database");
    let tables = Cluster::shared().sql(
        database,
        "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables \
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    );
    let rows = |table: &str| Cluster::shared().sql(database, &format!("SELECT t::text FROM {table} t"));
    tables.lines().map(|table| (table.to_owned(), rows(table).into_bytes())).collect()
}
