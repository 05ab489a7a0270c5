//! TestClockService: clocks that tests can move (C14). Served only with a sandbox.
//!
//! A clock goes from one due instant to the next, in the service and in the sandbox, and at each of them
//! both run until they are quiet, so that nothing happens later than it would have.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::sync::Mutex;
use tonic::{Request, Response, Status};

use crate::{
    api::{invalid_token, not_found, page_size, refused},
    domain::{
        command::Command,
        ids::AccountId,
        reason::Reason,
        rejection::{FieldViolation, Rejection},
    },
    effects::wake,
    engine::{Engine, EngineError},
    env::Connection,
    proto::sandbox::v1::{
        self as pb, sandbox_service_client::SandboxServiceClient, test_clock_service_server::TestClockService,
    },
    store::Store,
    wire::{names::Owner, time},
};

/// How often a clock stops on its way at most. A loop of timers would otherwise never end.
const STOPS: usize = 100_000;
/// How long both worlds are given to become quiet at one instant.
const QUIET: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(5);
/// How many calls under way are looked through for those of a clock.
const LEASED_MOST: usize = 10_000;

/// The service's and the sandbox's test clocks, moved together.
pub(super) struct TestClocks {
    engine: Engine,
    world: SandboxServiceClient<Connection>,
    /// One clock moves at a time: two that moved together could not say what fired for which.
    moving: Mutex<()>,
}

impl TestClocks {
    pub(super) fn new(engine: Engine, world: SandboxServiceClient<Connection>) -> Self {
        Self { engine, world, moving: Mutex::new(()) }
    }

    fn store(&self) -> &Arc<dyn Store> {
        self.engine.store()
    }

    async fn shown(&self, name: &str) -> Result<Timestamp, Status> {
        let micros = self.store().clock(name).await.map_err(|error| self.fault(error.into()))?;
        let micros = micros.ok_or_else(|| not_found(name))?;
        Timestamp::from_microsecond(micros).map_err(|error| Status::internal(error.to_string()))
    }

    fn fault(&self, error: EngineError) -> Status {
        match error {
            EngineError::Refused(rejection) => refused(&rejection, self.engine.clock().now()),
            EngineError::Overloaded | EngineError::Store(_) | EngineError::Internal(_) => {
                Status::unavailable(error.to_string())
            }
        }
    }

    /// Sets both worlds to an instant, and says what happened outside.
    async fn set(&self, name: &str, at: Timestamp) -> Result<Vec<String>, Status> {
        let set = self
            .store()
            .set_clock(name, at.as_microsecond())
            .await
            .map_err(|error| self.fault(error.into()))?;
        if !set {
            return Err(backwards("time"));
        }
        let request = pb::SetClockRequest { clock: name.to_owned(), time: Some(time::timestamp(at)) };
        Ok(self.world.clone().set_clock(request).await?.into_inner().fired)
    }

    /// When an account was last changed; `None` where there is no such account.
    async fn last_change(&self, account: AccountId) -> Result<Option<Timestamp>, Status> {
        let head = self.store().head(account.0).await.map_err(|error| self.fault(error.into()))?;
        let Some(head) = head else { return Ok(None) };
        let rows = self.store().account_journal(account.0, head.version - 1, 1).await;
        let rows = rows.map_err(|error| self.fault(error.into()))?;
        Ok(rows.first().and_then(|row| Timestamp::from_microsecond(row.time).ok()))
    }

    async fn next_outside(&self, name: &str) -> Result<Option<Timestamp>, Status> {
        let request = pb::GetNextEventRequest { clock: name.to_owned() };
        let next = self.world.clone().get_next_event(request).await?.into_inner().next_time;
        Ok(next.as_ref().and_then(time::instant))
    }

    async fn next_inside(&self, name: &str) -> Result<Option<Timestamp>, Status> {
        let next = self.store().next_due(name).await.map_err(|error| self.fault(error.into()))?;
        Ok(next.and_then(|micros| Timestamp::from_microsecond(micros).ok()))
    }

    /// Whether no call to a provider is under way for an account on the clock, by whatever replica.
    async fn is_quiet(&self, name: &str) -> Result<bool, Status> {
        let leased = self.store().lapsed(i64::MAX, LEASED_MOST).await;
        let leased = leased.map_err(|error| self.fault(error.into()))?;
        Ok(leased.iter().all(|row| row.entity.clock != name))
    }

    /// Runs both worlds at one instant until nothing more happens.
    async fn settle(&self, name: &str, at: Timestamp, fired: &mut Vec<String>) -> Result<(), Status> {
        let deadline = tokio::time::Instant::now() + QUIET;
        loop {
            let woken = wake(&self.engine, name, at).await.map_err(|error| self.fault(error))?;
            let quiet = woken.is_empty() && self.is_quiet(name).await?;
            fired.extend(woken.into_iter().map(|what| format!("{at}: the timer of {what} ran out")));
            if quiet {
                let outside = self.next_outside(name).await?;
                if outside.is_none_or(|next| next > at) {
                    return Ok(());
                }
                fired.extend(self.set(name, at).await?);
            }
            if tokio::time::Instant::now() > deadline {
                return Err(Status::aborted("the clock did not become quiet; advance it again to go on"));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

#[tonic::async_trait]
impl TestClockService for TestClocks {
    async fn create_test_clock(
        &self,
        request: Request<pb::CreateTestClockRequest>,
    ) -> Result<Response<pb::CreateTestClockResponse>, Status> {
        let request = request.into_inner();
        let id = &request.test_clock_id;
        let good = (1..=63).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !good {
            return Err(invalid("test_clock_id", "Give 1 to 63 lower-case letters, digits and hyphens."));
        }
        let name = format!("testClocks/{id}");
        let at = match &request.time {
            Some(wire) => time::instant(wire).ok_or_else(|| invalid("time", "No such instant exists."))?,
            None => self.engine.clock().now(),
        };
        // Clocks are kept to the microsecond.
        let at = Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at);
        let store = self.store();
        if store.clock(&name).await.map_err(|error| self.fault(error.into()))?.is_some() {
            let message = format!("{name} exists already. Choose another id, or use it as it is.");
            let rejection = Rejection {
                kind: crate::domain::rejection::Kind::Exists,
                ..Rejection::field("test_clock_id", Reason::ResourceExists, message)
            };
            return Err(refused(&rejection, at));
        }
        self.set(&name, at).await?;
        Ok(Response::new(pb::CreateTestClockResponse { test_clock: Some(shown(&name, at)) }))
    }

    async fn get_test_clock(
        &self,
        request: Request<pb::GetTestClockRequest>,
    ) -> Result<Response<pb::GetTestClockResponse>, Status> {
        let name = request.into_inner().name;
        let at = self.shown(&name).await?;
        Ok(Response::new(pb::GetTestClockResponse { test_clock: Some(shown(&name, at)) }))
    }

    async fn list_test_clocks(
        &self,
        request: Request<pb::ListTestClocksRequest>,
    ) -> Result<Response<pb::ListTestClocksResponse>, Status> {
        let request = request.into_inner();
        let refuse = |rejection: &Rejection| refused(rejection, Timestamp::UNIX_EPOCH);
        let size = page_size(request.page_size, 50, 200).map_err(|bad| refuse(&bad))?;
        // The token is the name of the last clock of the page before.
        let after = request.page_token;
        if !after.is_empty() && !after.starts_with("testClocks/") {
            return Err(refuse(&invalid_token("page_token")));
        }
        let read = self.store().clocks(&after, size + 1).await;
        let mut clocks = read.map_err(|error| self.fault(error.into()))?;
        let more = clocks.len() > size;
        clocks.truncate(size);
        let last = clocks.last().filter(|_| more).map(|(name, _)| name.clone());
        let instant = |micros| Timestamp::from_microsecond(micros).unwrap_or_default();
        Ok(Response::new(pb::ListTestClocksResponse {
            test_clocks: clocks.iter().map(|(name, micros)| shown(name, instant(*micros))).collect(),
            next_page_token: last.unwrap_or_default(),
        }))
    }

    async fn attach_account(
        &self,
        request: Request<pb::AttachAccountRequest>,
    ) -> Result<Response<pb::AttachAccountResponse>, Status> {
        let request = request.into_inner();
        let owner = Owner::parse("account", &request.account)
            .map_err(|bad| refused(&Rejection::bad_input(vec![bad]), self.engine.clock().now()))?;
        let seller = match &owner {
            Owner::Program(program) if !self.engine.rules().programs.contains_key(program) => {
                return Err(not_found(&owner.name()));
            }
            Owner::Program(program) => Some(program.clone()),
            Owner::Customer(_) => None,
        };
        let account = owner.account();
        let shows = self.shown(&request.test_clock).await?;
        if self.last_change(account).await?.is_some_and(|last| shows < last) {
            return Err(backwards("test_clock"));
        }
        let command = Command::AttachClock { clock: request.test_clock, seller };
        self.engine.tell(account, command).await.map_err(|error| self.fault(error))?;
        Ok(Response::new(pb::AttachAccountResponse {}))
    }

    async fn advance_test_clock(
        &self,
        request: Request<pb::AdvanceTestClockRequest>,
    ) -> Result<Response<pb::AdvanceTestClockResponse>, Status> {
        let request = request.into_inner();
        let name = request.name;
        let _moving = self.moving.lock().await;
        let mut now = self.shown(&name).await?;
        let target = request
            .time
            .as_ref()
            .and_then(time::instant)
            .and_then(|at| Timestamp::from_microsecond(at.as_microsecond()).ok())
            .ok_or_else(|| invalid("time", "Give the instant that the clock is to show."))?;
        if target < now {
            return Err(backwards("time"));
        }
        let mut fired = Vec::new();
        self.settle(&name, now, &mut fired).await?;
        for _ in 0..STOPS {
            let next = [self.next_inside(&name).await?, self.next_outside(&name).await?];
            let next = next.into_iter().flatten().min().filter(|next| *next <= target);
            now = next.unwrap_or(target).max(now);
            fired.extend(self.set(&name, now).await?);
            self.settle(&name, now, &mut fired).await?;
            if next.is_none() {
                let test_clock = Some(shown(&name, now));
                return Ok(Response::new(pb::AdvanceTestClockResponse { test_clock, fired }));
            }
        }
        Err(Status::aborted("too many timers ran out on the way; advance the clock again to go on"))
    }
}

fn shown(name: &str, at: Timestamp) -> pb::TestClock {
    pb::TestClock { name: name.to_owned(), time: Some(time::timestamp(at)) }
}

fn invalid(field: &str, description: &str) -> Status {
    let bad = FieldViolation::new(field, Reason::InvalidField, description);
    refused(&Rejection::bad_input(vec![bad]), Timestamp::UNIX_EPOCH)
}

fn backwards(field: &str) -> Status {
    let rejection = Rejection::field(
        field,
        Reason::ClockBackwards,
        "A test clock goes only forward. Give an instant that is not before the one it shows.",
    );
    refused(&rejection, Timestamp::UNIX_EPOCH)
}
