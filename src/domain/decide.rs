//! The whole of what the domain decides: one match over all commands.

use super::{
    account, agreement, balance,
    command::Command,
    contact,
    decision::{Decided, Decision},
    entity::Kind,
    facts::Facts,
    ids::{
        AgreementId, DeliveryId, InvoiceId, KycReviewId, MessageId, MethodId, PaymentId, PeriodId, RefundId,
        RemittanceId, VerificationId,
    },
    invoice, kyc, link, message, method, onboarding, payment, refund, remittance, seller, usage,
    verification, webhook,
};
use crate::domain::{attempt::Input, rejection::Rejection};

/// What follows from a command, or why it is refused. Whatever it was, what an account then has to its
/// credit pays its bills (A30).
pub fn decide(facts: &Facts<'_>, command: &Command) -> Decided {
    match command.seller() {
        Some(program) => seller::decide_for(facts, program, |facts| decide_one(facts, command)),
        None => balance::settled(facts, decide_one(facts, command)?),
    }
}

fn decide_one(facts: &Facts<'_>, command: &Command) -> Decided {
    onboarding::permit(facts, command)?;
    match command {
        Command::CreateAccount(create) => account::create(facts, create),
        Command::ReportObligations { running_resources } => {
            account::report_obligations(facts, *running_resources)
        }
        Command::SetCreditTerms(terms) => account::set_credit_terms(facts, terms),
        Command::LinkCard(link) => method::link_card(facts, link),
        Command::LinkWallet(link) => agreement::link_wallet(facts, link),
        Command::SetDefault { method } => account::set_default(facts, *method),
        Command::UpdateExpiry(update) => method::update_expiry(facts, update),
        Command::Unlink { method } => method::unlink(facts, *method),
        Command::CreateTicket { attempt, description } => link::create_ticket(facts, *attempt, description),
        Command::CancelVerification { verification } => verification::cancel(facts, *verification),
        Command::ReceiveRemittance(receive) => remittance::receive(facts, receive),
        Command::ClaimRemittance(claim) => remittance::claim(facts, claim),
        Command::ApproveRemittanceClaim { remittance, by, .. } => remittance::approve(facts, *remittance, by),
        Command::RejectRemittanceClaim(reject) => remittance::reject(facts, reject),
        Command::ReturnRemittance(take_back) => remittance::take_back(facts, take_back),
        Command::SetAutoSettlement { enabled } => balance::set_auto_settlement(facts, *enabled),
        Command::PayFromBalance { invoices } => balance::pay(facts, invoices),
        Command::CreateInvoice(create) => invoice::create(facts, create),
        Command::PlaceOrder(order) => invoice::place(facts, order),
        Command::EnableProduct { product } => usage::enable(facts, product),
        Command::DisableProduct { product } => usage::disable(facts, product),
        Command::ReportUsage(report) => usage::report(facts, report),
        Command::ClosePeriod { period } => usage::close(facts, *period),
        Command::SetDeductionThreshold { threshold } => usage::set_threshold(facts, *threshold),
        Command::IssueBill { reason } => usage::issue_now(facts, reason),
        Command::VoidInvoice { invoice } => invoice::void(facts, *invoice),
        Command::PayInvoices(pay) => payment::pay(facts, pay),
        Command::EnableRedirect => payment::enable(facts),
        Command::CompletePayment { payment } => payment::complete(facts, *payment),
        Command::CancelPayment { payment } => payment::cancel(facts, *payment),
        Command::RefundPayment(ask) => refund::refund(facts, ask),
        Command::SendCode { channel, address } => contact::send(facts, *channel, address),
        Command::CheckCode { channel, message, matches } => {
            contact::check(facts, *channel, *message, *matches)
        }
        Command::UpdateAccount(change) => account::update(facts, change),
        Command::SubmitKycDocuments(submit) => kyc::submit(facts, submit),
        Command::RequireKyc { reason } => kyc::require(facts, reason),
        Command::Deactivate => account::deactivate(facts),
        Command::Learn { effect, kind, input, .. } => {
            advance(facts, *kind, effect.entity, Some(effect.ordinal), input.clone())
        }
        Command::Wake { kind: Kind::Account, .. } => account::end_silence(facts),
        Command::Webhook { program, ask } => webhook::decide(facts, program, ask),
        Command::Wake { entity, kind: Kind::WebhookDelivery, .. } => webhook::due(facts, DeliveryId(*entity)),
        Command::Wake { entity, kind: Kind::Method, .. } => method::expire(facts, MethodId(*entity)),
        Command::Wake { entity, kind: Kind::Invoice, .. } => invoice::retry(facts, InvoiceId(*entity)),
        Command::Wake { entity, kind: Kind::Period, .. } => usage::wake(facts, PeriodId(*entity)),
        Command::Wake { entity, kind, .. } => advance(facts, *kind, *entity, None, Input::Due),
        // Had it been used, the engine would have answered with that.
        Command::Recall => Err(Rejection::not_found("The request").into()),
        Command::AttachClock { clock, seller } => seller::attach(facts, clock, seller.as_ref()),
    }
}

fn advance(facts: &Facts<'_>, kind: Kind, entity: uuid::Uuid, ordinal: Option<u16>, input: Input) -> Decided {
    match kind {
        Kind::Payment => payment::advance(facts, PaymentId(entity), ordinal, input),
        Kind::Verification => verification::advance(facts, VerificationId(entity), ordinal, input),
        Kind::Message => message::advance(facts, MessageId(entity), input),
        Kind::KycReview => kyc::advance(facts, KycReviewId(entity), input),
        Kind::Agreement => agreement::advance(facts, AgreementId(entity), ordinal, input),
        Kind::Refund => refund::advance(facts, RefundId(entity), ordinal, input),
        Kind::Remittance => remittance::advance(facts, RemittanceId(entity), ordinal, input),
        // Nothing of these kinds has effects or timers of its own.
        Kind::Account
        | Kind::Method
        | Kind::Invoice
        | Kind::LinkAttempt
        | Kind::Seller
        | Kind::Period
        | Kind::WebhookEndpoint
        | Kind::WebhookDelivery
        | Kind::BalanceEntry => Ok(Decision::reply(entity)),
    }
}
