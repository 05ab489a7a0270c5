//! Which methods can be removed (A23, A24, H15).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

use super::section::Section;
use crate::domain::{reason::Reason, rejection::Violation};

/// When the default method can be removed.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumIter,
    EnumString,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DefaultRemoval {
    /// Never (H15).
    Never,
    /// Where it is the account's last one and no obligation holds it (A24).
    WhenLast,
}

/// What an account may still owe or use (A24).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumIter,
    EnumString,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Obligation {
    /// Resources that run.
    RunningResources,
    /// Bills that are not paid.
    OutstandingBills,
    /// Payments that are overdue.
    OverduePayments,
}

/// The rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovalRules {
    /// When the default method can be removed.
    pub default_method: DefaultRemoval,
    /// What keeps the only active method.
    pub only_active_kept_while: BTreeSet<Obligation>,
    /// Whether an expired default stays the default, undeletable, until another is set (A24).
    pub expired_default_stays: bool,
}

/// What is known of a method that is to be removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RemovalFacts {
    /// Whether it is the default.
    pub is_default: bool,
    /// Whether it is active.
    pub is_active: bool,
    /// Whether it has expired.
    pub is_expired: bool,
    /// Whether the account has another method that is active.
    pub other_active: bool,
    /// What the account still owes or uses.
    pub obligations: BTreeSet<Obligation>,
}

impl RemovalRules {
    /// Reads `[removal]`.
    pub(super) fn read(section: &Section<'_>) -> Self {
        Self {
            default_method: section.value("default", "NEVER or WHEN_LAST").unwrap_or(DefaultRemoval::Never),
            only_active_kept_while: section
                .set("only_active_kept_while", "RUNNING_RESOURCES, OUTSTANDING_BILLS or OVERDUE_PAYMENTS"),
            expired_default_stays: section.flag("expired_default_stays"),
        }
    }

    /// Every rule that keeps the method; none where it can go.
    #[must_use]
    pub fn check(&self, facts: &RemovalFacts) -> Vec<Violation> {
        let mut violations = Vec::new();
        let held: Vec<String> = self
            .only_active_kept_while
            .intersection(&facts.obligations)
            .map(|obligation| obligation.to_string())
            .collect();
        // A24: expired, the default stays until another one is set, whatever else there is.
        let expired_default = facts.is_default && facts.is_expired && self.expired_default_stays;
        let default_stays = match self.default_method {
            DefaultRemoval::Never => facts.is_default,
            DefaultRemoval::WhenLast => facts.is_default && (facts.other_active || expired_default),
        };
        if default_stays {
            let requirement = match self.default_method {
                DefaultRemoval::Never => "H15",
                DefaultRemoval::WhenLast if expired_default => "A24",
                DefaultRemoval::WhenLast => "A23",
            };
            violations.push(Violation::new(
                Reason::MethodIsDefault,
                requirement,
                "The default payment method can't be removed; set another one as default first.",
            ));
        }
        if facts.is_active && !facts.other_active && !held.is_empty() {
            let violation = Violation::new(
                Reason::MethodIsOnlyActive,
                "A24",
                "The only active payment method can't be removed while the account has running resources, \
                 outstanding bills or overdue payments; settle them or add another method first.",
            );
            violations.push(violation.fact("obligations", held.join(",")));
        }
        violations
    }
}
