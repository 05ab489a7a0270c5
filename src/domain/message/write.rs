//! Writing messages, and what follows when something is learned about their sending.

use jiff::Timestamp;

use super::{Channel, Message, MessageEvent, Outgoing, Topic};
use crate::domain::{
    attempt::{self, Advance, Attempt, Input, Operation, Policy, Step},
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::{EffectId, MessageId},
    program::Messaging,
};

/// How often whoever sends messages is called before that is given up. With the spacing that grows
/// between calls it is longer than any code or challenge lasts.
const SENDS: u16 = 12;

/// The attempt to send a message to an address.
#[must_use]
pub fn deliver(
    facts: &Facts<'_>,
    messaging: &Messaging,
    id: MessageId,
    topic: &Topic,
    (channel, address): (Channel, &str),
    expire_at: Option<Timestamp>,
) -> Attempt {
    let outgoing = Outgoing {
        channel,
        address: address.to_owned(),
        template: topic.template(),
        seller: facts.program.seller.clone(),
        about: topic.about(),
        expire_at,
        rejected: topic.rejected(),
        bill: topic.bill(),
    };
    let effect = EffectId { entity: id.0, ordinal: 1 };
    let operation = Operation::SendMessage { message: Box::new(outgoing) };
    Attempt::new(effect, &messaging.sender.0, operation, facts.now)
}

/// A16: something waits for the customer from now on, until then.
pub(in crate::domain) fn waits(
    facts: &Facts<'_>,
    topic: Topic,
    expire_at: Timestamp,
    decision: &mut Decision,
) {
    tell(facts, topic, Some(expire_at), decision);
}

/// Tells the customer of something. The message is written once however often that is heard, as long as it
/// stands; and sent where an e-mail address is proved.
pub(in crate::domain) fn tell(
    facts: &Facts<'_>,
    topic: Topic,
    expire_at: Option<Timestamp>,
    decision: &mut Decision,
) {
    let Ok(account) = facts.account() else { return };
    let stands = |message: &Message| message.closed.is_none() && message.topic == topic;
    let Some(messaging) = facts.edition().messaging().filter(|it| it.tells_of(topic.template())) else {
        return;
    };
    if facts.world.messages().any(stands) {
        return;
    }
    // The last of the ids drawn: what it tells of may have been made by the same decision.
    let id = MessageId(facts.id(3));
    let delivery = account.contacts.email.as_ref().map(|email| {
        deliver(facts, messaging, id, &topic, (Channel::Email, email.address.as_str()), expire_at)
    });
    if let Some(delivery) = &delivery {
        decision.call(delivery);
    }
    let message =
        Message { delivery, closed: None, id, account: account.id, topic, expire_at, created: facts.now };
    let event = MessageEvent::Written { message: Box::new(message) };
    decision.push(id.0, Event::Message(event));
}

/// What waited for the customer is over: its link leads nowhere any more.
pub(in crate::domain) fn close(facts: &Facts<'_>, topic: &Topic, decision: &mut Decision) {
    for message in facts.world.messages().filter(|it| it.closed.is_none() && it.topic == *topic) {
        decision.push(message.id.0, Event::Message(MessageEvent::Closed { at: facts.now }));
    }
}

/// Something was learned about the sending, or its timer may have run out.
pub fn advance(facts: &Facts<'_>, id: MessageId, input: Input) -> Decided {
    let message = facts.message(id)?;
    let mut decision = Decision::reply(id.0);
    let Some(delivery) = &message.delivery else { return Ok(decision) };
    let policy = Policy { sends: SENDS, ..facts.policy(delivery) };
    match attempt::advance(delivery, input, &policy, facts.now, facts.jitter) {
        // That it arrived after it was given up harms nobody.
        Advance::Nothing | Advance::Late(_) => {}
        Advance::To(next) => {
            let step = Step::from(&next);
            decision.push(id.0, Event::Message(MessageEvent::DeliveryAdvanced { step }));
            decision.call(&next);
        }
    }
    Ok(decision)
}
