//! What is asked of an account before it links and pays: by its program, and by the seller of it alone.

use std::collections::BTreeSet;

use crate::domain::{
    account::Account,
    kyc::{self, KycState},
    program::{Edition, OnboardingStep},
    rejection::Violation,
};

/// The steps that are needed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needed {
    /// Without these, nothing is linked.
    pub before_linking: BTreeSet<OnboardingStep>,
    /// Without these, nothing is paid.
    pub before_paying: BTreeSet<OnboardingStep>,
}

impl Needed {
    /// Of an account.
    #[must_use]
    pub fn of(edition: &Edition, account: &Account) -> Self {
        let mut needed = edition.onboarding().map_or_else(Self::default, |rules| Self {
            before_linking: rules.before_linking.clone(),
            before_paying: rules.before_paying.clone(),
        });
        // Where the program reviews no documents any more, nobody can submit them.
        if account.kyc.required.is_some() && edition.kyc().is_some() {
            needed.before_paying.insert(OnboardingStep::Kyc);
        }
        needed
    }

    /// Every step that something needs, in order.
    pub fn steps(&self) -> impl Iterator<Item = OnboardingStep> {
        self.before_linking.union(&self.before_paying).copied()
    }
}

/// A32: why an account can't pay before its identity documents are approved; `None` where it can.
#[must_use]
pub fn kyc_required(edition: &Edition, account: &Account) -> Option<Violation> {
    let needed = Needed::of(edition, account).before_paying.contains(&OnboardingStep::Kyc);
    (needed && account.kyc_state() != KycState::Approved).then(|| kyc::required(edition, account))
}
