//! A customer like the example, with ids of its own.

use bursar::engine;
use uuid::{Builder, Uuid};

use super::{
    Cell,
    template::{Part, Piece, Template, int},
};

/// For how long customers have come, in milliseconds: a year.
const PAST: u64 = 365 * 24 * 3_600 * 1_000;

pub struct Customer<'t> {
    template: &'t Template,
    ids: Vec<Uuid>,
    instrument: [u8; 32],
    /// Of each of its journal rows.
    hashes: Vec<[u8; 32]>,
    lane: i64,
    /// The position before its first.
    position: i64,
}

impl<'t> Customer<'t> {
    /// The customer of a number among so many; its journal follows a position.
    pub fn new(
        template: &'t Template,
        number: usize,
        of: usize,
        salt: u64,
        lane: i64,
        position: i64,
    ) -> Self {
        let place = number as u64;
        let mut chance = Chance::of(place, salt);
        let mut instrument = [0; 32];
        // Ascending, so that a large table is filled from one end.
        let share = (u128::from(place) << 64) / (of as u128).max(1);
        instrument[..8].copy_from_slice(&(share as u64).to_be_bytes());
        for part in instrument[8..].chunks_exact_mut(8) {
            part.copy_from_slice(&chance.next().to_be_bytes());
        }
        let times =
            template.ids.iter().filter(|id| id.get_version_num() == 7).filter_map(Uuid::get_timestamp);
        let millis = times
            .map(|time| time.to_unix())
            .map(|(seconds, nanos)| seconds * 1_000 + u64::from(nanos) / 1_000_000);
        let example = millis.min().unwrap_or(PAST);
        // All of one customer's come together, and all before the example's.
        let begin = example - PAST + PAST / (of as u64 + 1) * place;
        let ids = template.ids.iter().zip(0..).map(|(id, step)| {
            let mut random = [0; 16];
            random[..8].copy_from_slice(&chance.next().to_be_bytes());
            random[8..].copy_from_slice(&chance.next().to_be_bytes());
            match id.get_version_num() {
                7 => {
                    let mut short = [0; 10];
                    short.copy_from_slice(&random[..10]);
                    Builder::from_unix_timestamp_millis(begin + step, &short).into_uuid()
                }
                // An account's id follows from its request's, so that it tells nothing of time.
                version => {
                    random[6] = (random[6] & 0x0f) | (version as u8) << 4;
                    random[8] = (random[8] & 0x3f) | 0x80;
                    Builder::from_bytes(random).into_uuid()
                }
            }
        });
        let mut customer =
            Self { template, ids: ids.collect(), instrument, hashes: Vec::new(), lane, position };
        customer.chain();
        customer
    }

    /// The hashes of its journal rows, one after the other.
    fn chain(&mut self) {
        let journal = self.template.journal;
        let mut last = [0; 32];
        for row in &self.template.tables[journal.table].1 {
            let cell = |column: usize| self.cell(&row[column]);
            let (Cell::Text(cause), Cell::Text(events)) = (cell(journal.cause), cell(journal.events)) else {
                panic!("cause and events are texts");
            };
            let (sequence, time) = (int(&cell(journal.sequence)), int(&cell(journal.time)));
            last = engine::link(&last, self.ids[self.template.account], sequence, time, &cause, &events);
            self.hashes.push(last);
        }
    }

    pub fn last_position(&self) -> i64 {
        self.position + self.hashes.len() as i64
    }

    /// Its rows, by the place of their table.
    pub fn rows(&self) -> impl Iterator<Item = (usize, Vec<Vec<Cell>>)> {
        self.template.tables.iter().map(|(place, rows)| {
            let rows = rows.iter().map(|row| row.iter().map(|piece| self.cell(piece)).collect());
            (*place, rows.collect())
        })
    }

    /// Its account with an invoice that can be paid and a payment that can be read.
    pub fn orders(&self) -> Vec<(Uuid, Uuid, Uuid)> {
        let account = self.ids[self.template.account];
        let payment = self.template.payment.map_or(Uuid::nil(), |payment| self.ids[payment]);
        if self.template.is_new {
            return vec![(account, Uuid::nil(), Uuid::nil())];
        }
        self.template.open.iter().map(|invoice| (account, self.ids[*invoice], payment)).collect()
    }

    fn cell(&self, piece: &Piece) -> Cell {
        match piece {
            Piece::Fixed(cell) => cell.clone(),
            Piece::Id(id, false) => Cell::Uuid(self.ids[*id]),
            Piece::Id(id, true) => Cell::Bytes(self.ids[*id].as_bytes().to_vec()),
            Piece::Ids(ids) => Cell::Uuids(ids.iter().map(|id| self.ids[*id]).collect()),
            Piece::Instrument => Cell::Bytes(self.instrument.to_vec()),
            Piece::Position(row) => Cell::Int(self.position + 1 + *row as i64),
            Piece::Lane => Cell::Int(self.lane),
            Piece::Hash(row) => Cell::Bytes(self.hashes[*row].to_vec()),
            Piece::Text(parts) => {
                let mut text = String::with_capacity(parts.len() * 64);
                let mut buffer = Uuid::encode_buffer();
                for part in parts {
                    match part {
                        Part::Plain(plain) => text.push_str(plain),
                        Part::Hyphenated(id) => {
                            text.push_str(self.ids[*id].hyphenated().encode_lower(&mut buffer));
                        }
                        Part::Simple(id) => text.push_str(self.ids[*id].simple().encode_lower(&mut buffer)),
                        Part::Instrument => text.push_str(&hex::encode(self.instrument)),
                    }
                }
                Cell::Text(text)
            }
        }
    }
}

/// SplitMix64: the same customer every time.
struct Chance(u64);

impl Chance {
    /// Mixed once before, so that neighbours have nothing in common.
    fn of(place: u64, salt: u64) -> Self {
        Self(Self(place).next() ^ Self(salt).next().rotate_left(1))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
