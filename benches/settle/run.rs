//! The run: prepares everything, then measures in turns, so that what the machine does besides falls on
//! all alike.

use std::{
    fs::{self, File},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process,
};

use serde_json::json;

use crate::{
    baseline::Baseline,
    child::{self, Server},
    counts::{Counts, Store},
    echo, load,
    machine::{Conditions, Machine},
    plan::{Plan, Step},
    postgres::Cluster,
    prepare::{self, Prepared},
    process::{Watched, memory},
    report::{Report, Sample, Subject},
    serve, table,
};

/// Where the run keeps its files; removed at its end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A subject under test: its server, and what can be paid there.
struct Site<'a> {
    subject: Subject,
    server: Server,
    watched: Vec<Watched>,
    orders: PathBuf,
    /// How many of the orders are used up.
    used: usize,
    store: Option<Store<'a>>,
}

pub fn run(plan: &Plan) {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench");
    let folder = Folder(target.join(format!("run-{}", process::id())));
    fs::create_dir_all(&folder.0).unwrap();
    say("starting PostgreSQL");
    let cluster = Cluster::start(true);
    let report = measure(plan, &folder.0, &cluster);
    let shown = table::show(&report);
    let file = target.join(if plan.quick { "settle-quick.json" } else { "settle.json" });
    let document = json!({ "report": report, "rows": report.rows() });
    fs::write(&file, serde_json::to_string_pretty(&document).unwrap()).unwrap();
    tell(&format!("\n{shown}\nwritten to {}", file.display()));
}

fn measure(plan: &Plan, folder: &Path, cluster: &Cluster) -> Report {
    let data = PathBuf::from(cluster.sql("postgres", "SHOW data_directory"));
    let postmaster = cluster.sql("postgres", "SELECT pg_read_file('postmaster.pid')");
    let postmaster: u32 = postmaster.lines().next().and_then(|line| line.trim().parse().ok()).unwrap();
    let machine = Machine::look(cluster, &data, folder);
    let widest = plan.steps.iter().max_by_key(|step| step.width).copied().unwrap();

    say("filling TPC-B's tables");
    let baseline = Baseline::prepare(cluster, postmaster, plan.scale);
    let key = key_file(folder);
    let set_up = SetUp { plan, folder, key: &key, postmaster };
    let (mut postgres, prepared) =
        set_up.postgres(cluster, "settle", Subject::Postgres, plan.invoices(), plan.accounts, None);
    let mut sqlite = set_up.sqlite();
    let mut echo = set_up.echo(&prepared, &postgres.orders);

    let mut samples = Vec::new();
    let mut baselines = Vec::new();
    let mut conditions = Vec::new();
    for round in 0..plan.rounds {
        conditions.push(Conditions::look(folder));
        for step in plan.steps {
            for site in [&mut echo, &mut postgres, &mut sqlite] {
                samples.push(site.measure(round, step, plan));
                // Next to what it is compared with first of all.
                if (site.subject, step.width) == (Subject::Postgres, widest.width) {
                    say(&format!("round {}: TPC-B", round + 1));
                    baselines.push(baseline.measure(plan.baseline));
                }
            }
        }
    }
    drop((postgres, sqlite));

    let ledger = folder.join("ledger.db").display().to_string();
    let arguments =
        ["sandbox", "--ledger", &ledger, "--grpc-address", "127.0.0.1:0", "--pages-address", "127.0.0.1:0"];
    let sandbox = Server::start(&arguments, &folder.join("sandbox.log"));
    let step = Step { calls: plan.sandbox_calls, ..widest };
    let invoices = step.calls * 2 + step.width.in_flight();
    let accounts = prepare::sandbox_accounts();
    let (mut beside, _) =
        set_up.postgres(cluster, "beside", Subject::PostgresSandbox, invoices, accounts, Some(&sandbox));
    samples.push(beside.measure(plan.rounds.saturating_sub(1), step, plan));
    drop(beside);
    Report {
        quick: plan.quick,
        machine,
        request_bytes: prepared.request_bytes,
        answer_bytes: prepared.answer_bytes,
        accounts: plan.accounts,
        scale: plan.scale,
        samples,
        baseline: baselines,
        conditions,
    }
}

struct SetUp<'a> {
    plan: &'a Plan,
    folder: &'a Path,
    key: &'a str,
    postmaster: u32,
}

impl SetUp<'_> {
    fn postgres<'a>(
        &self,
        cluster: &'a Cluster,
        database: &str,
        subject: Subject,
        invoices: usize,
        accounts: usize,
        sandbox: Option<&Server>,
    ) -> (Site<'a>, Prepared) {
        cluster.sql("postgres", &format!("CREATE DATABASE {database}"));
        let database_url = cluster.url(database);
        child::bursar(&["migrate", "--database-url", &database_url]);
        let job = self.job(database_url, sandbox);
        let (orders, prepared) = self.fill(&job, database, invoices, accounts, sandbox.is_some());
        // Plans that were made for empty tables are slow.
        cluster.sql(database, "VACUUM ANALYZE");
        let server = self.serve(&job, database);
        let mut watched = vec![
            one("server", server.pid()),
            Watched { name: "database".to_owned(), pid: self.postmaster, family: true },
        ];
        watched.extend(sandbox.map(|sandbox| one("sandbox", sandbox.pid())));
        let store = Some(Store::Postgres(cluster, database.to_owned()));
        (Site { subject, server, watched, orders, used: 0, store }, prepared)
    }

    fn sqlite(&self) -> Site<'static> {
        let file = self.folder.join("settle.db");
        let job = self.job(format!("sqlite:{}", file.display()), None);
        let (orders, _) = self.fill(&job, "sqlite", self.plan.invoices(), self.plan.accounts, false);
        let server = self.serve(&job, "sqlite");
        let watched = vec![one("server", server.pid())];
        Site { subject: Subject::Sqlite, server, watched, orders, used: 0, store: Some(Store::Sqlite(file)) }
    }

    fn echo(&self, prepared: &Prepared, orders: &Path) -> Site<'static> {
        let job = child::write(&echo::Job { answer: prepared.answer.clone() });
        let server = Server::start(&["echo", &job], &self.folder.join("echo.log"));
        let watched = vec![one("server", server.pid())];
        Site { subject: Subject::Echo, server, watched, orders: orders.to_owned(), used: 0, store: None }
    }

    fn job(&self, database_url: String, sandbox: Option<&Server>) -> serve::Job {
        let sandbox = sandbox.map(|sandbox| sandbox.url.clone());
        serve::Job { database_url, key_file: self.key.to_owned(), sandbox }
    }

    fn serve(&self, job: &serve::Job, name: &str) -> Server {
        Server::start(&["serve", &child::write(job)], &self.folder.join(format!("{name}.log")))
    }

    /// Prepares a store through a server of its own, so that the one that is measured starts cold.
    fn fill(
        &self,
        job: &serve::Job,
        name: &str,
        invoices: usize,
        accounts: usize,
        sandbox: bool,
    ) -> (PathBuf, Prepared) {
        say(&format!("{name}: {accounts} accounts and {invoices} invoices"));
        let server = self.serve(job, &format!("{name}-fill"));
        let orders = self.folder.join(format!("{name}-orders.json"));
        let job =
            prepare::Job { url: server.url.clone(), accounts, invoices, sandbox, orders: orders.clone() };
        let prepared = child::ask("prepare", &job);
        (orders, prepared)
    }
}

impl Site<'_> {
    fn measure(&mut self, round: usize, step: Step, plan: &Plan) -> Sample {
        let counts = || self.store.as_ref().map(Store::counts).unwrap_or_default();
        let before = counts();
        let job = load::Job {
            url: self.server.url.clone(),
            orders: self.orders.clone(),
            from: self.used,
            calls: step.calls,
            most: plan.most,
            width: step.width,
            watched: self.watched.clone(),
        };
        let measured: load::Measured = child::ask("load", &job);
        let Counts { commands, batches, transactions } = counts().each(before, measured.made);
        if self.store.is_some() {
            self.used += measured.made;
        }
        let memory = memory(self.server.pid());
        let subject = self.subject;
        let sample =
            Sample { round, subject, width: step.width, measured, commands, batches, transactions, memory };
        say(&format!(
            "round {}: {} at {} in flight: {:.0}/s",
            round + 1,
            subject.title(),
            step.width.in_flight(),
            sample.rate()
        ));
        sample
    }
}

fn one(name: &str, pid: u32) -> Watched {
    Watched { name: name.to_owned(), pid, family: false }
}

/// A secret for the run.
fn key_file(folder: &Path) -> String {
    let path = folder.join("bursar.key");
    let mut options = File::options();
    let mut file = options.write(true).create_new(true).mode(0o600).open(&path).unwrap();
    file.write_all("5a".repeat(32).as_bytes()).unwrap();
    path.display().to_string()
}

#[expect(clippy::print_stderr, reason = "how far the run is")]
fn say(what: &str) {
    eprintln!("{what}");
}

#[expect(clippy::print_stdout, reason = "the answer of a command line tool")]
fn tell(what: &str) {
    println!("{what}");
}
