//! What follows from a command.

use uuid::Uuid;

use super::{
    attempt::{Attempt, Effect},
    event::{Event, Happened},
    rejection::Rejection,
};

/// What follows from a command that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What happens, in order.
    pub events: Vec<Happened>,
    /// Calls to providers that are to be made once all this is durable (C8).
    pub effects: Vec<Effect>,
    /// The provider that the last of these goes to.
    pub provider: Option<String>,
    /// The entity that answers the caller.
    pub reply: Uuid,
}

/// A command that was refused. It may leave a trace all the same: a refused link is history (H12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub rejection: Rejection,
    /// What is recorded of it.
    pub recorded: Option<Decision>,
}

/// Accepted or refused.
pub type Decided = Result<Decision, Box<Refusal>>;

impl Decision {
    /// A decision in which nothing happens but the answer.
    #[must_use]
    pub fn reply(reply: Uuid) -> Self {
        Self { events: Vec::new(), effects: Vec::new(), provider: None, reply }
    }

    /// Adds what happens.
    #[must_use]
    pub fn on(mut self, on: Uuid, event: Event) -> Self {
        self.events.push(Happened { on, event });
        self
    }

    /// Adds what happens, in place.
    pub fn push(&mut self, on: Uuid, event: Event) {
        self.events.push(Happened { on, event });
    }

    /// Adds what another decision has, after all that this one has.
    pub fn merge(&mut self, other: Self) {
        self.events.extend(other.events);
        self.effects.extend(other.effects);
        self.provider = other.provider.or_else(|| self.provider.take());
    }

    /// Adds the call that an attempt asks for, if any.
    pub fn call(&mut self, attempt: &Attempt) {
        if let Some(effect) = attempt.call() {
            self.effects.push(effect);
            self.provider = Some(attempt.provider.clone());
        }
    }
}

impl From<Rejection> for Box<Refusal> {
    fn from(rejection: Rejection) -> Self {
        Self::new(Refusal { rejection, recorded: None })
    }
}
