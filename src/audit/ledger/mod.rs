//! What we say of money, against what a provider's own ledger says. The ledger is right.
//!
//! Each attempt that may have moved money is looked up by its effect id ([`reconcile`]), so nothing that we
//! speak of is missing there; then the whole ledger is read, so nothing there is missing here ([`unknown`]).
//! What arrived by transfer is compared with the bank's ledger in the same two ways ([`bank`]).
//! The sandbox shows its ledger ([`client`]); so far no other provider does.

mod bank;
mod client;
mod payment;
mod refund;
mod strangers;
mod verification;

use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;

use super::{AuditError, Check, Report};
use crate::{
    domain::{attempt::Attempt, money::Money, world::World},
    proto::sandbox::v1::{LedgerEntry, LedgerEntryKind as Kind},
    wire::money::AmountError,
};

pub(super) use bank::unreported;
pub use client::{Ledger, LedgerError};
pub(super) use strangers::unknown;

/// How many questions to the ledger, or about it, are under way at the same time.
const QUESTIONS: usize = 16;

/// A ledger, and the time of the account that is compared with it.
pub(super) struct Books<'a> {
    pub ledger: &'a Ledger,
    pub now: Timestamp,
}

/// Something that rests on attempts, and what the ledger has of these.
struct Compared<'a> {
    account: uuid::Uuid,
    /// The row, for findings.
    row: String,
    now: Timestamp,
    movements: Vec<(&'a Attempt, Vec<LedgerEntry>)>,
}

/// Compares all payments, refunds and verifications of an account with the ledger.
pub(super) async fn reconcile(
    world: &World,
    books: &Books<'_>,
    report: &mut Report,
) -> Result<(), AuditError> {
    let money = world.entities.values().filter(|entity| !entity.attempts().is_empty());
    let mut compared = futures::stream::iter(money)
        .map(async |entity| {
            let mut movements = Vec::new();
            for attempt in entity.attempts().into_iter().filter(|it| it.provider == books.ledger.provider()) {
                movements.push((attempt, books.ledger.entries_of(&attempt.effect.to_string()).await?));
            }
            let row = format!("{} {}", entity.kind(), entity.id());
            Ok::<_, LedgerError>((
                entity,
                Compared { account: world.account, row, now: books.now, movements },
            ))
        })
        .buffered(QUESTIONS);
    while let Some((entity, compared)) = compared.try_next().await? {
        let attempts = u64::try_from(compared.movements.len()).unwrap_or(u64::MAX);
        report.money.get_or_insert_default().attempts += attempts;
        if let Some(payment) = entity.get() {
            payment::compare(payment, &compared, report);
        } else if let Some(verification) = entity.get() {
            verification::compare(verification, &compared, report);
        } else if let Some(refund) = entity.get() {
            refund::compare(refund, &compared, report);
        }
    }
    bank::compare(world, books, report).await
}

impl Compared<'_> {
    fn find(&self, report: &mut Report, check: Check, message: String) {
        report.find(check, Some(self.account), self.row.clone(), message);
    }

    /// The entries by which money was taken, or reserved.
    fn taken(&self) -> Vec<&LedgerEntry> {
        self.of_kinds(&[Kind::Charge, Kind::Hold])
    }

    /// The entries by which it was given back.
    fn given_back(&self) -> Vec<&LedgerEntry> {
        self.of_kinds(&[Kind::ReleaseAccepted, Kind::Refund])
    }

    fn of_kinds(&self, kinds: &[Kind]) -> Vec<&LedgerEntry> {
        let entries = self.movements.iter().flat_map(|(_, entries)| entries);
        entries.filter(|entry| kinds.contains(&entry.kind())).collect()
    }

    /// I1: whatever moved, moved once.
    fn once(&self, entries: &[&LedgerEntry], what: &str, report: &mut Report) {
        if entries.len() > 1 {
            let all: Vec<String> = entries.iter().map(|entry| shown(entry)).collect();
            self.find(report, Check::Double, format!("expected one {what}, found {}", all.join(" and ")));
        }
    }

    /// I3: what an attempt is said to have moved has moved, to the amount.
    fn happened(&self, report: &mut Report) {
        use crate::domain::attempt::{Operation, State};
        for (attempt, entries) in &self.movements {
            // What a bank has approved takes nothing yet.
            let takes = !matches!(attempt.operation, Operation::AuthorizeRedirect { .. });
            let expected = attempt.operation.amount().filter(|_| takes);
            let (State::Approved(_), Some(expected)) = (&attempt.state, expected) else { continue };
            let effect = attempt.effect;
            match entries.first() {
                None => {
                    let message = format!(
                        "effect {effect} is said to have moved {expected}, and the ledger has nothing of it"
                    );
                    self.find(report, Check::Phantom, message);
                }
                Some(entry) if amount(entry).ok() != Some(*expected) => {
                    let message = format!(
                        "effect {effect} is said to have moved {expected}, and it was {}",
                        shown(entry)
                    );
                    self.find(report, Check::Phantom, message);
                }
                Some(_) => {}
            }
        }
    }
}

fn amount(entry: &LedgerEntry) -> Result<Money, AmountError> {
    Money::try_from(&entry.amount.clone().unwrap_or_default())
}

fn shown(entry: &LedgerEntry) -> String {
    let kind =
        entry.kind().as_str_name().trim_start_matches("LEDGER_ENTRY_KIND_").replace('_', " ").to_lowercase();
    let amount = amount(entry).map_or_else(|error| error.to_string(), |amount| amount.to_string());
    format!("{kind} {amount} (ledger entry {}, effect {})", entry.sequence, entry.effect_id)
}
