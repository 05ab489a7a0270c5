//! Sending a one-time code.

use jiff::Timestamp;

use super::{PendingCode, address};
use crate::domain::{
    account::{Account, AccountEvent},
    claim::limited_until,
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::MessageId,
    message::{Channel, Message, MessageEvent, Topic, deliver},
    onboarding,
    program::OnboardingStep,
    reason::Reason,
    rejection::{Kind, Rejection, Violation},
};

/// H2, H3: sends a code to an address, by a way that was not used too often lately.
pub fn send(facts: &Facts<'_>, channel: Channel, address: &str) -> Decided {
    let account = facts.account()?;
    let address = match channel {
        Channel::Email => address::email(address)?,
        Channel::Sms => address::mobile(address, account.country)?,
    };
    if let (Channel::Sms, Some(rules)) = (channel, facts.edition().onboarding()) {
        // H2: the code by e-mail comes first.
        let first = OnboardingStep::EmailCode;
        let asked = rules.steps().any(|step| step == first);
        if asked && onboarding::missing(Some(rules), account, false, first, facts.now) {
            return onboarding::incomplete(facts.edition(), account, &[first])
                .map_or_else(|| Ok(Decision::reply(account.id.0)), |it| Err(it.into()));
        }
    }
    let Some(messaging) = facts.edition().messaging() else {
        return Err(Rejection::rule(
            Violation::new(
                Reason::NoRoute,
                "C12",
                "The program names nobody who sends messages. Add [edition.messages] to it.",
            )
            .fact("channel", channel),
        )
        .into());
    };
    let codes = messaging.codes;
    let id = MessageId(facts.id(0));
    let topic = Topic::VerificationCode { channel, address: address.clone() };
    let expire_at = facts.now.checked_add(codes.lifetime).unwrap_or(Timestamp::MAX);
    if let Some(retry_at) = sends_open_at(facts, account, channel) {
        return Err(exhausted(
            Reason::CodeSendsExhausted,
            channel,
            retry_at,
            format!("Too many codes were sent. Enter the last one, or send another after {retry_at}."),
        )
        .into());
    }
    let mut decision = Decision::reply(id.0);
    let delivery = deliver(facts, messaging, id, &topic, (channel, &address), Some(expire_at));
    decision.call(&delivery);
    let message = Message {
        delivery: Some(delivery),
        closed: None,
        id,
        account: account.id,
        topic,
        expire_at: Some(expire_at),
        created: facts.now,
    };
    let code = PendingCode { channel, address, message: id, expire_at, wrong: 0 };
    let keep_from = facts.now.checked_sub(codes.sends.window).unwrap_or(Timestamp::MIN);
    decision.push(account.id.0, Event::Account(AccountEvent::CodeSent { code, at: facts.now, keep_from }));
    decision.push(id.0, Event::Message(MessageEvent::Written { message: Box::new(message) }));
    Ok(decision)
}

/// When the next code can be sent; `None`: now.
pub(super) fn sends_open_at(facts: &Facts<'_>, account: &Account, channel: Channel) -> Option<Timestamp> {
    let messaging = facts.edition().messaging()?;
    limited_until(&account.contacts.sends(channel), 0, messaging.codes.sends, facts.now)
}

/// Too often; opens again at the given time.
pub(super) fn exhausted(reason: Reason, channel: Channel, retry_at: Timestamp, message: String) -> Rejection {
    Rejection {
        reason,
        message,
        facts: [("channel", channel.to_string()), ("retry_time", retry_at.to_string())]
            .map(|(name, value)| (name.to_owned(), value))
            .into(),
        kind: Kind::Limited { retry_at },
    }
}
