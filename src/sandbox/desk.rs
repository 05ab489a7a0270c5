//! The issuers' desk: performs, tells and cancels effects inside a turn of the ledger. Whatever
//! changes an effect enters the ledger, sets its timers and writes its notice in the same turn.

use jiff::{SignedDuration, Timestamp};

use super::{
    amount::Amount,
    calendar,
    case::Case,
    catalogue::{Delivery, reason},
    clocks,
    database::{Turn, whole_micros},
    effect::{Cause, Effect, Purpose, Request, State, Statement},
    error::Error,
    inbox,
    issuer::{self, Ruling},
    ledger::{self, Entry},
    machine::{self, Event, Next, TRIES},
    netbank, notices, paypal,
    register::{self, Call},
    reviewer,
    timers::{self, Timer},
    vault,
    wire::Order,
};
use crate::proto::{provider::v1::Outcome, sandbox::v1::LedgerEntryKind as Kind};

/// How long the issuer works on what it answers with `Pending`.
const WORK: SignedDuration = SignedDuration::from_secs(10);
/// How late a late notification is.
const LATE: SignedDuration = SignedDuration::from_mins(10);

/// What becomes of the answer to a `Perform`.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    AtOnce(Outcome),
    Slowly(Outcome),
    /// It never comes.
    Never,
    Unavailable,
}

/// Performs an effect, at most once for each id.
pub(super) fn perform(turn: &mut Turn<'_>, order: Order) -> Result<Answer, Error> {
    if let Some(effect) = register::load_counting(turn, &order.effect_id, Call::Perform)? {
        if effect.request.as_ref().is_some_and(|asked| *asked != order.request) {
            return Err(Error::invalid(
                "effect_id",
                "this id means another operation, amount or card; an id names one effect for ever",
            ));
        }
        return Ok(Answer::AtOnce(up_to_date(turn, effect)?.state.to_outcome()));
    }
    let now = clocks::now(turn, &order.clock)?;
    let case = Case::open(turn, &order, now)?;
    let delivery = case.card.map_or(Delivery::AtOnce, |card| issuer::play(card, case.purpose).delivery);
    let lost = match delivery {
        Delivery::LostUnapplied => Some(Answer::Never),
        Delivery::UnavailableOnce => Some(Answer::Unavailable),
        Delivery::AtOnce
        | Delivery::Slow
        | Delivery::LostApplied
        | Delivery::Pending
        | Delivery::NotifiedLate
        | Delivery::TakenAfterAll
        | Delivery::PromiseBroken => None,
    };
    let dropped = if lost.is_some() { register::dropped(turn, &order.effect_id)? } else { 0 };
    if let (Some(answer), 0) = (lost, dropped) {
        register::drop_request(turn, &order.effect_id)?;
        return Ok(answer);
    }
    let page = matches!(case.ruling, Ruling::Challenge).then(|| turn.secret());
    let mut effect = Effect {
        id: order.effect_id,
        clock: order.clock,
        request: Some(order.request),
        state: State::Pending { challenged: false },
        purpose: Some(case.purpose),
        statement: case.statement.clone(),
        usage: order.usage,
        page,
        listener: order.listener,
    };
    let state = ruled(turn, &effect, &case, now)?;
    enter(turn, &mut effect, state, now)?;
    if case.taken_after_all || breaks_its_word(turn, &effect)? {
        timers::set(turn, &effect.clock, later(now, LATE), Timer::TakenAfterAll, &effect.id)?;
    }
    if let Some(Request::Charge { token, .. }) = &effect.request {
        vault::count_charge(turn, token)?;
    }
    if let (Some(Request::EndAgreement { agreed }), State::Approved { .. }) = (&effect.request, &effect.state)
    {
        paypal::end(turn, agreed)?;
    }
    register::insert(turn, &effect, dropped + 1, 0)?;
    let outcome = effect.state.to_outcome();
    Ok(match (delivery, &effect.state) {
        (Delivery::LostApplied, _) => Answer::Never,
        (Delivery::Slow, _) => Answer::Slowly(outcome),
        (Delivery::NotifiedLate, State::Approved { .. }) => {
            timers::set(turn, &effect.clock, later(now, LATE), Timer::NoticeComes, &effect.id)?;
            Answer::AtOnce(State::Pending { challenged: false }.to_outcome())
        }
        (
            Delivery::NotifiedLate,
            State::Declined { .. }
            | State::ActionRequired { .. }
            | State::Pending { .. }
            | State::Cancelled { .. },
        )
        | (
            Delivery::AtOnce
            | Delivery::LostUnapplied
            | Delivery::UnavailableOnce
            | Delivery::Pending
            | Delivery::TakenAfterAll
            | Delivery::PromiseBroken,
            _,
        ) => Answer::AtOnce(outcome),
    })
}

/// Tells how an effect stands; `None`: it is not known.
pub(super) fn inquire(turn: &mut Turn<'_>, effect_id: &str) -> Result<Option<Outcome>, Error> {
    let Some(effect) = register::load_counting(turn, effect_id, Call::Inquire)? else { return Ok(None) };
    Ok(Some(up_to_date(turn, effect)?.state.to_outcome()))
}

/// Sees to it that an effect never happens, unless it has. An id that nobody has heard of is
/// remembered, so that a request that is still on its way comes too late.
pub(super) fn cancel(turn: &mut Turn<'_>, effect_id: &str, clock: &str) -> Result<Outcome, Error> {
    if let Some(effect) = register::load_counting(turn, effect_id, Call::Cancel)? {
        let effect = up_to_date(turn, effect)?;
        let now = clocks::now(turn, &effect.clock)?;
        return Ok(happen(turn, effect, Event::CancelRequested, now)?.state.to_outcome());
    }
    let effect = Effect {
        id: effect_id.to_owned(),
        clock: clock.to_owned(),
        request: None,
        state: State::Cancelled { reason: Cause::Requested },
        purpose: None,
        statement: Statement::default(),
        usage: None,
        page: None,
        listener: None,
    };
    let dropped = register::dropped(turn, effect_id)?;
    register::insert(turn, &effect, dropped, 1)?;
    Ok(effect.state.to_outcome())
}

/// Has an event happen to an effect, with all that follows from it.
pub(super) fn happen(
    turn: &mut Turn<'_>,
    mut effect: Effect,
    event: Event,
    now: Timestamp,
) -> Result<Effect, Error> {
    let state = match machine::next(&effect.state, event) {
        Next::Stays => return Ok(effect),
        Next::Becomes(state) => state,
        Next::Ruled { challenged } => rule_again(turn, &effect, event, challenged)?,
    };
    let stays_open =
        matches!((&effect.state, &state), (State::ActionRequired { .. }, State::ActionRequired { .. }));
    if stays_open {
        effect.state = state;
    } else {
        timers::clear(turn, &effect.id)?;
        enter(turn, &mut effect, state, now)?;
        if breaks_its_word(turn, &effect)? {
            timers::set(turn, &effect.clock, later(now, LATE), Timer::TakenAfterAll, &effect.id)?;
        }
    }
    register::save(turn, &effect)?;
    match event {
        // Who asked has the answer; a wrong answer is between cardholder and issuer.
        Event::CancelRequested => {}
        Event::AnsweredWrong if matches!(effect.state, State::ActionRequired { .. }) => {}
        Event::AnsweredWrong
        | Event::AnsweredRight
        | Event::Abandoned
        | Event::NotAgreed
        | Event::Expired
        | Event::Worked => {
            notices::post(turn, &effect)?;
        }
    }
    Ok(effect)
}

/// Whether the issuer takes, much later, what it has just declined or promised never to take.
fn breaks_its_word(turn: &Turn<'_>, effect: &Effect) -> Result<bool, Error> {
    let Some(token) = effect.request.as_ref().and_then(Request::token) else { return Ok(false) };
    let card = vault::open(turn, token)?.and_then(|held| held.card);
    let play = card.zip(effect.purpose).map(|(card, purpose)| issuer::play(card, purpose));
    let delivery = play.map(|play| play.delivery);
    Ok(match &effect.state {
        State::Declined { .. } => delivery == Some(Delivery::TakenAfterAll),
        State::Cancelled { reason: Cause::Requested } => delivery == Some(Delivery::PromiseBroken),
        State::Approved { .. }
        | State::ActionRequired { .. }
        | State::Pending { .. }
        | State::Cancelled { .. } => false,
    })
}

/// The issuer has taken the money all the same.
pub(super) fn take_after_all(turn: &mut Turn<'_>, mut effect: Effect, now: Timestamp) -> Result<(), Error> {
    let amount = effect.request.as_ref().and_then(Request::amount).cloned();
    let state = approved(turn, false, amount);
    enter(turn, &mut effect, state, now)?;
    register::save(turn, &effect)?;
    notices::post(turn, &effect)
}

/// The effect after everything that is due for it by now.
pub(super) fn up_to_date(turn: &mut Turn<'_>, effect: Effect) -> Result<Effect, Error> {
    match effect.state {
        State::Approved { .. } | State::Declined { .. } | State::Cancelled { .. } => return Ok(effect),
        State::ActionRequired { .. } | State::Pending { .. } => {}
    }
    let now = clocks::now(turn, &effect.clock)?;
    if timers::catch_up(turn, &effect.id, now)? {
        return Ok(register::load(turn, &effect.id)?.unwrap_or(effect));
    }
    Ok(effect)
}

/// The state that a ruling leads to.
fn ruled(turn: &Turn<'_>, effect: &Effect, case: &Case, now: Timestamp) -> Result<State, Error> {
    Ok(match case.ruling {
        Ruling::Approve | Ruling::ApproveHalf | Ruling::Decline(_) if case.takes_work() => {
            State::Pending { challenged: false }
        }
        Ruling::Approve => approved(turn, false, case.amount.clone()),
        Ruling::ApproveHalf => approved(turn, false, case.amount.as_ref().map(Amount::half)),
        Ruling::Decline(reason) => State::declined(reason),
        Ruling::Refuse => State::Cancelled { reason: Cause::ChallengeFailed },
        Ruling::Challenge => {
            let lifetime =
                effect.usage.as_ref().map_or(SignedDuration::ZERO, |usage| usage.challenge_lifetime);
            let expire_time = now
                .checked_add(lifetime)
                .map(whole_micros)
                .map_err(|_error| Error::invalid("card.challenge_lifetime", "it ends after the year 9999"))?;
            let page = effect.page.as_deref().unwrap_or_default();
            let pages = match effect.purpose {
                Some(Purpose::Agreement) => "paypal",
                Some(Purpose::Redirect) => "netbank",
                Some(_) | None => "challenges",
            };
            let url = format!("{}/{pages}/{page}", turn.pages_url);
            State::ActionRequired { url, expire_time, tries_left: TRIES }
        }
    })
}

/// The issuer's ruling once the cardholder is known, or the work is done.
fn rule_again(turn: &mut Turn<'_>, effect: &Effect, event: Event, challenged: bool) -> Result<State, Error> {
    if effect.purpose == Some(Purpose::Agreement) {
        return paypal::agreed(turn, effect);
    }
    if effect.purpose == Some(Purpose::Redirect) {
        return netbank::ruled(turn, effect, event);
    }
    if effect.purpose == Some(Purpose::IdentityReview) {
        return reviewer::ruled(turn, effect);
    }
    let held = match effect.request.as_ref().and_then(Request::token) {
        Some(token) => vault::open(turn, token)?,
        None => None,
    };
    let (Some(card), Some(request), Some(purpose)) =
        (held.and_then(|held| held.card), &effect.request, effect.purpose)
    else {
        return Ok(State::declined(reason::NO_SUCH_NUMBER));
    };
    if event == Event::AnsweredRight && issuer::play(card, purpose).delivery.is_worked_on() {
        return Ok(State::Pending { challenged });
    }
    Ok(match issuer::rule_authenticated(card, purpose) {
        Ruling::Approve => approved(turn, challenged, request.amount().cloned()),
        Ruling::ApproveHalf => approved(turn, challenged, request.amount().map(Amount::half)),
        Ruling::Decline(reason) => State::declined(reason),
        Ruling::Challenge | Ruling::Refuse => State::Cancelled { reason: Cause::ChallengeFailed },
    })
}

pub(super) fn approved(turn: &Turn<'_>, challenged: bool, amount: Option<Amount>) -> State {
    let reference = turn.id();
    let authorization_code = turn.secret().to_ascii_uppercase().chars().take(6).collect();
    let reference = format!("sbx_{reference}");
    State::Approved { reference, authorization_code, challenged, amount, holder: None }
}

/// Puts an effect into a state: its timers, and what the ledger has of it.
fn enter(turn: &Turn<'_>, effect: &mut Effect, state: State, now: Timestamp) -> Result<(), Error> {
    match &state {
        State::ActionRequired { expire_time, .. } => {
            timers::set(turn, &effect.clock, *expire_time, Timer::ChallengeExpires, &effect.id)?;
        }
        State::Pending { .. } => {
            let work = netbank::work(turn, effect)?.or(reviewer::work(turn, effect)?).unwrap_or(WORK);
            timers::set(turn, &effect.clock, later(now, work), Timer::WorkEnds, &effect.id)?;
        }
        State::Approved { amount: Some(amount), .. } => book(turn, effect, amount, now)?,
        State::Approved { amount: None, .. } => {
            if let Some(Request::SendMessage(letter)) = &effect.request {
                inbox::put(turn, &effect.id, letter, now)?;
            }
        }
        State::Declined { .. } | State::Cancelled { .. } => {}
    }
    effect.state = state;
    Ok(())
}

/// Enters in the ledger what just happened.
fn book(turn: &Turn<'_>, effect: &Effect, amount: &Amount, now: Timestamp) -> Result<(), Error> {
    let Some(request) = &effect.request else { return Ok(()) };
    let (kind, original_effect_id) = match request {
        Request::Authorize { .. } => (Kind::Hold, ""),
        Request::Charge { .. } | Request::Capture { .. } => (Kind::Charge, ""),
        Request::Verify { .. }
        | Request::SendMessage(_)
        | Request::Agree { .. }
        | Request::EndAgreement { .. }
        // What a bank has approved takes nothing yet.
        | Request::AuthorizeRedirect { .. }
        | Request::ReviewIdentity { .. }
        | Request::Withdraw { .. } => return Ok(()),
        Request::Release { authorized } => (Kind::ReleaseAccepted, authorized.as_str()),
        Request::Refund { charged, .. } => (Kind::Refund, charged.as_str()),
    };
    let Statement { card, descriptor } = &effect.statement;
    let entry =
        Entry { effect_id: &effect.id, kind, amount, card, descriptor, created: now, original_effect_id };
    ledger::enter(turn, &entry)?;
    if kind == Kind::ReleaseAccepted {
        let shown = calendar::shown(now, card);
        timers::set(turn, &effect.clock, shown, Timer::ReleaseShown, &effect.id)?;
    }
    Ok(())
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(now)
}
