//! What an invoice is for.

use serde::{Deserialize, Serialize};

use crate::domain::{ids::PeriodId, money::Money};

/// What an invoice is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Purpose {
    /// Whatever its description says.
    #[default]
    Other,
    /// An order, which is charged when it is placed (A18).
    Order { kind: OrderKind },
    /// What was used in a month (A19, A20, H10).
    Usage { period: PeriodId, tax: Money, cause: BillCause },
}

/// Kinds of order (A18).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// Something new.
    Purchase,
    /// More of what there is.
    Upgrade,
    /// What there is, for longer.
    Renew,
}

/// Why usage is billed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum BillCause {
    /// What has accrued has reached the deduction threshold (A19).
    Threshold,
    /// The month's bill was generated (A20, H10).
    Monthly,
    /// The seller fears arrears, for this reason (H11).
    Arrears { reason: String },
}

impl Purpose {
    pub(super) fn is_other(&self) -> bool {
        *self == Self::Other
    }
}
