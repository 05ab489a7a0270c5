//! The rulebooks of the sellers, as values (C1).
//!
//! A program is one TOML file under `programs/`: who sells, and dated editions of the rules. Each file
//! here is one idea: its values, what they decide, and how they are read. To add a seller, write a file
//! and no code. To add a rule: its values in the file of its idea, its keys in `Section` calls
//! beside them, the keys in every shipped program, and a row in the tests.

mod acceptance;
mod collection;
mod decline;
mod edition;
mod kyc;
mod messages;
mod methods;
mod onboarding;
mod parse;
mod redirect;
mod regions;
mod removal;
mod risk;
mod routing;
mod section;
mod shipped;
mod source;
mod transfer;
mod usage;
mod verification;

#[cfg(test)]
mod tests;

pub use acceptance::{CardAcceptance, RefusedIssuer};
pub use collection::CollectionRules;
pub use decline::{Decline, DeclineCategory, DeclineTable};
pub use edition::{Countries, Edition, Limit, LinkLimits, Program, ProgramId, ProgramVersion};
pub use kyc::{Demand, KycRules};
pub use messages::{CodeRules, Messaging, Occasion};
pub use methods::{MethodKind, Methods};
pub use onboarding::{CheckDigitRule, Onboarding, OnboardingStep};
pub use redirect::RedirectRules;
pub use regions::{RegionId, Regions};
pub use removal::{DefaultRemoval, Obligation, RemovalFacts, RemovalRules};
pub use risk::{LinkRiskFacts, LinkRule, PaymentRiskFacts, PaymentRule, PaymentTrigger, RiskRules};
pub use routing::{ProviderName, Route, RouteFacts};
pub use shipped::{DECLINE_CODES, EXCHANGE_RATES, IIN_TABLE, shipped};
pub use source::{ProgramError, ProgramErrors};
pub use transfer::BankAccount;
pub use usage::{Threshold, UsageRules};
pub use verification::{Challenge, VerificationMode, VerificationPlan, VerificationRules};
