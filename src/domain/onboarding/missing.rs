//! What is still missing.

use jiff::Timestamp;

use crate::domain::{
    account::Account,
    kyc::{self, KycState},
    program::{Edition, Onboarding, OnboardingStep},
    reason::Reason,
    rejection::{Rejection, Violation},
};

/// Whether a step is missing at that instant. `has_card`: whether the account has a card that can pay.
#[must_use]
pub fn missing(
    rules: Option<&Onboarding>,
    account: &Account,
    has_card: bool,
    step: OnboardingStep,
    now: Timestamp,
) -> bool {
    match step {
        // H2: it comes before the mobile number, so who has that is past it.
        OnboardingStep::EmailCode => {
            let age = now.duration_since(account.created);
            let registered_just_now = rules.is_some_and(|rules| age < rules.no_email_code_within);
            account.contacts.email.is_none() && account.contacts.mobile.is_none() && !registered_just_now
        }
        OnboardingStep::MobileNumber => account.contacts.mobile.is_none(),
        OnboardingStep::AccountInformation => account.profile.is_none(),
        OnboardingStep::IdentityNumber => {
            let asked = rules.is_some_and(|rules| rules.identity_number_in.contains(&account.region));
            asked && account.identity.is_none()
        }
        OnboardingStep::Kyc => account.kyc_state() != KycState::Approved,
        OnboardingStep::Card => !has_card,
    }
}

/// The refusal of what needs these steps, every one of them named; `None` where there are none.
#[must_use]
pub fn incomplete(edition: &Edition, account: &Account, steps: &[OnboardingStep]) -> Option<Rejection> {
    let names: Vec<String> = steps.iter().map(ToString::to_string).collect();
    let violations = steps.iter().map(|step| {
        let (requirement, description) = match step {
            OnboardingStep::EmailCode => ("H2", "Send a code to the e-mail address first, and enter it."),
            OnboardingStep::MobileNumber => {
                ("H1", "Add a mobile number first: send a code to it, and enter it.")
            }
            OnboardingStep::AccountInformation => {
                ("H1", "Complete the account information first, as an individual or an enterprise.")
            }
            OnboardingStep::IdentityNumber => ("H7", "Enter the identity number first, a RUT or another."),
            OnboardingStep::Kyc => {
                return kyc::required(edition, account).fact("missing_steps", names.join(","));
            }
            OnboardingStep::Card => ("H1", "Add a card first, and verify it."),
        };
        Violation::new(Reason::OnboardingIncomplete, requirement, description)
            .fact("missing_steps", names.join(","))
    });
    Rejection::rules(violations.collect())
}
