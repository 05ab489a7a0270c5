//! Processes of this run: this program itself, under another role. Each ends when its standard input
//! does, so that none outlives the run, however that ends.

use std::{
    env,
    fs::File,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};

/// A server. Dropping it ends it.
pub struct Server {
    child: Child,
    /// `http://…`, where it serves gRPC.
    pub url: String,
}

impl Server {
    /// Starts a role and awaits the line that says where it serves. What it logs goes to a file.
    pub fn start(arguments: &[&str], log: &Path) -> Self {
        let mut child = command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(log).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let address = line.split("gRPC on ").nth(1).and_then(|rest| rest.split_whitespace().next());
        let Some(address) = address else {
            panic!("{arguments:?} does not start; see {}", log.display());
        };
        let url = format!("http://{address}");
        // What else it says is read, so that it never waits for us.
        thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        Self { child, url }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        for _ in 0..200 {
            if self.child.try_wait().is_ok_and(|end| end.is_some()) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        // It had ten seconds to end by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client at work. Dropping it ends it.
pub struct Client {
    child: Child,
    role: String,
}

impl Client {
    pub fn start(role: &str, job: &impl Serialize) -> Self {
        let mut command = command(&[role, &write(job)]);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        Self { child, role: role.to_owned() }
    }

    /// Waits for its end and reads its answer.
    pub fn answer<T: DeserializeOwned>(mut self) -> T {
        let mut answer = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut answer).unwrap();
        let end = self.child.wait().unwrap();
        assert!(end.success(), "{} failed", self.role);
        read(&answer)
    }

    /// Reads the line by which it says that it is ready.
    pub fn ready(&mut self) {
        let mut line = [0];
        while self.child.stdout.as_mut().unwrap().read(&mut line).unwrap() == 1 && line != *b"\n" {}
    }

    /// Tells it to come to its end.
    pub fn end(&mut self) {
        drop(self.child.stdin.take());
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a client to its end and reads its answer.
pub fn ask<T: DeserializeOwned>(role: &str, job: &impl Serialize) -> T {
    Client::start(role, job).answer()
}

/// Runs a command of the shipped command line.
pub fn bursar(arguments: &[&str]) {
    let end = command(arguments).stdin(Stdio::null()).status().unwrap();
    assert!(end.success(), "{arguments:?} failed");
}

/// A client's answer.
#[expect(clippy::print_stdout, reason = "how a client answers")]
pub fn answer(answer: &impl Serialize) {
    println!("{}", write(answer));
}

pub fn write(job: &impl Serialize) -> String {
    serde_json::to_string(job).unwrap()
}

pub fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap()
}

/// Ends this process with the one that started it.
pub fn end_with_parent() {
    thread::spawn(|| {
        await_parent();
        std::process::exit(0);
    });
}

/// Returns when the process that started this one closes its end, or is gone.
pub fn await_parent() {
    let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(arguments);
    command
}
