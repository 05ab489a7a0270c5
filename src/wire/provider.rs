//! `bursar.provider.v1` to the domain and back.

use std::{collections::BTreeMap, fmt};

use jiff::SignedDuration;

use crate::{
    domain::{
        account::CustomerType,
        attempt::{Approval, ApprovedHolder, Authentication, CancelReason, CardUse, Operation},
        kyc::{DocumentKind, Presented},
        message::{Channel, Outgoing, Text, text},
        money::Money,
        outcome::Outcome,
    },
    proto::provider::v1 as pb,
    wire::time,
};

/// What a message needs and nobody keeps, by name: a one-time code, a link. It is never printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets(pub BTreeMap<String, String>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What an adapter answered makes no sense. It is treated as no answer at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the adapter's answer makes no sense: {0}")]
pub struct Nonsense(pub &'static str);

impl TryFrom<pb::Outcome> for Outcome {
    type Error = Nonsense;

    fn try_from(outcome: pb::Outcome) -> Result<Self, Nonsense> {
        use pb::outcome::Result as Is;
        Ok(match outcome.result.ok_or(Nonsense("no result is set"))? {
            Is::Approved(approved) => Self::Approved(Approval {
                reference: approved.provider_reference,
                amount: approved
                    .amount
                    .as_ref()
                    .map(Money::try_from)
                    .transpose()
                    .map_err(|_| Nonsense("the approved amount is no amount"))?
                    .filter(|amount| !amount.is_zero()),
                authorization_code: approved.authorization_code,
                challenged: approved.challenged,
                wallet_holder: approved.wallet_holder.map(holder).transpose()?.map(Box::new),
            }),
            Is::Declined(declined) => Self::Declined { code: declined.network_code },
            Is::ActionRequired(action) => Self::ActionRequired {
                url: action.url,
                expire_at: action
                    .expire_time
                    .as_ref()
                    .and_then(time::instant)
                    .ok_or(Nonsense("an action has no expire_time"))?,
            },
            Is::Pending(pb::Pending {}) => Self::Pending,
            Is::Cancelled(cancelled) => Self::Cancelled {
                reason: match cancelled.reason() {
                    pb::CancelReason::ChallengeExpired => CancelReason::ChallengeExpired,
                    pb::CancelReason::ChallengeFailed => CancelReason::ChallengeFailed,
                    pb::CancelReason::ChallengeAbandoned => CancelReason::ChallengeAbandoned,
                    pb::CancelReason::AgreementNotApproved => CancelReason::AgreementNotApproved,
                    pb::CancelReason::AgreementEnded => CancelReason::AgreementEnded,
                    pb::CancelReason::Requested => CancelReason::Requested,
                    pb::CancelReason::Unspecified => return Err(Nonsense("no known reason is set")),
                },
            },
        })
    }
}

/// Who agreed. An id of theirs has to be there: by it they are known again (A8).
fn holder(holder: pb::WalletHolder) -> Result<ApprovedHolder, Nonsense> {
    if holder.holder_id.is_empty() {
        return Err(Nonsense("a wallet's holder has no id"));
    }
    Ok(ApprovedHolder {
        id: holder.holder_id,
        country: holder.region_code.parse().ok(),
        masked_email: masked(&holder.email),
    })
}

/// `a•••@example.com`: its holder knows it again, and nobody can write to it.
fn masked(email: &str) -> String {
    let Some((name, host)) = email.rsplit_once('@') else { return String::new() };
    let first: String = name.chars().take(1).collect();
    format!("{first}•••@{host}")
}

/// An operation as a request has it, with what is only known where it leaves; `None` for one that no adapter
/// carries out.
#[must_use]
pub fn operation(
    operation: &Operation,
    return_url: &str,
    secrets: &Secrets,
) -> Option<pb::perform_request::Operation> {
    use pb::perform_request::Operation as Wire;
    Some(match operation {
        Operation::Authorize { amount, card } => Wire::Authorize(pb::Authorize {
            amount: Some((*amount).into()),
            card: Some(card_use(card, return_url)),
        }),
        Operation::Charge { amount, card, reference } => Wire::Charge(pb::Charge {
            amount: Some((*amount).into()),
            card: Some(card_use(card, return_url)),
            reference: reference.clone(),
        }),
        Operation::Release { authorized, .. } => {
            Wire::Release(pb::Release { authorized_effect_id: authorized.to_string() })
        }
        Operation::Refund { charged, amount, reference } => Wire::Refund(pb::Refund {
            charged_effect_id: charged.to_string(),
            amount: Some((*amount).into()),
            charged_provider_reference: reference.clone(),
        }),
        Operation::Agree { wallet, descriptor, page_seconds } => Wire::Agree(pb::Agree {
            wallet: wallet.to_string(),
            statement_descriptor: descriptor.clone(),
            return_url: return_url.to_owned(),
            page_lifetime: Some(time::duration(SignedDuration::from_secs(*page_seconds))),
        }),
        Operation::AuthorizeRedirect { amount, descriptor, reference, page_seconds } => {
            Wire::AuthorizeRedirect(pb::AuthorizeRedirect {
                amount: Some((*amount).into()),
                statement_descriptor: descriptor.clone(),
                reference: reference.clone(),
                return_url: return_url.to_owned(),
                page_lifetime: Some(time::duration(SignedDuration::from_secs(*page_seconds))),
            })
        }
        Operation::Capture { authorized, amount } => Wire::Capture(pb::Capture {
            authorized_effect_id: authorized.to_string(),
            amount: Some((*amount).into()),
        }),
        Operation::Withdraw { authorized } => {
            Wire::Withdraw(pb::Withdraw { authorized_effect_id: authorized.to_string() })
        }
        Operation::EndAgreement { agreed } => {
            Wire::EndAgreement(pb::EndAgreement { agreed_effect_id: agreed.to_string() })
        }
        Operation::Verify { card } => Wire::Verify(pb::Verify { card: Some(card_use(card, return_url)) }),
        Operation::SendMessage { message } => Wire::SendMessage(send_message(message, secrets)),
        Operation::ReviewIdentity { subject, country, documents } => {
            Wire::ReviewIdentity(pb::ReviewIdentity {
                registered_name: subject.registered_name.clone(),
                customer_type: match subject.customer {
                    CustomerType::Individual => pb::CustomerType::Individual,
                    CustomerType::Enterprise => pb::CustomerType::Enterprise,
                }
                .into(),
                region_code: country.code().to_owned(),
                documents: documents.iter().map(presented).collect(),
            })
        }
        // An account's own.
        Operation::CreditAccount { .. } | Operation::DebitAccount { .. } => return None,
    })
}

fn presented(document: &Presented) -> pb::IdentityDocument {
    pb::IdentityDocument { r#type: document_type(document.kind).into(), token: document.token.clone() }
}

/// A document's kind as adapters know it.
#[must_use]
pub fn document_type(kind: DocumentKind) -> pb::DocumentType {
    match kind {
        DocumentKind::Passport => pb::DocumentType::Passport,
        DocumentKind::IdentityCard => pb::DocumentType::IdentityCard,
        DocumentKind::BusinessLicense => pb::DocumentType::BusinessLicense,
        DocumentKind::ProofOfAddress => pb::DocumentType::ProofOfAddress,
    }
}

fn send_message(message: &Outgoing, secrets: &Secrets) -> pb::SendMessage {
    let mut parameters = message.parameters();
    parameters.extend(secrets.0.iter().map(|(name, value)| (name.clone(), value.clone())));
    let Text { subject, text } = text(message.template, &parameters);
    pb::SendMessage {
        channel: match message.channel {
            Channel::Email => pb::MessageChannel::Email,
            Channel::Sms => pb::MessageChannel::Sms,
        }
        .into(),
        to: message.address.clone(),
        template: message.template.to_string(),
        parameters: parameters.into_iter().collect(),
        subject,
        text,
    }
}

fn card_use(card: &CardUse, return_url: &str) -> pb::CardUse {
    pb::CardUse {
        token: card.token.clone(),
        statement_descriptor: card.descriptor.clone(),
        authentication: match card.authentication {
            Authentication::Mandated => pb::Authentication::ChallengeMandated,
            Authentication::IssuerDecides => pb::Authentication::IssuerDecides,
            Authentication::CustomerAbsent => pb::Authentication::CustomerAbsent,
        }
        .into(),
        return_url: return_url.to_owned(),
        challenge_lifetime: Some(time::duration(card.challenge_lifetime())),
        expiry_month: card.expiry.map_or(0, |expiry| i32::from(expiry.month())),
        expiry_year: card.expiry.map_or(0, |expiry| i32::from(expiry.year())),
    }
}
