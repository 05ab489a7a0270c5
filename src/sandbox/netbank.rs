//! The net-banking gateway and the banks behind it: the customer chooses a bank, pays there, and the bank
//! answers in its own time. What it approves takes nothing until it is captured.

use jiff::SignedDuration;
use rusqlite::OptionalExtension as _;

use super::{
    amount::Amount,
    case::Case,
    catalogue::{Bank, find_bank, reason},
    clocks,
    database::Turn,
    desk,
    effect::{Cause, Effect, Purpose, Request, State},
    error::Error,
    issuer::Ruling,
    machine::Event,
    register,
};

/// What a page shows.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub step: Step,
    pub merchant: String,
    pub amount: Option<Amount>,
    /// Empty: the customer stays here.
    pub return_url: String,
}

/// Where the customer is on their way.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// At the gateway, which asks for the bank.
    Choose,
    /// At the bank, which asks for their consent.
    Pay(&'static Bank),
    /// They have paid; the bank's answer comes in its own time.
    Paid,
    /// It came to nothing.
    Ended(Cause),
}

/// What the customer does on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    Choose(String),
    Pay,
    Leave,
}

/// Looks at a page. `None`: there is no such page.
pub(super) fn look(turn: &mut Turn<'_>, page: &str) -> Result<Option<Visit>, Error> {
    let Some(effect) = register::load_page(turn, page)? else { return Ok(None) };
    let effect = desk::up_to_date(turn, effect)?;
    visit(turn, page, effect).map(Some)
}

/// Does what the customer does. What does not fit the step they are at, changes nothing.
pub(super) fn act(turn: &mut Turn<'_>, page: &str, act: &Act) -> Result<Option<Visit>, Error> {
    let Some(effect) = register::load_page(turn, page)? else { return Ok(None) };
    let effect = desk::up_to_date(turn, effect)?;
    let now = clocks::now(turn, &effect.clock)?;
    let effect = match (step(turn, page, &effect)?, act) {
        (Step::Choose, Act::Choose(code)) => {
            if let Some(bank) = find_bank(code) {
                turn.connection
                    .prepare_cached("INSERT INTO visits (page, account, funded) VALUES (?1, ?2, 0)")?
                    .execute((page, bank.code))?;
            }
            effect
        }
        (Step::Pay(bank), Act::Pay) => {
            let mut effect = effect;
            bank.code.clone_into(&mut effect.statement.card);
            register::save(turn, &effect)?;
            desk::happen(turn, effect, Event::AnsweredRight, now)?
        }
        (Step::Choose | Step::Pay(_), Act::Leave) => desk::happen(turn, effect, Event::Abandoned, now)?,
        (Step::Choose | Step::Pay(_) | Step::Paid | Step::Ended(_), _) => effect,
    };
    visit(turn, page, effect).map(Some)
}

fn visit(turn: &Turn<'_>, page: &str, effect: Effect) -> Result<Visit, Error> {
    let step = step(turn, page, &effect)?;
    let return_url = effect.usage.map(|usage| usage.return_url).unwrap_or_default();
    let amount = effect.request.as_ref().and_then(Request::amount).cloned();
    Ok(Visit { step, merchant: effect.statement.descriptor, amount, return_url })
}

fn step(turn: &Turn<'_>, page: &str, effect: &Effect) -> Result<Step, Error> {
    Ok(match &effect.state {
        State::Approved { .. } | State::Declined { .. } | State::Pending { .. } => Step::Paid,
        State::Cancelled { reason } => Step::Ended(*reason),
        State::ActionRequired { .. } => chosen(turn, page)?.map_or(Step::Choose, Step::Pay),
    })
}

fn chosen(turn: &Turn<'_>, page: &str) -> Result<Option<&'static Bank>, Error> {
    let code: Option<String> = turn
        .connection
        .prepare_cached("SELECT account FROM visits WHERE page = ?1")?
        .query_row([page], |row| row.get(0))
        .optional()?;
    Ok(code.and_then(|code| find_bank(&code)))
}

fn bank_of(turn: &Turn<'_>, effect: &Effect) -> Result<Option<&'static Bank>, Error> {
    match (&effect.request, &effect.page) {
        (Some(Request::AuthorizeRedirect { .. }), Some(page)) => chosen(turn, page),
        _ => Ok(None),
    }
}

/// How long the customer's bank works on it; `None`: this is nothing that a bank works on.
pub(super) fn work(turn: &Turn<'_>, effect: &Effect) -> Result<Option<SignedDuration>, Error> {
    Ok(bank_of(turn, effect)?.map(|bank| bank.works))
}

/// How often the customer's bank tells of its answer.
pub(super) fn notifies(turn: &Turn<'_>, effect: &Effect) -> Result<Option<u8>, Error> {
    Ok(bank_of(turn, effect)?.map(|bank| bank.notifies))
}

/// What the bank says: once the customer has paid, or once its work is done.
pub(super) fn ruled(turn: &Turn<'_>, effect: &Effect, event: Event) -> Result<State, Error> {
    let Some(bank) = bank_of(turn, effect)? else {
        return Ok(State::Cancelled { reason: Cause::ChallengeAbandoned });
    };
    if event == Event::AnsweredRight && bank.works.is_positive() {
        return Ok(State::Pending { challenged: true });
    }
    Ok(match bank.refuses {
        Some(reason) => State::declined(reason),
        None => desk::approved(turn, true, effect.request.as_ref().and_then(Request::amount).cloned()),
    })
}

/// A request that a bank has approved and that was neither captured nor withdrawn.
fn ready(turn: &Turn<'_>, authorized: &str) -> Result<Option<Effect>, Error> {
    let Some(effect) = register::load(turn, authorized)? else { return Ok(None) };
    let approved = matches!(effect.state, State::Approved { .. });
    let used: bool = turn
        .connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM used_requests WHERE effect_id = ?1)")?
        .query_row([authorized], |row| row.get(0))?;
    let redirect = effect.purpose == Some(Purpose::Redirect);
    Ok(Some(effect).filter(|_| approved && redirect && !used))
}

fn use_up(turn: &Turn<'_>, authorized: &str) -> Result<(), Error> {
    turn.connection
        .prepare_cached("INSERT INTO used_requests (effect_id) VALUES (?1)")?
        .execute([authorized])?;
    Ok(())
}

/// The money is taken, once, and only in full.
pub(super) fn capture(turn: &Turn<'_>, authorized: &str, amount: &Amount) -> Result<Case, Error> {
    let Some(effect) = ready(turn, authorized)? else { return Ok(Case::void(Purpose::Capture)) };
    let fits = effect.request.as_ref().and_then(Request::amount) == Some(amount);
    if fits {
        use_up(turn, authorized)?;
    }
    let taken_after_all = fits && bank_of(turn, &effect)?.is_some_and(|bank| bank.takes_after_all);
    let ruling = match (fits, taken_after_all) {
        (false, _) => Ruling::Decline(reason::INVALID_AMOUNT),
        (true, true) => Ruling::Decline(reason::DO_NOT_HONOR),
        (true, false) => Ruling::Approve,
    };
    let amount = Some(amount.clone());
    Ok(Case { taken_after_all, ..Case::new(None, Purpose::Capture, effect.statement, amount, ruling) })
}

/// What was approved can't be captured any more.
pub(super) fn withdraw(turn: &Turn<'_>, authorized: &str) -> Result<Case, Error> {
    let Some(effect) = ready(turn, authorized)? else { return Ok(Case::void(Purpose::Withdrawal)) };
    use_up(turn, authorized)?;
    Ok(Case::new(None, Purpose::Withdrawal, effect.statement, None, Ruling::Approve))
}
