//! What an account's log says of one entity: a payment's timeline, and why something was decided.

use jiff::{SignedDuration, Timestamp};
use tonic::Status;
use uuid::Uuid;

use super::{
    desk::{Desk, kept},
    page_token::{self, LogPlace, page_size, read_place},
    status::internal,
};
use crate::{
    domain::{
        entity::{Entity, Kind},
        event::{Event, Happened},
        ids::AccountId,
        link::LinkAttempt,
        payment::Payment,
        program::ProgramVersion,
        reason::Reason,
        rejection::FieldViolation,
        verification::Verification,
    },
    engine::Cause,
    proto::v1 as pb,
    store::rows::JournalRow,
    wire::{
        names, time,
        v1::{Known, Origin, explain_link_attempt, explain_payment, explain_verification, timeline},
    },
};

const PAGE_DEFAULT: usize = 100;
const PAGE_MOST: usize = 1_000;
/// How many rows are read at once.
const AT_ONCE: usize = 256;
/// How many rows one call looks at; a busy account's page may then be short.
const ROWS_MOST: usize = 4_096;
/// How far the clocks of replicas may be apart, so that a row may bear an earlier time than one before it.
const SKEW: SignedDuration = SignedDuration::from_hours(1);

/// A row of the log, read.
struct Read {
    sequence: i64,
    time: Timestamp,
    cause: pb::Cause,
    events: Vec<Happened>,
}

/// What was found of a log.
struct Found {
    /// The rows that tell of the entity.
    rows: Vec<Read>,
    /// Where to go on, where it did not come to its end.
    rest: Option<i64>,
}

impl Desk {
    /// What happened to a payment, a page of it.
    pub(super) async fn timeline_of(
        &self,
        request: pb::GetPaymentTimelineRequest,
    ) -> Result<pb::GetPaymentTimelineResponse, Status> {
        let (account, id) = self.field(names::parse_payment("name", &request.name))?;
        let size = page_size(request.page_size, PAGE_DEFAULT, PAGE_MOST).map_err(|bad| self.refuse(&bad))?;
        let entity = self.read(account, id.0, &request.name).await?;
        let payment: &Payment = kept(&entity)?;
        let from = if request.page_token.is_empty() {
            LogPlace { sequence: self.log_from(account, payment.created).await?, read: 0 }
        } else {
            read_place(id.0, &request.page_token).map_err(|bad| self.refuse(&bad))?
        };
        let found = self.rows_about(account, id.0, from.sequence, size).await?;
        let declines = &self.engine.rules().declines;
        let mut entries = Vec::new();
        let mut next = found.rest.map(|sequence| LogPlace { sequence, read: 0 });
        for row in &found.rows {
            let origin = Origin { sequence: row.sequence, time: row.time, cause: &row.cause };
            let told = row.events.iter().filter(|happened| happened.on == id.0).filter_map(|happened| {
                if let Event::Payment(event) = &happened.event { Some(event) } else { None }
            });
            let all: Vec<_> = told.flat_map(|event| timeline(payment, event, &origin, declines)).collect();
            let skip = if row.sequence == from.sequence { usize::from(from.read) } else { 0 };
            let room = size - entries.len();
            let count = all.len();
            entries.extend(all.into_iter().skip(skip).take(room));
            if skip + room < count {
                let read = u16::try_from(skip + room).map_err(|error| internal(&error))?;
                next = Some(LogPlace { sequence: row.sequence, read });
                break;
            }
        }
        let next_page_token = next.map(|place| page_token::write_place(id.0, place)).unwrap_or_default();
        Ok(pb::GetPaymentTimelineResponse { entries, next_page_token })
    }

    /// Why something was decided as it was.
    pub(super) async fn explain(&self, name: &str) -> Result<pb::Explanation, Status> {
        let (account, id) = self.field(explained(name))?;
        let entity = self.read(account, id, name).await?;
        let owner = self.account(account).await?;
        let program = self.engine.rules().programs.get(&owner.program);
        let known = |version: &Option<ProgramVersion>| Known {
            account: &owner,
            edition: version.as_ref().and_then(|version| program?.edition_of(version)),
            declines: &self.engine.rules().declines,
        };
        let (made, version, grounds) = if let Some(payment) = entity.get::<Payment>() {
            let version = Some(payment.program_version.clone());
            let grounds = explain_payment(payment, &known(&version));
            (payment.created, version, grounds)
        } else if let Some(verification) = entity.get::<Verification>() {
            let version = Some(verification.program_version.clone());
            let grounds = explain_verification(verification, &known(&version));
            (verification.created, version, grounds)
        } else {
            let attempt: &LinkAttempt = kept(&entity)?;
            let version = match &attempt.program_version {
                Some(version) => Some(version.clone()),
                None => program.map(|program| program.edition(attempt.created).version().clone()),
            };
            let grounds = explain_link_attempt(attempt, &known(&version));
            (attempt.created, version, grounds)
        };
        let first = self.first_row(account, &entity, made).await?;
        Ok(pb::Explanation {
            resource: name.to_owned(),
            program: owner.program.to_string(),
            program_version: version.map(|version| version.to_string()).unwrap_or_default(),
            decide_time: Some(time::timestamp(first.time)),
            cause: Some(first.cause),
            sequence: first.sequence,
            grounds,
        })
    }

    /// The row in which something was made.
    async fn first_row(&self, account: AccountId, entity: &Entity, made: Timestamp) -> Result<Read, Status> {
        let mut from = self.log_from(account, made).await?;
        loop {
            let found = self.rows_about(account, entity.id(), from, 1).await?;
            match (found.rows.into_iter().next(), found.rest) {
                (Some(row), _) => return Ok(row),
                (None, Some(rest)) => from = rest,
                (None, None) => return Err(internal(&"the log does not tell of what is there")),
            }
        }
    }

    /// The first row that may tell of what was made at that time. Rows of an account are in the order of time
    /// but for what clocks differ by, so it is found by halving.
    async fn log_from(&self, account: AccountId, made: Timestamp) -> Result<i64, Status> {
        let store = self.engine.store();
        let head = store.head(account.0).await.map_err(|error| self.broken(error))?;
        let wanted = made.checked_sub(SKEW).unwrap_or(Timestamp::MIN).as_microsecond();
        let (mut before, mut last) = (0, head.map_or(0, |head| head.version));
        while before < last {
            let middle = before + (last - before) / 2;
            let rows =
                store.account_journal(account.0, middle, 1).await.map_err(|error| self.broken(error))?;
            if rows.first().is_some_and(|row| row.time < wanted) {
                before = middle + 1;
            } else {
                last = middle;
            }
        }
        Ok(before + 1)
    }

    /// The rows from one on that tell of an entity: as many as are wanted, or as there are.
    async fn rows_about(
        &self,
        account: AccountId,
        entity: Uuid,
        from: i64,
        wanted: usize,
    ) -> Result<Found, Status> {
        let store = self.engine.store();
        let kept = store.get(entity).await.map_err(|error| self.broken(error))?;
        // What comes after the entity's last change can't tell of it.
        let last = kept.map_or(0, |row| row.version);
        let (mut rows, mut looked, mut after) = (Vec::new(), 0, from - 1);
        let name = entity.to_string();
        while after < last {
            if rows.len() >= wanted || looked >= ROWS_MOST {
                return Ok(Found { rows, rest: Some(after + 1) });
            }
            let read = store.account_journal(account.0, after, AT_ONCE).await;
            let read = read.map_err(|error| self.broken(error))?;
            if read.is_empty() {
                break;
            }
            for row in &read {
                looked += 1;
                after = row.sequence;
                if row.sequence <= last && row.events.contains(&name) {
                    rows.extend(about(row, entity).map_err(|error| internal(&error))?);
                }
                if rows.len() >= wanted {
                    break;
                }
            }
        }
        Ok(Found { rows, rest: None })
    }
}

/// A row, if something in it happened to the entity.
fn about(row: &JournalRow, entity: Uuid) -> Result<Option<Read>, serde_json::Error> {
    let events: Vec<Happened> = serde_json::from_str(&row.events)?;
    if !events.iter().any(|happened| happened.on == entity) {
        return Ok(None);
    }
    let cause: Cause = serde_json::from_str(&row.cause)?;
    Ok(Some(Read {
        sequence: row.sequence,
        time: Timestamp::from_microsecond(row.time).unwrap_or_default(),
        cause: pb::Cause { method: cause.method, principal: cause.principal, request_id: cause.request_id },
        events,
    }))
}

/// Reads what is to be explained.
fn explained(name: &str) -> Result<(AccountId, Uuid), FieldViolation> {
    [Kind::Payment, Kind::Verification, Kind::LinkAttempt]
        .into_iter()
        .find_map(|kind| names::parse_child("name", names::collection(kind), name).ok())
        .ok_or_else(|| {
            FieldViolation::new(
                "name",
                Reason::InvalidField,
                "name is no payment's, verification's or link attempt's. Give it as \
                 accounts/{account}/payments/{id}, …/verifications/{id} or …/linkAttempts/{id}.",
            )
        })
}
