//! Everything a decision may look at.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use super::{
    account::Account,
    agreement::Agreement,
    attempt::{Attempt, Policy},
    card::{BillingAddress, Expiry},
    decision::Refusal,
    exchange::{ConversionError, RateTable},
    ids::{
        AgreementId, InvoiceId, KycReviewId, LinkAttemptId, MessageId, MethodId, PaymentId, PeriodId,
        RefundId, RemittanceId, VerificationId,
    },
    invoice::Invoice,
    kyc::KycReview,
    link::LinkAttempt,
    message::Message,
    method::{Instrument, Method},
    money::Money,
    payment::Payment,
    program::{DeclineTable, Edition, LinkRiskFacts, Obligation, Program, RouteFacts},
    reason::Reason,
    refund::Refund,
    rejection::{Rejection, Violation},
    remittance::Remittance,
    usage::Period,
    verification::Verification,
    webhook::WebhookRules,
    world::World,
};

/// What holds for all accounts.
pub struct Rules<'a> {
    /// The exchange rates.
    pub rates: &'a RateTable,
    /// What the issuers' codes mean.
    pub declines: &'a DeclineTable,
    /// What each provider's adapter promises.
    pub policies: &'a dyn Fn(&str) -> Policy,
    /// How webhook deliveries are repeated (C11).
    pub webhooks: &'a WebhookRules,
}

/// Everything a decision may look at. Time, chance and ids are values in it (design decision 7).
pub struct Facts<'a> {
    /// The account's clock.
    pub now: Timestamp,
    /// The account's program.
    pub program: &'a Program,
    /// What holds for all accounts.
    pub rules: &'a Rules<'a>,
    /// The account's entities, as far as the command needs them.
    pub world: &'a World,
    /// Ids drawn for what the command makes.
    pub ids: [Uuid; 4],
    /// From 0 up to 1.
    pub jitter: f64,
}

impl<'a> Facts<'a> {
    /// The rules that hold at this instant.
    #[must_use]
    pub fn edition(&self) -> &'a Edition {
        self.program.edition(self.now)
    }

    /// The day in the program's time zone (H10).
    #[must_use]
    pub fn today(&self) -> Date {
        self.program.today(self.now)
    }

    /// When a bill is due that names no time: at once, or, for who buys on credit, with the end of the day that
    /// the terms say, in the program's time zone (A25, H10).
    #[must_use]
    pub fn bill_due(&self, account: &Account) -> Timestamp {
        match account.credit() {
            Some(terms) => self.program.end_of_day(self.now, terms.bill_due_days),
            None => self.now,
        }
    }

    /// One of the ids drawn beforehand.
    #[must_use]
    pub fn id(&self, index: usize) -> Uuid {
        self.ids.get(index).copied().unwrap_or_default()
    }

    /// The instant at which a card with that expiry has expired, in the program's time zone.
    #[must_use]
    pub fn end_of(&self, expiry: Expiry) -> Timestamp {
        let day = expiry.end();
        day.to_zoned(self.program.time_zone.clone()).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
    }

    /// The account.
    pub fn account(&self) -> Result<&'a Account, Rejection> {
        self.world.account().ok_or_else(|| Rejection::not_found("The account"))
    }

    /// A method of the account.
    pub fn method(&self, id: MethodId) -> Result<&'a Method, Rejection> {
        self.world.method(id).ok_or_else(|| Rejection::not_found(&format!("paymentMethods/{id}")))
    }

    /// A verification of the account.
    pub fn verification(&self, id: VerificationId) -> Result<&'a Verification, Rejection> {
        self.world.verification(id).ok_or_else(|| Rejection::not_found(&format!("verifications/{id}")))
    }

    /// An invoice of the account.
    pub fn invoice(&self, id: InvoiceId) -> Result<&'a Invoice, Rejection> {
        self.world.invoice(id).ok_or_else(|| Rejection::not_found(&format!("invoices/{id}")))
    }

    /// A payment of the account.
    pub fn payment(&self, id: PaymentId) -> Result<&'a Payment, Rejection> {
        self.world.payment(id).ok_or_else(|| Rejection::not_found(&format!("payments/{id}")))
    }

    /// A refund of the account.
    pub fn refund(&self, id: RefundId) -> Result<&'a Refund, Rejection> {
        self.world.refund(id).ok_or_else(|| Rejection::not_found(&format!("refunds/{id}")))
    }

    /// A month of the account's usage.
    pub fn period(&self, id: PeriodId) -> Result<&'a Period, Rejection> {
        self.world.period(id).ok_or_else(|| Rejection::not_found(&format!("usagePeriods/{id}")))
    }

    /// Money that arrived by bank transfer.
    pub fn remittance(&self, id: RemittanceId) -> Result<&'a Remittance, Rejection> {
        self.world.remittance(id).ok_or_else(|| Rejection::not_found(&format!("remittances/{id}")))
    }

    /// An attempt to link of the account.
    pub fn link_attempt(&self, id: LinkAttemptId) -> Result<&'a LinkAttempt, Rejection> {
        self.world.link_attempt(id).ok_or_else(|| Rejection::not_found(&format!("linkAttempts/{id}")))
    }

    /// A message of the account.
    pub fn message(&self, id: MessageId) -> Result<&'a Message, Rejection> {
        self.world.message(id).ok_or_else(|| Rejection::not_found(&format!("messages/{id}")))
    }

    /// An agreement of the account.
    pub fn agreement(&self, id: AgreementId) -> Result<&'a Agreement, Rejection> {
        self.world.agreement(id).ok_or_else(|| Rejection::not_found(&format!("agreements/{id}")))
    }

    /// A review of the account's identity documents.
    pub fn kyc_review(&self, id: KycReviewId) -> Result<&'a KycReview, Rejection> {
        self.world.kyc_review(id).ok_or_else(|| Rejection::not_found(&format!("kycReviews/{id}")))
    }

    /// What the risk rules look at when a card is linked (A11).
    #[must_use]
    pub fn link_risk(&self, account: &Account, billing: Option<&BillingAddress>) -> LinkRiskFacts {
        let window = self.edition().link_limits().per_account.window;
        let from = self.now.checked_sub(window).unwrap_or(Timestamp::MIN);
        let recent = account.link_failures.iter().filter(|failure| **failure > from).count();
        LinkRiskFacts {
            account_country: account.country,
            billing_country: billing.map(|address| address.country),
            failed_attempts: u32::try_from(recent).unwrap_or(u32::MAX),
        }
    }

    /// What the account still uses or owes (A24).
    #[must_use]
    pub fn obligations(&self, account: &Account) -> BTreeSet<Obligation> {
        let mut obligations = BTreeSet::new();
        if account.running_resources > 0 {
            obligations.insert(Obligation::RunningResources);
        }
        // What was used and is on no bill yet is owed all the same.
        if self.world.periods().any(|period| !period.unbilled.net.is_zero()) {
            obligations.insert(Obligation::OutstandingBills);
        }
        // What the bank took back after it had paid bills is owed at once (A30).
        if account.balance.debts().next().is_some() {
            obligations.insert(Obligation::OverduePayments);
        }
        for invoice in self.world.invoices().filter(|invoice| invoice.is_open()) {
            obligations.insert(if invoice.is_overdue(self.now) {
                Obligation::OverduePayments
            } else {
                Obligation::OutstandingBills
            });
        }
        obligations
    }

    /// The provider that serves a use of an instrument (C12).
    pub fn route(
        &self,
        account: &Account,
        instrument: &Instrument,
        amount: Money,
    ) -> Result<String, Rejection> {
        let brand = instrument.card().map(|card| card.facts.brand);
        let facts = RouteFacts { kind: instrument.kind(), brand, country: account.country, amount };
        match self.edition().route(&facts).into_iter().next() {
            Some(provider) => Ok(provider.0),
            None => Err(Rejection::rule(
                Violation::new(
                    Reason::NoRoute,
                    "C12",
                    "No provider is configured for such a payment. Add a route to the program.",
                )
                .fact("currency_code", amount.currency())
                .fact("kind", instrument.kind())
                .fact("brand", brand.map(|brand| brand.to_string()).unwrap_or_default()),
            )),
        }
    }

    /// What a provider knows a method as.
    pub fn token(&self, method: &Method, provider: &str) -> Result<String, Rejection> {
        method.instrument.token(provider).map(str::to_owned).ok_or_else(|| {
            Rejection::rule(
                Violation::new(
                    Reason::NoRoute,
                    "C12",
                    "The method is not known to the provider that serves the payment. Link it anew.",
                )
                .fact("provider", provider),
            )
        })
    }

    /// What the adapter of an attempt promises.
    #[must_use]
    pub fn policy(&self, attempt: &Attempt) -> Policy {
        (self.rules.policies)(&attempt.provider)
    }

    /// No rate is known (C3).
    #[must_use]
    pub fn rate_missing(&self, error: &ConversionError) -> Box<Refusal> {
        let violation = Violation::new(
            Reason::CurrencyRateMissing,
            "C3",
            format!("{error}. Add it to the table of exchange rates."),
        );
        Rejection::rule(match error {
            ConversionError::RateMissing { from, to, .. } => violation.fact("base", from).fact("quote", to),
            ConversionError::Money(_) => violation,
        })
        .into()
    }
}
