//! A month of usage and what can happen to it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use crate::domain::{
    ids::{AccountId, InvoiceId, MethodId, PeriodId, VerificationId},
    money::{Money, MoneyError},
    program::ProgramVersion,
};

/// What an account uses in a month, in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// How it stands.
    pub state: State,
    /// What was used and is on no bill yet.
    pub unbilled: Charge,
    /// All that was used.
    pub total: Charge,
    /// All that was used, by product.
    pub products: BTreeMap<String, Charge>,
    /// The bills, in order.
    pub bills: Vec<InvoiceId>,
    /// Those that are not paid: until they are, what reaches the threshold waits.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unpaid: BTreeSet<InvoiceId>,
    /// What is held for what is on no bill yet (A21).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preauthorization: Option<Preauthorization>,
    /// Its name.
    pub id: PeriodId,
    /// Who uses.
    pub account: AccountId,
    /// From when on, in the program's time zone.
    pub starts: Timestamp,
    /// Until when.
    pub ends: Timestamp,
    /// When its bill is generated (H10).
    pub bill_at: Timestamp,
    /// The rules it was opened under (C1).
    pub program_version: ProgramVersion,
}

/// A hold for what is on no bill yet (A21).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preauthorization {
    /// What places it.
    pub verification: VerificationId,
    /// The method that it is placed on.
    pub method: MethodId,
    /// Whether it could not be placed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
}

/// An amount, and the tax on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// Before tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
}

/// States of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
#[cfg_attr(
    test,
    derive(strum::EnumDiscriminants),
    strum_discriminants(name(PeriodStanding), derive(strum::EnumIter))
)]
pub enum State {
    /// Usage is added to it.
    Open,
    /// It is over; its bill is still to be generated.
    Closed { at: Timestamp },
    /// Its bill was generated.
    Billed { at: Timestamp },
}

/// What can happen to a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PeriodEvent {
    /// Something was used for the first time in the month.
    Opened { period: Box<Period> },
    /// Something was used.
    UsageReported { product: String, charge: Charge },
    /// A hold was asked for, for what is on no bill yet (A21).
    PreauthorizationStarted { preauthorization: Preauthorization },
    /// It could not be placed.
    PreauthorizationFailed { verification: VerificationId },
    /// What was on no bill was put on one.
    BillIssued { invoice: InvoiceId },
    /// A bill of it is no longer owed.
    BillSettled { invoice: InvoiceId },
    /// It is over.
    Closed { at: Timestamp },
    /// Its bill was generated, if anything was left for one.
    Billed { at: Timestamp },
}

impl Charge {
    /// Nothing, in the currency of an amount.
    #[must_use]
    pub fn nothing(like: &Money) -> Self {
        let zero = Money::zero(like.currency());
        Self { net: zero, tax: zero }
    }

    /// With more.
    pub fn plus(&self, more: &Self) -> Result<Self, MoneyError> {
        Ok(Self { net: self.net.checked_add(&more.net)?, tax: self.tax.checked_add(&more.tax)? })
    }

    /// With the tax.
    pub fn gross(&self) -> Result<Money, MoneyError> {
        self.net.checked_add(&self.tax)
    }
}

impl State {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Closed { .. } => "CLOSED",
            Self::Billed { .. } => "BILLED",
        }
    }
}

impl Period {
    /// The period after what happened.
    pub fn evolve(&mut self, event: &PeriodEvent) {
        match event {
            PeriodEvent::Opened { period } => *self = (**period).clone(),
            PeriodEvent::UsageReported { product, charge } => {
                let nothing = Charge::nothing(&charge.net);
                let product = self.products.entry(product.clone()).or_insert(nothing);
                // What could not be added up was refused before it came to be an event.
                for sum in [product, &mut self.total, &mut self.unbilled] {
                    *sum = sum.plus(charge).unwrap_or(*sum);
                }
            }
            PeriodEvent::PreauthorizationStarted { preauthorization } => {
                self.preauthorization = Some(*preauthorization);
            }
            PeriodEvent::PreauthorizationFailed { verification } => {
                let of = self.preauthorization.as_mut().filter(|it| it.verification == *verification);
                if let Some(preauthorization) = of {
                    preauthorization.failed = true;
                }
            }
            PeriodEvent::BillIssued { invoice } => {
                self.preauthorization = None;
                self.unbilled = Charge::nothing(&self.unbilled.net);
                self.bills.push(*invoice);
                self.unpaid.insert(*invoice);
            }
            PeriodEvent::BillSettled { invoice } => {
                self.unpaid.remove(invoice);
            }
            PeriodEvent::Closed { at } => self.state = State::Closed { at: *at },
            PeriodEvent::Billed { at } => self.state = State::Billed { at: *at },
        }
    }

    /// Whether decisions about the account need it: it is not billed, or not all of its bills are paid.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.state {
            State::Open | State::Closed { .. } => true,
            State::Billed { .. } => !self.unpaid.is_empty(),
        }
    }

    /// Whether usage at that instant belongs to it.
    #[must_use]
    pub fn takes(&self, currency: crate::domain::currency::Currency, now: Timestamp) -> bool {
        matches!(self.state, State::Open) && now < self.ends && self.total.net.currency() == currency
    }

    /// When it closes, or its bill is generated.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match self.state {
            State::Open => Some(self.ends),
            State::Closed { .. } => Some(self.bill_at),
            State::Billed { .. } => None,
        }
    }
}
