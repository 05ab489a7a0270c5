//! The states of an effect and what moves it from one to the next. Pure: the whole table of what is
//! legal is the one `match` below.

use super::effect::{Cause, State};

/// What can happen to an effect after its first `Perform` was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// bursar asked that it never happen.
    CancelRequested,
    /// The cardholder gave the right answer.
    AnsweredRight,
    /// The cardholder gave a wrong answer.
    AnsweredWrong,
    /// The cardholder left by the cancel button.
    Abandoned,
    /// The customer logged on at the wallet and did not agree.
    NotAgreed,
    /// The page's time is over.
    Expired,
    /// What was worked on is done.
    Worked,
}

/// What follows from an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing changes: the effect rests, or the event does not concern it.
    Stays,
    /// This state follows.
    Becomes(State),
    /// The issuer rules now.
    Ruled { challenged: bool },
}

/// How often the cardholder may answer.
pub(super) const TRIES: u8 = 3;

/// What follows when `event` happens to an effect in `state`.
pub(super) fn next(state: &State, event: Event) -> Next {
    let cancelled = |reason| Next::Becomes(State::Cancelled { reason });
    match state {
        // At rest. What happened stays so, and so does what can never happen.
        State::Approved { .. } | State::Declined { .. } | State::Cancelled { .. } => Next::Stays,

        State::ActionRequired { url, expire_time, tries_left } => match event {
            Event::CancelRequested => cancelled(Cause::Requested),
            Event::AnsweredRight => Next::Ruled { challenged: true },
            Event::AnsweredWrong => match tries_left.saturating_sub(1) {
                0 => cancelled(Cause::ChallengeFailed),
                left => Next::Becomes(State::ActionRequired {
                    url: url.clone(),
                    expire_time: *expire_time,
                    tries_left: left,
                }),
            },
            Event::Abandoned => cancelled(Cause::ChallengeAbandoned),
            Event::NotAgreed => cancelled(Cause::AgreementNotApproved),
            Event::Expired => cancelled(Cause::ChallengeExpired),
            Event::Worked => Next::Stays,
        },

        State::Pending { challenged } => match event {
            Event::CancelRequested => cancelled(Cause::Requested),
            Event::Worked => Next::Ruled { challenged: *challenged },
            Event::AnsweredRight
            | Event::AnsweredWrong
            | Event::Abandoned
            | Event::NotAgreed
            | Event::Expired => Next::Stays,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(tries_left: u8) -> State {
        State::ActionRequired {
            url: "http://localhost/challenges/x".to_owned(),
            expire_time: "2026-01-01T00:15:00Z".parse().unwrap(),
            tries_left,
        }
    }

    #[test]
    fn every_event_in_every_state() {
        use Event::{Abandoned, AnsweredRight, AnsweredWrong, CancelRequested, Expired, NotAgreed, Worked};
        let events = [CancelRequested, AnsweredRight, AnsweredWrong, Abandoned, Expired, Worked, NotAgreed];
        let approved = State::Approved {
            reference: "r".to_owned(),
            authorization_code: "1".to_owned(),
            challenged: false,
            amount: None,
            holder: None,
        };
        let declined = State::Declined { code: "05".to_owned(), message: "no".to_owned() };
        let cancelled = State::Cancelled { reason: Cause::Requested };
        #[rustfmt::skip]
        let table = [
            // from                                cancel       right     wrong      abandoned    expired    worked   not agreed
            (approved,                            ["stays",     "stays",  "stays",   "stays",     "stays",   "stays",  "stays"]),
            (declined,                            ["stays",     "stays",  "stays",   "stays",     "stays",   "stays",  "stays"]),
            (cancelled,                           ["stays",     "stays",  "stays",   "stays",     "stays",   "stays",  "stays"]),
            (open(3),                             ["requested", "ruled+", "2 left",  "abandoned", "expired", "stays",  "not agreed"]),
            (open(2),                             ["requested", "ruled+", "1 left",  "abandoned", "expired", "stays",  "not agreed"]),
            (open(1),                             ["requested", "ruled+", "failed",  "abandoned", "expired", "stays",  "not agreed"]),
            (State::Pending { challenged: false },["requested", "stays",  "stays",   "stays",     "stays",   "ruled",  "stays"]),
            (State::Pending { challenged: true }, ["requested", "stays",  "stays",   "stays",     "stays",   "ruled+", "stays"]),
        ];
        for (state, expected) in table {
            for (event, expected) in events.into_iter().zip(expected) {
                let said = match next(&state, event) {
                    Next::Stays => "stays".to_owned(),
                    Next::Ruled { challenged: false } => "ruled".to_owned(),
                    Next::Ruled { challenged: true } => "ruled+".to_owned(),
                    Next::Becomes(State::Cancelled { reason: Cause::Requested }) => "requested".to_owned(),
                    Next::Becomes(State::Cancelled { reason: Cause::ChallengeExpired }) => {
                        "expired".to_owned()
                    }
                    Next::Becomes(State::Cancelled { reason: Cause::ChallengeFailed }) => "failed".to_owned(),
                    Next::Becomes(State::Cancelled { reason: Cause::ChallengeAbandoned }) => {
                        "abandoned".to_owned()
                    }
                    Next::Becomes(State::Cancelled { reason: Cause::AgreementNotApproved }) => {
                        "not agreed".to_owned()
                    }
                    Next::Becomes(State::Cancelled { reason: Cause::AgreementEnded }) => "ended".to_owned(),
                    Next::Becomes(State::ActionRequired { tries_left, .. }) => format!("{tries_left} left"),
                    Next::Becomes(
                        state @ (State::Approved { .. } | State::Declined { .. } | State::Pending { .. }),
                    ) => format!("{state:?}"),
                };
                assert_eq!(said, expected, "{event:?} in {state:?}");
            }
        }
    }
}
