//! Who reviews identity documents, and which are asked for (A32).

use std::{collections::BTreeSet, fmt};

use super::{routing::ProviderName, section::Section};
use crate::domain::{account::CustomerType, kyc::DocumentKind};

/// The rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KycRules {
    /// Who reviews them.
    pub provider: ProviderName,
    /// What is asked of a person.
    pub individual: Demand,
    /// What is asked of a company.
    pub enterprise: Demand,
}

/// Which documents are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// All of these,
    pub all_of: BTreeSet<DocumentKind>,
    /// and one of these, unless there are none.
    pub one_of: BTreeSet<DocumentKind>,
}

impl KycRules {
    /// Reads `[edition.kyc]`.
    pub(super) fn read(section: &Section<'_>) -> Self {
        Self {
            provider: ProviderName(
                section.text("provider", "the name of an adapter that reviews identities"),
            ),
            individual: Demand::read(section, "individual"),
            enterprise: Demand::read(section, "enterprise"),
        }
    }

    /// What is asked of such a customer.
    #[must_use]
    pub fn demand(&self, customer: CustomerType) -> &Demand {
        match customer {
            CustomerType::Individual => &self.individual,
            CustomerType::Enterprise => &self.enterprise,
        }
    }
}

impl Demand {
    fn read(kyc: &Section<'_>, key: &'static str) -> Self {
        const KIND: &str = "PASSPORT, IDENTITY_CARD, BUSINESS_LICENSE or PROOF_OF_ADDRESS";
        let section = kyc.section(key);
        let (all_of, one_of) = (section.set("all_of", KIND), section.set("one_of", KIND));
        if all_of.is_empty() && one_of.is_empty() {
            kyc.reject(key, "asks for no document; expected one at least in all_of or one_of".to_owned());
        }
        Self { all_of, one_of }
    }

    /// Whether documents of these kinds are enough.
    #[must_use]
    pub fn is_met(&self, kinds: &BTreeSet<DocumentKind>) -> bool {
        let one = self.one_of.is_empty() || !self.one_of.is_disjoint(kinds);
        one && self.all_of.is_subset(kinds)
    }
}

impl fmt::Display for Demand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |kinds: &BTreeSet<DocumentKind>, between: &str| {
            kinds.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
        };
        let parts = [listed(&self.all_of, " and "), listed(&self.one_of, " or ")];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        f.write_str(&parts.join(", and "))
    }
}
