//! Payment methods and the history of linking them.

use crate::{
    domain::{
        account::Account,
        failure::Failure,
        link::{LinkAttempt, LinkResult, Linked},
        method::{Card, Method, State, WalletHolder},
        program::MethodKind,
    },
    proto::v1 as pb,
    wire::{
        names, time,
        v1::common::{Showing, failure},
    },
};

/// A payment method as callers see it.
#[must_use]
pub fn payment_method(method: &Method, account: &Account, showing: &Showing<'_>) -> pb::PaymentMethod {
    let (state, next_action, failed) = match &method.state {
        State::PendingVerification => (pb::PaymentMethodState::PendingVerification, None, None),
        State::RequiresAction { expire_at } => {
            let action =
                method.waits_at().map(|waits_at| showing.next_action(method.account, waits_at, *expire_at));
            (pb::PaymentMethodState::RequiresAction, action, None)
        }
        State::Active { .. } => (pb::PaymentMethodState::Active, None, None),
        State::Failed { failure: why } => {
            (pb::PaymentMethodState::Failed, None, Some(failure(why, showing.declines)))
        }
        State::Expired { .. } => (pb::PaymentMethodState::Expired, None, None),
        State::Unlinked { by_holder, .. } => {
            let why = by_holder.then(|| failure(&Failure::AgreementEnded, showing.declines));
            (pb::PaymentMethodState::Unlinked, None, why)
        }
    };
    pb::PaymentMethod {
        name: names::child(method.account, names::PAYMENT_METHODS, method.id.0),
        kind: kind(method.instrument.kind()).into(),
        state: state.into(),
        card: method.instrument.card().map(card),
        is_default: account.default_method == Some(method.id),
        verification: method
            .verification
            .map(|verification| names::child(method.account, names::VERIFICATIONS, verification.0))
            .unwrap_or_default(),
        next_action,
        failure: failed,
        create_time: Some(time::timestamp(method.created)),
        program_version: method.program_version.to_string(),
        wallet: method.instrument.wallet().and_then(|wallet| wallet.holder.as_ref()).map(wallet),
    }
}

fn wallet(holder: &WalletHolder) -> pb::Wallet {
    pb::Wallet {
        masked_email: holder.masked_email.clone(),
        region_code: holder.country.map(|country| country.code().to_owned()).unwrap_or_default(),
    }
}

/// A kind of method on the wire.
#[must_use]
pub fn kind(kind: MethodKind) -> pb::PaymentMethodKind {
    match kind {
        MethodKind::Card => pb::PaymentMethodKind::Card,
        MethodKind::PayPal => pb::PaymentMethodKind::Paypal,
        MethodKind::ChinaBankRedirect => pb::PaymentMethodKind::ChinaBankRedirect,
        MethodKind::BankTransfer => pb::PaymentMethodKind::BankTransfer,
    }
}

fn card(card: &Card) -> pb::Card {
    let facts = &card.facts;
    pb::Card {
        brand: facts.brand.to_string(),
        networks: facts.networks.iter().map(ToString::to_string).collect(),
        iin: facts.iin.clone(),
        last_four: facts.last_four.clone(),
        expiry: facts.expiry.to_string(),
        funding: facts.funding.to_string(),
        issuer_region_code: facts.issuer_country.map(|country| country.code().to_owned()).unwrap_or_default(),
        holder_name: card.holder_name.clone(),
        company_name: card.company_name.clone().unwrap_or_default(),
    }
}

/// An attempt to link as callers see it (H12).
#[must_use]
pub fn link_attempt(attempt: &LinkAttempt, showing: &Showing<'_>) -> pb::LinkAttempt {
    let mut shown = pb::LinkAttempt {
        name: names::child(attempt.account, names::LINK_ATTEMPTS, attempt.id.0),
        create_time: Some(time::timestamp(attempt.created)),
        service_ticket: attempt.ticket.as_ref().map(|ticket| ticket.number.clone()).unwrap_or_default(),
        ..pb::LinkAttempt::default()
    };
    match &attempt.linked {
        Linked::Card { brand, last_four } => {
            shown.kind = pb::PaymentMethodKind::Card.into();
            shown.brand = brand.to_string();
            shown.last_four.clone_from(last_four);
        }
        Linked::Wallet { wallet } => shown.kind = kind(*wallet).into(),
    }
    let method = match &attempt.result {
        LinkResult::Pending { method } => {
            shown.state = pb::LinkAttemptState::Pending.into();
            Some(method)
        }
        LinkResult::Succeeded { method } => {
            shown.state = pb::LinkAttemptState::Succeeded.into();
            Some(method)
        }
        LinkResult::Refused { rejection } => {
            shown.state = pb::LinkAttemptState::Refused.into();
            shown.rule_reason = rejection.reason.to_string();
            shown.message.clone_from(&rejection.message);
            None
        }
        LinkResult::Failed { method, failure: why } => {
            let why = failure(why, showing.declines);
            shown.state = pb::LinkAttemptState::Failed.into();
            shown.message.clone_from(&why.advice);
            shown.failure = Some(why);
            Some(method)
        }
    };
    shown.payment_method = method
        .map(|method| names::child(attempt.account, names::PAYMENT_METHODS, method.0))
        .unwrap_or_default();
    shown
}
