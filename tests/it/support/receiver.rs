//! A program's own system, which webhooks are sent to: it remembers what came and answers as it is told to.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde_json::Value;
use tokio::net::TcpListener;

use super::eventually::eventually;

/// A message as it came.
#[derive(Debug, Clone)]
pub struct Message {
    pub headers: HeaderMap,
    pub body: String,
    pub event: Value,
    /// What it was answered.
    pub status: u16,
}

impl Message {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).expect("a header").to_str().expect("a text")
    }

    pub fn text(&self, field: &str) -> &str {
        self.event[field].as_str().unwrap_or_default()
    }
}

type Answers = Box<dyn Fn(&Value) -> u16 + Send>;

struct Inner {
    messages: Vec<Message>,
    answers: Answers,
}

/// The system. It is reached over HTTP as any other.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    inner: Arc<Mutex<Inner>>,
}

impl Receiver {
    /// One that takes everything.
    pub async fn start() -> Self {
        let inner = Arc::new(Mutex::new(Inner { messages: Vec::new(), answers: Box::new(|_| 204) }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let routes = Router::new().route("/hook", post(take)).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, inner }
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers by the event from now on.
    pub fn answers(&self, answers: impl Fn(&Value) -> u16 + Send + 'static) {
        self.inner().answers = Box::new(answers);
    }

    /// Everything that came.
    pub fn messages(&self) -> Vec<Message> {
        self.inner().messages.clone()
    }

    /// What was taken of an account: sequence and type, in the order in which it came.
    pub fn taken(&self, account: &str) -> Vec<(String, String)> {
        let messages = self.messages().into_iter();
        messages
            .filter(|message| message.text("account") == account && message.status < 300)
            .map(|message| (message.text("sequence").to_owned(), message.text("type").to_owned()))
            .collect()
    }

    /// Waits until something of the kind has come, and gives all of it.
    pub async fn came(&self, what: &str, mut is: impl FnMut(&Message) -> bool) -> Vec<Message> {
        eventually(what, async || {
            let found: Vec<Message> = self.messages().into_iter().filter(|message| is(message)).collect();
            if found.is_empty() { Err(format!("{} messages", self.messages().len())) } else { Ok(found) }
        })
        .await
    }
}

async fn take(State(inner): State<Arc<Mutex<Inner>>>, headers: HeaderMap, body: String) -> StatusCode {
    let event: Value = serde_json::from_str(&body).unwrap_or_default();
    let mut inner = inner.lock().unwrap_or_else(PoisonError::into_inner);
    let status = (inner.answers)(&event);
    inner.messages.push(Message { headers, body, event, status });
    StatusCode::from_u16(status).expect("a status")
}
