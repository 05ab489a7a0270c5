//! PayPal: who has logged on where, what they agreed to, and whether that still holds.

use rusqlite::OptionalExtension as _;

use super::{
    catalogue::{self, Account},
    clocks,
    database::Turn,
    desk,
    effect::{Cause, Effect, State, Statement},
    error::Error,
    machine::Event,
    notices, register,
    vault::{self, Held},
};

/// What a page of PayPal's shows.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub step: Step,
    pub merchant: String,
    /// Empty: the customer stays here.
    pub return_url: String,
}

/// Where the customer is on their way.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// Nobody has logged on.
    LogOn,
    /// They have no bank or card to take money from.
    Fund(&'static Account),
    /// They are asked to agree.
    Agree(&'static Account),
    /// They have agreed.
    Agreed,
    /// It came to nothing.
    Ended(Cause),
}

/// What the customer does on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// Logs on with an e-mail address.
    LogOn(String),
    /// Adds a bank account.
    Fund,
    /// Agrees.
    Agree,
    /// Leaves.
    Leave,
}

/// Looks at a page. `None`: there is no such page.
pub(super) fn look(turn: &mut Turn<'_>, page: &str) -> Result<Option<Visit>, Error> {
    let Some(effect) = register::load_page(turn, page)? else { return Ok(None) };
    let effect = desk::up_to_date(turn, effect)?;
    visit(turn, page, effect).map(Some)
}

/// Does what the customer does. What does not fit the step they are at, changes nothing. `None`: there is
/// no such page.
pub(super) fn act(turn: &mut Turn<'_>, page: &str, act: &Act) -> Result<Option<Visit>, Error> {
    let Some(effect) = register::load_page(turn, page)? else { return Ok(None) };
    let effect = desk::up_to_date(turn, effect)?;
    let now = clocks::now(turn, &effect.clock)?;
    let effect = match (step(turn, page, &effect)?, act) {
        (Step::LogOn, Act::LogOn(email)) => {
            if let Some(account) = catalogue::find_wallet(email) {
                log_on(turn, page, account)?;
            }
            effect
        }
        (Step::Fund(_), Act::Fund) => {
            fund(turn, page)?;
            effect
        }
        (Step::Agree(_), Act::Agree) => desk::happen(turn, effect, Event::AnsweredRight, now)?,
        (Step::LogOn, Act::Leave) => desk::happen(turn, effect, Event::Abandoned, now)?,
        // They were known already, and did not want to.
        (Step::Fund(_) | Step::Agree(_), Act::Leave) => desk::happen(turn, effect, Event::NotAgreed, now)?,
        (Step::LogOn | Step::Fund(_) | Step::Agree(_) | Step::Agreed | Step::Ended(_), _) => effect,
    };
    visit(turn, page, effect).map(Some)
}

fn visit(turn: &Turn<'_>, page: &str, effect: Effect) -> Result<Visit, Error> {
    let step = step(turn, page, &effect)?;
    let return_url = effect.usage.map(|usage| usage.return_url).unwrap_or_default();
    Ok(Visit { step, merchant: effect.statement.descriptor, return_url })
}

fn step(turn: &Turn<'_>, page: &str, effect: &Effect) -> Result<Step, Error> {
    Ok(match &effect.state {
        State::Approved { .. } | State::Declined { .. } | State::Pending { .. } => Step::Agreed,
        State::Cancelled { reason } => Step::Ended(*reason),
        State::ActionRequired { .. } => match visitor(turn, page)? {
            None => Step::LogOn,
            Some((account, funded)) if account.funded || funded => Step::Agree(account),
            Some((account, _)) => Step::Fund(account),
        },
    })
}

fn visitor(turn: &Turn<'_>, page: &str) -> Result<Option<(&'static Account, bool)>, Error> {
    let row: Option<(String, bool)> = turn
        .connection
        .prepare_cached("SELECT account, funded FROM visits WHERE page = ?1")?
        .query_row([page], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(row.and_then(|(email, funded)| catalogue::find_wallet(&email).map(|account| (account, funded))))
}

fn log_on(turn: &Turn<'_>, page: &str, account: &Account) -> Result<(), Error> {
    turn.connection
        .prepare_cached("INSERT INTO visits (page, account, funded) VALUES (?1, ?2, 0)")?
        .execute((page, account.plays.number))?;
    Ok(())
}

fn fund(turn: &Turn<'_>, page: &str) -> Result<(), Error> {
    turn.connection.prepare_cached("UPDATE visits SET funded = 1 WHERE page = ?1")?.execute([page])?;
    Ok(())
}

/// The customer agrees: a token stands for their wallet from now on.
pub(super) fn agreed(turn: &mut Turn<'_>, effect: &Effect) -> Result<State, Error> {
    let page = effect.page.as_deref().unwrap_or_default();
    let Some((account, _)) = visitor(turn, page)? else {
        return Ok(State::Cancelled { reason: Cause::ChallengeAbandoned });
    };
    let email = account.plays.number;
    let held = Held {
        card: Some(&account.plays),
        truncated: email.to_owned(),
        code_matches: true,
        holder_known: true,
        // Wallets do not expire.
        expiry_year: catalogue::EXPIRY_NOT_ON_CARD_FROM - 1,
        expiry_month: 12,
        charges: 0,
    };
    let token = vault::keep(turn, &held)?;
    turn.connection
        .prepare_cached(
            "INSERT INTO agreements (effect_id, token, account, merchant, ended) VALUES (?1, ?2, ?3, ?4, 0)",
        )?
        .execute((&effect.id, &token, email, &effect.statement.descriptor))?;
    Ok(State::Approved {
        reference: token,
        authorization_code: String::new(),
        challenged: true,
        amount: None,
        holder: Some(email.to_owned()),
    })
}

/// Whether a token stands for a wallet whose agreement has ended.
pub(super) fn has_ended(turn: &Turn<'_>, token: &str) -> Result<bool, Error> {
    let ended: Option<bool> = turn
        .connection
        .prepare_cached("SELECT ended FROM agreements WHERE token = ?1")?
        .query_row([token], |row| row.get(0))
        .optional()?;
    Ok(ended.unwrap_or(false))
}

/// Whose agreement that is, and with whom; `None`: nobody ever agreed by that effect.
pub(super) fn statement(turn: &Turn<'_>, effect_id: &str) -> Result<Option<Statement>, Error> {
    let row = turn
        .connection
        .prepare_cached("SELECT account, merchant FROM agreements WHERE effect_id = ?1")?
        .query_row([effect_id], |row| Ok(Statement { card: row.get(0)?, descriptor: row.get(1)? }))
        .optional()?;
    Ok(row)
}

/// Ends an agreement: its token is declined from now on.
pub(super) fn end(turn: &Turn<'_>, effect_id: &str) -> Result<(), Error> {
    turn.connection
        .prepare_cached("UPDATE agreements SET ended = 1 WHERE effect_id = ?1")?
        .execute([effect_id])?;
    Ok(())
}

/// The holder ends an agreement themselves, at PayPal: bursar is told. Twice is once.
pub(super) fn end_by_holder(turn: &mut Turn<'_>, effect_id: &str) -> Result<(), Error> {
    let in_force = agreements(turn, "")?.iter().any(|it| it.effect_id == effect_id && !it.ended);
    let Some(mut effect) = register::load(turn, effect_id)?.filter(|_| in_force) else { return Ok(()) };
    end(turn, effect_id)?;
    effect.state = State::Cancelled { reason: Cause::AgreementEnded };
    register::save(turn, &effect)?;
    notices::post(turn, &effect)
}

/// An agreement as its holder sees it.
#[derive(Debug, Clone)]
pub(super) struct Agreement {
    pub effect_id: String,
    pub account: String,
    pub merchant: String,
    pub ended: bool,
}

/// The agreements of an account, or (empty) of all.
pub(super) fn agreements(turn: &Turn<'_>, account: &str) -> Result<Vec<Agreement>, Error> {
    let mut statement = turn.connection.prepare_cached(
        "SELECT effect_id, account, merchant, ended FROM agreements
         WHERE ?1 = '' OR account = ?1 ORDER BY effect_id",
    )?;
    let rows = statement.query_map([account], |row| {
        Ok(Agreement {
            effect_id: row.get(0)?,
            account: row.get(1)?,
            merchant: row.get(2)?,
            ended: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
