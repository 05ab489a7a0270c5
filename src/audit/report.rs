//! What an audit found, for people and for machines.

use std::fmt;

use serde::Serialize;
use strum::{Display, IntoStaticStr};
use uuid::Uuid;

/// How many findings are told one by one. Where there are more, the same thing is wrong with all of them.
const TOLD: usize = 1_000;

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Display, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Check {
    /// A journal row is missing, was changed, or does not follow the one before.
    Chain,
    /// An event can't be read, or fits nothing that is there.
    Event,
    /// An account's head is not where its journal ends.
    Head,
    /// An entity is not what its events make of it.
    Entity,
    /// A request id and the journal row of its command do not go together.
    Request,
    /// A claim and the method that holds it do not go together.
    Claim,
    /// An invoice and its payment do not say the same.
    Invoice,
    /// A payment and its refunds do not say the same, or what was taken late has no owner.
    Refund,
    /// What was used and what was billed of it do not come to the same.
    Usage,
    /// A balance is not what its entries make.
    Balance,
    /// A lane has a gap.
    Lane,
    /// Money was taken and is neither accounted for nor given back.
    Lost,
    /// Money is said to have moved and did not, or not so much.
    Phantom,
    /// Money was taken or given back more than once.
    Double,
    /// A hold or a charge for verification was not given back in time.
    Orphan,
    /// The provider did something that nothing here asked for.
    Unknown,
}

/// Something that is not as it has to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about.
    pub check: Check,
    /// Whose it is, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Uuid>,
    /// Which row.
    pub row: String,
    /// What was expected, and what was found.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.check)?;
        if let Some(account) = self.account {
            write!(f, "account {account}, ")?;
        }
        write!(f, "{}: {}", self.row, self.message)
    }
}

/// What was compared with a provider's ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reconciled {
    /// Attempts to move money that were compared.
    pub attempts: u64,
    /// Entries of the ledger.
    pub entries: u64,
    /// Effects that the provider has heard of.
    pub effects: u64,
    /// Payments and verifications that were under way, so that nothing can be said of them yet.
    pub under_way: u64,
    /// Payments and verifications that wait for a person.
    pub in_review: u64,
}

/// What an audit found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Accounts that were audited.
    pub accounts: u64,
    /// Journal rows whose hash was computed anew.
    pub journal_rows: u64,
    /// Entities that were made anew and compared.
    pub entities: u64,
    /// Request ids.
    pub requests: u64,
    /// Claims.
    pub claims: u64,
    /// Lanes.
    pub lanes: u64,
    /// What was compared with a provider's ledger, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub money: Option<Reconciled>,
    /// How many findings there are.
    pub findings_count: u64,
    /// The first of them.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings_count == 0
    }

    /// Adds a finding.
    pub(super) fn find(&mut self, check: Check, account: Option<Uuid>, row: String, message: String) {
        self.findings_count += 1;
        if self.findings.len() < TOLD {
            self.findings.push(Finding { check, account, row, message });
        }
    }

    /// Forgets what was found since there were so many findings.
    pub(super) fn forget(&mut self, since: u64) {
        self.findings_count = since;
        self.findings.truncate(usize::try_from(since).unwrap_or(usize::MAX));
    }

    /// Adds what was found elsewhere.
    pub(super) fn add(&mut self, other: Self) {
        self.accounts += other.accounts;
        self.journal_rows += other.journal_rows;
        self.entities += other.entities;
        self.requests += other.requests;
        self.claims += other.claims;
        self.lanes += other.lanes;
        self.findings_count += other.findings_count;
        self.findings.extend(other.findings);
        self.findings.truncate(TOLD);
        if let Some(more) = other.money {
            let money = self.money.get_or_insert_default();
            money.attempts += more.attempts;
            money.entries += more.entries;
            money.effects += more.effects;
            money.under_way += more.under_way;
            money.in_review += more.in_review;
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        let told = u64::try_from(self.findings.len()).unwrap_or(u64::MAX);
        if self.findings_count > told {
            writeln!(f, "and {} more", self.findings_count - told)?;
        }
        writeln!(
            f,
            "{} accounts, {} journal rows, {} entities, {} request ids, {} claims, {} lanes",
            self.accounts, self.journal_rows, self.entities, self.requests, self.claims, self.lanes
        )?;
        if let Some(money) = &self.money {
            writeln!(
                f,
                "{} attempts compared with {} ledger entries of {} effects; {} under way, {} in review",
                money.attempts, money.entries, money.effects, money.under_way, money.in_review
            )?;
        }
        match self.findings_count {
            0 => writeln!(f, "clean"),
            1 => writeln!(f, "1 finding"),
            count => writeln!(f, "{count} findings"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_too_late_is_forgotten_and_nothing_else() {
        let mut report = Report::default();
        report.find(Check::Head, None, "head".to_owned(), "before".to_owned());
        let before = report.findings_count;
        for number in 0..2_000 {
            report.find(Check::Claim, None, format!("claim {number}"), "after".to_owned());
        }
        report.forget(before);
        assert_eq!(report.findings_count, 1);
        let rows: Vec<&str> = report.findings.iter().map(|finding| finding.row.as_str()).collect();
        assert_eq!(rows, ["head"]);
    }
}
