//! How a program finds out whether a card is good (A11, A13, H6, H8).

use std::collections::BTreeSet;

use jiff::{SignedDuration, civil::Date};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

use super::{
    regions::{RegionId, Regions},
    risk::{LinkRiskFacts, RiskRules},
    section::Section,
};
use crate::domain::{
    currency::Currency,
    exchange::{ConversionError, Converted, Rate, RateTable},
    money::Money,
};

/// By which movement of money a card is verified (H6).
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
pub enum VerificationMode {
    /// A hold that is released (A13).
    HoldThenRelease,
    /// A charge that is refunded (H6).
    ChargeThenRefund,
    /// A question to the issuer without an amount.
    ZeroAmount,
}

/// Whether the issuer's challenge is demanded (A11).
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
pub enum Challenge {
    /// The customer has to pass one.
    Mandated,
    /// The issuer may ask for one.
    IssuerDecides,
}

/// The rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationRules {
    pub(super) mode: VerificationMode,
    /// What is held or charged, or the equivalent of it. Nothing with [`VerificationMode::ZeroAmount`].
    pub(super) amount: Money,
    pub(super) descriptor: String,
    pub(super) release_within: SignedDuration,
    pub(super) challenge_lifetime: SignedDuration,
    /// Where linking demands a challenge whatever the risk.
    pub(super) challenge_mandated_in: BTreeSet<RegionId>,
}

/// How one card is to be verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationPlan {
    /// By which movement of money.
    pub mode: VerificationMode,
    /// How much, in the account's currency; nothing with [`VerificationMode::ZeroAmount`].
    pub amount: Money,
    /// The rate from the program's currency, where another was needed (C3).
    pub rate: Option<Rate>,
    /// What the cardholder's statement shows.
    pub descriptor: String,
    /// Whether a challenge is demanded.
    pub challenge: Challenge,
    /// The risk rule that demanded it, where it wasn't the region.
    pub challenge_rule: Option<String>,
    /// How long the challenge may stay open.
    pub challenge_lifetime: SignedDuration,
    /// Within which time the release or refund has to be started.
    pub release_within: SignedDuration,
}

/// Networks print no more, and refuse what could be markup.
const DESCRIPTOR: &str = "at most 22 characters of ASCII without any of < > \\ ' \" *";

impl VerificationRules {
    /// Reads `[verification]`.
    pub(super) fn read(section: &Section<'_>, regions: &Regions) -> Self {
        const MODE: &str = "HOLD_THEN_RELEASE, CHARGE_THEN_REFUND or ZERO_AMOUNT";
        let mode = section.value("mode", MODE);
        let (amount, release_within) = match mode {
            Some(VerificationMode::HoldThenRelease | VerificationMode::ChargeThenRefund) => {
                (section.amount("amount_usd", "amount"), section.duration("release_within"))
            }
            Some(VerificationMode::ZeroAmount) | None => {
                for key in ["amount_usd", "amount", "release_within"] {
                    if section.has(key) && mode.is_some() {
                        section.reject(
                            key,
                            "has no use with ZERO_AMOUNT; expected it to be left out".to_owned(),
                        );
                    }
                }
                (Money::zero(Currency::USD), SignedDuration::ZERO)
            }
        };
        let descriptor = section.text("descriptor", DESCRIPTOR);
        let printable = |c: char| (c.is_ascii_graphic() || c == ' ') && !"<>\\'\"*".contains(c);
        if descriptor.len() > 22 || !descriptor.chars().all(printable) {
            section.reject("descriptor", format!("expected {DESCRIPTOR}, found {descriptor:?}"));
        }
        Self {
            mode: mode.unwrap_or(VerificationMode::ZeroAmount),
            amount,
            descriptor,
            release_within,
            challenge_lifetime: section.duration("challenge_lifetime"),
            challenge_mandated_in: regions.read_required(section, "challenge_mandated_in"),
        }
    }

    /// Whether linking demands a challenge, and the risk rule that says so (A11, H8).
    pub(super) fn challenge(
        &self,
        region: &RegionId,
        risk: &LinkRiskFacts,
        rules: &RiskRules,
    ) -> (Challenge, Option<String>) {
        if self.challenge_mandated_in.contains(region) {
            return (Challenge::Mandated, None);
        }
        match rules.link_challenge(risk) {
            Some(rule) => (Challenge::Mandated, Some(rule.to_owned())),
            None => (Challenge::IssuerDecides, None),
        }
    }

    pub(super) fn plan(
        &self,
        (challenge, challenge_rule): (Challenge, Option<String>),
        currency: Currency,
        rates: &RateTable,
        on: Date,
    ) -> Result<VerificationPlan, ConversionError> {
        let Converted { money: amount, rate } = match self.mode {
            VerificationMode::ZeroAmount => Converted { money: Money::zero(currency), rate: None },
            VerificationMode::HoldThenRelease | VerificationMode::ChargeThenRefund => {
                rates.verification_equivalent(&self.amount, currency, on)?
            }
        };
        Ok(VerificationPlan {
            mode: self.mode,
            amount,
            rate,
            descriptor: self.descriptor.clone(),
            challenge,
            challenge_rule,
            challenge_lifetime: self.challenge_lifetime,
            release_within: self.release_within,
        })
    }
}
