//! A bursar process: started, found ready, and ended with the test that started it.

use std::{
    fs::{self, File, OpenOptions},
    path::PathBuf,
    process::{Output, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// Far longer than a start takes on a busy machine; a server that is not ready by then never is.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// How much of its log a failing test shows.
const LOG_TAIL_BYTES: usize = 16_384;

/// A process that serves. Dropping it kills it.
pub struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
    log: PathBuf,
    /// Where gRPC is served, as `127.0.0.1:PORT`.
    pub grpc: String,
    /// Where browsers find its pages, as `http://127.0.0.1:PORT`.
    pub pages: String,
}

impl Process {
    /// Starts bursar with these arguments and waits until it says that it is ready. Its log is appended
    /// to a file, so that it outlives the process.
    pub async fn start(arguments: &[String], log: PathBuf) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(&log).expect("a log file");
        let mut child = command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::from(file))
            .kill_on_drop(true)
            .spawn()
            .expect("bursar runs");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        let read = timeout(READY_WITHIN, stdout.read_line(&mut line)).await;
        let said = match read {
            Ok(Ok(_)) => ready(&line),
            Ok(Err(_)) | Err(_) => None,
        };
        let Some((grpc, pages)) = said else {
            panic!("bursar {arguments:?} is not ready; it said {line:?}\n{}", tail(&log));
        };
        Self { child, stdout, log, grpc, pages }
    }

    /// Kills it, as a crash would: it gets no chance to finish anything.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(&mut self, within: Duration) {
        self.signal("TERM").await;
        timeout(within, self.child.wait()).await.expect("it stops").expect("it can be waited for");
    }

    /// Has it stand still, as a machine that is about to go does: it keeps its connections and answers
    /// nobody.
    pub async fn freeze(&self) {
        self.signal("STOP").await;
        // On a busy machine a thread goes on for a moment after the signal.
        while !self.stands_still() {
            tokio::task::yield_now().await;
        }
    }

    fn stands_still(&self) -> bool {
        let id = self.child.id().expect("it runs");
        let tasks = fs::read_dir(format!("/proc/{id}/task")).expect("its threads");
        tasks.map(|task| task.expect("a thread").path().join("stat")).all(|stat| {
            // After the name, which may hold anything, comes the state; a thread that has just ended has none.
            let stat = fs::read_to_string(stat).unwrap_or_default();
            stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
        })
    }

    /// Has it go on.
    pub async fn thaw(&self) {
        self.signal("CONT").await;
    }

    async fn signal(&self, name: &str) {
        let id = self.child.id().expect("it runs").to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status().await.expect("kill runs");
        assert!(status.success(), "SIG{name} can be sent to {id}");
    }

    /// What it printed on its standard output after the line that said it was ready; to be asked when it
    /// has ended.
    pub async fn rest_of_stdout(&mut self) -> String {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).await.expect("text");
        rest
    }

    /// The end of its log.
    pub fn log_tail(&self) -> String {
        tail(&self.log)
    }
}

/// Runs bursar to its end, which is near.
pub async fn run(arguments: &[String]) -> Output {
    run_within(arguments, READY_WITHIN).await
}

/// Runs bursar to its end.
pub async fn run_within(arguments: &[String], within: Duration) -> Output {
    let running = command(arguments).stdin(Stdio::null()).kill_on_drop(true).output();
    timeout(within, running).await.expect("it ends").expect("bursar runs")
}

/// A fresh file that a process may write its log to.
pub fn log_file(folder: &std::path::Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    File::create(&path).expect("a log file");
    path
}

fn command(arguments: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bursar"));
    // Settings of whoever runs the tests are not the tests' own.
    command.args(arguments).env_clear().env("RUST_BACKTRACE", "1").env("RUST_LOG", "bursar=debug,info");
    command
}

/// Reads `bursar serves gRPC on 127.0.0.1:PORT and pages on http://127.0.0.1:PORT`.
fn ready(line: &str) -> Option<(String, String)> {
    let (_, addresses) = line.trim_end().split_once(" serves gRPC on ")?;
    let (grpc, pages) = addresses.split_once(" and pages on ")?;
    Some((grpc.to_owned(), pages.trim_end_matches('/').to_owned()))
}

fn tail(log: &std::path::Path) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let from = bytes.len().saturating_sub(LOG_TAIL_BYTES);
    format!("--- the end of {} ---\n{}", log.display(), String::from_utf8_lossy(&bytes[from..]))
}
