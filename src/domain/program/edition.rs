//! A program and its dated editions (C1).

use std::{collections::BTreeSet, fmt};

use jiff::{SignedDuration, Span, Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{
    acceptance::CardAcceptance,
    collection::CollectionRules,
    kyc::KycRules,
    messages::Messaging,
    methods::{MethodKind, Methods},
    onboarding::Onboarding,
    redirect::RedirectRules,
    regions::{RegionId, Regions},
    removal::RemovalRules,
    risk::{LinkRiskFacts, PaymentRiskFacts, RiskRules},
    routing::{self, ProviderName, Route, RouteFacts},
    section::Section,
    transfer::BankAccount,
    usage::{self, UsageRules},
    verification::{VerificationPlan, VerificationRules},
};
use crate::domain::{
    card::{CardFacts, CardInputRules},
    country::Country,
    currency::Currency,
    exchange::{ConversionError, RateTable},
    rejection::Violation,
};

/// A program's name, as in its file and in resource names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProgramId(pub String);

impl fmt::Display for ProgramId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The edition something was decided under, as `alibaba-cloud-intl@2026-01-12` (C1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProgramVersion(pub String);

impl fmt::Display for ProgramVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The rulebook of one seller.
#[derive(Debug, Clone)]
pub struct Program {
    /// Its name.
    pub id: ProgramId,
    /// The seller of record.
    pub seller: String,
    /// In which months and days are reckoned (H10).
    pub time_zone: TimeZone,
    /// The currencies an account may prefer (C2).
    pub currencies: BTreeSet<Currency>,
    /// The countries it serves.
    pub countries: Countries,
    /// The edition that came first, and those after it in order.
    pub(super) first: Edition,
    pub(super) later: Vec<Edition>,
}

/// Which countries a program serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Countries {
    /// All but these.
    AllExcept(BTreeSet<Country>),
    /// These.
    Only(BTreeSet<Country>),
}

/// All rules that hold from one date on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    pub(super) version: ProgramVersion,
    pub(super) from: Date,
    pub(super) regions: Regions,
    pub(super) methods: Methods,
    pub(super) cards: CardAcceptance,
    pub(super) card_input: CardInputRules,
    pub(super) verification: VerificationRules,
    pub(super) risk: RiskRules,
    pub(super) link_limits: LinkLimits,
    pub(super) first_becomes_default: bool,
    pub(super) silent_period: SignedDuration,
    pub(super) expiry_change_reverifies: bool,
    pub(super) removal: RemovalRules,
    pub(super) collection: CollectionRules,
    pub(super) usage: Option<UsageRules>,
    pub(super) redirect: Option<RedirectRules>,
    pub(super) bank_accounts: Vec<BankAccount>,
    pub(super) routes: Vec<Route>,
    pub(super) currency_conversion_note: bool,
    pub(super) messaging: Option<Messaging>,
    pub(super) onboarding: Option<Onboarding>,
    pub(super) kyc: Option<KycRules>,
}

/// How often something may fail within a time (C15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// How often.
    pub count: u32,
    /// Within which time.
    pub window: SignedDuration,
}

/// How often linking may fail (C15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkLimits {
    /// On one account.
    pub per_account: Limit,
    /// With one card, on whatever accounts.
    pub per_instrument: Limit,
}

impl Limit {
    /// Reads `count` and `window`.
    pub(super) fn read(section: &Section<'_>) -> Self {
        Self { count: section.count("count"), window: section.duration("window") }
    }
}

impl Program {
    /// The edition that holds at an instant: the last one dated on or before that day in the program's
    /// time zone; before the first, the first.
    #[must_use]
    pub fn edition(&self, at: Timestamp) -> &Edition {
        let today = self.today(at);
        self.later.iter().rev().find(|edition| edition.from <= today).unwrap_or(&self.first)
    }

    /// All editions, the oldest first.
    pub fn editions(&self) -> impl Iterator<Item = &Edition> {
        std::iter::once(&self.first).chain(&self.later)
    }

    /// The edition of a version, to read what was decided under it.
    #[must_use]
    pub fn edition_of(&self, version: &ProgramVersion) -> Option<&Edition> {
        self.editions().find(|edition| edition.version == *version)
    }

    /// The day of an instant in the program's time zone (H10).
    #[must_use]
    pub fn today(&self, at: Timestamp) -> Date {
        at.to_zoned(self.time_zone.clone()).date()
    }

    /// The end of the day that comes so many days after that of an instant.
    #[must_use]
    pub fn end_of_day(&self, at: Timestamp, days: u32) -> Timestamp {
        let next = self.today(at).checked_add(jiff::Span::new().days(i64::from(days) + 1));
        next.map_or(Timestamp::MAX, |next| super::usage::start_of(next, &self.time_zone))
    }

    /// The month of an instant in the program's time zone: its first instant, that of the following month, and
    /// the day which that is (H10).
    #[must_use]
    pub fn month(&self, at: Timestamp) -> (Timestamp, Timestamp, Date) {
        let first = self.today(at).first_of_month();
        let following = first.checked_add(Span::new().months(1)).unwrap_or(Date::MAX);
        (usage::start_of(first, &self.time_zone), usage::start_of(following, &self.time_zone), following)
    }

    /// Whether accounts of a country are taken.
    #[must_use]
    pub fn serves(&self, country: Country) -> bool {
        match &self.countries {
            Countries::AllExcept(except) => !except.contains(&country),
            Countries::Only(only) => only.contains(&country),
        }
    }

    /// Whether an account may prefer a currency.
    #[must_use]
    pub fn offers(&self, currency: Currency) -> bool {
        self.currencies.contains(&currency)
    }
}

impl Edition {
    /// What names this edition in everything decided under it.
    #[must_use]
    pub fn version(&self) -> &ProgramVersion {
        &self.version
    }

    /// The day from which it holds.
    #[must_use]
    pub fn from(&self) -> Date {
        self.from
    }

    /// The group a country belongs to (A1).
    #[must_use]
    pub fn region(&self, country: Country) -> Option<&RegionId> {
        self.regions.of(country)
    }

    /// Every rule a card breaks that is to be linked, the most telling first (A2 to A5, A9, A11).
    #[must_use]
    pub fn check_card(
        &self,
        card: &CardFacts,
        region: &RegionId,
        currency: Currency,
        risk: &LinkRiskFacts,
    ) -> Vec<Violation> {
        let (challenge, _) = self.verification.challenge(region, risk, &self.risk);
        self.cards.check(card, region, currency, challenge)
    }

    /// Whether a kind of method is offered in a region (A2).
    #[must_use]
    pub fn offers(&self, kind: MethodKind, region: &RegionId) -> bool {
        self.methods.offers(kind, region)
    }

    /// Every kind of method that is offered somewhere, so that a list can say why others are not (C5).
    pub fn kinds(&self) -> impl Iterator<Item = MethodKind> {
        self.methods.kinds()
    }

    /// The names of methods that are refused by name (A7).
    pub fn refused_by_name(&self) -> impl Iterator<Item = &str> {
        self.methods.refused_by_name()
    }

    /// Why a method of that name is refused in a region (A2, A7); `None` where it is offered.
    #[must_use]
    pub fn refuse_kind(&self, name: &str, region: &RegionId) -> Option<Violation> {
        self.methods.refuse(name, region)
    }

    /// Why a wallet whose account is registered there is refused (A6); `None` where it is taken.
    #[must_use]
    pub fn refuse_wallet(&self, country: Option<Country>) -> Option<Violation> {
        self.methods.refuse_wallet(country)
    }

    /// Why what is offered otherwise is no wallet.
    #[must_use]
    pub fn no_wallet(&self, name: &str, region: &RegionId) -> Violation {
        self.methods.no_wallet(name, region)
    }

    /// How a card is to be verified (A11, A13, H6, H8).
    pub fn verification(
        &self,
        region: &RegionId,
        currency: Currency,
        risk: &LinkRiskFacts,
        rates: &RateTable,
        on: Date,
    ) -> Result<VerificationPlan, ConversionError> {
        let challenge = self.verification.challenge(region, risk, &self.risk);
        self.verification.plan(challenge, currency, rates, on)
    }

    /// The name of the rule that demands a challenge on a payment (A11).
    #[must_use]
    pub fn payment_challenge(&self, facts: &PaymentRiskFacts, rates: &RateTable, on: Date) -> Option<&str> {
        self.risk.payment_challenge(facts, rates, on)
    }

    /// How long a challenge on a payment may stay open (A16).
    #[must_use]
    pub fn challenge_lifetime(&self) -> SignedDuration {
        self.verification.challenge_lifetime
    }

    /// What the cardholder's statement shows (A13).
    #[must_use]
    pub fn descriptor(&self) -> &str {
        &self.verification.descriptor
    }

    /// How often linking may fail (C15).
    #[must_use]
    pub fn link_limits(&self) -> &LinkLimits {
        &self.link_limits
    }

    /// Whether the first card becomes the default once it is active (A14).
    #[must_use]
    pub fn first_becomes_default(&self) -> bool {
        self.first_becomes_default
    }

    /// How long a deactivated account keeps its claims (A8).
    #[must_use]
    pub fn silent_period(&self) -> SignedDuration {
        self.silent_period
    }

    /// Whether a changed expiry is verified anew (H14).
    #[must_use]
    pub fn expiry_change_reverifies(&self) -> bool {
        self.expiry_change_reverifies
    }

    /// The rules of a redirect to the customer's bank, where the program has it (W1).
    #[must_use]
    pub fn redirect(&self) -> Option<&RedirectRules> {
        self.redirect.as_ref()
    }

    /// Which methods can be removed (A23, A24, H15).
    #[must_use]
    pub fn removal(&self) -> &RemovalRules {
        &self.removal
    }

    /// How what is owed is collected (H13).
    #[must_use]
    pub fn collection(&self) -> &CollectionRules {
        &self.collection
    }

    /// How pay-as-you-go works, where it is offered (A19).
    #[must_use]
    pub fn usage(&self) -> Option<&UsageRules> {
        self.usage.as_ref()
    }

    /// What is asked of a card's input (A12, H5).
    #[must_use]
    pub fn card_input(&self) -> &CardInputRules {
        &self.card_input
    }

    /// The providers that a payment may be routed to: nobody else needs to know a card (C9).
    pub fn providers(&self) -> impl Iterator<Item = &ProviderName> {
        self.routes.iter().map(|route| &route.provider)
    }

    /// The bank account that customers of a region pay into (A26).
    #[must_use]
    pub fn bank_account(&self, region: &RegionId) -> Option<&BankAccount> {
        self.bank_accounts.iter().find(|account| account.regions.contains(region))
    }

    /// All bank accounts.
    pub fn bank_accounts(&self) -> impl Iterator<Item = &BankAccount> {
        self.bank_accounts.iter()
    }

    /// The providers that serve a payment, in order; none where no rule matches (C12).
    #[must_use]
    pub fn route(&self, facts: &RouteFacts) -> Vec<ProviderName> {
        routing::plan(&self.routes, facts)
    }

    /// Whether a payment in another currency than the card's says that a conversion fee may come (A15).
    #[must_use]
    pub fn currency_conversion_note(&self) -> bool {
        self.currency_conversion_note
    }

    /// Who sends messages, and of what; `None` where the program sends none (A16, H2, H3).
    #[must_use]
    pub fn messaging(&self) -> Option<&Messaging> {
        self.messaging.as_ref()
    }

    /// Who reviews identity documents, and which; `None` where nobody does (A32).
    #[must_use]
    pub fn kyc(&self) -> Option<&KycRules> {
        self.kyc.as_ref()
    }

    /// What an account has to have before it can link and pay; `None` where that is nothing (H1).
    #[must_use]
    pub fn onboarding(&self) -> Option<&Onboarding> {
        self.onboarding.as_ref()
    }
}
