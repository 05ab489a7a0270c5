//! The clocks of the world outside: the system's, whose name is empty, and those that tests move.

use jiff::Timestamp;
use rusqlite::OptionalExtension as _;

use super::{
    database::{Turn, to_time, whole_micros},
    error::Error,
    timers,
};

/// What a clock shows. A test clock that nobody has told the time yet starts at the system's.
pub(super) fn now(turn: &Turn<'_>, clock: &str) -> Result<Timestamp, Error> {
    if clock.is_empty() {
        return Ok(turn.now);
    }
    if let Some((time, _told)) = read(turn, clock)? {
        return Ok(time);
    }
    turn.connection
        .prepare_cached("INSERT INTO clocks (name, time, told) VALUES (?1, ?2, 0)")?
        .execute((clock, turn.now.as_microsecond()))?;
    Ok(turn.now)
}

/// Moves a clock forward, and has everything happen that is due on the way, in order, each at its
/// own time. Answers a sentence for each.
pub(super) fn set(turn: &mut Turn<'_>, clock: &str, time: Timestamp) -> Result<Vec<String>, Error> {
    let time = whole_micros(time);
    // A clock that only an effect has named follows the first who tells it the time.
    if read(turn, clock)?.is_some_and(|(shown, told)| told && time < shown) {
        return Err(Error::invalid("time", "clocks only go forward"));
    }
    turn.connection
        .prepare_cached(
            "INSERT INTO clocks (name, time, told) VALUES (?1, ?2, 1)
             ON CONFLICT (name) DO UPDATE SET time = excluded.time, told = 1",
        )?
        .execute((clock, time.as_microsecond()))?;
    timers::fire_until(turn, clock, time, usize::MAX)
}

/// When next anything happens by itself on a clock.
pub(super) fn next(turn: &Turn<'_>, clock: &str) -> Result<Option<Timestamp>, Error> {
    let due: Option<i64> = turn
        .connection
        .prepare_cached("SELECT min(due) FROM timers WHERE clock = ?1")?
        .query_row([clock], |row| row.get(0))?;
    due.map(to_time).transpose()
}

fn read(turn: &Turn<'_>, clock: &str) -> Result<Option<(Timestamp, bool)>, Error> {
    let row: Option<(i64, bool)> = turn
        .connection
        .prepare_cached("SELECT time, told FROM clocks WHERE name = ?1")?
        .query_row([clock], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(time, told)| Ok((to_time(time)?, told))).transpose()
}
