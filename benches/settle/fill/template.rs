//! One customer's rows, cut where its own ids stand in them.

use std::collections::{BTreeMap, BTreeSet};

use bursar::engine;
use uuid::Uuid;

use super::{Cell, Example, Table};

/// A value of one customer, and how that of another follows from it.
#[derive(Debug, Clone)]
pub enum Piece {
    /// The same for all.
    Fixed(Cell),
    /// The customer's id of this number; as bytes where the store has no type for ids.
    Id(usize, bool),
    /// Some of the customer's ids, in ascending order.
    Ids(Vec<usize>),
    Instrument,
    Text(Vec<Part>),
    /// The position of this journal row of the customer's, counted from 0.
    Position(usize),
    /// The lane that all rows are written to.
    Lane,
    /// The hash of this journal row.
    Hash(usize),
}

/// A part of a text.
#[derive(Debug, Clone)]
pub enum Part {
    Plain(String),
    Hyphenated(usize),
    Simple(usize),
    Instrument,
}

/// A customer to be made again.
pub struct Template {
    /// All ids of the customer in ascending order: entities, then requests among them.
    pub ids: Vec<Uuid>,
    /// For each table of the store, by its place, its rows.
    pub tables: Vec<(usize, Vec<Vec<Piece>>)>,
    /// Which of the tables has the journal, and where its columns are.
    pub journal: Journal,
    pub account: usize,
    pub open: Vec<usize>,
    pub payment: Option<usize>,
    /// A customer who has nothing yet. What it can do is to link a card.
    pub is_new: bool,
    lane: i64,
}

/// Where in a journal row stands what its hash is over.
#[derive(Debug, Clone, Copy)]
pub struct Journal {
    /// Its place among the template's tables.
    pub table: usize,
    pub sequence: usize,
    pub time: usize,
    pub cause: usize,
    pub events: usize,
}

/// What one customer's rows are recognised by.
struct Known {
    ids: BTreeMap<Uuid, usize>,
    instruments: Vec<Vec<u8>>,
}

impl Template {
    /// The rows of an example among all rows of a store that holds nothing but examples.
    pub fn of(content: &[(Table, Vec<Vec<Cell>>)], example: &Example) -> Self {
        let own: Vec<(usize, &Table, Vec<&Vec<Cell>>)> = content
            .iter()
            .enumerate()
            .map(|(place, (table, rows))| {
                let rows = rows.iter().filter(|row| is_of(table, row, example.account)).collect();
                (place, table, rows)
            })
            .filter(|(_, _, rows): &(_, _, Vec<_>)| !rows.is_empty())
            .collect();
        let known = known(&own);
        let at = own.iter().position(|(_, table, _)| table.name == "journal").expect("there is a journal");
        let (_, table, rows) = &own[at];
        let column = |name: &str| column(table, name);
        let journal = Journal {
            table: at,
            sequence: column("sequence"),
            time: column("time"),
            cause: column("cause"),
            events: column("events"),
        };
        let mut rows: Vec<&Vec<Cell>> = rows.clone();
        rows.sort_by_key(|row| int(&row[journal.sequence]));
        check_chain(&rows, &journal, example.account, column("hash"));
        let count = rows.len();
        let lane = int(&rows[0][column("lane")]);
        let tables = own.iter().enumerate().map(|(index, (place, table, unsorted))| {
            let rows = if index == at { &rows } else { unsorted };
            let cut = |(number, row): (usize, &&Vec<Cell>)| {
                let cells = row.iter().zip(&table.columns);
                cells.map(|(cell, column)| cut(table, column, number, cell, &known, count)).collect()
            };
            (*place, rows.iter().enumerate().map(cut).collect())
        });
        let number = |id: &Uuid| known.ids[id];
        Self {
            tables: tables.collect(),
            journal,
            account: number(&example.account),
            open: example.open.iter().map(number).collect(),
            payment: example.payments.first().map(number),
            is_new: example.payments.is_empty() && example.open.is_empty(),
            ids: known.ids.keys().copied().collect(),
            lane,
        }
    }

    pub fn lane(&self) -> i64 {
        self.lane
    }
}

/// The last position of a lane that is taken.
pub fn last_position(content: &[(Table, Vec<Vec<Cell>>)], lane: i64) -> i64 {
    let (table, rows) = content.iter().find(|(table, _)| table.name == "journal").expect("a journal");
    let (of_lane, position) = (column(table, "lane"), column(table, "position"));
    let rows = rows.iter().filter(|row| int(&row[of_lane]) == lane);
    rows.map(|row| int(&row[position])).max().unwrap_or(0)
}

/// A row names its account, or mentions it.
fn is_of(table: &Table, row: &[Cell], account: Uuid) -> bool {
    let text = account.to_string();
    if let Some(column) = table.columns.iter().position(|column| column == "account") {
        return as_uuid(&row[column]) == Some(account);
    }
    row.iter().any(|cell| matches!(cell, Cell::Text(told) if told.contains(&text)))
}

fn known(own: &[(usize, &Table, Vec<&Vec<Cell>>)]) -> Known {
    let mut ids = BTreeSet::new();
    let mut instruments = Vec::new();
    for (_, table, rows) in own {
        for (row, column) in rows.iter().flat_map(|row| row.iter().zip(&table.columns)) {
            match (table.name.as_str(), column.as_str()) {
                ("accounts", "account") | ("entities", "id") => ids.extend(as_uuid(row)),
                ("requests", "request_id") => {
                    ids.extend(if let Cell::Text(id) = row {
                        Uuid::try_parse(id).ok()
                    } else {
                        as_uuid(row)
                    });
                }
                ("claims", "instrument") => {
                    instruments.extend(if let Cell::Bytes(bytes) = row { Some(bytes.clone()) } else { None });
                }
                _ => {}
            }
        }
    }
    Known { ids: ids.into_iter().zip(0..).collect(), instruments }
}

fn cut(table: &Table, column: &str, row: usize, cell: &Cell, known: &Known, rows: usize) -> Piece {
    match (table.name.as_str(), column, cell) {
        ("journal", "hash", _) => return Piece::Hash(row),
        ("journal", "position", _) => return Piece::Position(row),
        ("journal", "previous_position", _) if row > 0 => return Piece::Position(row - 1),
        ("accounts", "hash", _) => return Piece::Hash(rows - 1),
        ("accounts", "position", _) => return Piece::Position(rows - 1),
        ("journal" | "accounts", "lane" | "previous_lane", _) => return Piece::Lane,
        ("accounts", "open", cell) => {
            return Piece::Ids(as_uuids(cell).iter().map(|id| known.ids[id]).collect());
        }
        _ => {}
    }
    if let Some(id) = as_uuid(cell).and_then(|id| known.ids.get(&id)) {
        return Piece::Id(*id, matches!(cell, Cell::Bytes(_)));
    }
    match cell {
        Cell::Bytes(bytes) if known.instruments.contains(bytes) => Piece::Instrument,
        Cell::Bytes(bytes) => {
            let hidden = bytes
                .windows(16)
                .any(|part| Uuid::from_slice(part).is_ok_and(|id| known.ids.contains_key(&id)));
            assert!(!hidden, "{}.{column} holds an id in a form that `fill` can't replace", table.name);
            Piece::Fixed(cell.clone())
        }
        Cell::Text(text) => match parts(text, known) {
            parts if parts.iter().all(|part| matches!(part, Part::Plain(_))) => Piece::Fixed(cell.clone()),
            parts => Piece::Text(parts),
        },
        Cell::Null | Cell::Bool(_) | Cell::Int(_) | Cell::Uuid(_) | Cell::Uuids(_) => {
            Piece::Fixed(cell.clone())
        }
    }
}

/// A text, cut where ids and instruments stand.
fn parts(text: &str, known: &Known) -> Vec<Part> {
    let (mut parts, mut plain, mut at) = (Vec::new(), 0, 0);
    let id = |length: usize, at: usize| {
        let id = text.get(at..at + length).and_then(|part| Uuid::try_parse(part).ok());
        id.and_then(|id| known.ids.get(&id)).copied()
    };
    let is_instrument = |at: usize| {
        let bytes = text.get(at..at + 64).and_then(|part| hex::decode(part).ok());
        bytes.is_some_and(|bytes| known.instruments.contains(&bytes))
    };
    while at < text.len() {
        let found = if is_instrument(at) {
            Some((Part::Instrument, 64))
        } else if let Some(id) = id(36, at) {
            Some((Part::Hyphenated(id), 36))
        } else {
            id(32, at).map(|id| (Part::Simple(id), 32))
        };
        match found {
            Some((part, length)) => {
                parts.push(Part::Plain(text[plain..at].to_owned()));
                parts.push(part);
                at += length;
                plain = at;
            }
            None => at += 1,
        }
    }
    parts.push(Part::Plain(text[plain..].to_owned()));
    parts
}

/// What is made anew has to be what the service makes.
fn check_chain(rows: &[&Vec<Cell>], journal: &Journal, account: Uuid, hash: usize) {
    let mut last = [0; 32];
    for row in rows {
        let (Cell::Text(cause), Cell::Text(events)) = (&row[journal.cause], &row[journal.events]) else {
            panic!("cause and events are texts");
        };
        let (sequence, time) = (int(&row[journal.sequence]), int(&row[journal.time]));
        last = engine::link(&last, account, sequence, time, cause, events);
        assert_eq!(row[hash], Cell::Bytes(last.to_vec()), "the hash chain is another one than `fill` makes");
    }
}

fn column(table: &Table, name: &str) -> usize {
    table.columns.iter().position(|column| column == name).expect("the journal's columns")
}

pub fn int(cell: &Cell) -> i64 {
    let Cell::Int(number) = cell else { panic!("{cell:?} is no number") };
    *number
}

fn as_uuid(cell: &Cell) -> Option<Uuid> {
    match cell {
        Cell::Uuid(id) => Some(*id),
        Cell::Bytes(bytes) => Uuid::from_slice(bytes).ok(),
        Cell::Null | Cell::Bool(_) | Cell::Int(_) | Cell::Text(_) | Cell::Uuids(_) => None,
    }
}

/// A list of ids: of a type of its own, or one behind the other as bytes.
fn as_uuids(cell: &Cell) -> Vec<Uuid> {
    match cell {
        Cell::Uuids(ids) => ids.clone(),
        Cell::Bytes(bytes) => bytes.as_chunks::<16>().0.iter().map(|id| Uuid::from_bytes(*id)).collect(),
        Cell::Null | Cell::Bool(_) | Cell::Int(_) | Cell::Text(_) | Cell::Uuid(_) => Vec::new(),
    }
}
