//! Whether an account may do what a command asks.

use std::collections::BTreeSet;

use super::{Needed, incomplete, missing};
use crate::domain::{
    account::Account,
    command::Command,
    facts::Facts,
    program::{MethodKind, OnboardingStep},
    reason::Reason,
    rejection::{Rejection, Violation},
};

/// What a command is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    /// It is no customer's or seller's wish: time, news, and what is not about a customer's account.
    Service,
    /// It asks for nothing that onboarding comes before.
    Account,
    /// It asks an issuer about a card, or presupposes one.
    Linking,
    /// It moves money for the customer.
    Paying,
}

fn what_for(command: &Command) -> For {
    match command {
        Command::CreateAccount(_)
        | Command::Learn { .. }
        | Command::Wake { .. }
        | Command::AttachClock { .. }
        | Command::Webhook { .. }
        // What the bank says is so, whatever became of the account; the others are asked of the program.
        | Command::ReceiveRemittance(_)
        | Command::ReturnRemittance(_)
        | Command::ClaimRemittance(_)
        | Command::ApproveRemittanceClaim { .. }
        | Command::RejectRemittanceClaim(_)
        | Command::Recall => For::Service,
        Command::ReportObligations { .. }
        | Command::SetCreditTerms(_)
        | Command::SetDefault { .. }
        | Command::Unlink { .. }
        | Command::CreateTicket { .. }
        | Command::CancelVerification { .. }
        | Command::CreateInvoice(_)
        | Command::DisableProduct { .. }
        | Command::ReportUsage(_)
        | Command::ClosePeriod { .. }
        | Command::SetDeductionThreshold { .. }
        | Command::IssueBill { .. }
        | Command::VoidInvoice { .. }
        | Command::CancelPayment { .. }
        | Command::RefundPayment(_)
        | Command::CompletePayment { .. }
        | Command::EnableRedirect
        | Command::SendCode { .. }
        | Command::CheckCode { .. }
        | Command::UpdateAccount(_)
        | Command::SetAutoSettlement { .. }
        | Command::SubmitKycDocuments(_)
        | Command::RequireKyc { .. }
        | Command::Deactivate => For::Account,
        // Whether there is a card to pay with later, enabling a product asks by itself (H9).
        Command::LinkCard(_)
        | Command::LinkWallet(_)
        | Command::UpdateExpiry(_)
        | Command::EnableProduct { .. } => For::Linking,
        Command::PayInvoices(_) | Command::PlaceOrder(_) | Command::PayFromBalance { .. } => For::Paying,
    }
}

/// A8: a deactivated account can only be viewed. H1: so can one without what the program asks for first.
pub fn permit(facts: &Facts<'_>, command: &Command) -> Result<(), Rejection> {
    let what_for = what_for(command);
    // What was taken can be given back to whoever has left, too.
    let unhindered = matches!(command, Command::Deactivate | Command::RefundPayment(_));
    if what_for == For::Service || unhindered {
        return Ok(());
    }
    against(facts, what_for).map_or(Ok(()), Err)
}

/// What speaks against linking anything, whatever it is (C5).
#[must_use]
pub fn against_linking(facts: &Facts<'_>) -> Option<Rejection> {
    against(facts, For::Linking)
}

/// What speaks against paying anything, whatever with (C5).
#[must_use]
pub fn against_paying(facts: &Facts<'_>) -> Option<Rejection> {
    against(facts, For::Paying)
}

/// A8: a deactivated account can only be viewed.
#[must_use]
pub fn against_deactivated(account: &Account) -> Option<Rejection> {
    let deactivation = account.deactivation.as_ref()?;
    Some(Rejection::rule(
        Violation::new(
            Reason::AccountDeactivated,
            "A8",
            "The account is deactivated and can only be viewed. Register another one.",
        )
        .fact("deactivate_time", deactivation.at),
    ))
}

fn against(facts: &Facts<'_>, what_for: For) -> Option<Rejection> {
    let account = facts.world.account()?;
    if let Some(deactivated) = against_deactivated(account) {
        return Some(deactivated);
    }
    let edition = facts.edition();
    let (rules, needed) = (edition.onboarding(), Needed::of(edition, account));
    let none = BTreeSet::new();
    let needed = match what_for {
        For::Service | For::Account => &none,
        For::Linking => &needed.before_linking,
        For::Paying => &needed.before_paying,
    };
    let steps: Vec<OnboardingStep> = needed
        .iter()
        .copied()
        .filter(|step| missing(rules, account, has_card(facts, account), *step, facts.now))
        .collect();
    incomplete(edition, account, &steps)
}

/// Whether the account has a card that can pay.
fn has_card(facts: &Facts<'_>, account: &Account) -> bool {
    let cards = facts.world.methods().filter(|method| method.account == account.id);
    cards
        .filter(|method| method.instrument.kind() == MethodKind::Card)
        .any(|card| card.active_since(facts.now).is_some())
}
