//! A remittance and what can happen to it.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use crate::domain::{
    attempt::{Attempt, Step},
    ids::{AccountId, RemittanceId},
    money::Money,
};

/// What the bank reported: an entry of its statement, as camt.054 has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// The account that it arrived in (`CdtrAcct`).
    pub creditor_account: String,
    /// The bank's own reference of the entry (`AcctSvcrRef`).
    pub bank_reference: String,
    /// The payer's reference (`EndToEndId`).
    pub end_to_end_id: String,
    /// What arrived, after whatever banks on the way kept.
    pub amount: Money,
    /// From when the bank counts it as there (`ValDt`).
    pub value_date: Date,
    /// When the bank entered it (`BookgDt`).
    pub booked: Timestamp,
    /// Who paid (`Dbtr`).
    pub debtor: String,
    /// From which account (`DbtrAcct`).
    pub debtor_account: String,
    /// What the payer wrote (`RmtInf`).
    pub remittance_information: String,
}

/// Money that arrived by bank transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remittance {
    /// How it stands.
    pub state: State,
    /// Who said that it is theirs, the last one last (A27).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claim>,
    /// How it was brought to the claimant's account, and back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crossings: Vec<Attempt>,
    /// Set once the bank has taken it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<Return>,
    /// Its name.
    pub id: RemittanceId,
    /// Under which account it lies: its owner's or, where it arrived in the shared one, the program's own.
    pub account: AccountId,
    /// What the bank reported.
    pub transfer: Transfer,
    /// The shared remittance that was claimed, for what a claimant was credited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed: Option<RemittanceId>,
    /// When it became known here.
    pub created: Timestamp,
}

/// States of a remittance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum State {
    /// Nobody's yet.
    Unapplied,
    /// Somebody says that it is theirs, and somebody else has to approve that.
    Claimed,
    /// It is being credited to the claimant.
    Crediting,
    /// It is part of its owner's balance, or was.
    Credited { at: Timestamp },
    /// The bank has taken it back, and so it is being taken from the claimant.
    Returning,
    /// The bank has taken it back.
    Returned { at: Timestamp },
}

/// A claim on a remittance (A27).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Whose it is said to be.
    pub account: AccountId,
    /// Who said so.
    pub claimant: String,
    /// What shows it: the payer's name, a slip's number, or where the slip can be seen.
    pub proof: String,
    /// When.
    pub created: Timestamp,
    /// What came of it.
    pub state: ClaimState,
}

/// What comes of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ClaimState {
    /// It waits for approval.
    Pending,
    /// It was approved.
    Approved { by: String, at: Timestamp },
    /// It was refused.
    Rejected { by: String, reason: String, at: Timestamp },
}

/// What the bank says of money that it has taken back (pacs.004).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    /// The bank's own reference of the return.
    pub bank_reference: String,
    /// Why, as the bank has it.
    pub reason: String,
    /// When the bank entered it.
    pub booked: Timestamp,
}

/// What can happen to a remittance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RemittanceEvent {
    /// It became known.
    Received { remittance: Box<Remittance> },
    /// Somebody says that it is theirs.
    Claimed { claim: Claim },
    /// The claim was approved, and the claimant is being credited.
    ClaimApproved { by: String, at: Timestamp, crossing: Box<Attempt> },
    /// The claim was refused, and others may claim it.
    ClaimRejected { by: String, reason: String, at: Timestamp },
    /// A crossing moved on.
    CrossingAdvanced { step: Step },
    /// It was credited to the claimant.
    Credited { at: Timestamp },
    /// The bank has taken it back; where it had been credited to a claimant, it is being taken from there.
    ReturnReported { returned: Return, crossing: Option<Box<Attempt>> },
    /// It was taken from the claimant.
    TakenBack { at: Timestamp },
}

impl State {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unapplied => "UNAPPLIED",
            Self::Claimed => "CLAIMED",
            Self::Crediting => "CREDITING",
            Self::Credited { .. } => "CREDITED",
            Self::Returning => "RETURNING",
            Self::Returned { .. } => "RETURNED",
        }
    }
}

impl Remittance {
    /// The remittance after what happened.
    pub fn evolve(&mut self, event: &RemittanceEvent) {
        match event {
            RemittanceEvent::Received { remittance } => *self = (**remittance).clone(),
            RemittanceEvent::Claimed { claim } => {
                self.claims.push(claim.clone());
                self.state = State::Claimed;
            }
            RemittanceEvent::ClaimApproved { by, at, crossing } => {
                self.settle_claim(ClaimState::Approved { by: by.clone(), at: *at });
                self.crossings.push((**crossing).clone());
                self.state = State::Crediting;
            }
            RemittanceEvent::ClaimRejected { by, reason, at } => {
                let (by, reason) = (by.clone(), reason.clone());
                self.settle_claim(ClaimState::Rejected { by, reason, at: *at });
                self.state = State::Unapplied;
            }
            RemittanceEvent::CrossingAdvanced { step } => {
                for crossing in self.crossings.iter_mut().filter(|crossing| crossing.effect == step.effect) {
                    crossing.take(step);
                }
            }
            RemittanceEvent::Credited { at } => self.state = State::Credited { at: *at },
            RemittanceEvent::ReturnReported { returned, crossing } => {
                self.returned = Some(returned.clone());
                self.state = match crossing {
                    Some(crossing) => {
                        self.crossings.push((**crossing).clone());
                        State::Returning
                    }
                    // While it is being credited, what was credited is taken back once that is known.
                    None if self.state == State::Crediting => State::Crediting,
                    None => State::Returned { at: returned.booked },
                };
            }
            RemittanceEvent::TakenBack { at } => self.state = State::Returned { at: *at },
        }
    }

    fn settle_claim(&mut self, state: ClaimState) {
        if let Some(claim) = self.claims.last_mut() {
            claim.state = state;
        }
    }

    /// The claim that waits, or the one that was approved.
    #[must_use]
    pub fn claim(&self) -> Option<&Claim> {
        self.claims.last().filter(|claim| match claim.state {
            ClaimState::Pending | ClaimState::Approved { .. } => true,
            ClaimState::Rejected { .. } => false,
        })
    }

    /// The crossing that is under way.
    #[must_use]
    pub fn running(&self) -> Option<&Attempt> {
        self.crossings.last().filter(|crossing| !crossing.is_settled())
    }

    /// Whether a caller need not wait any longer.
    #[must_use]
    pub fn rests(&self) -> bool {
        self.running().is_none()
    }
}
