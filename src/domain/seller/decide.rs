//! What follows from a command for a program's own account.

use crate::domain::{
    account::AccountEvent,
    decision::{Decided, Decision},
    event::{Event, Happened},
    facts::Facts,
    program::ProgramId,
    rejection::Rejection,
    seller::{Seller, SellerEvent, account_of},
};

/// Decides a command that is for the program's own account, which is made where there is none yet.
pub fn decide_for(
    facts: &Facts<'_>,
    program: &ProgramId,
    decide: impl FnOnce(&Facts<'_>) -> Decided,
) -> Decided {
    let id = account_of(program);
    if facts.world.account != id.0 {
        return Err(Rejection::not_found(&format!("programs/{program}")).into());
    }
    let mut decided = decide(facts);
    let happens = match &mut decided {
        Ok(decision) => Some(decision),
        Err(refusal) => refusal.recorded.as_mut(),
    };
    if let Some(decision) = happens.filter(|_| facts.world.seller().is_none()) {
        let seller = Seller { id, program: program.clone(), created: facts.now };
        let event = Event::Seller(SellerEvent::Opened { seller });
        decision.events.insert(0, Happened { on: id.0, event });
    }
    decided
}

/// Puts an account, a customer's or the program's own, on a test clock (C14).
pub fn attach(facts: &Facts<'_>, clock: &str, seller: Option<&ProgramId>) -> Decided {
    let clock = clock.to_owned();
    let (id, event) = match seller {
        Some(program) => (account_of(program), Event::Seller(SellerEvent::ClockAttached { clock })),
        None => (facts.account()?.id, Event::Account(AccountEvent::ClockAttached { clock })),
    };
    Ok(Decision::reply(id.0).on(id.0, event))
}
