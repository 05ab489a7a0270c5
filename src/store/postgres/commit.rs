//! Commits: two round trips.
//!
//! ```text
//!   1  BEGIN · lane · request ids · claims · accounts · checks     everything that can be lost
//!   2  entities · leases · invoices · journal · COMMIT             everything that is ours by then
//! ```
//!
//! *Order.* The lane's row comes first. It is locked from before the answer of the first trip to the end
//! of the transaction, so whoever waits for that lock after a `COMMIT` without an answer knows that the
//! transaction is over ([`trace`]). Then request ids, claims and accounts, each in ascending order: two
//! writers never wait for each other in a circle. What a deadlock or the loss of a connection ends before
//! `COMMIT` was sent is rolled back, and is tried again.
//!
//! *Isolation* is READ COMMITTED. Whoever waits for a row that another transaction changes sees the
//! changed one when that is over and finds that the version is not the one expected.
//!
//! *Checks* read without a lock. A refusal leaves no trace and depends on its account alone, so it may
//! take effect at the instant of that read, which lies between the call and its answer; a later version
//! belongs to a command that was still under way then. A lock until the commit would add a write to
//! each refusal and prove no more.

use std::pin::pin;

use futures::{
    future::{join, maybe_done},
    poll,
};
use tokio_postgres::{Error, Row, types::ToSql};

use super::{
    columns::Rows,
    error::{Failure, meaning, proves_rollback},
    lane::Lane,
    session::Session,
    statements::COMMIT,
    take::{self, Taken},
};
use crate::store::{Batch, Commit, StoreError, batch::Tail};

/// How a commit ended, as far as is known.
pub(super) enum End {
    /// The session has no transaction open.
    Known(Commit),
    /// Nothing was written; the session may have a failed transaction open.
    RolledBack(Failure),
    /// `COMMIT` was sent and not answered. The session is not to be used again.
    Unknown(String),
}

/// Commits, and leaves in `doubt` what to look for if it is dropped or ends unknown.
pub(super) async fn commit(session: &Session, batch: &Batch, lane: Lane, doubt: &mut Option<Tail>) -> End {
    let Some(tail) = batch.tail() else {
        return match take::checks(session, batch, lane).await {
            Ok(end) => End::Known(end),
            Err(failure) => End::RolledBack(failure),
        };
    };
    match take::take(session, batch, lane, tail.position).await {
        Ok(Taken::All) => {}
        Ok(Taken::Not(end)) => {
            if session.recover().await {
                return End::Known(end);
            }
            let gone = StoreError::Unavailable("the connection ended during a rollback".to_owned());
            return End::RolledBack(Failure::Again(gone));
        }
        Err(failure) => return End::RolledBack(failure),
    }
    write(session, batch, lane, tail, doubt).await
}

/// The second trip.
async fn write(session: &Session, batch: &Batch, lane: Lane, tail: Tail, doubt: &mut Option<Tail>) -> End {
    let rows = Rows::of(batch);
    let params = rows.params(&lane.lane);
    let mut written = pin!(maybe_done(session.client.execute(&session.statements.write, &params)));
    // The first poll sends. A statement that can't be encoded fails right there, on our side: the server
    // would never know of it, and must not be told to commit.
    let _sent = poll!(&mut written);
    if let Some(Err(error)) = written.as_mut().output_mut() {
        return End::RolledBack(Failure::of(error));
    }
    *doubt = Some(tail);
    let answers = join(&mut written, session.client.batch_execute(COMMIT));
    let committed = session.patiently(answers).await.map(|((), committed)| committed);
    let end = match (written.take_output(), committed) {
        (Some(Ok(_)), Some(Ok(()))) => End::Known(Commit::Done),
        (Some(Err(error)), _) if proves_rollback(&error) => End::RolledBack(Failure::of(&error)),
        (Some(Err(error)), _) | (_, Some(Err(error))) => End::Unknown(meaning(&error).to_string()),
        (_, None) | (None, Some(Ok(()))) => End::Unknown("PostgreSQL does not answer".to_owned()),
    };
    match end {
        End::Known(_) | End::RolledBack(_) => *doubt = None,
        End::Unknown(_) => {}
    }
    end
}

/// What the journal has at a position, once no transaction of the lane's is under way.
///
/// Every transaction of this lane that may have sent its `COMMIT` held the lock on the lane's row at the
/// time. Waiting for that lock is waiting for its end, wherever its connection has gone; the statement
/// after it then sees what it left.
pub(super) async fn trace(session: &Session, lane: i32, position: i64) -> Result<Vec<Row>, Failure> {
    let wait = "SELECT epoch FROM lanes WHERE lane = $1 FOR UPDATE";
    execute(session, wait, &[&lane]).await?;
    let read = "SELECT account, hash FROM journal WHERE lane = $1 AND position = $2";
    answer(session, session.client.query(read, &[&lane, &position])).await
}

/// One statement, a transaction of its own.
pub(super) async fn execute(
    session: &Session,
    sql: &str,
    params: &[&(dyn ToSql + Sync)],
) -> Result<u64, Failure> {
    answer(session, session.client.execute(sql, params)).await
}

/// An answer, or why there is none.
pub(super) async fn answer<T>(
    session: &Session,
    answer: impl Future<Output = Result<T, Error>>,
) -> Result<T, Failure> {
    match session.patiently(answer).await {
        Some(answer) => answer.map_err(|error| Failure::of(&error)),
        None => Err(Failure::Again(StoreError::Unavailable("PostgreSQL does not answer".to_owned()))),
    }
}
