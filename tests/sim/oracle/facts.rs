//! The facts of a run that the oracle judges: what the issuers' ledger has, what the service tells, what
//! clients were told on the way, and what the log has. Plain values, so that any harness can collect them
//! and a test can make them up.

use std::collections::BTreeMap;

use bursar::proto::{
    sandbox::v1::{BankEntry, LedgerEntry},
    v1::{
        Balance, BalanceEntry, Invoice, KycReview, LinkAttempt, Message, Payment, PaymentMethod, Refund,
        Remittance, UsagePeriod, Verification,
    },
};

/// Everything.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The issuers' ledger, oldest first: the truth about money.
    pub ledger: Vec<LedgerEntry>,
    /// The bank's ledger, oldest first.
    pub bank: Vec<BankEntry>,
    /// What arrived in the program's shared account.
    pub shared: Vec<Remittance>,
    /// What the service tells of each account.
    pub accounts: Vec<AccountFacts>,
    /// What clients saw.
    pub witnessed: Witnessed,
    /// Effects that a provider was asked for, and whether the journal had their intent by then.
    pub performed: Vec<(String, bool)>,
    /// What the log has.
    pub log: LogFacts,
    /// Parts of the service that ended badly: panics, writers that stopped, pages that failed.
    pub faults: Vec<String>,
    /// Where a card number was found that is the vault's alone.
    pub leaks: Vec<String>,
}

/// One account, as the service tells it.
#[derive(Debug, Clone, Default)]
pub struct AccountFacts {
    pub methods: Vec<PaymentMethod>,
    pub verifications: Vec<Verification>,
    pub invoices: Vec<Invoice>,
    pub payments: Vec<Payment>,
    pub refunds: Vec<Refund>,
    pub link_attempts: Vec<LinkAttempt>,
    pub messages: Vec<Message>,
    pub usage_periods: Vec<UsagePeriod>,
    pub remittances: Vec<Remittance>,
    pub entries: Vec<BalanceEntry>,
    /// What there is in each currency.
    pub balance: Balance,
    pub kyc_reviews: Vec<KycReview>,
}

impl AccountFacts {
    /// How everything stands, by name.
    pub fn states(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let methods = self.methods.iter().map(|it| (it.name.as_str(), it.state().as_str_name()));
        let verifications = self.verifications.iter().map(|it| (it.name.as_str(), it.state().as_str_name()));
        let invoices = self.invoices.iter().map(|it| (it.name.as_str(), it.state().as_str_name()));
        let payments = self.payments.iter().map(|it| (it.name.as_str(), it.state().as_str_name()));
        let links = self.link_attempts.iter().map(|it| (it.name.as_str(), it.state().as_str_name()));
        let messages = self.messages.iter().map(|it| {
            let state = it.delivery.as_ref().map(|it| it.state().as_str_name());
            (it.name.as_str(), state.unwrap_or_default())
        });
        let periods = self.usage_periods.iter().map(|it| (it.name.as_str(), it.state().as_str_name()));
        let reviews = self.kyc_reviews.iter().map(|it| (it.name.as_str(), it.state().as_str_name()));
        let remittances = self.remittances.iter().map(|it| (it.name.as_str(), it.state().as_str_name()));
        let refunds = self.refunds.iter().map(|it| (it.name.as_str(), it.state().as_str_name()));
        // A balance has no state; what matters is that it is there.
        let balance = std::iter::once((self.balance.name.as_str(), ""));
        let others = links
            .chain(messages)
            .chain(periods)
            .chain(reviews)
            .chain(remittances)
            .chain(balance)
            .chain(refunds);
        methods.chain(verifications).chain(invoices).chain(payments).chain(others)
    }
}

/// What clients saw.
#[derive(Debug, Clone, Default)]
pub struct Witnessed {
    /// Request ids that were answered, and the resource that each was told.
    pub told: BTreeMap<String, String>,
    /// Answered requests that were asked again.
    pub repeats: Vec<Repeat>,
    /// Answered request ids that were used for something else, and what came of it.
    pub misuses: Vec<(String, String)>,
    /// Resources that somebody was told to be at their end, and at which.
    pub ends: Vec<(String, String)>,
    /// Answers that the contract does not know.
    pub undocumented: Vec<String>,
}

/// A request that was asked again after it had been answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    pub request: String,
    /// The resource that it was told first.
    pub first: String,
    /// What it was told now.
    pub again: String,
}

/// What the log has.
#[derive(Debug, Clone, Default)]
pub struct LogFacts {
    /// Where chain, order or positions are broken, or the tables are not what the events make.
    pub broken: Vec<String>,
    /// Where, between two entries, a payment was under way without all that it needs.
    pub torn: Vec<String>,
    /// Where a one-time code has proved an address that it should not have.
    pub forged: Vec<String>,
    /// The states that each entity went through.
    pub histories: BTreeMap<String, Vec<String>>,
    /// Who took or let go of each instrument, in the order of the claim's versions: method, took.
    pub holds: BTreeMap<String, Vec<(String, bool)>>,
}
