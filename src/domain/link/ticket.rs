//! Making a service ticket of a failed attempt.

use crate::domain::{
    card::holds_card_number,
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::LinkAttemptId,
    link::{LinkEvent, LinkResult, Ticket},
    reason::Reason,
    rejection::{Rejection, Violation},
};

const DESCRIPTION_MAX: usize = 2_000;

/// H12: a failed attempt can be made a service ticket. Once made, it stays the same ticket.
pub fn create_ticket(facts: &Facts<'_>, id: LinkAttemptId, description: &str) -> Decided {
    let attempt = facts.link_attempt(id)?;
    if description.trim().is_empty() || description.chars().count() > DESCRIPTION_MAX {
        return Err(Rejection::field(
            "description",
            Reason::InvalidField,
            "Say in 1 to 2,000 characters what went wrong.",
        )
        .into());
    }
    if holds_card_number(description) {
        return Err(Rejection::field(
            "description",
            Reason::InvalidField,
            "The description seems to hold a card number. Leave it out: the attempt names the card.",
        )
        .into());
    }
    if attempt.ticket.is_some() {
        return Ok(Decision::reply(id.0));
    }
    match attempt.result {
        LinkResult::Refused { .. } | LinkResult::Failed { .. } => {}
        LinkResult::Pending { .. } | LinkResult::Succeeded { .. } => {
            return Err(Rejection::rule(
                Violation::new(
                    Reason::LinkAttemptNotFailed,
                    "H12",
                    "Only a failed attempt can be made a service ticket.",
                )
                .fact("state", attempt.result.name()),
            )
            .into());
        }
    }
    let hex = facts.id(0).simple().to_string();
    let (_, tail) = hex.split_at(hex.len() - 8);
    let ticket = Ticket {
        number: format!("ST-{}", tail.to_uppercase()),
        description: description.to_owned(),
        created: facts.now,
    };
    Ok(Decision::reply(id.0).on(id.0, Event::LinkAttempt(LinkEvent::TicketCreated { ticket })))
}
