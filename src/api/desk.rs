//! What all services share: handing commands in, reading entities, showing them.

use std::sync::Arc;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use uuid::Uuid;

use super::{
    call::Call,
    page_token,
    status::{self, failed, internal, not_found, refused},
};
use crate::{
    domain::{
        account::Account,
        card::IinTable,
        command::Command,
        entity::{Entity, Kept, Kind},
        ids::AccountId,
        program::{Program, ProgramId},
        reason::Reason,
        rejection::{FieldViolation, Rejection},
        seller,
    },
    engine::{Engine, EngineError, Request, RequestKey},
    env::Links,
    provider::Registry,
    store::{StoreError, codec},
    telemetry,
    wire::{
        names::{self, Owner},
        v1::Showing,
    },
};

/// What all services share. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    /// Where commands go.
    pub engine: Engine,
    /// The adapters, for tokenizing and for looking after a browser has come back.
    pub providers: Registry,
    /// How the outside finds back to us.
    pub links: Arc<Links>,
    /// What the vendors of card ranges know.
    pub iins: Arc<IinTable>,
    /// Cancelled when the service is told to stop.
    pub stop: CancellationToken,
}

/// A command, and what the call that asks for it says beside.
pub struct Order {
    /// Whose entities it is about.
    pub account: AccountId,
    /// What is asked.
    pub command: Command,
    /// Its request id.
    pub key: RequestKey,
    /// Whether the answer is wanted only once the entity rests.
    pub until_rest: bool,
}

/// What entities of one kind are. A command is answered by one of the kind that it is about.
pub(super) fn kept<T: Kept>(entity: &Entity) -> Result<&T, Status> {
    entity.get().ok_or_else(|| internal(&format!("the answer is no {}", T::KIND)))
}

impl Desk {
    /// The system's time.
    pub fn now(&self) -> Timestamp {
        self.engine.clock().now()
    }

    /// Bad input, all of it at once (C6).
    pub fn check(&self, bad: Vec<FieldViolation>) -> Result<(), Status> {
        if bad.is_empty() { Ok(()) } else { Err(self.refuse(&Rejection::bad_input(bad))) }
    }

    /// A refusal.
    pub fn refuse(&self, rejection: &Rejection) -> Status {
        refused(rejection, self.now())
    }

    /// One field that can't be read.
    pub fn field<T>(&self, read: Result<T, FieldViolation>) -> Result<T, Status> {
        read.map_err(|bad| self.refuse(&Rejection::bad_input(vec![bad])))
    }

    /// An engine's error. Waiting times are told on the account's clock.
    pub async fn fail(&self, account: AccountId, error: &EngineError) -> Status {
        let now = match error {
            EngineError::Refused(_) => self.clock_of(account).await.unwrap_or_else(|_| self.now()),
            EngineError::Overloaded | EngineError::Store(_) | EngineError::Internal(_) => self.now(),
        };
        failed(error, now)
    }

    /// A store's error.
    pub fn broken(&self, error: StoreError) -> Status {
        failed(&error.into(), self.now())
    }

    /// Hands a command in and awaits the entity that answers.
    pub async fn order(&self, call: Call, order: Order) -> Result<Arc<Entity>, Status> {
        let Order { account, command, key, until_rest } = order;
        telemetry::note_account(account.0);
        let request = Request { account, command, key: Some(key), principal: call.principal, until_rest };
        match self.engine.submit_until(request, call.deadline).await {
            Ok(Some(rested)) => Ok(rested.entity),
            Ok(None) => Err(internal(&"a request's resource is gone")),
            Err(error) => Err(self.fail(account, &error).await),
        }
    }

    /// What a request id was used for before, where a call that is refused at the door repeats one that
    /// was let in (C7): since then a month may have ended, or a provider gone away.
    pub async fn recall(&self, call: Call, account: AccountId, key: RequestKey) -> Option<Arc<Entity>> {
        let (key, principal) = (Some(key), call.principal);
        let request = Request { account, command: Command::Recall, key, principal, until_rest: true };
        self.engine.submit_until(request, call.deadline).await.ok().flatten().map(|rested| rested.entity)
    }

    /// Reads an entity of an account; one of another account, or of another kind than its name says, does
    /// not exist.
    pub async fn read(&self, account: AccountId, id: Uuid, name: &str) -> Result<Arc<Entity>, Status> {
        telemetry::note_account(account.0);
        let read = self.engine.read(account, id).await.map_err(|error| failed(&error, self.now()))?;
        read.filter(|entity| names::is_of(name, entity.kind())).ok_or_else(|| not_found(name))
    }

    /// Reads an account.
    pub async fn account(&self, id: AccountId) -> Result<Account, Status> {
        let name = names::account(id);
        let entity = self.read(id, id.0, &name).await?;
        entity.get().cloned().ok_or_else(|| not_found(&name))
    }

    /// A program that the server was started with.
    pub fn program(&self, id: &ProgramId) -> Result<&Program, Status> {
        let programs = &self.engine.rules().programs;
        programs.get(id).ok_or_else(|| {
            let known: Vec<String> = programs.keys().map(ToString::to_string).collect();
            let message = format!(
                "The server was not started with a program {:?}. Name one of {}.",
                id.0,
                known.join(", ")
            );
            let rejection = Rejection::field("account.program", Reason::ProgramUnknown, message);
            self.refuse(&rejection.fact("program", id))
        })
    }

    /// A program that is named as the owner of something.
    pub fn named_program(&self, field: &str, name: &str) -> Result<ProgramId, Status> {
        let id = self.field(names::parse_program(field, name))?;
        self.served(&id)?;
        Ok(id)
    }

    /// Whether the server was started with a program that something is said to belong to.
    pub fn served(&self, id: &ProgramId) -> Result<(), Status> {
        let served = self.engine.rules().programs.contains_key(id);
        if served { Ok(()) } else { Err(not_found(&format!("programs/{id}"))) }
    }

    /// Whose account it is.
    pub fn owner(&self, account: AccountId) -> Owner {
        let mut programs = self.engine.rules().programs.keys();
        match programs.find(|program| seller::account_of(program) == account) {
            Some(program) => Owner::Program(program.clone()),
            None => Owner::Customer(account),
        }
    }

    /// What an account's clock shows (C14).
    pub async fn clock_of(&self, account: AccountId) -> Result<Timestamp, Status> {
        let store = self.engine.store();
        let head = store.head(account.0).await.map_err(|error| self.broken(error))?;
        match head {
            Some(head) if !head.clock.is_empty() => {
                let micros = store.clock(&head.clock).await.map_err(|error| self.broken(error))?;
                let shown = micros.and_then(|micros| Timestamp::from_microsecond(micros).ok());
                Ok(shown.unwrap_or_else(|| self.now()))
            }
            Some(_) | None => Ok(self.now()),
        }
    }

    /// What showing a resource needs, at an instant.
    pub fn showing(&self, now: Timestamp) -> Showing<'_> {
        Showing { declines: &self.engine.rules().declines, links: &self.links, now }
    }

    /// A page of an account's entities of one kind, and the token of the next.
    pub async fn list(
        &self,
        account: AccountId,
        kind: Kind,
        size: i32,
        token: &str,
    ) -> Result<(Vec<Entity>, String), Status> {
        self.account(account).await?;
        self.page(account, kind, size, token).await
    }

    /// A page of the entities of one kind of an account that is known to be there, or can't be missing.
    pub async fn page(
        &self,
        account: AccountId,
        kind: Kind,
        size: i32,
        token: &str,
    ) -> Result<(Vec<Entity>, String), Status> {
        let page =
            page_token::read(account, kind, size, token).map_err(|rejection| self.refuse(&rejection))?;
        let store = self.engine.store();
        let rows = store
            .list(account.0, kind as i16, page.after, page.size + 1)
            .await
            .map_err(|error| self.broken(error))?;
        let more = rows.len() > page.size;
        let entities = rows
            .iter()
            .take(page.size)
            .map(codec::decode)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| status::internal(&error))?;
        let next = match entities.last() {
            Some(last) if more => page_token::write(account, kind, last.id()),
            Some(_) | None => String::new(),
        };
        Ok((entities, next))
    }
}
