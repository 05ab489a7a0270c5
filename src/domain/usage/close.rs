//! The end of a month, and its bill (A20, H10).

use crate::domain::{
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::{InvoiceId, PaymentId, PeriodId},
    invoice::BillCause,
    program::PaymentTrigger,
    usage::{
        PeriodEvent, State,
        bill::{Ids, issue},
    },
};

/// The period's timer may have run out. However often it does, a month is closed once and billed once: each
/// is a step from one state to the next.
pub fn wake(facts: &Facts<'_>, id: PeriodId) -> Decided {
    let mut decision = Decision::reply(id.0);
    let Some(period) = facts.world.period(id) else { return Ok(decision) };
    match period.state {
        State::Open if period.ends <= facts.now => {
            decision.push(id.0, Event::UsagePeriod(PeriodEvent::Closed { at: facts.now }));
        }
        State::Closed { .. } if period.bill_at <= facts.now => {
            // A20: one deduction takes all that had not reached the threshold.
            let ids = Ids { invoice: InvoiceId(facts.id(0)), payment: PaymentId(facts.id(1)) };
            issue(facts, period, BillCause::Monthly, PaymentTrigger::Bill, ids, &mut decision)?;
            decision.push(id.0, Event::UsagePeriod(PeriodEvent::Billed { at: facts.now }));
        }
        State::Open | State::Closed { .. } | State::Billed { .. } => {}
    }
    Ok(decision)
}

/// Ends a period before its month does. Its bill comes on the day it would have; what is used from now on
/// begins another.
pub fn close(facts: &Facts<'_>, id: PeriodId) -> Decided {
    let period = facts.period(id)?;
    let decision = Decision::reply(id.0);
    Ok(match period.state {
        State::Open => decision.on(id.0, Event::UsagePeriod(PeriodEvent::Closed { at: facts.now })),
        State::Closed { .. } | State::Billed { .. } => decision,
    })
}
