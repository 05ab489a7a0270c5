//! Making a service ticket of a failed attempt.

use crate::domain::{
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

/// Whether a text holds 13 to 19 digits in a row that pass the Luhn check, spaces and hyphens apart
/// (C9). A text that merely looks so is refused too: better that than a number in the log.
fn holds_card_number(text: &str) -> bool {
    let mut run: Vec<u32> = Vec::new();
    let mut runs = Vec::new();
    for character in text.chars() {
        match character.to_digit(10) {
            Some(digit) => run.push(digit),
            None if matches!(character, ' ' | '-') => {}
            None => runs.push(std::mem::take(&mut run)),
        }
    }
    runs.push(run);
    runs.iter().any(|run| (13..=19).any(|length| run.windows(length).any(luhn)))
}

fn luhn(digits: &[u32]) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| if index % 2 == 1 { doubled(*digit) } else { *digit })
        .sum();
    sum.is_multiple_of(10)
}
