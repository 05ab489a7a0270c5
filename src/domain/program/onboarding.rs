//! What an account has to have before it can link and pay (H1, H2, H7).

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

use super::{
    regions::{RegionId, Regions},
    section::Section,
};

/// One step of onboarding, in the order in which they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumIter, EnumString)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum OnboardingStep {
    /// A code by e-mail, where the account was not registered just now (H2).
    EmailCode,
    /// A mobile number, proved by a code (H3).
    MobileNumber,
    /// Who the customer is (H4).
    AccountInformation,
    /// An identity number, where one is asked for (H7).
    IdentityNumber,
    /// Identity documents that were approved (A32).
    Kyc,
    /// A card that can pay.
    Card,
}

/// What a wrong check digit does (H7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, Serialize, Deserialize)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CheckDigitRule {
    /// It is not looked at.
    Off,
    /// The number is taken and marked.
    Warn,
    /// The number is refused.
    Enforce,
}

/// The rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onboarding {
    /// Without these, nothing is linked.
    pub before_linking: BTreeSet<OnboardingStep>,
    /// Without these, nothing is paid.
    pub before_paying: BTreeSet<OnboardingStep>,
    /// For how long after its registration an account needs no code by e-mail (H2).
    pub no_email_code_within: SignedDuration,
    /// Where an identity number is asked for (H7).
    pub identity_number_in: BTreeSet<RegionId>,
    /// What a wrong check digit of a RUT does (H7).
    pub rut_check_digit: CheckDigitRule,
}

impl Onboarding {
    /// Reads `[onboarding]`; a program without it asks for nothing.
    pub(super) fn read(edition: &Section<'_>, regions: &Regions) -> Option<Self> {
        const STEPS: &str = "EMAIL_CODE, MOBILE_NUMBER, ACCOUNT_INFORMATION, IDENTITY_NUMBER, KYC or CARD";
        if !edition.has("onboarding") {
            return None;
        }
        let section = edition.section("onboarding");
        let before_linking: BTreeSet<OnboardingStep> = section.set("before_linking", STEPS);
        if before_linking.contains(&OnboardingStep::Card) {
            section.reject(
                "before_linking",
                "lists CARD, which only linking brings; expected it not to".to_owned(),
            );
        }
        let before_paying: BTreeSet<OnboardingStep> = section.set("before_paying", STEPS);
        for (key, steps) in [("before_linking", &before_linking), ("before_paying", &before_paying)] {
            if steps.contains(&OnboardingStep::Kyc) && !edition.has("kyc") {
                section
                    .reject(key, "lists KYC, and nobody reviews documents; expected a table kyc".to_owned());
            }
        }
        Some(Self {
            before_linking,
            before_paying,
            no_email_code_within: section.duration("no_email_code_within"),
            identity_number_in: regions.read_required(&section, "identity_number_in"),
            rut_check_digit: section
                .value("rut_check_digit", "OFF, WARN or ENFORCE")
                .unwrap_or(CheckDigitRule::Warn),
        })
    }

    /// Every step that something needs, in order.
    pub fn steps(&self) -> impl Iterator<Item = OnboardingStep> {
        self.before_linking.union(&self.before_paying).copied()
    }
}
