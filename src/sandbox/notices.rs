//! What bursar is still to be told. A notice is written in the transaction of the change that it
//! tells of, and goes when bursar has said that it is stored.

use jiff::{SignedDuration, Timestamp};
use prost::{DecodeError, Message as _};

use super::{
    database::{Turn, to_time},
    effect::{Effect, Request},
    error::Error,
    netbank, vault,
};
use crate::proto::provider::v1::{DeliverRequest, ReportRemittanceRequest, ReportRemittanceReturnRequest};

/// How long who holds a notice has to deliver it before another tries.
const LEASE: SignedDuration = SignedDuration::from_secs(10);

/// The waits between one attempt and the next; the last repeats for ever.
const LADDER: [SignedDuration; 9] = [
    SignedDuration::from_millis(200),
    SignedDuration::from_millis(500),
    SignedDuration::from_secs(1),
    SignedDuration::from_secs(2),
    SignedDuration::from_secs(5),
    SignedDuration::from_secs(15),
    SignedDuration::from_secs(30),
    SignedDuration::from_mins(3),
    SignedDuration::from_mins(30),
];

/// A notice in the hands of who is to deliver it.
#[derive(Clone)]
pub(super) struct Notice {
    pub id: String,
    pub target: String,
    /// How often it was tried before.
    pub attempts: i64,
    pub message: Message,
}

/// What bursar is told.
#[derive(Clone)]
pub(super) enum Message {
    /// How an effect stands.
    Effect(DeliverRequest),
    /// That money has arrived.
    Remittance(ReportRemittanceRequest),
    /// That it was taken back.
    Return(ReportRemittanceReturnRequest),
}

impl Message {
    const fn kind(&self) -> i64 {
        match self {
            Self::Effect(_) => 0,
            Self::Remittance(_) => 1,
            Self::Return(_) => 2,
        }
    }

    fn encode(&self) -> Vec<u8> {
        match self {
            Self::Effect(message) => message.encode_to_vec(),
            Self::Remittance(message) => message.encode_to_vec(),
            Self::Return(message) => message.encode_to_vec(),
        }
    }

    fn decode(kind: i64, bytes: &[u8]) -> Result<Self, DecodeError> {
        match kind {
            1 => ReportRemittanceRequest::decode(bytes).map(Self::Remittance),
            2 => ReportRemittanceReturnRequest::decode(bytes).map(Self::Return),
            _ => DeliverRequest::decode(bytes).map(Self::Effect),
        }
    }
}

/// Writes a notice of how an effect stands and hands it out, if anybody listens.
pub(super) fn post(turn: &mut Turn<'_>, effect: &Effect) -> Result<(), Error> {
    let Some(listener) = &effect.listener else { return Ok(()) };
    let token = effect.request.as_ref().and_then(Request::token);
    let held = token.map(|token| vault::open(turn, token)).transpose()?.flatten();
    let by_bank = netbank::notifies(turn, effect)?;
    let deliveries = held.and_then(|held| held.card).map(|card| card.notified).or(by_bank).unwrap_or(1);
    if deliveries == 0 {
        return Ok(());
    }
    let id = new_id(turn);
    let message = Message::Effect(DeliverRequest {
        // The courier signs it.
        provider: String::new(),
        notification_id: id.clone(),
        effect_id: effect.id.clone(),
        outcome: Some(effect.state.to_outcome()),
        notification_token: listener.token.clone(),
    });
    insert(turn, id, listener.target.clone(), message, i64::from(deliveries))
}

/// Writes a notice that is delivered so often, and hands it out.
pub(super) fn write(
    turn: &mut Turn<'_>,
    target: String,
    message: Message,
    deliveries: i64,
) -> Result<(), Error> {
    let id = new_id(turn);
    insert(turn, id, target, message, deliveries)
}

fn new_id(turn: &Turn<'_>) -> String {
    format!("ntf_{}", turn.id())
}

fn insert(
    turn: &mut Turn<'_>,
    id: String,
    target: String,
    message: Message,
    deliveries: i64,
) -> Result<(), Error> {
    turn.connection
        .prepare_cached(
            "INSERT INTO notices (notice_id, target, kind, attempts, deliveries, next_attempt, message)
             VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6)",
        )?
        .execute((&id, &target, message.kind(), deliveries, later(turn.now, LEASE), message.encode()))?;
    turn.notices.push(Notice { id, target, attempts: 0, message });
    Ok(())
}

/// Hands out up to `limit` notices whose next attempt is due.
pub(super) fn take_due(turn: &mut Turn<'_>, limit: i64) -> Result<(), Error> {
    let mut statement = turn.connection.prepare_cached(
        "UPDATE notices SET next_attempt = ?2 WHERE notice_id IN
           (SELECT notice_id FROM notices WHERE next_attempt <= ?1 ORDER BY next_attempt, notice_id LIMIT ?3)
         RETURNING notice_id, target, attempts, kind, message",
    )?;
    let times = (turn.now.as_microsecond(), later(turn.now, LEASE), limit);
    let rows = statement.query_map(times, |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get::<_, Vec<u8>>(4)?))
    })?;
    for row in rows {
        let (id, target, attempts, kind, message) = row?;
        match Message::decode(kind, message.as_slice()) {
            Ok(message) => turn.notices.push(Notice { id, target, attempts, message }),
            Err(error) => tracing::error!(notice = id, error = %error, "sandbox.notice.unreadable"),
        }
    }
    Ok(())
}

/// When the next attempt is due.
pub(super) fn next(turn: &Turn<'_>) -> Result<Option<Timestamp>, Error> {
    let due: Option<i64> = turn
        .connection
        .prepare_cached("SELECT min(next_attempt) FROM notices")?
        .query_row([], |row| row.get(0))?;
    due.map(to_time).transpose()
}

/// bursar has it. Where a scenario delivers it more than once, it comes again.
pub(super) fn delivered(turn: &Turn<'_>, id: &str) -> Result<(), Error> {
    turn.connection
        .prepare_cached(
            "UPDATE notices SET deliveries = deliveries - 1, attempts = 0, next_attempt = ?2 WHERE notice_id = ?1",
        )?
        .execute((id, later(turn.now, wait(0))))?;
    turn.connection
        .prepare_cached("DELETE FROM notices WHERE notice_id = ?1 AND deliveries <= 0")?
        .execute([id])?;
    Ok(())
}

/// bursar will never take it.
pub(super) fn given_up(turn: &Turn<'_>, id: &str) -> Result<(), Error> {
    turn.connection.prepare_cached("DELETE FROM notices WHERE notice_id = ?1")?.execute([id])?;
    Ok(())
}

/// bursar did not take it after `attempts` attempts before this one.
pub(super) fn failed(turn: &Turn<'_>, id: &str, attempts: i64) -> Result<(), Error> {
    turn.connection
        .prepare_cached("UPDATE notices SET attempts = ?2, next_attempt = ?3 WHERE notice_id = ?1")?
        .execute((id, attempts.saturating_add(1), later(turn.now, wait(attempts))))?;
    Ok(())
}

/// How long to wait after an attempt that `attempts` came before.
fn wait(attempts: i64) -> SignedDuration {
    let rung = usize::try_from(attempts).unwrap_or(0).min(LADDER.len() - 1);
    LADDER.get(rung).copied().unwrap_or(LEASE)
}

fn later(now: Timestamp, by: SignedDuration) -> i64 {
    now.checked_add(by).unwrap_or(now).as_microsecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_ends_in_half_hours() {
        let waits: Vec<i128> = [0, 1, 2, 7, 8, 9, 1000].map(|attempts| wait(attempts).as_millis()).to_vec();
        assert_eq!(waits, [200, 500, 1000, 180_000, 1_800_000, 1_800_000, 1_800_000]);
    }
}
