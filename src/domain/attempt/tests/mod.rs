//! The machine that every movement of money runs on: each state against each input on one page, the
//! times at which it moves, and what no order of inputs can bring about.

mod grid;
mod times;
mod walk;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::domain::{
    card::Expiry,
    ids::EffectId,
    money::Money,
    outcome::{Outcome, Silence},
};

/// When every attempt of these tests was made.
const MADE: Timestamp = Timestamp::constant(1_790_000_000, 0);

/// An adapter that can cancel, whose inquiries are conclusive after a minute, and which remembers ids
/// for an hour.
const POLICY: Policy = Policy {
    conclusive_after: SignedDuration::from_mins(1),
    retention: SignedDuration::from_hours(1),
    can_cancel: true,
    sends: 3,
    backoff: Backoff { first: SignedDuration::from_secs(1), most: SignedDuration::from_secs(10) },
};

fn after(seconds: i64) -> Timestamp {
    MADE.checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

fn usd(amount: &str) -> Money {
    Money::parse(amount, "USD".parse().unwrap()).unwrap()
}

/// A charge of ten dollars.
fn charge() -> Attempt {
    let card = CardUse {
        token: "tok".to_owned(),
        descriptor: "SHOP".to_owned(),
        authentication: Authentication::IssuerDecides,
        challenge_seconds: 900,
        expiry: Some(Expiry::new(12, 2030).unwrap()),
    };
    let operation = Operation::Charge { amount: usd("10.00"), card, reference: "payment".to_owned() };
    Attempt::new(EffectId { entity: uuid::Uuid::from_u128(7), ordinal: 1 }, "sandbox", operation, MADE)
}

fn approval_of(amount: &str) -> Approval {
    Approval {
        reference: "ref".to_owned(),
        amount: Some(usd(amount)),
        authorization_code: "A1".to_owned(),
        challenged: false,
        wallet_holder: None,
    }
}

fn approval(amount: &str) -> Outcome {
    Outcome::Approved(approval_of(amount))
}

fn declined() -> Outcome {
    Outcome::Declined { code: "05".to_owned() }
}

fn action() -> Outcome {
    Outcome::ActionRequired { url: "https://acs/2".to_owned(), expire_at: after(900) }
}

fn withdrawn() -> Outcome {
    Outcome::Cancelled { reason: CancelReason::Requested }
}

fn refused() -> Silence {
    Silence::Refused { message: "no".to_owned() }
}

/// What a state is called in the tables.
fn short(state: &State) -> &'static str {
    match state {
        State::Sending => "SEND",
        State::NotSent { .. } => "NOTS",
        State::Unknown { .. } => "UNKN",
        State::Inquiring => "INQU",
        State::ActionRequired { .. } => "ACTI",
        State::Pending { .. } => "PEND",
        State::Cancelling { .. } => "CANC",
        State::CancelUnknown { .. } => "CAUN",
        State::Approved(_) => "APPR",
        State::Declined { .. } => "DECL",
        State::Cancelled { .. } => "GONE",
        State::NeverSent => "NEVR",
        State::Refused { .. } => "RFSD",
        State::Review { .. } => "REVW",
    }
}
