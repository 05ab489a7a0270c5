//! An account and what can happen to it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use crate::domain::{
    account::CreditTerms,
    balance::Funds,
    contact::{Contact, Contacts, PendingCode},
    country::Country,
    currency::Currency,
    ids::{AccountId, KycReviewId, MethodId},
    kyc::{Kyc, Requirement, Standing},
    message::Channel,
    money::Money,
    profile::{IdentityNumber, Profile},
    program::{ProgramId, RegionId},
};

/// A customer's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its name.
    pub id: AccountId,
    /// The program it belongs to, for ever (C2).
    pub program: ProgramId,
    /// Where it was registered; never changes (A1).
    pub country: Country,
    /// The program's region group of that country (A1).
    pub region: RegionId,
    /// The preferred currency.
    pub currency: Currency,
    /// A name for people.
    pub display_name: String,
    /// When it was registered.
    pub created: Timestamp,
    /// What is charged where nothing else is said (A14, A22).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_method: Option<MethodId>,
    /// As last reported by the seller (A24).
    #[serde(default)]
    pub running_resources: i32,
    /// When linking a card failed (C15); old ones are dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub link_failures: Vec<Timestamp>,
    /// What the seller has agreed with the customer (A25).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<CreditTerms>,
    /// How the customer is reached (H2, H3).
    #[serde(default, skip_serializing_if = "Contacts::is_empty")]
    pub contacts: Contacts,
    /// The pay-as-you-go products that are enabled, and since when (H9).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub products: BTreeMap<String, Timestamp>,
    /// From which amount before tax on usage is charged, where it was set (A19).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deduction_threshold: Option<Money>,
    /// Methods that are never charged by themselves any more, with the code by which the issuer has ruled it
    /// out for good.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub barred_methods: BTreeMap<MethodId, String>,
    /// Who the customer is (H4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// An identity number, where one is asked for (H7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<IdentityNumber>,
    /// The test clock that it is on (C14).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
    /// Its identity documents (A32).
    #[serde(default, skip_serializing_if = "Kyc::is_empty")]
    pub kyc: Kyc,
    /// Since it can only be viewed (A8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deactivation: Option<Deactivation>,
    /// What it has to its credit (A30).
    #[serde(default, skip_serializing_if = "Funds::is_empty")]
    pub balance: Funds,
    /// Whether automatic settlement is switched off (A30).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub settles_by_hand: bool,
}

/// How an account came to an end (A8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deactivation {
    /// When it was deactivated.
    pub at: Timestamp,
    /// When its silent period ends, on its clock: until then its cards are nobody else's.
    pub free_at: Timestamp,
    /// Whether that was carried out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_over: bool,
}

/// What can happen to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AccountEvent {
    /// It was registered.
    Created { account: Box<Account> },
    /// The seller said what runs.
    ObligationsReported { running_resources: i32 },
    /// Another method is the default, or none.
    DefaultChanged { method: Option<MethodId> },
    /// Linking a card failed; failures before `keep_from` no longer matter.
    LinkFailed { at: Timestamp, keep_from: Timestamp },
    /// The seller has agreed on terms with the customer (A25).
    CreditTermsSet { terms: CreditTerms },
    /// A one-time code was sent; sends before `keep_from` no longer matter.
    CodeSent { code: PendingCode, at: Timestamp, keep_from: Timestamp },
    /// A one-time code was answered wrongly.
    CodeAnsweredWrong { channel: Channel },
    /// A one-time code has proved an address.
    ContactProved { channel: Channel, contact: Contact },
    /// A pay-as-you-go product was enabled (H9).
    ProductEnabled { product: String, at: Timestamp },
    /// It was disabled.
    ProductDisabled { product: String },
    /// From which amount on usage is charged was set (A19).
    DeductionThresholdSet { threshold: Money },
    /// The issuer has ruled out that a method ever pays: it is not charged by itself any more.
    MethodBarred { method: MethodId, code: String },
    /// It has paid all the same, with the customer there.
    MethodUnbarred { method: MethodId },
    /// What is told of its customer has changed; what is absent has not.
    Updated {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        display_name: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        currency: Option<Currency>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        profile: Option<Box<Profile>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        identity: Option<IdentityNumber>,
    },
    /// The seller requires identity documents (A32).
    KycRequired { requirement: Requirement },
    /// How the last review of them stands (A32).
    KycChanged { review: KycReviewId, standing: Standing },
    /// It was deactivated (A8).
    Deactivated { deactivation: Deactivation },
    /// Its silent period is over (A8).
    SilenceEnded {},
    /// There is another sum to its credit in a currency.
    BalanceMoved { currency: Currency, balance: Decimal },
    /// Automatic settlement was switched.
    AutoSettlementChanged { enabled: bool },
    /// It follows a test clock from now on (C14).
    ClockAttached { clock: String },
    /// A request was accepted that changed nothing. Its id is used all the same (C7), so it counts, and
    /// the log has no gap (C10).
    Unchanged {},
}

impl Account {
    /// The account after what happened.
    pub fn evolve(&mut self, event: &AccountEvent) {
        match event {
            AccountEvent::Created { account } => *self = (**account).clone(),
            AccountEvent::ObligationsReported { running_resources } => {
                self.running_resources = *running_resources;
            }
            AccountEvent::DefaultChanged { method } => self.default_method = *method,
            AccountEvent::LinkFailed { at, keep_from } => {
                self.link_failures.retain(|failure| failure >= keep_from);
                self.link_failures.push(*at);
            }
            AccountEvent::CreditTermsSet { terms } => self.credit = Some(terms.clone()),
            AccountEvent::CodeSent { code, at, keep_from } => self.contacts.sent(code, *at, *keep_from),
            AccountEvent::CodeAnsweredWrong { channel } => self.contacts.answered_wrong(*channel),
            AccountEvent::ContactProved { channel, contact } => self.contacts.proved(*channel, contact),
            AccountEvent::ProductEnabled { product, at } => {
                self.products.insert(product.clone(), *at);
            }
            AccountEvent::ProductDisabled { product } => {
                self.products.remove(product);
            }
            AccountEvent::DeductionThresholdSet { threshold } => self.deduction_threshold = Some(*threshold),
            AccountEvent::MethodBarred { method, code } => {
                self.barred_methods.insert(*method, code.clone());
            }
            AccountEvent::MethodUnbarred { method } => {
                self.barred_methods.remove(method);
            }
            AccountEvent::Updated { display_name, currency, profile, identity } => {
                if let Some(name) = display_name {
                    self.display_name.clone_from(name);
                }
                self.currency = currency.unwrap_or(self.currency);
                if let Some(profile) = profile {
                    self.profile = Some((**profile).clone());
                }
                if let Some(identity) = identity {
                    self.identity = Some(identity.clone());
                }
            }
            AccountEvent::KycRequired { requirement } => self.kyc.required = Some(requirement.clone()),
            AccountEvent::KycChanged { review, standing } => {
                self.kyc.latest = Some(*review);
                self.kyc.standing = standing.clone();
            }
            AccountEvent::Deactivated { deactivation } => self.deactivation = Some(*deactivation),
            AccountEvent::SilenceEnded {} => {
                if let Some(deactivation) = &mut self.deactivation {
                    deactivation.is_over = true;
                }
            }
            AccountEvent::BalanceMoved { currency, balance } => self.balance.set(*currency, *balance),
            AccountEvent::AutoSettlementChanged { enabled } => self.settles_by_hand = !enabled,
            // What counts is the head's, which every commit reads; this is to be shown.
            AccountEvent::ClockAttached { clock } => self.clock = Some(clock.clone()),
            AccountEvent::Unchanged {} => {}
        }
    }

    /// Its state's name, for the tables.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        if self.deactivation.is_some() { "deactivated" } else { "active" }
    }

    /// When its silent period ends, while that matters.
    #[must_use]
    pub fn silence_ends(&self) -> Option<Timestamp> {
        self.deactivation
            .filter(|deactivation| !deactivation.is_over)
            .map(|deactivation| deactivation.free_at)
    }
}
