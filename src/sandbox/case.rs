//! What a request comes to, looked up and ruled upon.

use jiff::Timestamp;

use super::{
    amount::Amount,
    catalogue::{Card, reason},
    database::Turn,
    effect::{Letter, Purpose, Request, State, Statement},
    error::Error,
    inbox,
    issuer::{self, Ruling},
    ledger, netbank, paypal, register, reviewer, vault,
    wire::Order,
};

/// What a request comes to, looked up: the card it is about, the amount, the issuer's ruling.
pub(super) struct Case {
    pub card: Option<&'static Card>,
    pub purpose: Purpose,
    pub statement: Statement,
    pub amount: Option<Amount>,
    pub ruling: Ruling,
    /// Whether a bank refuses it now and takes it all the same, much later.
    pub taken_after_all: bool,
}

impl Case {
    /// One that ends as it is ruled upon.
    pub fn new(
        card: Option<&'static Card>,
        purpose: Purpose,
        statement: Statement,
        amount: Option<Amount>,
        ruling: Ruling,
    ) -> Self {
        Self { card, purpose, statement, amount, ruling, taken_after_all: false }
    }

    pub fn open(turn: &Turn<'_>, order: &Order, now: Timestamp) -> Result<Self, Error> {
        match &order.request {
            Request::Authorize { token, .. } | Request::Charge { token, .. } | Request::Verify { token } => {
                let mut held = vault::open(turn, token)?
                    .ok_or_else(|| Error::invalid("card.token", "no card was tokenized to this"))?;
                let usage = order.usage.as_ref().ok_or_else(|| Error::invalid("card", "a card is needed"))?;
                if let Some((year, month)) = usage.expiry {
                    (held.expiry_year, held.expiry_month) = (year, month);
                }
                let asked = order.request.purpose();
                let first = asked == Purpose::Charge && held.charges == 0;
                let purpose = if first { Purpose::FirstCharge } else { asked };
                let ruling = if paypal::has_ended(turn, token)? {
                    Ruling::Decline(reason::AGREEMENT_CANCELLED)
                } else {
                    issuer::rule(&held, purpose, usage.authentication, now, order.request.amount())
                };
                let statement = Statement { card: held.truncated, descriptor: order.descriptor.clone() };
                let amount = order.request.amount().cloned();
                Ok(Self::new(held.card, purpose, statement, amount, ruling))
            }
            Request::SendMessage(letter) => Ok(Self::message(letter)),
            Request::Agree { .. } => {
                let statement = Statement { card: String::new(), descriptor: order.descriptor.clone() };
                Ok(Self::new(None, Purpose::Agreement, statement, None, Ruling::Challenge))
            }
            Request::EndAgreement { agreed } => {
                let statement = paypal::statement(turn, agreed)?;
                let ruling = match statement {
                    Some(_) => Ruling::Approve,
                    None => Ruling::Decline(reason::INVALID_TRANSACTION),
                };
                let statement = statement.unwrap_or_default();
                Ok(Self::new(None, Purpose::EndOfAgreement, statement, None, ruling))
            }
            Request::AuthorizeRedirect { amount, .. } => {
                let statement = Statement { card: String::new(), descriptor: order.descriptor.clone() };
                Ok(Self::new(None, Purpose::Redirect, statement, Some(amount.clone()), Ruling::Challenge))
            }
            Request::Capture { authorized, amount } => netbank::capture(turn, authorized, amount),
            Request::Withdraw { authorized } => netbank::withdraw(turn, authorized),
            Request::ReviewIdentity { registered_name, documents } => {
                reviewer::review(turn, registered_name, documents, now)
            }
            Request::Release { authorized } => {
                let Some(original) = original(turn, authorized, &[Purpose::Hold])? else {
                    return Ok(Self::void(Purpose::Release));
                };
                let taken = ledger::undone(turn, authorized)? > 0;
                let ruling =
                    if taken { Ruling::Decline(reason::INVALID_TRANSACTION) } else { Ruling::Approve };
                let Original { card, statement, amount, .. } = original;
                Ok(Self::new(card, Purpose::Release, statement, Some(amount), ruling))
            }
            Request::Refund { charged, amount, reference } => {
                let Some(original) = original(turn, charged, &[Purpose::Charge, Purpose::Capture])? else {
                    return Ok(Self::void(Purpose::Refund));
                };
                let undone = ledger::undone(turn, charged)?;
                let fits = original.amount.currency == amount.currency
                    && undone + amount.total() <= original.amount.total();
                let in_part = amount.total() < original.amount.total();
                let ruling = if !reference.is_empty() && *reference != original.reference {
                    Ruling::Decline(reason::INVALID_TRANSACTION)
                } else if !fits {
                    Ruling::Decline(reason::INVALID_AMOUNT)
                } else if in_part && original.card.is_some_and(|card| card.refunds_whole_only) {
                    Ruling::Decline(reason::DO_NOT_HONOR)
                } else {
                    Ruling::Approve
                };
                let Original { card, statement, .. } = original;
                Ok(Self::new(card, Purpose::Refund, statement, Some(amount.clone()), ruling))
            }
        }
    }

    /// A message, to an address that exists or not.
    fn message(letter: &Letter) -> Self {
        let bounces = inbox::bounces(&letter.to);
        let ruling = if bounces { Ruling::Decline(inbox::NO_SUCH_MAILBOX) } else { Ruling::Approve };
        Self::new(None, Purpose::Message, Statement::default(), None, ruling)
    }

    /// There is nothing to be undone.
    pub fn void(purpose: Purpose) -> Self {
        let ruling = Ruling::Decline(reason::INVALID_TRANSACTION);
        Self::new(None, purpose, Statement::default(), None, ruling)
    }

    /// Whether the issuer works on it for a while before its verdict falls. What is wrong at first
    /// sight is refused at first sight.
    pub fn takes_work(&self) -> bool {
        self.card.is_some_and(|card| {
            issuer::play(card, self.purpose).delivery.is_worked_on()
                && issuer::rule_authenticated(card, self.purpose) == self.ruling
        })
    }
}

/// An effect that happened and is to be undone.
struct Original {
    card: Option<&'static Card>,
    statement: Statement,
    amount: Amount,
    reference: String,
}

/// The effect of that id and of one of these purposes, if it happened.
fn original(turn: &Turn<'_>, effect_id: &str, purposes: &[Purpose]) -> Result<Option<Original>, Error> {
    let Some(effect) = register::load(turn, effect_id)? else { return Ok(None) };
    let (Some(request), State::Approved { amount: Some(amount), reference, .. }) =
        (effect.request, effect.state)
    else {
        return Ok(None);
    };
    if !purposes.contains(&request.purpose()) {
        return Ok(None);
    }
    // What was paid at a bank was paid with no card.
    let card = match request.token() {
        Some(token) => match vault::open(turn, token)? {
            Some(held) => held.card,
            None => return Ok(None),
        },
        None => None,
    };
    Ok(Some(Original { card, statement: effect.statement, amount, reference }))
}
