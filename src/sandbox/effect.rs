//! An effect as the sandbox sees it: what was asked for, how it stands, and the outcome it answers.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    amount::Amount,
    catalogue::{self, Reason},
    wire::to_wire_time,
};
use crate::proto::{provider::v1 as provider, sandbox::v1 as wire};

/// One effect id and everything that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Effect {
    pub id: String,
    pub clock: String,
    /// `None`: cancelled before it was ever asked for.
    pub request: Option<Request>,
    pub state: State,
    /// What the card is used for; `None` where nothing was asked for.
    pub purpose: Option<Purpose>,
    pub statement: Statement,
    /// How the card is used; `None` for releases and refunds.
    pub usage: Option<Usage>,
    /// The secret part of the challenge page's address.
    pub page: Option<String>,
    pub listener: Option<Listener>,
}

/// What was asked for. A repeated `Perform` has to ask for the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Request {
    Authorize {
        amount: Amount,
        token: String,
    },
    Charge {
        amount: Amount,
        token: String,
    },
    Verify {
        token: String,
    },
    Release {
        authorized: String,
    },
    Refund {
        charged: String,
        amount: Amount,
        /// Our reference of the charge; empty where it is not told.
        #[serde(default)]
        reference: String,
    },
    SendMessage(Letter),
    /// Have a customer agree to be charged by their wallet.
    Agree {
        wallet: String,
    },
    /// End such an agreement.
    EndAgreement {
        agreed: String,
    },
    /// Have a customer pay at their bank.
    AuthorizeRedirect {
        amount: Amount,
        reference: String,
    },
    /// Make final what the bank has approved.
    Capture {
        authorized: String,
        amount: Amount,
    },
    /// Withdraw what the bank has approved.
    Withdraw {
        authorized: String,
    },
    /// Compare documents, by their tokens, with a customer's name.
    ReviewIdentity {
        registered_name: String,
        documents: Vec<String>,
    },
}

/// What a card, or what was done with it, is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Purpose {
    Hold,
    /// The first charge to a token.
    FirstCharge,
    Charge,
    Verification,
    Release,
    Refund,
    Message,
    Agreement,
    EndOfAgreement,
    Redirect,
    Capture,
    Withdrawal,
    IdentityReview,
}

/// A message to be put into somebody's inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Letter {
    pub to: String,
    pub template: String,
    pub subject: String,
    pub text: String,
    /// Empty where there is none.
    pub code: String,
    /// Empty where there is none.
    pub url: String,
}

impl Request {
    pub fn purpose(&self) -> Purpose {
        match self {
            Self::Authorize { .. } => Purpose::Hold,
            Self::Charge { .. } => Purpose::Charge,
            Self::Verify { .. } => Purpose::Verification,
            Self::Release { .. } => Purpose::Release,
            Self::Refund { .. } => Purpose::Refund,
            Self::SendMessage(_) => Purpose::Message,
            Self::Agree { .. } => Purpose::Agreement,
            Self::EndAgreement { .. } => Purpose::EndOfAgreement,
            Self::AuthorizeRedirect { .. } => Purpose::Redirect,
            Self::Capture { .. } => Purpose::Capture,
            Self::Withdraw { .. } => Purpose::Withdrawal,
            Self::ReviewIdentity { .. } => Purpose::IdentityReview,
        }
    }

    /// Its name in `ListEffects`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Authorize { .. } => "AUTHORIZE",
            Self::Charge { .. } => "CHARGE",
            Self::Verify { .. } => "VERIFY",
            Self::Release { .. } => "RELEASE",
            Self::Refund { .. } => "REFUND",
            Self::SendMessage(_) => "SEND_MESSAGE",
            Self::Agree { .. } => "AGREE",
            Self::EndAgreement { .. } => "END_AGREEMENT",
            Self::AuthorizeRedirect { .. } => "AUTHORIZE_REDIRECT",
            Self::Capture { .. } => "CAPTURE",
            Self::Withdraw { .. } => "WITHDRAW",
            Self::ReviewIdentity { .. } => "REVIEW_IDENTITY",
        }
    }

    /// The amount asked for; a release's is that of the hold it undoes.
    pub fn amount(&self) -> Option<&Amount> {
        match self {
            Self::Authorize { amount, .. }
            | Self::Charge { amount, .. }
            | Self::Refund { amount, .. }
            | Self::AuthorizeRedirect { amount, .. }
            | Self::Capture { amount, .. } => Some(amount),
            Self::Verify { .. }
            | Self::Release { .. }
            | Self::SendMessage(_)
            | Self::Agree { .. }
            | Self::EndAgreement { .. }
            | Self::ReviewIdentity { .. }
            | Self::Withdraw { .. } => None,
        }
    }

    pub fn token(&self) -> Option<&str> {
        match self {
            Self::Authorize { token, .. } | Self::Charge { token, .. } | Self::Verify { token } => {
                Some(token)
            }
            Self::Release { .. }
            | Self::Refund { .. }
            | Self::SendMessage(_)
            | Self::Agree { .. }
            | Self::EndAgreement { .. }
            | Self::AuthorizeRedirect { .. }
            | Self::Capture { .. }
            | Self::ReviewIdentity { .. }
            | Self::Withdraw { .. } => None,
        }
    }
}

/// What the cardholder's statement shows of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Statement {
    /// IIN and last four digits.
    pub card: String,
    pub descriptor: String,
}

/// How a card is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Usage {
    pub authentication: Authentication,
    /// Empty: the customer stays on the issuer's page.
    pub return_url: String,
    pub challenge_lifetime: SignedDuration,
    /// Year and month, where they differ from what was tokenized: a renewed card.
    #[serde(default)]
    pub expiry: Option<(i32, i32)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Authentication {
    IssuerDecides,
    ChallengeMandated,
    CustomerAbsent,
}

/// Who is told when the effect changes by itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listener {
    pub target: String,
    pub token: String,
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listener").field("target", &self.target).field("token", &"***").finish()
    }
}

/// How an effect stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    Approved {
        reference: String,
        authorization_code: String,
        challenged: bool,
        amount: Option<Amount>,
        /// The e-mail address of who agreed, for an agreement.
        #[serde(default)]
        holder: Option<String>,
    },
    Declined {
        code: String,
        message: String,
    },
    ActionRequired {
        url: String,
        expire_time: Timestamp,
        tries_left: u8,
    },
    Pending {
        challenged: bool,
    },
    Cancelled {
        reason: Cause,
    },
}

/// Why an effect never happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Cause {
    Requested,
    ChallengeExpired,
    ChallengeFailed,
    ChallengeAbandoned,
    AgreementNotApproved,
    AgreementEnded,
}

impl State {
    pub fn declined(reason: Reason) -> Self {
        Self::Declined { code: reason.code.to_owned(), message: reason.message.to_owned() }
    }

    pub fn to_wire(&self) -> wire::EffectState {
        match self {
            Self::Approved { .. } => wire::EffectState::Approved,
            Self::Declined { .. } => wire::EffectState::Declined,
            Self::ActionRequired { .. } => wire::EffectState::ActionRequired,
            Self::Pending { .. } => wire::EffectState::Pending,
            Self::Cancelled { .. } => wire::EffectState::Cancelled,
        }
    }

    pub fn to_outcome(&self) -> provider::Outcome {
        use provider::outcome::Result;
        let result = match self {
            Self::Approved { reference, authorization_code, challenged, amount, holder } => {
                Result::Approved(provider::Approved {
                    provider_reference: reference.clone(),
                    amount: amount.as_ref().map(Amount::to_provider),
                    authorization_code: authorization_code.clone(),
                    challenged: *challenged,
                    wallet_holder: holder.as_deref().and_then(catalogue::find_wallet).map(to_holder),
                })
            }
            Self::Declined { code, message } => {
                Result::Declined(provider::Declined { network_code: code.clone(), message: message.clone() })
            }
            Self::ActionRequired { url, expire_time, .. } => {
                Result::ActionRequired(provider::ActionRequired {
                    url: url.clone(),
                    expire_time: Some(to_wire_time(*expire_time)),
                })
            }
            Self::Pending { .. } => Result::Pending(provider::Pending {}),
            Self::Cancelled { reason } => Result::Cancelled(provider::Cancelled {
                reason: match reason {
                    Cause::Requested => provider::CancelReason::Requested,
                    Cause::ChallengeExpired => provider::CancelReason::ChallengeExpired,
                    Cause::ChallengeFailed => provider::CancelReason::ChallengeFailed,
                    Cause::ChallengeAbandoned => provider::CancelReason::ChallengeAbandoned,
                    Cause::AgreementNotApproved => provider::CancelReason::AgreementNotApproved,
                    Cause::AgreementEnded => provider::CancelReason::AgreementEnded,
                }
                .into(),
            }),
        };
        provider::Outcome { result: Some(result) }
    }
}

/// Who holds a wallet, as bursar is told.
fn to_holder(account: &catalogue::Account) -> provider::WalletHolder {
    let email = account.plays.number;
    // As PayPal's payer ids: thirteen letters and digits, always the same for the same account.
    let digest = hex::encode_upper(Sha256::digest(email));
    provider::WalletHolder {
        holder_id: digest.chars().take(13).collect(),
        region_code: account.plays.region.to_owned(),
        email: email.to_owned(),
    }
}
