//! What happens by itself, each at its time on its effect's clock.

use jiff::Timestamp;
use rusqlite::OptionalExtension as _;

use super::{
    bank,
    database::{Turn, to_time},
    desk,
    error::Error,
    ledger,
    machine::Event,
    notices, register,
};

/// What a timer is set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timer {
    ChallengeExpires,
    WorkEnds,
    ReleaseShown,
    NoticeComes,
    TakenAfterAll,
    RemittanceArrives,
    RemittanceReported,
}

impl Timer {
    const fn code(self) -> i64 {
        match self {
            Self::ChallengeExpires => 1,
            Self::WorkEnds => 2,
            Self::ReleaseShown => 3,
            Self::NoticeComes => 4,
            Self::TakenAfterAll => 5,
            Self::RemittanceArrives => 120,
            Self::RemittanceReported => 121,
        }
    }

    const fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::ChallengeExpires),
            2 => Some(Self::WorkEnds),
            3 => Some(Self::ReleaseShown),
            4 => Some(Self::NoticeComes),
            5 => Some(Self::TakenAfterAll),
            120 => Some(Self::RemittanceArrives),
            121 => Some(Self::RemittanceReported),
            _ => None,
        }
    }
}

/// Sets a timer.
pub(super) fn set(
    turn: &Turn<'_>,
    clock: &str,
    due: Timestamp,
    timer: Timer,
    effect_id: &str,
) -> Result<(), Error> {
    turn.connection
        .prepare_cached("INSERT INTO timers (clock, due, kind, effect_id) VALUES (?1, ?2, ?3, ?4)")?
        .execute((clock, due.as_microsecond(), timer.code(), effect_id))?;
    Ok(())
}

/// Takes back every timer of an effect.
pub(super) fn clear(turn: &Turn<'_>, effect_id: &str) -> Result<(), Error> {
    turn.connection.prepare_cached("DELETE FROM timers WHERE effect_id = ?1")?.execute([effect_id])?;
    Ok(())
}

/// Has up to `limit` things happen that are due on a clock at `until`, in order, each at its own
/// time. Answers a sentence for each.
pub(super) fn fire_until(
    turn: &mut Turn<'_>,
    clock: &str,
    until: Timestamp,
    limit: usize,
) -> Result<Vec<String>, Error> {
    let mut fired = Vec::new();
    while fired.len() < limit {
        let next: Option<Row> = turn
            .connection
            .prepare_cached(
                "SELECT sequence, due, kind, effect_id FROM timers
                 WHERE clock = ?1 AND due <= ?2 ORDER BY due, sequence LIMIT 1",
            )?
            .query_row((clock, until.as_microsecond()), Row::read)
            .optional()?;
        let Some(row) = next else { break };
        fired.extend(fire(turn, row)?);
    }
    Ok(fired)
}

/// Has everything happen that is due for one effect at `until`.
pub(super) fn catch_up(turn: &mut Turn<'_>, effect_id: &str, until: Timestamp) -> Result<bool, Error> {
    let mut fired = false;
    loop {
        let next: Option<Row> = turn
            .connection
            .prepare_cached(
                "SELECT sequence, due, kind, effect_id FROM timers
                 WHERE effect_id = ?1 AND due <= ?2 ORDER BY due, sequence LIMIT 1",
            )?
            .query_row((effect_id, until.as_microsecond()), Row::read)
            .optional()?;
        let Some(row) = next else { return Ok(fired) };
        fire(turn, row)?;
        fired = true;
    }
}

struct Row {
    sequence: i64,
    due: i64,
    kind: i64,
    effect_id: String,
}

impl Row {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { sequence: row.get(0)?, due: row.get(1)?, kind: row.get(2)?, effect_id: row.get(3)? })
    }
}

fn fire(turn: &mut Turn<'_>, row: Row) -> Result<Option<String>, Error> {
    turn.connection.prepare_cached("DELETE FROM timers WHERE sequence = ?1")?.execute([row.sequence])?;
    let due = to_time(row.due)?;
    let Some(timer) = Timer::from_code(row.kind) else { return Ok(None) };
    if let Some(what) = bank_fires(turn, timer, &row.effect_id, due)? {
        return Ok(Some(format!("{due} remittance {}: {what}", row.effect_id)));
    }
    let Some(effect) = register::load(turn, &row.effect_id)? else { return Ok(None) };
    let what = match timer {
        Timer::ChallengeExpires => {
            desk::happen(turn, effect, Event::Expired, due)?;
            "its challenge expired"
        }
        Timer::WorkEnds => {
            desk::happen(turn, effect, Event::Worked, due)?;
            "the issuer was done with it"
        }
        Timer::ReleaseShown => {
            ledger::show(turn, &row.effect_id, due)?;
            "its release was shown on the statement"
        }
        Timer::NoticeComes => {
            notices::post(turn, &effect)?;
            "its late notification was sent"
        }
        Timer::TakenAfterAll => {
            desk::take_after_all(turn, effect, due)?;
            "its money was taken all the same"
        }
        Timer::RemittanceArrives | Timer::RemittanceReported => return Ok(None),
    };
    Ok(Some(format!("{due} effect {}: {what}", row.effect_id)))
}

/// What a timer of the bank's brings about; `None` for those of the issuers.
fn bank_fires(
    turn: &mut Turn<'_>,
    timer: Timer,
    reference: &str,
    due: Timestamp,
) -> Result<Option<&'static str>, Error> {
    match timer {
        Timer::RemittanceArrives => bank::arrive(turn, reference, due).map(|()| Some("it arrived")),
        Timer::RemittanceReported => bank::report(turn, reference).map(|()| Some("it was reported")),
        Timer::ChallengeExpires
        | Timer::WorkEnds
        | Timer::ReleaseShown
        | Timer::NoticeComes
        | Timer::TakenAfterAll => Ok(None),
    }
}
