//! Does what is stored agree with itself, and with what a provider did? (C8, C10)
//!
//! The journal is what happened; everything else has to follow from it. So the audit walks all accounts,
//! checks each one's chain of hashes, lets its events happen anew and compares what comes of them with the
//! tables ([`account`]); then it looks at what belongs to no single account: claims ([`claims`]) and lanes
//! ([`lanes`]). Where a provider shows its ledger, each movement of money is compared with the one we
//! speak of ([`ledger`]). It only reads, in pages, and keeps no more in memory than the few accounts it is
//! at; service may go on meanwhile (how is told in [`account`]).
//!
//! To add a check: a variant of [`Check`], pushed as a [`Finding`] that says which row, what was expected and
//! what was found; and a case in `tests/it/audit`, where it is broken on purpose.

mod account;
mod balance;
mod claims;
mod invoices;
mod lanes;
pub mod ledger;
mod lists;
mod refunds;
mod replay;
mod report;
mod tables;
mod usage;

use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;

use self::{
    lanes::Reached,
    ledger::{Books, Ledger, LedgerError},
};
use crate::store::{Store, StoreError};

pub use report::{Check, Finding, Reconciled, Report};

/// How many rows are read at once.
const PAGE: usize = 500;
/// How many accounts are looked at at the same time.
const ACCOUNTS: usize = 8;

/// Why an audit could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The store can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The provider's ledger can't be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// What an audit works with.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    store: &'a dyn Store,
    ledger: Option<&'a Ledger>,
    /// The system's time when the audit began.
    now: Timestamp,
}

/// Audits a store, and the ledger of a provider if there is one.
///
/// # Errors
/// Where either can't be read. What is wrong with them is a [`Finding`].
pub async fn audit(store: &dyn Store, ledger: Option<&Ledger>, now: Timestamp) -> Result<Report, AuditError> {
    let scope = Scope { store, ledger, now };
    let mut report = Report { money: ledger.map(|_| Reconciled::default()), ..Report::default() };
    let mut reached = Reached::default();
    let mut after = None;
    loop {
        let heads = store.accounts(after, PAGE).await?;
        let Some(last) = heads.last() else { break };
        after = Some(last.account);
        let mut audits =
            futures::stream::iter(heads.iter().map(|head| account::audit(scope, head))).buffered(ACCOUNTS);
        while let Some(audited) = audits.try_next().await? {
            reached.note(audited.last);
            report.add(audited.report);
        }
    }
    claims::audit(store, &mut report).await?;
    lanes::audit(store, &reached, &mut report).await?;
    if let Some(ledger) = ledger {
        ledger::unknown(store, ledger, &mut report).await?;
        ledger::unreported(store, &Books { ledger, now }, &mut report).await?;
    }
    Ok(report)
}
