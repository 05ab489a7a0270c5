//! What the engine is started with.

use std::{collections::BTreeMap, sync::Arc};

use jiff::SignedDuration;

use crate::domain::{
    attempt::Policy,
    exchange::RateTable,
    program::{DeclineTable, Program, ProgramId},
    remittance::{CROSSING, crossing_policy},
    webhook::WebhookRules,
};

/// The rules of all programs, and what the providers' adapters promise.
pub struct Ruleset {
    /// The programs.
    pub programs: BTreeMap<ProgramId, Program>,
    /// The exchange rates.
    pub rates: RateTable,
    /// What the issuers' codes mean.
    pub declines: DeclineTable,
    /// How webhook deliveries are repeated.
    pub webhooks: WebhookRules,
    /// What each provider's adapter promises.
    pub policies: BTreeMap<String, Policy>,
    /// What holds for a provider that is not configured (any more): nothing can be promised.
    pub unknown_provider: Policy,
}

impl Ruleset {
    /// What the adapter of that name promises.
    #[must_use]
    pub fn policy(&self, provider: &str) -> Policy {
        if provider == CROSSING {
            return crossing_policy();
        }
        self.policies.get(provider).copied().unwrap_or(self.unknown_provider)
    }
}

/// How the engine works.
#[derive(Clone)]
pub struct Config {
    /// How many writers; each has a lane of the journal.
    pub writers: usize,
    /// How many commands may wait for a writer before callers are shed.
    pub inbox: usize,
    /// How many commands a batch takes at most.
    pub batch: usize,
    /// How many accounts a writer remembers.
    pub cached_accounts: usize,
    /// How many calls to one provider may be under way before commands that make more are shed.
    pub effects: usize,
    /// For how long a call to a provider is its committer's.
    pub lease: SignedDuration,
    /// The rules.
    pub rules: Arc<Ruleset>,
}
