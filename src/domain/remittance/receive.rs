//! What the bank reports that has arrived (A26, A27).

use uuid::Uuid;

use crate::domain::{
    balance::{self, EntryKind},
    command::ReceiveRemittance,
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::{AccountId, RemittanceId},
    reason::Reason,
    rejection::{Rejection, Violation},
    remittance::{Remittance, RemittanceEvent, State},
};

/// Names remittances after the account they arrived in and the bank's reference.
const REMITTANCES: Uuid = Uuid::from_u128(0x2f4b_8c61_07de_4e35_a1c9_5b70_e86d_43f2);

/// The name of what arrived in an account under a reference of the bank's, however often it is reported.
#[must_use]
pub fn received_id(creditor_account: &str, bank_reference: &str) -> RemittanceId {
    let name = format!("{creditor_account}\n{bank_reference}");
    RemittanceId(Uuid::new_v5(&REMITTANCES, name.as_bytes()))
}

/// The name of what a claimant was credited for a shared remittance: one, whoever that is.
#[must_use]
pub fn credited_id(claimed: RemittanceId) -> RemittanceId {
    RemittanceId(Uuid::new_v5(&REMITTANCES, claimed.0.as_bytes()))
}

/// What arrives in a dedicated account is credited to its owner at once, exactly once; what arrives in the
/// shared account is nobody's yet.
pub fn receive(facts: &Facts<'_>, command: &ReceiveRemittance) -> Decided {
    let id = command.id;
    if let Some(known) = facts.world.remittance(id).filter(|_| !planted!(RemittanceCreditedTwice)) {
        if known.transfer != command.transfer {
            return Err(differs(known).into());
        }
        return Ok(Decision::reply(id.0));
    }
    let is_dedicated = command.seller.is_none();
    if is_dedicated {
        facts.account()?;
    }
    let state = if is_dedicated { State::Credited { at: facts.now } } else { State::Unapplied };
    let remittance = Remittance {
        state,
        claims: Vec::new(),
        crossings: Vec::new(),
        returned: None,
        id,
        account: AccountId(facts.world.account),
        transfer: command.transfer.clone(),
        claimed: command.claimed,
        created: facts.now,
    };
    let event = RemittanceEvent::Received { remittance: Box::new(remittance) };
    let mut decision = Decision::reply(id.0).on(id.0, Event::Remittance(event));
    if is_dedicated {
        let kind = EntryKind::Remittance { remittance: id };
        balance::enter(facts, &mut decision, kind, command.transfer.amount)?;
    }
    Ok(decision)
}

/// The bank has told otherwise before: nobody here can say which is right.
fn differs(known: &Remittance) -> Rejection {
    Rejection::rule(
        Violation::new(
            Reason::RemittanceDiffers,
            "A26",
            "Something else was reported before under this reference. Ask the bank which of them is right.",
        )
        .fact("bank_reference", &known.transfer.bank_reference)
        .fact("amount", known.transfer.amount)
        .fact("value_date", known.transfer.value_date),
    )
}
