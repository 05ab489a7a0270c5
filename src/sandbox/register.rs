//! The rows of effects: at most one for each effect id (C8).

use rusqlite::OptionalExtension as _;

use super::{
    amount::Amount,
    database::Turn,
    effect::{Effect, Request, State},
    error::Error,
};
use crate::proto::sandbox::v1 as wire;

/// Which call is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Perform,
    Inquire,
    Cancel,
}

/// Loads an effect and counts the call that asks for it.
pub(super) fn load_counting(turn: &Turn<'_>, effect_id: &str, call: Call) -> Result<Option<Effect>, Error> {
    let sql = match call {
        Call::Perform => "UPDATE effects SET performs = performs + 1 WHERE effect_id = ?1 RETURNING body",
        Call::Inquire => "UPDATE effects SET inquiries = inquiries + 1 WHERE effect_id = ?1 RETURNING body",
        Call::Cancel => "UPDATE effects SET cancels = cancels + 1 WHERE effect_id = ?1 RETURNING body",
    };
    read(turn, sql, effect_id)
}

/// Loads an effect.
pub(super) fn load(turn: &Turn<'_>, effect_id: &str) -> Result<Option<Effect>, Error> {
    read(turn, "SELECT body FROM effects WHERE effect_id = ?1", effect_id)
}

/// Loads the effect that a challenge page belongs to.
pub(super) fn load_page(turn: &Turn<'_>, page: &str) -> Result<Option<Effect>, Error> {
    read(turn, "SELECT body FROM effects WHERE page = ?1", page)
}

fn read(turn: &Turn<'_>, sql: &str, key: &str) -> Result<Option<Effect>, Error> {
    let body: Option<String> =
        turn.connection.prepare_cached(sql)?.query_row([key], |row| row.get(0)).optional()?;
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

/// Writes an effect of a new id, after `performs` and `cancels` calls that were about it.
pub(super) fn insert(turn: &Turn<'_>, effect: &Effect, performs: i64, cancels: i64) -> Result<(), Error> {
    turn.connection
        .prepare_cached(
            "INSERT INTO effects (effect_id, page, performs, inquiries, cancels, body)
             VALUES (?1, ?2, ?3, 0, ?4, ?5)",
        )?
        .execute((&effect.id, &effect.page, performs, cancels, serde_json::to_string(effect)?))?;
    Ok(())
}

/// Writes what has changed.
pub(super) fn save(turn: &Turn<'_>, effect: &Effect) -> Result<(), Error> {
    turn.connection
        .prepare_cached("UPDATE effects SET body = ?2 WHERE effect_id = ?1")?
        .execute((&effect.id, serde_json::to_string(effect)?))?;
    Ok(())
}

/// How many requests for an effect a scenario has dropped on their way.
pub(super) fn dropped(turn: &Turn<'_>, effect_id: &str) -> Result<i64, Error> {
    let performs = turn
        .connection
        .prepare_cached("SELECT performs FROM dropped WHERE effect_id = ?1")?
        .query_row([effect_id], |row| row.get(0))
        .optional()?;
    Ok(performs.unwrap_or(0))
}

/// Remembers that a request was dropped, and nothing else of it.
pub(super) fn drop_request(turn: &Turn<'_>, effect_id: &str) -> Result<(), Error> {
    turn.connection
        .prepare_cached("INSERT INTO dropped (effect_id, performs) VALUES (?1, 1)")?
        .execute([effect_id])?;
    Ok(())
}

/// Up to `limit` effects after the sequence `after`, one or (empty) all, each with its sequence.
pub(super) fn list(
    turn: &Turn<'_>,
    effect_id: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, wire::Effect)>, Error> {
    let mut statement = turn.connection.prepare_cached(
        "SELECT sequence, performs, inquiries, cancels, body FROM effects
         WHERE sequence > ?1 AND (?3 = '' OR effect_id = ?3) ORDER BY sequence LIMIT ?2",
    )?;
    let rows = statement.query_map((after, limit, effect_id), |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get::<_, String>(4)?))
    })?;
    let mut effects = Vec::new();
    for row in rows {
        let (sequence, perform_count, inquire_count, cancel_count, body) = row?;
        let effect: Effect = serde_json::from_str(&body)?;
        let amount = amount(&effect).map(Amount::to_wire);
        effects.push((
            sequence,
            wire::Effect {
                effect_id: effect.id,
                operation: effect.request.as_ref().map_or("", Request::name).to_owned(),
                state: effect.state.to_wire().into(),
                amount,
                perform_count,
                inquire_count,
                cancel_count,
                clock: effect.clock,
            },
        ));
    }
    Ok(effects)
}

/// The amount it happened with, or else the one asked for.
fn amount(effect: &Effect) -> Option<&Amount> {
    match &effect.state {
        State::Approved { amount, .. } => amount.as_ref(),
        State::Declined { .. }
        | State::ActionRequired { .. }
        | State::Pending { .. }
        | State::Cancelled { .. } => effect.request.as_ref().and_then(Request::amount),
    }
}
