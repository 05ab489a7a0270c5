//! A throwaway PostgreSQL cluster that dies with the process that started it.
//!
//! Needs the standard library and PostgreSQL's own programs only, so that benchmarks can include this
//! file as it is.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    os::unix::{fs::MetadataExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio, id},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// Sets the cluster up, says `ready`, stops and starts it when told to, and takes it down once its standard input
/// ends: the other end of that pipe is closed by the kernel however the process that holds it dies.
const GUARD: &str = r#"
trap '' INT TERM HUP
bin=$1 dir=$2 port=$3 fsync=$4 user=$5
as() { if [ -n "$user" ]; then runuser -u "$user" -- "$@"; else "$@"; fi; }
cd /
# A cluster that is measured keeps its log's segments, as one that has run for a while has them.
case $fsync in on) wal=min_wal_size=1GB ;; *) wal=max_wal_size=256MB ;; esac
options="-p $port -h 127.0.0.1 -k '' -c fsync=$fsync -c max_connections=300 -c $wal"
up() { as "$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/server.log" start -o "$options" >>"$dir/log" 2>&1 </dev/null; }
down() { as "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 </dev/null; }
mkdir -m 700 "$dir" && { [ -z "$user" ] || chown "$user" "$dir"; } || exit 1
as "$bin/initdb" -D "$dir/data" -U bursar -A trust -E UTF8 --locale=C --no-sync >"$dir/log" 2>&1 </dev/null &&
up && echo ready || { tail -n 5 "$dir/log" "$dir/server.log" 2>/dev/null | tr '\n' ' '; echo; }
while read -r order; do "$order"; echo "$order $?"; done
down
rm -rf "$dir"
"#;

/// A running cluster. Dropping it, or the end of the process, stops it and removes its files.
pub struct Cluster {
    /// Its standard input is what keeps the cluster alive.
    guard: Child,
    /// What the guard says, a line an order.
    said: Mutex<BufReader<ChildStdout>>,
    psql: PathBuf,
    port: u16,
    databases: AtomicU32,
}

impl Cluster {
    /// The one cluster of this process, without `fsync`: fast, and nothing it holds outlives the process.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(false))
    }

    /// Starts a cluster. Benchmarks want `fsync`.
    pub fn start(fsync: bool) -> Self {
        let bin = tool("initdb").parent().expect("a folder").to_owned();
        let mut said = String::new();
        // Somebody else may take the port between our finding it free and the server's binding it.
        for _ in 0..3 {
            let port = free_port();
            let mut guard = guard(&bin, port, fsync);
            said.clear();
            let mut stdout = BufReader::new(guard.stdout.take().expect("piped"));
            stdout.read_line(&mut said).expect("guard speaks");
            if said.trim() == "ready" {
                let said = Mutex::new(stdout);
                return Self { guard, said, psql: tool("psql"), port, databases: AtomicU32::new(0) };
            }
            drop(guard.stdin.take());
            guard.wait().expect("guard ends");
        }
        panic!("PostgreSQL does not start: {said}");
    }

    /// Stops it as a crash would: sessions end at once, and nothing is written that was not.
    pub fn stop(&mut self) {
        self.order("down");
    }

    /// Starts it again on what it has kept.
    pub fn start_again(&mut self) {
        self.order("up");
    }

    fn order(&mut self, order: &str) {
        let stdin = self.guard.stdin.as_mut().expect("piped");
        writeln!(stdin, "{order}").expect("the guard listens");
        let mut said = String::new();
        self.said.get_mut().expect("one caller").read_line(&mut said).expect("the guard speaks");
        assert_eq!(said.trim(), format!("{order} 0"));
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of a database in this cluster.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://bursar@127.0.0.1:{}/{database}", self.port)
    }

    /// Creates an empty database of its own for whoever asks and tells its URL.
    pub fn create_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        self.url(&name)
    }

    /// Runs a statement in a database, as an administrator would, and tells what it printed.
    pub fn sql(&self, database: &str, statement: &str) -> String {
        let output = Command::new(&self.psql)
            .args([
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                &self.url(database),
                "-c",
                statement,
            ])
            .stdin(Stdio::null())
            .output()
            .expect("psql runs");
        assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        self.guard.wait().expect("guard ends");
    }
}

fn guard(bin: &Path, port: u16, fsync: bool) -> Child {
    static CLUSTERS: AtomicU32 = AtomicU32::new(0);
    let number = CLUSTERS.fetch_add(1, Ordering::Relaxed);
    let dir = env::temp_dir().join(format!("bursar-postgres-{}-{number}", id()));
    // initdb refuses to run as root.
    let root = fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
    Command::new("sh")
        .args(["-c", GUARD, "guard"])
        .arg(bin)
        .arg(dir)
        .args([
            port.to_string().as_str(),
            if fsync { "on" } else { "off" },
            if root { "postgres" } else { "" },
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // A group of its own: an interrupt from the terminal is for the tests, not for their clean-up.
        .process_group(0)
        .spawn()
        .expect("sh runs")
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("an address").port()
}

/// Where a program of PostgreSQL's is.
fn tool(name: &str) -> PathBuf {
    let mut folders: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    let version = |folder: &PathBuf| -> u32 {
        let name = folder.parent().and_then(Path::file_name).unwrap_or_default();
        name.to_string_lossy().parse().unwrap_or(0)
    };
    folders.sort_by_key(|folder| std::cmp::Reverse(version(folder)));
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    folders.push("/usr/local/bin".into());
    folders.push("/usr/local/pgsql/bin".into());
    let found = folders.into_iter().map(|folder| folder.join(name)).find(|tool| tool.is_file());
    found.unwrap_or_else(|| {
        panic!("these tests need PostgreSQL's `{name}`: apt-get install postgresql, or put it on PATH")
    })
}
