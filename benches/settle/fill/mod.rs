//! Filling a store with customers, far faster than by RPC.
//!
//! ```text
//!   the service ──RPC──► one customer ──rows──► template ──► the same customer again and again
//! ```
//!
//! The rows of one customer are made by the service itself, over its RPCs. Then they are read out of the
//! tables, whatever columns these have, and written again for every further customer, with ids, positions,
//! instrument and hash chain of its own. So each is a customer that the service could have made.
//!
//! To let it fill another store: read rows and write rows, as `postgres` and `sqlite` do.

mod customer;
mod example;
mod postgres;
mod sqlite;
mod template;

use std::path::Path;

use rand::{SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use uuid::Uuid;

pub use example::{Example, Shape, USUAL, examples};

use crate::{load::Writer, say, store::Store};
use template::Template;

/// A table as it is: its name and its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<String>,
}

/// A value, whatever the store.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    Uuid(Uuid),
    Uuids(Vec<Uuid>),
}

/// A store's end that rows are written to.
trait Rows {
    fn tables(&mut self) -> Vec<Table>;
    fn read(&mut self, table: &Table) -> Vec<Vec<Cell>>;
    /// All or nothing.
    fn write(&mut self, rows: &[(Table, Vec<Vec<Cell>>)]);
    fn set_lane(&mut self, lane: i64, position: i64);
    /// Everything is in; what makes it fast to read is brought up to date.
    fn finish(self: Box<Self>);
}

/// How many customers are written at once.
const CHUNK: usize = 500;

/// What is wanted beside the examples.
pub struct Wanted<'a> {
    /// How many customers.
    pub accounts: usize,
    /// Every how many-th is made after the first example; the others are made after the second.
    pub every: usize,
    pub examples: &'a [Example],
    /// Tells the customers of one filling from those of another in the same store.
    pub salt: u64,
}

/// Fills a store that no service uses meanwhile. What can be paid comes in turns, an invoice of every
/// customer and then the next of every customer, each time in another order.
pub fn fill(store: &Store<'_>, wanted: &Wanted<'_>, orders: &Path) {
    let mut rows: Box<dyn Rows> = match store {
        Store::Sqlite(path) => Box::new(sqlite::File::open(path)),
        Store::Postgres { .. } => Box::new(postgres::Database::open(&store.url())),
    };
    let tables = rows.tables();
    let content: Vec<(Table, Vec<Vec<Cell>>)> =
        tables.iter().map(|table| (table.clone(), rows.read(table))).collect();
    let templates: Vec<Template> =
        wanted.examples.iter().map(|example| Template::of(&content, example)).collect();
    let lane = templates[0].lane();
    let mut position = template::last_position(&content, lane);
    let mut turns: Vec<Vec<(Uuid, Uuid, Uuid)>> = Vec::new();
    for from in (0..wanted.accounts).step_by(CHUNK) {
        let mut chunk: Vec<(Table, Vec<Vec<Cell>>)> =
            content.iter().map(|(table, _)| (table.clone(), Vec::new())).collect();
        for number in from..(from + CHUNK).min(wanted.accounts) {
            let first = templates.len() == 1 || number % wanted.every == 0;
            let template = &templates[usize::from(!first)];
            let one = customer::Customer::new(template, number, wanted.accounts, wanted.salt, lane, position);
            position = one.last_position();
            for (table, rows) in one.rows() {
                chunk[table].1.extend(rows);
            }
            for (turn, order) in one.orders().into_iter().enumerate() {
                if turns.len() <= turn {
                    turns.push(Vec::new());
                }
                turns[turn].push(order);
            }
        }
        rows.write(&chunk);
        if from > 0 && from % (CHUNK * 400) == 0 {
            say(&format!("  {from} of {} customers", wanted.accounts));
        }
    }
    rows.set_lane(lane, position);
    rows.finish();
    let mut file = Writer::create(orders);
    let mut chance = StdRng::seed_from_u64(wanted.salt);
    for mut turn in turns {
        turn.shuffle(&mut chance);
        for (account, invoice, payment) in turn {
            file.push(account, invoice, payment);
        }
    }
    file.finish();
}
