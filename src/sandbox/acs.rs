//! The issuers' access control: what a challenge page shows, and what an answer on it leads to.

use jiff::Timestamp;

use super::{
    amount::Amount,
    catalogue::Page,
    clocks,
    database::Turn,
    desk,
    effect::{Cause, Effect, Request, State},
    error::Error,
    machine::Event,
    register, vault,
};

/// What a challenge page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Visit {
    pub standing: Standing,
    pub page: Page,
    /// IIN and last four digits.
    pub card: String,
    pub merchant: String,
    /// `None`: the card is only being checked.
    pub amount: Option<Amount>,
    /// Empty: the cardholder stays here.
    pub return_url: String,
}

/// How a challenge stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Open {
        tries_left: u8,
        expire_time: Timestamp,
    },
    /// The cardholder is known. What the issuer then decided, the merchant says.
    Passed,
    Failed,
    Abandoned,
    Expired,
    /// The merchant asked that it never happen.
    Withdrawn,
}

/// What the cardholder does on the page.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// Gives an answer, on a page that showed so many tries left. A page that shows another number
    /// than the present one was sent twice, and counts once.
    Answer {
        answer: String,
        tries_shown: u8,
    },
    Leave,
}

/// Looks at a challenge page. `None`: there is no such page.
pub(super) fn look(turn: &mut Turn<'_>, page: &str) -> Result<Option<Visit>, Error> {
    let Some(effect) = register::load_page(turn, page)? else { return Ok(None) };
    let effect = desk::up_to_date(turn, effect)?;
    visit(turn, effect)
}

/// Does what the cardholder does. `None`: there is no such page.
pub(super) fn act(turn: &mut Turn<'_>, page: &str, act: &Act) -> Result<Option<Visit>, Error> {
    let Some(effect) = register::load_page(turn, page)? else { return Ok(None) };
    let effect = desk::up_to_date(turn, effect)?;
    let State::ActionRequired { tries_left, .. } = effect.state else { return visit(turn, effect) };
    let event = match act {
        Act::Leave => Event::Abandoned,
        Act::Answer { tries_shown, .. } if *tries_shown != tries_left => return visit(turn, effect),
        Act::Answer { answer, .. } => {
            if answer.trim() == asked(turn, &effect)?.answer() {
                Event::AnsweredRight
            } else {
                Event::AnsweredWrong
            }
        }
    };
    let now = clocks::now(turn, &effect.clock)?;
    let effect = desk::happen(turn, effect, event, now)?;
    visit(turn, effect)
}

fn asked(turn: &Turn<'_>, effect: &Effect) -> Result<Page, Error> {
    let held = match effect.request.as_ref().and_then(Request::token) {
        Some(token) => vault::open(turn, token)?,
        None => None,
    };
    Ok(held.and_then(|held| held.card).map_or(Page::OneTimeCode, |card| card.page))
}

fn visit(turn: &Turn<'_>, effect: Effect) -> Result<Option<Visit>, Error> {
    let page = asked(turn, &effect)?;
    let (Some(request), Some(usage)) = (effect.request, effect.usage) else { return Ok(None) };
    let standing = match effect.state {
        State::ActionRequired { tries_left, expire_time, .. } => Standing::Open { tries_left, expire_time },
        State::Approved { .. } | State::Declined { .. } | State::Pending { .. } => Standing::Passed,
        State::Cancelled { reason } => match reason {
            Cause::Requested => Standing::Withdrawn,
            Cause::ChallengeExpired => Standing::Expired,
            Cause::ChallengeFailed => Standing::Failed,
            Cause::ChallengeAbandoned | Cause::AgreementNotApproved | Cause::AgreementEnded => {
                Standing::Abandoned
            }
        },
    };
    Ok(Some(Visit {
        standing,
        page,
        card: effect.statement.card,
        merchant: effect.statement.descriptor,
        amount: request.amount().cloned(),
        return_url: usage.return_url,
    }))
}
