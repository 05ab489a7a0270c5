//! What everything is measured on: a folder, a PostgreSQL, and sites: a store filled with customers and
//! the services on it. All of it is gone when the run ends, however it ends.

use std::{
    fs::{self, File},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process, thread,
    time::Duration,
};

use crate::{
    baseline,
    child::{self, Server},
    command::{Kind, Part, Plan},
    fill::{self, Example, Shape, Wanted},
    load::{self, Model, Spread, Work},
    machine::{Conditions, Machine},
    peers::echo,
    postgres::Cluster,
    process::Watched,
    report::{Sample, Subject},
    say, serve,
    store::Store,
};

pub struct Rig {
    folder: PathBuf,
    pub cluster: Cluster,
    pub postmaster: u32,
    key_file: String,
    /// How long PostgreSQL is given to tell its counts.
    patience: Duration,
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What a site is to be.
pub struct Wish<'a> {
    pub kind: Kind,
    /// Of the database, and of files.
    pub name: &'a str,
    pub accounts: usize,
    /// Orders in all; each customer gets as many open invoices as that takes.
    pub orders: usize,
    pub shape: Shape,
    /// Where the sandbox is, where the payments go to it.
    pub sandbox: Option<String>,
    /// A folder with programs, instead of those that ship; then there is a provider that hangs, too.
    pub programs: Option<PathBuf>,
}

/// A store with customers, the services on it, and what can be asked of them.
pub struct Site<'a> {
    pub subject: Subject,
    pub store: Option<Store<'a>>,
    pub servers: Vec<Server>,
    /// Whose use of the machine is told beside that of the servers.
    pub others: Vec<Watched>,
    pub orders: PathBuf,
    /// How many of the orders are used up.
    pub used: usize,
    job: serve::Job,
}

/// One measurement's load.
pub struct Load {
    pub part: Part,
    /// What is measured, in words.
    pub case: String,
    /// How much of it, for plots.
    pub x: f64,
    pub round: usize,
    pub work: Work,
    pub model: Model,
    pub spread: Spread,
    pub strict: bool,
    /// How many orders it may use; as many as the model asks for if absent.
    pub orders: Option<usize>,
}

impl Rig {
    pub fn start(plan: &Plan) -> Self {
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench");
        let folder = target.join(format!("run-{}", process::id()));
        remove_left_behind(&target);
        fs::create_dir_all(&folder).unwrap();
        say("starting PostgreSQL");
        let cluster = Cluster::start(!plan.quick);
        let told = cluster.sql("postgres", "SELECT pg_read_file('postmaster.pid')");
        let postmaster = told.lines().next().and_then(|line| line.trim().parse().ok()).unwrap();
        let key_file = key_file(&folder);
        // A connection tells its counts once a second.
        let patience = Duration::from_millis(if plan.quick { 50 } else { 1_100 });
        Self { folder, cluster, postmaster, key_file, patience }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn machine(&self) -> Machine {
        let data = PathBuf::from(self.cluster.sql("postgres", "SHOW data_directory"));
        Machine::look(&self.cluster, &data, &self.folder)
    }

    pub fn conditions(&self) -> Conditions {
        Conditions::look(&self.folder)
    }

    pub fn database(&self) -> Watched {
        Watched { name: "database".to_owned(), pid: self.postmaster, family: true }
    }

    fn store(&self, kind: Kind, name: &str) -> Store<'_> {
        match kind {
            Kind::Sqlite => Store::Sqlite(self.path(&format!("{name}.db"))),
            Kind::Postgres => {
                self.cluster.sql("postgres", &format!("CREATE DATABASE {name}"));
                Store::Postgres { cluster: &self.cluster, database: name.to_owned(), patience: self.patience }
            }
        }
    }

    /// A site without services. The examples are one customer of each shape.
    fn empty(&self, wish: &Wish<'_>, shapes: &[Shape]) -> (Site<'_>, Vec<Example>) {
        let store = self.store(wish.kind, wish.name);
        let job = serve::Job {
            database_url: store.url(),
            key_file: self.key_file.clone(),
            sandbox: wish.sandbox.clone(),
            programs: wish.programs.clone(),
        };
        if wish.kind == Kind::Postgres {
            child::bursar(&["migrate", "--database-url", &job.database_url]);
        }
        let site = Site {
            subject: Subject::of(wish.kind, wish.sandbox.is_some()),
            others: if wish.kind == Kind::Postgres { vec![self.database()] } else { Vec::new() },
            store: Some(store),
            servers: Vec::new(),
            orders: self.path(&format!("{}-{}.orders", wish.name, wish.kind)),
            used: 0,
            job,
        };
        // The one that is measured starts with nothing remembered.
        let server = self.serve(&site, "example");
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let made = runtime.block_on(fill::examples(&server.url, shapes));
        (site, made)
    }

    fn serve(&self, site: &Site<'_>, name: &str) -> Server {
        let log = self.path(&format!("{name}.log"));
        Server::start(&["serve", &child::write(&site.job)], &log)
    }

    /// A site with one service.
    pub fn site(&self, wish: &Wish<'_>) -> (Site<'_>, Example) {
        let (mut site, example) = self.filled(wish);
        self.start_services(&mut site, 1);
        (site, example)
    }

    /// A site without services.
    pub fn filled(&self, wish: &Wish<'_>) -> (Site<'_>, Example) {
        let Wish { kind, name, accounts, orders, .. } = *wish;
        // Where there are more customers than orders, only some can pay.
        let each = orders.div_ceil(accounts);
        let every = accounts.checked_div(orders).unwrap_or(1).max(1);
        say(&format!("{name}, {kind}: {accounts} customers, {} orders", orders.max(accounts.min(1))));
        let with = Shape { open: each, ..wish.shape.clone() };
        let without = Shape { open: 0, ..wish.shape.clone() };
        let shapes = if every > 1 { vec![with, without] } else { vec![with] };
        let (site, mut examples) = self.empty(wish, &shapes);
        let wanted = Wanted { accounts, every, examples: &examples, salt: 1 };
        fill::fill(site.store.as_ref().unwrap(), &wanted, &site.orders);
        (site, examples.remove(0))
    }

    /// Two kinds of customer in one store; the orders of the second are in a file of their own.
    pub fn mixed(&self, wish: &Wish<'_>, second: &Shape) -> (Site<'_>, PathBuf) {
        let Wish { accounts, orders, .. } = *wish;
        say(&format!("{}, {}: two kinds of customer, {accounts} each", wish.name, wish.kind));
        let each = orders.div_ceil(accounts);
        let shapes = [Shape { open: each, ..wish.shape.clone() }, Shape { open: each, ..second.clone() }];
        let (mut site, examples) = self.empty(wish, &shapes);
        let others = self.path(&format!("{}-{}-second.orders", wish.name, wish.kind));
        for (place, orders) in [&site.orders, &others].into_iter().enumerate() {
            let examples = &examples[place..=place];
            let wanted = Wanted { accounts, every: 1, examples, salt: place as u64 + 1 };
            fill::fill(site.store.as_ref().unwrap(), &wanted, orders);
        }
        self.start_services(&mut site, 1);
        (site, others)
    }

    /// Replaces the services of a site by so many new ones.
    pub fn start_services(&self, site: &mut Site<'_>, count: usize) {
        site.servers.clear();
        for number in 1..=count {
            let server = self.serve(site, &format!("{}-{number}", site.subject.title()));
            site.servers.push(server);
        }
    }

    /// The plain settle of one's own, with the customers and orders of another site.
    pub fn baseline(&self, kind: Kind, like: &Site<'_>) -> Site<'_> {
        let store = self.store(kind, "baseline");
        say(&format!("baseline, {kind}: the same customers"));
        baseline::fill(&store.url(), &load::read_orders(&like.orders));
        let job = child::write(&baseline::Job { database_url: store.url() });
        let server = Server::start(&["baseline", &job], &self.path(&format!("baseline-{kind}.log")));
        Site {
            subject: Subject::baseline(kind),
            store: Some(store),
            servers: vec![server],
            others: if kind == Kind::Postgres { vec![self.database()] } else { Vec::new() },
            orders: like.orders.clone(),
            used: 0,
            job: like.job.clone(),
        }
    }

    pub fn echo(&self, like: &Site<'_>, example: &Example) -> Site<'_> {
        let job = child::write(&echo::Job { answer: hex::encode(&example.answer) });
        Site {
            subject: Subject::Echo,
            store: None,
            servers: vec![Server::start(&["echo", &job], &self.path("echo.log"))],
            others: Vec::new(),
            orders: like.orders.clone(),
            used: 0,
            job: like.job.clone(),
        }
    }

    /// The sandbox in a process of its own.
    pub fn sandbox(&self) -> Server {
        let ledger = self.path("ledger.db").display().to_string();
        let anywhere = "127.0.0.1:0";
        let arguments =
            ["sandbox", "--ledger", &ledger, "--grpc-address", anywhere, "--pages-address", anywhere];
        Server::start(&arguments, &self.path("sandbox.log"))
    }
}

impl Drop for Site<'_> {
    fn drop(&mut self) {
        self.servers.clear();
        // The cluster goes as a whole then, and so does the folder.
        if thread::panicking() {
            return;
        }
        match &self.store {
            Some(Store::Postgres { cluster, database, .. }) => {
                cluster.sql("postgres", &format!("DROP DATABASE {database} WITH (FORCE)"));
            }
            Some(Store::Sqlite(path)) => {
                for suffix in ["", "-wal", "-shm", ".lock"] {
                    let _ = fs::remove_file(format!("{}{suffix}", path.display()));
                }
            }
            None => {}
        }
    }
}

impl Site<'_> {
    pub fn watched(&self) -> Vec<Watched> {
        let servers = self.servers.iter().map(|server| Watched::one("server", server.pid()));
        servers.chain(self.others.iter().cloned()).collect()
    }

    pub fn job(&self, load: &Load) -> load::Job {
        load::Job {
            urls: self.servers.iter().map(|server| server.url.clone()).collect(),
            spread: load.spread,
            orders: self.orders.clone(),
            from: self.used,
            count: load.orders.unwrap_or(load.model.orders()),
            work: load.work,
            model: load.model.clone(),
            strict: load.strict,
            deadline: None,
            watched: self.watched(),
        }
    }

    pub fn measure(&mut self, load: &Load) -> Sample {
        let has_journal = !matches!(self.subject, Subject::BaselinePostgres | Subject::BaselineSqlite);
        let before = self.store.as_ref().map(|store| store.mark(has_journal));
        let job = self.job(load);
        let measured: load::Measured = child::ask("load", &job);
        let cost = self.store.as_ref().zip(before).map(|(store, before)| {
            let done = measured.windows.iter().map(|window| window.done).sum::<usize>();
            // In a closed loop, what was done to warm up was committed, too.
            store.since(&before, if load.strict { measured.made } else { done })
        });
        if self.store.is_some() {
            // Which of them were used depends on who was faster.
            self.used += job.count;
        }
        let sample = Sample {
            part: load.part,
            subject: self.subject,
            case: load.case.clone(),
            at: load.model.shown(),
            x: load.x,
            round: load.round,
            cost: cost.unwrap_or_default(),
            watched_events: None,
            measured,
        };
        let window = sample.measured.last();
        say(&format!(
            "{}, round {}: {}, {}, at {}: {:.0}/s, p50 {:.2} ms, p99 {:.2} ms",
            sample.part,
            sample.round + 1,
            sample.subject.title(),
            sample.case,
            sample.at,
            window.rate(),
            window.latency.p50,
            window.latency.p99
        ));
        sample
    }
}

/// Removes the folders of runs that were killed.
fn remove_left_behind(target: &Path) {
    for entry in fs::read_dir(target).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let run = name.to_str().and_then(|name| name.strip_prefix("run-"));
        if run.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A secret for the run.
fn key_file(folder: &Path) -> String {
    let path = folder.join("bursar.key");
    let mut options = File::options();
    let mut file = options.write(true).create_new(true).mode(0o600).open(&path).unwrap();
    file.write_all("5a".repeat(32).as_bytes()).unwrap();
    path.display().to_string()
}
