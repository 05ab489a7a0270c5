//! The README's walkthrough, run as it is written.
//!
//! What the README says in its code blocks is one script: `bash server` is left running until it serves,
//! `bash walkthrough` is run, `text output` holds lines that what ran just before has to print, in this
//! order, among others; `…` stands for anything. A comment that starts with `<!-- walkthrough` holds what
//! a person would do elsewhere, in a browser or in another terminal, and one that starts with `<!-- output`
//! what they would see there. `bash postgres` comes first where PostgreSQL is walked through. Only addresses
//! are exchanged, so that several can run side by side.

mod document;

use std::{
    fs,
    net::TcpListener,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use document::{Step, misses, steps};

use crate::support::postgres::Cluster;

const README: &str = include_str!("../../../README.md");
/// What runs before the first block: a cargo that builds nothing, and a browser.
const PRELUDE: &str = include_str!("prelude.sh");
/// Longer than it ever takes.
const PATIENCE: Duration = Duration::from_secs(240);
/// What no answer contains.
const MARK: &str = "=#=#=";

#[test]
fn the_readme_is_right_on_sqlite() {
    walk("sqlite", None);
}

#[test]
fn the_readme_is_right_on_postgresql() {
    walk("postgres", Some(&Cluster::shared().create_database()));
}

fn walk(name: &str, database: Option<&str>) {
    let folder = std::env::temp_dir().join(format!("bursar-walkthrough-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("target/debug")).unwrap();
    let ports = free_ports();
    install(&folder, &ports);

    let all = steps(README);
    let mut steps: Vec<&Step> = all.iter().filter(|step| runs(step, database.is_some())).collect();
    // PostgreSQL is explained further down, and takes the place of the first command.
    steps.sort_by_key(|step| step.kind != "bash postgres");
    let script = script(&steps, &ports, database);
    let output = run(&folder, &script);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaints = complaints(&steps, &printed, &ports);
    let log = folder.join("log");
    assert!(
        complaints.is_empty(),
        "{}\n\nThe walkthrough printed (its files are in {}):\n{printed}\n{}\n{}",
        complaints.join("\n"),
        folder.display(),
        String::from_utf8_lossy(&output.stderr),
        fs::read_to_string(log).unwrap_or_default(),
    );
    let _ = fs::remove_dir_all(&folder);
}

/// The walkthrough starts its server once: with a file, or as the section about PostgreSQL says.
fn runs(step: &Step, on_postgres: bool) -> bool {
    match step.kind.as_str() {
        "bash postgres" => on_postgres,
        "bash server" => !on_postgres,
        _ => true,
    }
}

/// gRPC and pages of the service, then of the sandbox: what the README calls 7070, 7071, 7080 and 7081.
fn free_ports() -> [u16; 4] {
    let listeners = [(); 4].map(|()| TcpListener::bind(("127.0.0.1", 0)).unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

/// A `target/debug/bursar` that listens where nobody else does.
fn install(folder: &Path, [grpc, pages, world, world_pages]: &[u16; 4]) {
    let bursar = folder.join("target/debug/bursar");
    let text = format!(
        "#!/bin/sh\ncase $1 in\n\
         serve) export BURSAR_GRPC_ADDRESS=127.0.0.1:{grpc} BURSAR_PAGES_ADDRESS=127.0.0.1:{pages};;\n\
         sandbox) export BURSAR_GRPC_ADDRESS=127.0.0.1:{world} BURSAR_PAGES_ADDRESS=127.0.0.1:{world_pages};;\n\
         esac\nexec '{}' \"$@\"\n",
        env!("CARGO_BIN_EXE_bursar")
    );
    fs::write(&bursar, text).unwrap();
    fs::set_permissions(&bursar, fs::Permissions::from_mode(0o755)).unwrap();
}

fn script(steps: &[&Step], ports: &[u16; 4], database: Option<&str>) -> String {
    let mut script = PRELUDE.to_owned();
    for step in steps {
        let text = local(&step.text, ports);
        let text = database.map_or_else(|| text.clone(), |url| document::with_url(&text, url));
        match step.kind.as_str() {
            "text output" => continue,
            "bash server" => script.push_str(&format!("serve_with '{}'", text.trim())),
            "bash postgres" => {
                let (before, last) = text.trim().rsplit_once('\n').expect("migrate, then serve");
                script.push_str(&format!("{before}\nserve_with '{last}'"));
            }
            _ => script.push_str(&text),
        }
        script.push_str(&format!("\necho '{MARK}'\n"));
    }
    script
}

/// The README's addresses as they are here.
fn local(text: &str, ports: &[u16; 4]) -> String {
    [7070, 7071, 7080, 7081]
        .iter()
        .zip(ports)
        .fold(text.to_owned(), |text, (there, here)| text.replace(&format!(":{there}"), &format!(":{here}")))
}

fn run(folder: &Path, script: &str) -> Output {
    fs::write(folder.join("script"), script).unwrap();
    let child = Command::new("bash")
        .arg("script")
        .current_dir(folder)
        .env("PATH", path())
        .env("BROWSER_SCRIPT", Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/walkthrough/browser.py"))
        .env_remove("BURSAR_DATABASE_URL")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own, so that all it started can be ended.
        .process_group(0)
        .spawn()
        .expect("bash runs");
    let group = child.id();
    let (send, ended) = mpsc::channel();
    thread::spawn(move || send.send(child.wait_with_output().unwrap()));
    let output = ended.recv_timeout(PATIENCE);
    let _ = Command::new("kill").args(["-9", "--", &format!("-{group}")]).stderr(Stdio::null()).status();
    output.unwrap_or_else(|_| ended.recv().unwrap())
}

/// With the tools that `.ci/tools.sh` brings.
fn path() -> std::ffi::OsString {
    let tools = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/tools/python/bin");
    let known = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(tools).chain(std::env::split_paths(&known))).unwrap()
}

/// Where README and server disagree.
fn complaints(steps: &[&Step], printed: &str, ports: &[u16; 4]) -> Vec<String> {
    let mut complaints = Vec::new();
    let answers: Vec<&str> = printed.split(MARK).collect();
    let mut said = "";
    let mut ran = 0;
    for step in steps {
        if step.kind == "text output" {
            let missing = misses(&local(&step.text, ports), said);
            complaints.extend(missing.map(|line| {
                format!(
                    "README.md:{}: the answer does not have this, or not in this order: {line}",
                    step.line
                )
            }));
            continue;
        }
        // What follows the last mark was printed by what did not get to its end.
        if ran + 1 >= answers.len() {
            complaints
                .push(format!("README.md:{}: the walkthrough did not get to the end of this", step.line));
            return complaints;
        }
        said = answers[ran];
        ran += 1;
    }
    assert!(steps.iter().filter(|step| step.kind == "text output").count() > 10, "the README shows answers");
    complaints
}
