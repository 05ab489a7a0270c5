//! What a request comes to, looked up and ruled upon.

use jiff::Timestamp;

use super::{
    amount::Amount,
    catalogue::{Card, Delivery, reason},
    database::Turn,
    effect::{Letter, Purpose, Request, State, Statement},
    error::Error,
    inbox,
    issuer::{self, Ruling},
    ledger, netbank, paypal, register, vault,
    wire::Order,
};

/// What a request comes to, looked up: the card it is about, the amount, the issuer's ruling.
pub(super) struct Case {
    pub card: Option<&'static Card>,
    pub purpose: Purpose,
    pub statement: Statement,
    pub amount: Option<Amount>,
    pub ruling: Ruling,
}

impl Case {
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
                    issuer::rule(&held, purpose, usage.authentication, now)
                };
                let statement = Statement { card: held.truncated, descriptor: order.descriptor.clone() };
                let amount = order.request.amount().cloned();
                Ok(Self { card: held.card, purpose, statement, amount, ruling })
            }
            Request::SendMessage(letter) => Ok(Self::message(letter)),
            Request::Agree { .. } => Ok(Self {
                card: None,
                purpose: Purpose::Agreement,
                statement: Statement { card: String::new(), descriptor: order.descriptor.clone() },
                amount: None,
                ruling: Ruling::Challenge,
            }),
            Request::EndAgreement { agreed } => {
                let statement = paypal::statement(turn, agreed)?;
                let ruling = match statement {
                    Some(_) => Ruling::Approve,
                    None => Ruling::Decline(reason::INVALID_TRANSACTION),
                };
                let statement = statement.unwrap_or_default();
                Ok(Self { card: None, purpose: Purpose::EndOfAgreement, statement, amount: None, ruling })
            }
            Request::AuthorizeRedirect { amount, .. } => Ok(Self {
                card: None,
                purpose: Purpose::Redirect,
                statement: Statement { card: String::new(), descriptor: order.descriptor.clone() },
                amount: Some(amount.clone()),
                ruling: Ruling::Challenge,
            }),
            Request::Capture { authorized, amount } => netbank::capture(turn, authorized, amount),
            Request::Withdraw { authorized } => netbank::withdraw(turn, authorized),
            Request::Release { authorized } => {
                let Some(original) = original(turn, authorized, Purpose::Hold)? else {
                    return Ok(Self::void(Purpose::Release));
                };
                let taken = ledger::undone(turn, authorized)? > 0;
                let ruling =
                    if taken { Ruling::Decline(reason::INVALID_TRANSACTION) } else { Ruling::Approve };
                let Original { card, statement, amount } = original;
                Ok(Self { card, purpose: Purpose::Release, statement, amount: Some(amount), ruling })
            }
            Request::Refund { charged, amount } => {
                let Some(original) = original(turn, charged, Purpose::Charge)? else {
                    return Ok(Self::void(Purpose::Refund));
                };
                let undone = ledger::undone(turn, charged)?;
                let fits = original.amount.currency == amount.currency
                    && undone + amount.total() <= original.amount.total();
                let ruling = if fits { Ruling::Approve } else { Ruling::Decline(reason::INVALID_AMOUNT) };
                let Original { card, statement, .. } = original;
                let amount = Some(amount.clone());
                Ok(Self { card, purpose: Purpose::Refund, statement, amount, ruling })
            }
        }
    }

    /// A message, to an address that exists or not.
    fn message(letter: &Letter) -> Self {
        let bounces = inbox::bounces(&letter.to);
        let ruling = if bounces { Ruling::Decline(inbox::NO_SUCH_MAILBOX) } else { Ruling::Approve };
        Self { card: None, purpose: Purpose::Message, statement: Statement::default(), amount: None, ruling }
    }

    /// There is nothing to be undone.
    pub fn void(purpose: Purpose) -> Self {
        let ruling = Ruling::Decline(reason::INVALID_TRANSACTION);
        Self { card: None, purpose, statement: Statement::default(), amount: None, ruling }
    }

    /// Whether the issuer works on it for a while before its verdict falls. What is wrong at first
    /// sight is refused at first sight.
    pub fn takes_work(&self) -> bool {
        self.card.is_some_and(|card| {
            issuer::play(card, self.purpose).delivery == Delivery::Pending
                && issuer::rule_authenticated(card, self.purpose) == self.ruling
        })
    }
}

/// An effect that happened and is to be undone.
struct Original {
    card: Option<&'static Card>,
    statement: Statement,
    amount: Amount,
}

/// The effect of that id and purpose, if it happened.
fn original(turn: &Turn<'_>, effect_id: &str, purpose: Purpose) -> Result<Option<Original>, Error> {
    let Some(effect) = register::load(turn, effect_id)? else { return Ok(None) };
    let (Some(request), State::Approved { amount: Some(amount), .. }) = (effect.request, effect.state) else {
        return Ok(None);
    };
    let (Some(token), true) = (request.token(), request.purpose() == purpose) else { return Ok(None) };
    let Some(held) = vault::open(turn, token)? else { return Ok(None) };
    Ok(Some(Original { card: held.card, statement: effect.statement, amount }))
}
