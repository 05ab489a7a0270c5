//! Checking a one-time code.

use super::{
    Contact,
    send::{exhausted, sends_open_at},
};
use crate::domain::{
    account::{Account, AccountEvent},
    decision::{Decided, Decision, Refusal},
    event::Event,
    facts::Facts,
    ids::MessageId,
    message::Channel,
    program::Edition,
    reason::Reason,
    rejection::{Rejection, Violation},
};

/// H3: whether an answer proves the address. `sent_in` is the message whose code the answer was compared
/// with, `matches` what came of that. A wrong answer counts.
pub fn check(facts: &Facts<'_>, channel: Channel, sent_in: Option<MessageId>, matches: bool) -> Decided {
    let account = facts.account()?;
    let Some(code) = account.contacts.pending(channel) else {
        return Err(Rejection::rule(
            Violation::new(Reason::CodeNotSent, "H3", "No code is waited for. Send one first.")
                .fact("channel", channel),
        )
        .into());
    };
    let expired = code.expire_at <= facts.now && !planted!(CodeNeverExpires);
    if expired || sent_in != Some(code.message) {
        return Err(Rejection::rule(
            Violation::new(
                Reason::CodeExpired,
                "H3",
                "The code has expired, or a newer one was sent. Enter the newest, or send another.",
            )
            .fact("channel", channel)
            .fact("expire_time", code.expire_at),
        )
        .into());
    }
    let remaining = remaining(account, facts.edition(), channel);
    if remaining == 0 && !planted!(WrongAnswersNotCounted) {
        let retry_at = sends_open_at(facts, account, channel).unwrap_or(facts.now);
        return Err(exhausted(
            Reason::CodeAnswersExhausted,
            channel,
            retry_at,
            "Too many answers to the code were wrong. Send another one.".to_owned(),
        )
        .into());
    }
    if !matches {
        let recorded = Decision::reply(code.message.0)
            .on(account.id.0, Event::Account(AccountEvent::CodeAnsweredWrong { channel }));
        let rejection = wrong(channel, remaining.saturating_sub(1));
        return Err(Box::new(Refusal { rejection, recorded: Some(recorded) }));
    }
    let contact = Contact { address: code.address.clone(), proved: facts.now };
    let event = AccountEvent::ContactProved { channel, contact };
    Ok(Decision::reply(account.id.0).on(account.id.0, Event::Account(event)))
}

/// The refusal of a wrong answer. A repeat of the same request hears it again (C7).
#[must_use]
pub fn wrong(channel: Channel, remaining: u32) -> Rejection {
    Rejection::field(
        "code",
        Reason::CodeWrong,
        "The code is not the one that was sent. Check it for a typing error, or send another.",
    )
    .fact("channel", channel)
    .fact("remaining_answers", remaining)
}

/// How many more answers the code that is waited for endures.
#[must_use]
pub fn remaining(account: &Account, edition: &Edition, channel: Channel) -> u32 {
    let most = edition.messaging().map_or(0, |messaging| messaging.codes.wrong_answers);
    account.contacts.pending(channel).map_or(0, |code| most.saturating_sub(code.wrong))
}
