//! What the bank takes back after it had arrived (pacs.004).

use crate::domain::{
    balance::{self, EntryKind},
    command::ReturnRemittance,
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    remittance::{Remittance, RemittanceEvent, State, crossing},
};

/// A return takes from the balance what was credited, even where that leaves less than nothing: what it has
/// paid stays paid, and the customer owes the difference. A remittance is returned once.
pub fn take_back(facts: &Facts<'_>, command: &ReturnRemittance) -> Decided {
    let remittance = facts.remittance(command.remittance)?;
    let id = remittance.id.0;
    let mut decision = Decision::reply(id);
    if remittance.returned.is_some() {
        return Ok(decision);
    }
    let returned = command.returned.clone();
    match remittance.state {
        State::Credited { .. } if is_in_a_balance(facts, remittance) => {
            let event = RemittanceEvent::ReturnReported { returned, crossing: None };
            decision.push(id, Event::Remittance(event));
            let kind = EntryKind::Return { remittance: remittance.id };
            balance::enter(facts, &mut decision, kind, remittance.transfer.amount)?;
        }
        State::Credited { .. } => {
            let back = crossing::back(facts, remittance, &returned);
            let event = RemittanceEvent::ReturnReported { returned, crossing: back.clone().map(Box::new) };
            decision.push(id, Event::Remittance(event));
            if let Some(back) = back {
                decision.call(&back);
            }
        }
        State::Claimed => {
            let event = RemittanceEvent::ClaimRejected {
                by: String::new(),
                reason: format!("The bank has taken the money back: {}", returned.reason),
                at: facts.now,
            };
            decision.push(id, Event::Remittance(event));
            let event = RemittanceEvent::ReturnReported { returned, crossing: None };
            decision.push(id, Event::Remittance(event));
        }
        State::Unapplied | State::Crediting | State::Returning | State::Returned { .. } => {
            let event = RemittanceEvent::ReturnReported { returned, crossing: None };
            decision.push(id, Event::Remittance(event));
        }
    }
    Ok(decision)
}

/// Whether it was credited where it lies: what lies under the program's own account was credited elsewhere.
fn is_in_a_balance(facts: &Facts<'_>, remittance: &Remittance) -> bool {
    facts.world.account().is_some_and(|account| account.id == remittance.account)
}
