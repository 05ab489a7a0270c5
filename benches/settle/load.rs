//! The load generator: so many calls under way at a time, each followed by the next (a closed loop).
//!
//! The window opens once a share of the calls is done and every place is taken, and closes after a number
//! of calls or a time. What is still under way then is let finish, and does not count.

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bursar::proto::v1::{self as pb, payment_service_client::PaymentServiceClient};
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tonic::{
    Status,
    transport::{Channel, Endpoint},
};
use uuid::Builder;

use crate::{
    child,
    plan::{WARM_UP, Width},
    process::{self, Cpu, Watched},
};

/// An invoice that can be paid.
#[derive(Serialize, Deserialize)]
pub struct Order {
    pub account: String,
    pub invoice: String,
}

#[derive(Serialize, Deserialize)]
pub struct Job {
    pub url: String,
    pub orders: PathBuf,
    /// Which of them is the first.
    pub from: usize,
    pub calls: usize,
    pub most: Duration,
    pub width: Width,
    /// Whose CPU time is told; the generator's own is, too.
    pub watched: Vec<Watched>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Measured {
    /// Calls in the window, and its length.
    pub calls: usize,
    pub seconds: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// CPU seconds in the window.
    pub cpu: Cpu,
    /// All calls that were made.
    pub made: usize,
}

/// A moment: when it was, and the CPU time until then.
struct Mark(Instant, Cpu);

struct Run {
    orders: Vec<Order>,
    warm_up: usize,
    calls: usize,
    most: Duration,
    watched: Vec<Watched>,
    next: AtomicUsize,
    done: AtomicUsize,
    opened: Mutex<Option<Mark>>,
    closed: Mutex<Option<(usize, Mark)>>,
}

pub fn run(job: &Job) {
    child::end_with_parent();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    child::answer(&runtime.block_on(measure(job)));
}

async fn measure(job: &Job) -> Measured {
    let warm_up = job.calls / WARM_UP;
    let mut orders: Vec<Order> = child::read(&fs::read_to_string(&job.orders).unwrap());
    orders.drain(..job.from);
    orders.truncate(warm_up + job.calls + job.width.in_flight());
    let mut watched = job.watched.clone();
    watched.push(Watched { name: "client".to_owned(), pid: std::process::id(), family: false });
    let run = Arc::new(Run {
        orders,
        warm_up,
        calls: job.calls,
        most: job.most,
        watched,
        next: AtomicUsize::new(0),
        done: AtomicUsize::new(0),
        opened: Mutex::new(None),
        closed: Mutex::new(None),
    });
    let channels = connect(&job.url, job.width.connections).await;
    let places: Vec<_> = channels
        .iter()
        .flat_map(|channel| vec![channel; job.width.each])
        .map(|channel| tokio::spawn(place(Arc::clone(&run), client(channel.clone()))))
        .collect();
    let mut latencies = histogram();
    for place in places {
        latencies.add(place.await.unwrap()).unwrap();
    }
    let Mark(opened, cpu_before) = run.opened.lock().unwrap().take().expect("the window opened");
    let (calls, Mark(closed, cpu_after)) = run.closed.lock().unwrap().take().expect("the window closed");
    let before = |name: &String| cpu_before.get(name).copied().unwrap_or(0.0);
    Measured {
        calls,
        seconds: closed.duration_since(opened).as_secs_f64(),
        p50_ms: millis(latencies.value_at_quantile(0.5)),
        p99_ms: millis(latencies.value_at_quantile(0.99)),
        cpu: cpu_after.iter().map(|(name, after)| (name.clone(), after - before(name))).collect(),
        made: run.done.load(Ordering::Relaxed),
    }
}

/// One place: a call after the other.
async fn place(run: Arc<Run>, mut client: PaymentServiceClient<Channel>) -> Histogram<u64> {
    let mut latencies = histogram();
    while !run.is_closed() {
        let Some(order) = run.orders.get(run.next.fetch_add(1, Ordering::Relaxed)) else { break };
        let request = request(order);
        let started = Instant::now();
        pay(&mut client, request).await.unwrap();
        let micros = started.elapsed().as_micros();
        if run.count() {
            latencies.record(u64::try_from(micros).unwrap()).unwrap();
        }
    }
    latencies
}

impl Run {
    fn is_closed(&self) -> bool {
        self.closed.lock().unwrap().is_some()
    }

    /// One more call is done: whether it counts.
    fn count(&self) -> bool {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if done <= self.warm_up {
            if done == self.warm_up {
                *self.opened.lock().unwrap() = Some(self.mark());
            }
            return false;
        }
        let counted = done - self.warm_up;
        let late = self.opened.lock().unwrap().as_ref().is_some_and(|mark| mark.0.elapsed() >= self.most);
        let mut closed = self.closed.lock().unwrap();
        if closed.is_some() {
            return false;
        }
        if counted >= self.calls || late {
            *closed = Some((counted, self.mark()));
        }
        true
    }

    fn mark(&self) -> Mark {
        Mark(Instant::now(), process::cpu(&self.watched))
    }
}

/// To three digits, from a microsecond to a minute.
fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 60_000_000, 3).unwrap()
}

fn millis(micros: u64) -> f64 {
    Duration::from_micros(micros).as_secs_f64() * 1_000.0
}

pub async fn connect(url: &str, connections: usize) -> Vec<Channel> {
    let mut channels = Vec::new();
    for _ in 0..connections {
        let endpoint = Endpoint::from_shared(url.to_owned()).unwrap().tcp_nodelay(true);
        channels.push(endpoint.connect().await.unwrap());
    }
    channels
}

pub fn client(channel: Channel) -> PaymentServiceClient<Channel> {
    PaymentServiceClient::new(channel)
}

pub fn request(order: &Order) -> pb::PayInvoicesRequest {
    pb::PayInvoicesRequest {
        parent: order.account.clone(),
        invoices: vec![order.invoice.clone()],
        payment_method: String::new(),
        return_url: String::new(),
        request_id: request_id(),
    }
}

/// Every call is a request of its own.
#[expect(clippy::disallowed_methods, reason = "a benchmark repeats nothing")]
pub fn request_id() -> String {
    Builder::from_random_bytes(rand::random()).into_uuid().to_string()
}

/// A call that counts has settled the invoice.
pub async fn pay(
    client: &mut PaymentServiceClient<Channel>,
    request: pb::PayInvoicesRequest,
) -> Result<pb::PayInvoicesResponse, Status> {
    let answer = client.pay_invoices(request).await?.into_inner();
    let state = answer.payment.as_ref().map(pb::Payment::state);
    match state {
        Some(pb::PaymentState::Succeeded) => Ok(answer),
        other => Err(Status::internal(format!("the payment is {other:?}"))),
    }
}
