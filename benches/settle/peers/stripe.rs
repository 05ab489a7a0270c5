//! `localstripe`, a small imitation of a well-known payment API for tests: a stranger may know it, and
//! it is a soft peer. It is one Python process that writes its whole state to a file on each change, so
//! a high multiple of it says little. One payment there is two calls: create a PaymentIntent, confirm it.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use tokio::time::Instant;

use crate::load::{Latency, Window, histogram, micros};

const VERSION: &str = "1.15.10";

/// Ends the server once its own standard input ends, however the process that started it dies.
const GUARD: &str = r#"
trap '' INT TERM HUP
"$1" --port "$2" --from-scratch </dev/null &
cat >/dev/null
kill $!
wait
"#;

/// A running server. Dropping it ends it.
pub struct Stripe {
    child: Child,
    port: u16,
    method: String,
}

impl Stripe {
    /// Installs it into `tools` where it is missing, and starts it in `folder`.
    pub fn start(tools: &Path, folder: &Path) -> Result<Self, String> {
        let program = install(tools)?;
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).unwrap().port();
        let log = File::create(folder.join("localstripe.log")).unwrap();
        let mut child = Command::new("sh")
            .args(["-c", GUARD, "guard"])
            .arg(program)
            .arg(port.to_string())
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|error| format!("localstripe does not start: {error}"))?;
        for _ in 0..100 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                let mut stripe = Self { child, port, method: String::new() };
                let card = "type=card&card[number]=4242424242424242&card[exp_month]=12\
                            &card[exp_year]=2039&card[cvc]=123";
                stripe.method = stripe.post("/v1/payment_methods", card)?;
                return Ok(stripe);
            }
            thread::sleep(Duration::from_millis(100));
        }
        drop(child.stdin.take());
        let _ = child.wait();
        Err("localstripe does not answer; see its log".to_owned())
    }

    /// Payments one after the other: it does one thing at a time, so more at once gain nothing.
    pub fn measure(&self, time: Duration) -> Result<Window, String> {
        let started = Instant::now();
        let mut latencies = histogram(3);
        while started.elapsed() < time {
            let begun = Instant::now();
            let body = format!(
                "amount=1234&currency=usd&payment_method={}&payment_method_types[]=card",
                self.method
            );
            let intent = self.post("/v1/payment_intents", &body)?;
            self.post(&format!("/v1/payment_intents/{intent}/confirm"), "")?;
            latencies.record(micros(begun.elapsed())).unwrap();
        }
        Ok(Window {
            name: "closed".to_owned(),
            seconds: started.elapsed().as_secs_f64(),
            done: usize::try_from(latencies.len()).unwrap(),
            latency: Latency::of(&latencies),
            ..Window::default()
        })
    }

    /// Posts a form; answers with the id of what it made or changed.
    fn post(&self, path: &str, body: &str) -> Result<String, String> {
        let broken = |error: std::io::Error| format!("localstripe: {error}");
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).map_err(broken)?;
        stream.set_nodelay(true).map_err(broken)?;
        let request = format!(
            "POST {path} HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer sk_test_12345\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).map_err(broken)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map_err(broken)?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let told: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
        let is_ok = head.split(' ').nth(1) == Some("200");
        let id = told["id"].as_str().filter(|_| is_ok);
        id.map(str::to_owned).ok_or_else(|| format!("localstripe answers {path} with: {answer}"))
    }
}

impl Drop for Stripe {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Into a Python environment of its own.
fn install(tools: &Path) -> Result<PathBuf, String> {
    let home = tools.join(format!("localstripe-{VERSION}"));
    let program = home.join("bin/localstripe");
    if program.is_file() {
        return Ok(program);
    }
    fs::create_dir_all(tools).map_err(|error| error.to_string())?;
    let run = |program: &Path, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().map_err(|error| error.to_string())?;
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or("it failed").to_owned())
    };
    run(Path::new("python3"), &["-m", "venv", &home.display().to_string()])?;
    let package = format!("localstripe=={VERSION}");
    run(&home.join("bin/pip"), &["install", "-q", "--disable-pip-version-check", &package])?;
    Ok(program)
}
