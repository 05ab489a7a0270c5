//! The whole of what the domain decides: one match over all commands.

use super::{
    account, command::Command, decision::Decided, decision::Decision, entity::Kind, event::Event,
    facts::Facts, ids::MethodId, ids::PaymentId, ids::VerificationId, invoice, link, method, payment,
    verification,
};
use crate::domain::{account::AccountEvent, attempt::Input, rejection::Rejection};

/// What follows from a command, or why it is refused.
pub fn decide(facts: &Facts<'_>, command: &Command) -> Decided {
    match command {
        Command::CreateAccount(create) => account::create(facts, create),
        Command::ReportObligations { running_resources } => {
            account::report_obligations(facts, *running_resources)
        }
        Command::SetCreditTerms(terms) => account::set_credit_terms(facts, terms),
        Command::LinkCard(link) => method::link_card(facts, link),
        Command::SetDefault { method } => account::set_default(facts, *method),
        Command::UpdateExpiry(update) => method::update_expiry(facts, update),
        Command::Unlink { method } => method::unlink(facts, *method),
        Command::CreateTicket { attempt, description } => link::create_ticket(facts, *attempt, description),
        Command::CancelVerification { verification } => verification::cancel(facts, *verification),
        Command::CreateInvoice(create) => invoice::create(facts, create),
        Command::VoidInvoice { invoice } => invoice::void(facts, *invoice),
        Command::PayInvoices(pay) => payment::pay(facts, pay),
        Command::CancelPayment { payment } => payment::cancel(facts, *payment),
        Command::Learn { effect, kind, input, .. } => {
            advance(facts, *kind, effect.entity, Some(effect.ordinal), input.clone())
        }
        Command::Wake { entity, kind: Kind::Method, .. } => method::expire(facts, MethodId(*entity)),
        Command::Wake { entity, kind, .. } => advance(facts, *kind, *entity, None, Input::Due),
        // Had it been used, the engine would have answered with that.
        Command::Recall => Err(Rejection::not_found("The request").into()),
        Command::AttachClock { clock } => {
            let account = facts.account()?;
            let event = AccountEvent::ClockAttached { clock: clock.clone() };
            Ok(Decision::reply(account.id.0).on(account.id.0, Event::Account(event)))
        }
    }
}

fn advance(facts: &Facts<'_>, kind: Kind, entity: uuid::Uuid, ordinal: Option<u16>, input: Input) -> Decided {
    match kind {
        Kind::Payment => payment::advance(facts, PaymentId(entity), ordinal, input),
        Kind::Verification => verification::advance(facts, VerificationId(entity), ordinal, input),
        // Nothing of these kinds has effects or timers of its own.
        Kind::Account | Kind::Method | Kind::Invoice | Kind::LinkAttempt => Ok(Decision::reply(entity)),
    }
}
