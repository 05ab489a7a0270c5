//! What becomes of calls to the provider, by plan: the four things that a caller has to be ready for.

use std::{
    fmt,
    str::FromStr,
    sync::{Mutex, PoisonError},
};

use bursar::proto::provider::v1::{Declined, Outcome, outcome::Result as Result_};

/// What becomes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// They are carried out, and the answer arrives.
    #[default]
    Acknowledged,
    /// The first call of each sort about each effect never arrives, nor does an answer.
    NotApplied,
    /// The first call of each sort about each effect is carried out; its answer never arrives.
    AnswerLost,
    /// The nth effect that takes something is declined, from 1.
    Declined(usize),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Acknowledged => f.write_str("acknowledged"),
            Self::NotApplied => f.write_str("not-applied"),
            Self::AnswerLost => f.write_str("answer-lost"),
            Self::Declined(nth) => write!(f, "declined-{nth}"),
        }
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "acknowledged" => Ok(Self::Acknowledged),
            "not-applied" => Ok(Self::NotApplied),
            "answer-lost" => Ok(Self::AnswerLost),
            _ => text
                .strip_prefix("declined-")
                .and_then(|nth| nth.parse().ok())
                .map(Self::Declined)
                .ok_or_else(|| "expected acknowledged, not-applied, answer-lost or declined-N".to_owned()),
        }
    }
}

/// A fault that strikes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strike {
    NotApplied,
    AnswerLost,
}

/// The plan of one world, and what it has met so far.
#[derive(Default)]
pub struct Twist {
    kind: Kind,
    met: Mutex<Met>,
}

#[derive(Default)]
struct Met {
    /// Calls that a fault has struck.
    struck: Vec<String>,
    /// Effects that take something, in the order in which they were first asked for.
    taking: Vec<String>,
}

impl Twist {
    pub fn new(kind: Kind) -> Self {
        Self { kind, met: Mutex::default() }
    }

    fn met(&self) -> std::sync::MutexGuard<'_, Met> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What strikes this call now.
    pub fn strikes(&self, call: &str) -> Option<Strike> {
        let strike = match self.kind {
            Kind::NotApplied => Strike::NotApplied,
            Kind::AnswerLost => Strike::AnswerLost,
            Kind::Acknowledged | Kind::Declined(_) => return None,
        };
        let mut met = self.met();
        if met.struck.iter().any(|struck| struck == call) {
            return None;
        }
        met.struck.push(call.to_owned());
        Some(strike)
    }

    /// An effect that takes something is asked for: whether it is the one to be declined.
    pub fn declines(&self, effect: &str) -> bool {
        let mut met = self.met();
        if !met.taking.iter().any(|taking| taking == effect) {
            met.taking.push(effect.to_owned());
        }
        drop(met);
        self.verdict(effect).is_some()
    }

    /// What is told of an effect that was declined.
    pub fn verdict(&self, effect: &str) -> Option<Outcome> {
        let Kind::Declined(nth) = self.kind else { return None };
        let declined = self.met().taking.get(nth - 1).is_some_and(|taking| taking == effect);
        let told = Declined { network_code: "05".to_owned(), message: "simulated".to_owned() };
        declined.then_some(Outcome { result: Some(Result_::Declined(told)) })
    }

    /// How many effects took something, or were to.
    pub fn taking(&self) -> usize {
        self.met().taking.len()
    }
}
