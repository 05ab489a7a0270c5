//! Entries of the balance: what it was moved by.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};
use uuid::Uuid;

use crate::domain::{
    account::AccountEvent,
    balance::Funds,
    decision::{Decision, Refusal},
    event::Event,
    facts::Facts,
    ids::{AccountId, BalanceEntryId, InvoiceId, RemittanceId},
    money::Money,
    reason::Reason,
    rejection::{Rejection, Violation},
};

/// One movement of the balance. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name.
    pub id: BalanceEntryId,
    /// Whose balance.
    pub account: AccountId,
    /// What moved it.
    pub kind: EntryKind,
    /// By how much, whichever way.
    pub amount: Money,
    /// What there was in that currency after it.
    pub balance: Decimal,
    /// When.
    pub created: Timestamp,
}

/// What moves a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum EntryKind {
    /// Money arrived.
    Remittance { remittance: RemittanceId },
    /// A bill was paid, or a part of it.
    Settlement { invoice: InvoiceId },
    /// A bill that had been paid in part was voided.
    SettlementReversal { invoice: InvoiceId },
    /// The bank took back what had arrived.
    Return { remittance: RemittanceId },
}

impl EntryKind {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Remittance { .. } => "REMITTANCE",
            Self::Settlement { .. } => "SETTLEMENT",
            Self::SettlementReversal { .. } => "SETTLEMENT_REVERSAL",
            Self::Return { .. } => "RETURN",
        }
    }

    /// Whether it adds to the balance.
    #[must_use]
    pub fn adds(self) -> bool {
        match self {
            Self::Remittance { .. } | Self::SettlementReversal { .. } => true,
            Self::Settlement { .. } | Self::Return { .. } => false,
        }
    }
}

impl Entry {
    /// The amount with its sign.
    #[must_use]
    pub fn movement(&self) -> Decimal {
        if self.kind.adds() { self.amount.amount() } else { -self.amount.amount() }
    }
}

/// What can happen to an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EntryEvent {
    /// It was made.
    Made { entry: Entry },
}

/// Moves the balance of the account, as it is after what the decision has of it so far.
pub(in crate::domain) fn enter(
    facts: &Facts<'_>,
    decision: &mut Decision,
    kind: EntryKind,
    amount: Money,
) -> Result<(), Box<Refusal>> {
    let account = facts.account()?;
    let (funds, entries) = so_far(&account.balance, decision);
    let currency = amount.currency();
    let before = funds.in_currency(currency);
    let after = if kind.adds() { before + amount.amount() } else { before - amount.amount() };
    // A sum that no amount could ever be is no sum that anybody has.
    Money::new(after.abs(), currency).map_err(|error| {
        Rejection::rule(Violation::new(
            Reason::AmountOutOfRange,
            "C3",
            format!("The balance would be out of range: {error}."),
        ))
    })?;
    let id = BalanceEntryId(nth(facts.id(2), entries));
    let entry = Entry { id, account: account.id, kind, amount, balance: after, created: facts.now };
    decision.push(id.0, Event::BalanceEntry(EntryEvent::Made { entry }));
    let event = AccountEvent::BalanceMoved { currency, balance: after };
    decision.push(account.id.0, Event::Account(event));
    Ok(())
}

/// The funds after a decision, and how many entries it has.
fn so_far(funds: &Funds, decision: &Decision) -> (Funds, u128) {
    let (mut funds, mut entries) = (funds.clone(), 0);
    for happened in &decision.events {
        if let Event::Account(AccountEvent::BalanceMoved { currency, balance }) = &happened.event {
            funds.set(*currency, *balance);
            entries += 1;
        }
    }
    (funds, entries)
}

/// An id for what follows from settlement, beside the drawn one, which the command may have used.
pub(super) fn aside(drawn: Uuid) -> Uuid {
    nth(drawn, 0xf_fff0)
}

/// Ids made of one that was drawn, in the order of the entries: a decision may have any number of them.
/// Twenty of its random bits make place for their count.
fn nth(drawn: Uuid, count: u128) -> Uuid {
    const PLACE: u128 = 0xf_ffff << 40;
    Uuid::from_u128((drawn.as_u128() & !PLACE) | (((count + 1) << 40) & PLACE))
}
