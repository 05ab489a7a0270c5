//! The part of an attempt that changes, as events carry it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Attempt, SettledBy, State};
use crate::domain::ids::EffectId;

/// An attempt's new standing. What never changes (its operation, its provider) is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Which attempt.
    pub effect: EffectId,
    /// How it stands.
    pub state: State,
    /// How often it was sent.
    pub sends: u16,
    /// Whether it may have been sent without an answer.
    pub maybe_sent: bool,
    /// How many calls in a row brought no answer.
    pub silent: u16,
    /// How its end became known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<SettledBy>,
    /// When its end was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
}

impl From<&Attempt> for Step {
    fn from(attempt: &Attempt) -> Self {
        Self {
            effect: attempt.effect,
            state: attempt.state.clone(),
            sends: attempt.sends,
            maybe_sent: attempt.maybe_sent,
            silent: attempt.silent,
            settled_by: attempt.settled_by,
            ended: attempt.ended,
        }
    }
}

impl Attempt {
    /// The attempt after a step.
    pub fn take(&mut self, step: &Step) {
        self.state = step.state.clone();
        self.sends = step.sends;
        self.maybe_sent = step.maybe_sent;
        self.silent = step.silent;
        self.settled_by = step.settled_by;
        self.ended = step.ended;
    }
}
