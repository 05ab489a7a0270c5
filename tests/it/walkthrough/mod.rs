//! The walkthroughs of the README and of `docs/`, run as they are written.
//!
//! What a document says in its code blocks is one script: `bash server` is left running until it serves,
//! `bash walkthrough` is run, `text output` holds lines that what ran just before has to print, in this
//! order, among others; `…` stands for anything. A comment that starts with `<!-- walkthrough` holds what
//! a person would do elsewhere, in a browser or in another terminal, and one that starts with `<!-- output`
//! what they would see there. The README's `bash postgres` comes in place of the server where PostgreSQL is walked
//! through. Only addresses are exchanged, so that several can run side by side.

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

/// What runs before the first block: a cargo that builds nothing, and a browser.
const PRELUDE: &str = include_str!("prelude.sh");
/// Longer than it ever takes.
const PATIENCE: Duration = Duration::from_secs(240);
/// What no answer contains.
const MARK: &str = "=#=#=";

/// A document that is walked through on each store.
macro_rules! right {
    ($file:literal, $sqlite:ident, $postgres:ident) => {
        #[test]
        fn $sqlite() {
            walk($file, "sqlite", None);
        }

        #[test]
        fn $postgres() {
            walk($file, "postgres", Some(&Cluster::shared().create_database()));
        }
    };
}

right!("README.md", the_readme_is_right_on_sqlite, the_readme_is_right_on_postgresql);
right!(
    "docs/walkthrough-aws.md",
    the_aws_walkthrough_is_right_on_sqlite,
    the_aws_walkthrough_is_right_on_postgresql
);
right!(
    "docs/walkthrough-alibaba.md",
    the_alibaba_walkthrough_is_right_on_sqlite,
    the_alibaba_walkthrough_is_right_on_postgresql
);
right!(
    "docs/walkthrough-huawei.md",
    the_huawei_walkthrough_is_right_on_sqlite,
    the_huawei_walkthrough_is_right_on_postgresql
);

fn walk(file: &str, store: &str, database: Option<&str>) {
    let name = file.rsplit('/').next().expect("a name");
    let folder =
        std::env::temp_dir().join(format!("bursar-walkthrough-{}-{name}-{store}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("target/debug")).unwrap();
    let ports = free_ports();
    install(&folder, &ports);

    let mut steps = steps(&repository(file));
    steps.retain(|step| step.kind != "bash postgres");
    if database.is_some() {
        // What the README says of PostgreSQL takes the place of the first command.
        let all = document::steps(&repository("README.md"));
        let instead = all.into_iter().find(|step| step.kind == "bash postgres").expect("a section");
        steps.retain(|step| step.kind != "bash server");
        steps.insert(0, instead);
    }
    let script = script(&steps, &ports, database);
    let output = run(&folder, &script);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaints = complaints(file, &steps, &printed, &ports);
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

/// A file of the repository.
fn repository(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// gRPC and pages of the service, then of the sandbox: what the documents call 7070, 7071, 7080 and 7081.
fn free_ports() -> [u16; 4] {
    let listeners = [(); 4].map(|()| TcpListener::bind(("127.0.0.1", 0)).unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

/// A `target/debug/bursar` that listens where nobody else does, and the walkthroughs' helpers.
fn install(folder: &Path, ports: &[u16; 4]) {
    let [grpc, pages, world, world_pages] = ports;
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
    fs::create_dir(folder.join("docs")).unwrap();
    fs::write(folder.join("docs/walkthrough.sh"), local(&repository("docs/walkthrough.sh"), ports)).unwrap();
}

fn script(steps: &[Step], ports: &[u16; 4], database: Option<&str>) -> String {
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

/// The documents' addresses as they are here.
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

/// Where document and server disagree.
fn complaints(file: &str, steps: &[Step], printed: &str, ports: &[u16; 4]) -> Vec<String> {
    let mut complaints = Vec::new();
    let answers: Vec<&str> = printed.split(MARK).collect();
    let mut said = "";
    let mut ran = 0;
    for step in steps {
        if step.kind == "text output" {
            let missing = misses(&local(&step.text, ports), said);
            complaints.extend(missing.map(|line| {
                format!("{file}:{}: the answer does not have this, or not in this order: {line}", step.line)
            }));
            continue;
        }
        // What follows the last mark was printed by what did not get to its end.
        if ran + 1 >= answers.len() {
            complaints.push(format!("{file}:{}: the walkthrough did not get to the end of this", step.line));
            return complaints;
        }
        said = answers[ran];
        ran += 1;
    }
    assert!(steps.iter().filter(|step| step.kind == "text output").count() > 10, "{file} shows answers");
    complaints
}
