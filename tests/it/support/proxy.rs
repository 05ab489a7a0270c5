//! A proxy between a store and its PostgreSQL that loses what it is told to lose.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy},
    net::{TcpListener, TcpStream},
    time::sleep,
};

/// What happens to the next `COMMIT` of a batch (or its `BEGIN`), once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Fault {
    None,
    /// It is carried out, the answer is lost with the connection.
    AnswerLost,
    /// It never arrives.
    CommitLost,
    /// The client's connection ends at once; what it had sent arrives half a second later.
    CommitLate,
    /// The statement that opens the transaction is refused, those behind it are not.
    BeginRefused,
}

const FAULTS: [Fault; 5] =
    [Fault::None, Fault::AnswerLost, Fault::CommitLost, Fault::CommitLate, Fault::BeginRefused];

/// How a store begins and ends a batch.
const BEGIN: &[u8] = b"BEGIN; SET LOCAL bursar";
const COMMIT: &[u8] = b"= 0; COMMIT";

pub struct Proxy {
    port: u16,
    next: Arc<AtomicU8>,
}

impl Proxy {
    /// Listens in front of a port of this machine.
    pub async fn start(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let next = Arc::new(AtomicU8::new(Fault::None as u8));
        let shared = Arc::clone(&next);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                tokio::spawn(carry(client, server, Arc::clone(&shared)));
            }
        });
        Self { port, next }
    }

    /// The URL by which a database is reached through this proxy.
    pub fn url(&self, url: &str, server: u16) -> String {
        url.replace(&format!(":{server}/"), &format!(":{}/", self.port))
    }

    /// What is to happen next.
    pub fn inject(&self, fault: Fault) {
        self.next.store(fault as u8, Ordering::SeqCst);
    }

    /// Whether it has happened.
    pub fn happened(&self) -> bool {
        self.next.load(Ordering::SeqCst) == Fault::None as u8
    }
}

async fn carry(client: TcpStream, server: TcpStream, next: Arc<AtomicU8>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let answers = tokio::spawn(async move { copy(&mut from_server, &mut to_client).await });
    let mut buffer = vec![0; 1 << 20];
    loop {
        let length = from_client.read(&mut buffer).await.unwrap_or(0);
        if length == 0 {
            answers.abort();
            return;
        }
        let sent = &mut buffer[..length];
        let begin = find(sent, BEGIN);
        match FAULTS[usize::from(next.load(Ordering::SeqCst))] {
            Fault::BeginRefused if begin.is_some() => {
                next.store(Fault::None as u8, Ordering::SeqCst);
                let at = begin.unwrap();
                sent[at..at + 5].copy_from_slice(b"BEGIM");
            }
            fault @ (Fault::AnswerLost | Fault::CommitLost | Fault::CommitLate)
                if find(sent, COMMIT).is_some() =>
            {
                next.store(Fault::None as u8, Ordering::SeqCst);
                answers.abort();
                let _gone = answers.await;
                match fault {
                    Fault::AnswerLost => {
                        to_server.write_all(sent).await.unwrap();
                        sleep(Duration::from_millis(50)).await;
                    }
                    Fault::CommitLate => {
                        drop(from_client);
                        sleep(Duration::from_millis(500)).await;
                        to_server.write_all(sent).await.unwrap();
                        sleep(Duration::from_millis(50)).await;
                    }
                    Fault::CommitLost | Fault::None | Fault::BeginRefused => {}
                }
                return;
            }
            Fault::None | Fault::AnswerLost | Fault::CommitLost | Fault::CommitLate | Fault::BeginRefused => {
            }
        }
        if to_server.write_all(&buffer[..length]).await.is_err() {
            answers.abort();
            return;
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
