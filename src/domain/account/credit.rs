//! Credit terms: who buys within a limit and pays the monthly bill by bank transfer (A25, A31).

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::domain::{
    account::{Account, AccountEvent},
    decision::{Decided, Decision, Refusal},
    event::Event,
    exchange::ConversionError,
    facts::Facts,
    money::Money,
    program::{Edition, MethodKind},
    reason::Reason,
    rejection::{FieldViolation, Rejection, Violation},
};

/// The longest time that a bill may be left unpaid, in days.
const BILL_DUE_DAYS_MOST: u32 = 365;

/// What the seller has agreed with a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditTerms {
    /// Whether the customer may buy on credit.
    pub approved: bool,
    /// What kind of customer the seller has found it to be.
    pub customer: CustomerType,
    /// How much may be owed at a time, in the account's currency.
    pub limit: Money,
    /// How many days after a bill it is due.
    pub bill_due_days: u32,
}

/// Kinds of customer, as far as credit asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CustomerType {
    /// A person.
    Individual,
    /// A company.
    Enterprise,
}

impl Account {
    /// The terms, where the customer may buy on credit.
    #[must_use]
    pub fn credit(&self) -> Option<&CreditTerms> {
        self.credit.as_ref().filter(|terms| terms.approved)
    }

    /// Why it can't pay by bank transfer (A25).
    #[must_use]
    pub fn transfer_refusals(&self, edition: &Edition) -> Vec<Violation> {
        let approved = self.credit().is_none().then(|| {
            Violation::new(
                Reason::CreditNotApproved,
                "A25",
                "Bank transfer is for accounts that buy on credit. Have the seller approve it, or pay by card.",
            )
        });
        let offered = edition.refuse_kind(&MethodKind::BankTransfer.to_string(), &self.region);
        let offered = offered.map(|violation| Violation { requirement: "A25".to_owned(), ..violation });
        approved.into_iter().chain(offered).collect()
    }

    /// Whether what follows from a bill depends on the others: they share a limit, or a balance.
    #[must_use]
    pub fn bills_hang_together(&self) -> bool {
        self.credit().is_some() || !self.balance.is_empty()
    }

    /// Whether its cards may be charged with nobody there to ask for it (A31).
    #[must_use]
    pub fn is_charged_automatically(&self) -> bool {
        self.credit().is_none()
    }
}

/// A25: credit is for enterprises, where the program takes bank transfers.
pub fn set_credit_terms(facts: &Facts<'_>, terms: &CreditTerms) -> Decided {
    let account = facts.account()?;
    let mut bad = Vec::new();
    if terms.limit.currency() != account.currency {
        bad.push(FieldViolation::new(
            "credit_terms.limit",
            Reason::InvalidField,
            format!("The limit is in {}. Give it in the account's currency.", terms.limit.currency()),
        ));
    }
    if terms.approved && terms.limit.is_zero() {
        bad.push(FieldViolation::new(
            "credit_terms.limit",
            Reason::AmountOutOfRange,
            "The limit is zero. Give one that is more, or do not approve credit.",
        ));
    }
    if terms.bill_due_days > BILL_DUE_DAYS_MOST {
        bad.push(FieldViolation::new(
            "credit_terms.bill_due_days",
            Reason::InvalidField,
            format!("A bill can't be left unpaid for so long. Give at most {BILL_DUE_DAYS_MOST} days."),
        ));
    }
    if !bad.is_empty() {
        return Err(Rejection::bad_input(bad).into());
    }
    let refused = if terms.approved { refusals(facts, account, terms) } else { Vec::new() };
    if let Some(rejection) = Rejection::rules(refused) {
        return Err(rejection.into());
    }
    let event = AccountEvent::CreditTermsSet { terms: terms.clone() };
    Ok(Decision::reply(account.id.0).on(account.id.0, Event::Account(event)))
}

fn refusals(facts: &Facts<'_>, account: &Account, terms: &CreditTerms) -> Vec<Violation> {
    let transfer = MethodKind::BankTransfer.to_string();
    let offered = facts.edition().refuse_kind(&transfer, &account.region);
    let enterprise = match terms.customer {
        CustomerType::Enterprise => None,
        CustomerType::Individual => Some(Violation::new(
            Reason::CreditNeedsEnterprise,
            "A25",
            "Only an enterprise can buy on credit. Approve it for one, or let the customer pay by card.",
        )),
    };
    let offered = offered.map(|violation| Violation { requirement: "A25".to_owned(), ..violation });
    enterprise.into_iter().chain(offered).collect()
}

/// A25: what is owed stays within the limit. Amounts in other currencies count at the day's rate.
pub(in crate::domain) fn within_limit(facts: &Facts<'_>, amount: &Money) -> Result<(), Box<Refusal>> {
    let account = facts.account()?;
    let Some(terms) = account.credit() else { return Ok(()) };
    let (used, amount) = owed(facts, account, terms, amount).map_err(|error| facts.rate_missing(&error))?;
    let within = |total: Money| total.compare(&terms.limit).is_ok_and(Ordering::is_le);
    if used.checked_add(&amount).is_ok_and(within) {
        return Ok(());
    }
    Err(Rejection::rule(
        Violation::new(
            Reason::CreditLimitExceeded,
            "A25",
            "The amount does not fit into the credit limit. Pay open bills first, or raise the limit.",
        )
        .fact("limit", terms.limit)
        .fact("used", used)
        .fact("amount", amount),
    )
    .into())
}

/// What is owed already, and an amount, both in the limit's currency.
fn owed(
    facts: &Facts<'_>,
    account: &Account,
    terms: &CreditTerms,
    amount: &Money,
) -> Result<(Money, Money), ConversionError> {
    let convert = |money: &Money| {
        let converted = facts.rules.rates.convert_half_even(money, terms.limit.currency(), facts.today())?;
        Ok::<_, ConversionError>(converted.money)
    };
    let mut used = Money::zero(terms.limit.currency());
    for invoice in facts.world.invoices().filter(|invoice| invoice.is_open()) {
        used = used.checked_add(&convert(&invoice.unsettled())?)?;
    }
    // What was used is owed before it is billed.
    for period in facts.world.periods() {
        used = used.checked_add(&convert(&period.unbilled.gross()?)?)?;
    }
    // What the bank took back after it had paid bills is owed as well.
    for debt in account.balance.debts() {
        used = used.checked_add(&convert(&debt)?)?;
    }
    Ok((used, convert(amount)?))
}
