//! What can be asked for: a file of records of one length, so that a measurement reads only its part.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    os::unix::fs::FileExt as _,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use uuid::Uuid;

use super::Spread;

/// An account, an invoice that can be paid and a payment that can be read. Nil where there is none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Order {
    pub account: Uuid,
    pub invoice: Uuid,
    pub payment: Uuid,
    /// Its place in the file.
    pub index: usize,
}

const BYTES: usize = 48;

/// Writes orders one after the other.
pub struct Writer(BufWriter<File>);

impl Writer {
    pub fn create(path: &Path) -> Self {
        Self(BufWriter::new(File::create(path).unwrap()))
    }

    pub fn push(&mut self, account: Uuid, invoice: Uuid, payment: Uuid) {
        for id in [account, invoice, payment] {
            self.0.write_all(id.as_bytes()).unwrap();
        }
    }

    pub fn finish(mut self) {
        self.0.flush().unwrap();
    }
}

/// At most `count` orders from the one at `from` on.
fn read(path: &Path, from: usize, count: usize) -> Vec<Order> {
    let file = File::open(path).unwrap();
    let length = usize::try_from(file.metadata().unwrap().len()).unwrap() / BYTES;
    let count = count.min(length.saturating_sub(from));
    let mut bytes = vec![0; count * BYTES];
    file.read_exact_at(&mut bytes, u64::try_from(from * BYTES).unwrap()).unwrap();
    let id = |record: &[u8], place: usize| Uuid::from_slice(&record[place * 16..][..16]).unwrap();
    let records = bytes.chunks_exact(BYTES).zip(from..);
    records
        .map(|(record, index)| Order {
            account: id(record, 0),
            invoice: id(record, 1),
            payment: id(record, 2),
            index,
        })
        .collect()
}

/// Accounts and invoices of all orders.
pub fn read_all(path: &Path) -> Vec<(Uuid, Uuid)> {
    read(path, 0, usize::MAX).into_iter().map(|order| (order.account, order.invoice)).collect()
}

/// Orders on their way to several servers.
pub struct Queues(Vec<Queue>);

struct Queue {
    orders: Vec<Order>,
    next: AtomicUsize,
    /// Orders that nothing came of, to be tried again once there is no other.
    again: Mutex<Vec<Order>>,
}

impl Queues {
    pub fn read(path: &Path, from: usize, count: usize, servers: usize, spread: Spread) -> Self {
        let mut queues: Vec<Vec<Order>> = vec![Vec::new(); servers];
        for (turn, order) in read(path, from, count).into_iter().enumerate() {
            let server = match spread {
                Spread::ByTurn => turn % servers,
                Spread::ByAccount => (order.account.as_u128() % servers as u128) as usize,
            };
            queues[server].push(order);
        }
        Self(queues.into_iter().map(Queue::new).collect())
    }

    /// The next order for a server, or for another one where its own have run out.
    pub fn next(&self, server: usize) -> Option<Order> {
        let servers = self.0.len();
        let mut turn = (0..servers).map(|step| &self.0[(server + step) % servers]);
        turn.clone()
            .find_map(Queue::next)
            .or_else(|| turn.find_map(|queue| queue.again.lock().unwrap().pop()))
    }

    /// An order that nothing came of.
    pub fn put_back(&self, server: usize, order: Order) {
        self.0[server].again.lock().unwrap().push(order);
    }
}

impl Queue {
    fn new(orders: Vec<Order>) -> Self {
        Self { orders, next: AtomicUsize::new(0), again: Mutex::default() }
    }

    fn next(&self) -> Option<Order> {
        self.orders.get(self.next.fetch_add(1, Ordering::Relaxed)).copied()
    }
}
