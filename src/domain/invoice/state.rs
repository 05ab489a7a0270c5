//! An invoice and what can happen to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use crate::domain::{
    ids::{AccountId, InvoiceId, PaymentId},
    invoice::{Collection, Declined, Purpose},
    money::Money,
};

/// What an account owes.
///
/// What changes stands first: where two versions of a row end alike, PostgreSQL logs that end only once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// How it stands.
    pub state: State,
    /// Its name.
    pub id: InvoiceId,
    /// Who owes it.
    pub account: AccountId,
    /// How much.
    pub amount: Money,
    /// What for.
    pub description: String,
    /// When it is to be paid.
    pub due: Timestamp,
    /// When it was created.
    pub created: Timestamp,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Purpose::is_other")]
    pub purpose: Purpose,
    /// How its collection stands, where it is collected by itself and that has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection: Option<Collection>,
    /// How much of it was paid from the balance (A30).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_balance: Option<Money>,
}

/// States of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
#[cfg_attr(
    test,
    derive(strum::EnumDiscriminants),
    strum_discriminants(name(InvoiceStanding), derive(strum::EnumIter))
)]
pub enum State {
    /// Owed.
    Open,
    /// Owed, and a payment is under way: nothing else charges it.
    Reserved { payment: PaymentId },
    /// Paid.
    Paid { payment: PaymentId, at: Timestamp },
    /// Paid from the balance, whole (A30).
    Settled { at: Timestamp },
    /// Not owed after all.
    Voided { at: Timestamp },
}

impl State {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Reserved { .. } => "RESERVED",
            Self::Paid { .. } | Self::Settled { .. } => "PAID",
            Self::Voided { .. } => "VOIDED",
        }
    }
}

/// What can happen to an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum InvoiceEvent {
    /// It was created.
    Created { invoice: Box<Invoice> },
    /// A payment of it is under way.
    Reserved { payment: PaymentId },
    /// That payment came to nothing.
    Reopened {},
    /// It was paid.
    Paid { payment: PaymentId, at: Timestamp },
    /// It was paid from the balance, or a part of it.
    Settled { amount: Money, at: Timestamp },
    /// It is not owed after all.
    Voided { at: Timestamp },
    /// It is not collected by itself any more: the account buys on credit by now (A31).
    CollectionEnded {},
    /// It could not be collected, and is tried again at the time, if at all.
    CollectionFailed { declines: Vec<Declined>, next_try: Option<Timestamp>, at: Timestamp },
}

impl Invoice {
    /// The invoice after what happened.
    pub fn evolve(&mut self, event: &InvoiceEvent) {
        self.state = match event {
            InvoiceEvent::Created { invoice } => {
                *self = (**invoice).clone();
                return;
            }
            InvoiceEvent::CollectionFailed { declines, next_try, at: _ } => {
                let collection = self.collection.get_or_insert_default();
                collection.rounds = collection.rounds.saturating_add(1);
                collection.declines.extend(declines.iter().cloned());
                collection.next_try = *next_try;
                return;
            }
            InvoiceEvent::CollectionEnded {} => {
                self.collection.get_or_insert_default().next_try = None;
                return;
            }
            InvoiceEvent::Reserved { payment } => State::Reserved { payment: *payment },
            InvoiceEvent::Reopened {} => State::Open,
            InvoiceEvent::Paid { payment, at } => State::Paid { payment: *payment, at: *at },
            InvoiceEvent::Settled { amount, at } => {
                let before = self.from_balance.unwrap_or_else(|| Money::zero(amount.currency()));
                self.from_balance = before.checked_add(amount).ok();
                if !self.unsettled().is_zero() {
                    return;
                }
                State::Settled { at: *at }
            }
            InvoiceEvent::Voided { at } => {
                // It went back to the balance.
                self.from_balance = None;
                State::Voided { at: *at }
            }
        };
    }

    /// What the balance has not paid of it; a payment has to be of that much.
    #[must_use]
    pub fn unsettled(&self) -> Money {
        let paid = self.from_balance.as_ref();
        paid.and_then(|paid| self.amount.checked_sub(paid).ok()).unwrap_or(self.amount)
    }

    /// What is owed of it now.
    #[must_use]
    pub fn owed(&self) -> Money {
        if self.is_open() { self.unsettled() } else { Money::zero(self.amount.currency()) }
    }

    /// Whether it is still owed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.state {
            State::Open | State::Reserved { .. } => true,
            State::Paid { .. } | State::Settled { .. } | State::Voided { .. } => false,
        }
    }

    /// When its collection is tried again.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match self.state {
            State::Open => self.collection.as_ref()?.next_try,
            State::Reserved { .. } | State::Paid { .. } | State::Settled { .. } | State::Voided { .. } => {
                None
            }
        }
    }

    /// Whether it is owed and its time has passed.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.is_open() && self.due < now
    }
}
