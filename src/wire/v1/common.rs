//! What several resources have in common.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    domain::{exchange::Rate, failure::Failure, ids::AccountId, program::DeclineTable},
    env::Links,
    proto::v1 as pb,
    wire::time,
};

/// What showing a resource needs beside the entity.
pub struct Showing<'a> {
    /// What issuers' codes mean (A32).
    pub declines: &'a DeclineTable,
    /// How browsers find our pages.
    pub links: &'a Links,
    /// The account's clock.
    pub now: Timestamp,
}

impl Showing<'_> {
    /// What the customer has to do: our own link, which leads on to the issuer's page as often as it is
    /// opened (A16).
    #[must_use]
    pub fn next_action(&self, account: AccountId, entity: Uuid, expire_at: Timestamp) -> pb::NextAction {
        pb::NextAction {
            url: self.links.continue_url(account.0, entity),
            expire_time: Some(time::timestamp(expire_at)),
        }
    }
}

/// Why something failed, and what can be done (A32).
#[must_use]
pub fn failure(failure: &Failure, declines: &DeclineTable) -> pb::Failure {
    use pb::FailureReason as Reason;
    let plain = |reason: Reason, advice: &str| pb::Failure {
        reason: reason.into(),
        advice: advice.to_owned(),
        ..pb::Failure::default()
    };
    match failure {
        Failure::Declined { code } => {
            let decline = declines.explain(code);
            pb::Failure {
                reason: Reason::CardDeclined.into(),
                network_code: code.clone(),
                network_meaning: decline.meaning,
                advice: decline.advice,
                ..pb::Failure::default()
            }
        }
        Failure::ChallengeNotCompleted => plain(
            Reason::ChallengeNotCompleted,
            "The issuer's verification was not completed in time. Try again and complete it.",
        ),
        Failure::ChallengeFailed => plain(
            Reason::ChallengeFailed,
            "The issuer did not accept the verification. Try again, or use another card.",
        ),
        Failure::ChallengeAbandoned => plain(
            Reason::ChallengeAbandoned,
            "The issuer's verification was left. Try again and complete it.",
        ),
        Failure::ProviderUnavailable => plain(
            Reason::ProviderUnavailable,
            "The payment provider could not be reached and has done nothing. Try again later.",
        ),
        Failure::ProviderRefused => plain(
            Reason::ProviderRefused,
            "The payment provider refused the request and has done nothing. Ask the seller's support.",
        ),
        Failure::AgreementNotApproved => plain(
            Reason::AgreementNotApproved,
            "The agreement was not approved at the wallet, so it is not linked. Start again and approve it.",
        ),
        Failure::AgreementEnded => plain(
            Reason::AgreementEnded,
            "The agreement was ended at the wallet. Link the wallet anew to pay with it.",
        ),
        Failure::RuleNotMet { reason, message } => {
            pb::Failure { rule_reason: reason.to_string(), ..plain(Reason::RuleNotMet, message) }
        }
        Failure::Cancelled => plain(Reason::Cancelled, "It was cancelled. Start anew if it is still wanted."),
    }
}

/// A rate something was converted at.
#[must_use]
pub fn exchange_rate(rate: &Rate) -> pb::ExchangeRate {
    pb::ExchangeRate {
        base_currency_code: rate.base.code().to_owned(),
        quote_currency_code: rate.quote.code().to_owned(),
        rate: rate.rate.normalize().to_string(),
        rate_date: rate.date.to_string(),
        source: rate.source.clone(),
    }
}
