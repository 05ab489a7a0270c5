//! Messages to the customer.

use crate::{
    domain::{
        attempt::{Attempt, Operation},
        failure::{Ending, ending},
        message::{Channel, Message, Outgoing, Text, Topic, text},
    },
    proto::v1 as pb,
    wire::{names, time, v1::common::Showing},
};

/// A message as callers see it: without the code that was sent in it. `seller` is who writes it.
#[must_use]
pub fn message(message: &Message, seller: &str, showing: &Showing<'_>) -> pb::Message {
    let about = message.topic.about();
    let waits = about.filter(|_| message.closed.is_none());
    let url = waits.map(|about| showing.links.continue_url(message.account.0, about)).unwrap_or_default();
    let (topic, collection) = match &message.topic {
        Topic::VerificationWaits { .. } => (pb::MessageTopic::VerificationWaits, names::VERIFICATIONS),
        Topic::PaymentWaits { .. } => (pb::MessageTopic::PaymentWaits, names::PAYMENTS),
        Topic::VerificationCode { .. } => (pb::MessageTopic::VerificationCode, ""),
        Topic::KycDecided { .. } => (pb::MessageTopic::KycDecided, names::KYC_REVIEWS),
        Topic::BillIssued { .. } => (pb::MessageTopic::BillIssued, names::INVOICES),
    };
    let resource = match &message.topic {
        Topic::KycDecided { review, .. } => Some(review.0),
        Topic::BillIssued { invoice, .. } => Some(invoice.0),
        Topic::VerificationWaits { .. } | Topic::PaymentWaits { .. } | Topic::VerificationCode { .. } => {
            about
        }
    };
    let outgoing = Outgoing {
        // What the text says does not depend on how it is sent.
        channel: Channel::Email,
        address: String::new(),
        template: message.topic.template(),
        seller: seller.to_owned(),
        about,
        expire_at: message.expire_at,
        rejected: message.topic.rejected(),
        bill: message.topic.bill(),
    };
    let Text { subject, text } = text(outgoing.template, &outgoing.parameters());
    pb::Message {
        name: names::child(message.account, names::MESSAGES, message.id.0),
        topic: topic.into(),
        resource: resource.map(|id| names::child(message.account, collection, id)).unwrap_or_default(),
        subject,
        text,
        url,
        expire_time: message.expire_at.map(time::timestamp),
        create_time: Some(time::timestamp(message.created)),
        delivery: message.delivery.as_ref().map(delivery),
    }
}

fn delivery(attempt: &Attempt) -> pb::MessageDelivery {
    let (channel, address) = match &attempt.operation {
        Operation::SendMessage { message } => (shown(message.channel), message.address.clone()),
        Operation::Authorize { .. }
        | Operation::Charge { .. }
        | Operation::Release { .. }
        | Operation::Refund { .. }
        | Operation::Verify { .. }
        | Operation::Agree { .. }
        | Operation::EndAgreement { .. }
        | Operation::AuthorizeRedirect { .. }
        | Operation::Capture { .. }
        | Operation::Withdraw { .. }
        | Operation::CreditAccount { .. }
        | Operation::DebitAccount { .. }
        | Operation::ReviewIdentity { .. } => (pb::MessageChannel::Unspecified, String::new()),
    };
    let state = match ending(attempt) {
        Ending::Open => pb::MessageDeliveryState::Sending,
        Ending::Happened => pb::MessageDeliveryState::Sent,
        Ending::Failed(_) | Ending::Review(_) => pb::MessageDeliveryState::Failed,
    };
    pb::MessageDelivery {
        channel: channel.into(),
        address,
        state: state.into(),
        effect_id: attempt.effect.to_string(),
        send_count: i32::from(attempt.sends),
    }
}

fn shown(channel: Channel) -> pb::MessageChannel {
    match channel {
        Channel::Email => pb::MessageChannel::Email,
        Channel::Sms => pb::MessageChannel::Sms,
    }
}
