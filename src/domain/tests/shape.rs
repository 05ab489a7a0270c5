//! How things stand, in one line each.

use super::stage::Stage;
use crate::domain::{
    attempt::{Attempt, Operation},
    balance::Entry,
    method,
    money::Money,
    payment::Goes,
    remittance::ClaimState,
    usage::Charge,
};

impl Stage {
    /// A card, an invoice or a payment by its name.
    pub(super) fn shown(&self, letter: char, who: &str) -> String {
        let world = self.world(letter);
        if let Some(invoice) = world.invoice(self.invoice_id(who)) {
            let part = invoice.from_balance.map(|paid| format!(", {paid} from the balance"));
            return format!("{} {}{}", invoice.state.name(), invoice.amount, part.unwrap_or_default());
        }
        if let Some(payment) = world.payment(self.payment_id(who)) {
            let state = payment.state.name("PROCESSING");
            let mut late =
                payment.approved_late.as_ref().map(|_| " approved late".to_owned()).unwrap_or_default();
            for taken in &payment.late {
                late += match taken.goes {
                    Goes::Invoices { .. } => " late to invoices",
                    Goes::Payer { .. } => " late to payer",
                };
            }
            for returned in &payment.returned {
                let done = if returned.done { "refunded" } else { "refunding" };
                late += &format!(" {done} {}", returned.amount.amount());
            }
            let rule = payment.challenge_rule.as_deref().map(|rule| format!(" {rule}")).unwrap_or_default();
            let fee = if payment.conversion_fee_possible { " may convert" } else { "" };
            return format!("{state} {}{rule}{fee}{late}", payment.amount);
        }
        if let Some(period) = world.period(self.period_id(who)) {
            let Charge { net, tax } = period.unbilled;
            let unpaid = if period.unpaid.is_empty() { "" } else { " unpaid" };
            return format!("{} {net}+{} of {}{unpaid}", period.state.name(), tax.amount(), period.total.net);
        }
        if let Some(refund) = world.refund(self.refund_id(who)) {
            return format!("{} {}", refund.state_name(), refund.amount);
        }
        if let Some(remittance) = world.remittance(self.remittance_id(who)) {
            let claims = remittance.claims.iter().map(|claim| match &claim.state {
                ClaimState::Pending => format!(" {} waits", claim.claimant),
                ClaimState::Approved { by, .. } => format!(" {} approved by {by}", claim.claimant),
                ClaimState::Rejected { by, .. } if by.is_empty() => {
                    format!(" {} rejected by the bank", claim.claimant)
                }
                ClaimState::Rejected { by, .. } => format!(" {} rejected by {by}", claim.claimant),
            });
            return format!(
                "{} {}{}",
                remittance.state.name(),
                remittance.transfer.amount,
                claims.collect::<String>()
            );
        }
        let Some(method) = self.method(letter, who) else { return "unknown".to_owned() };
        let mut shown = method.state.name().to_owned();
        if let method::State::Failed { failure } = &method.state {
            shown += &format!(" {failure:?}");
        }
        if world.account().unwrap().default_method == Some(method.id) {
            shown += " default";
        }
        if method
            .instrument
            .fingerprint()
            .and_then(|it| self.claims.get(it))
            .and_then(|claim| claim.holder)
            .map(|h| h.method)
            == Some(method.id)
        {
            shown += " held";
        }
        let Some(expiry) = method.instrument.card().map(|card| card.facts.expiry) else { return shown };
        format!("{shown} {:02}/{}", expiry.month(), expiry.year())
    }

    /// The card that a payment is tried with, and where.
    pub(super) fn tried(&self, letter: char, who: &str) -> String {
        let world = self.world(letter);
        let Some(payment) = world.payment(self.payment_id(who)) else { return "unknown".to_owned() };
        let card = world.method(payment.method).and_then(|method| method.instrument.card());
        let card = card.map(|card| card.facts.last_four.as_str());
        let provider = payment.attempts.last().map(|attempt| attempt.provider.as_str());
        format!("{} at {}", card.unwrap_or_default(), provider.unwrap_or_default())
    }

    /// What the account has, and what its entries make of that.
    pub(super) fn balance(&self, letter: char) -> String {
        let world = self.world(letter);
        let balance = &world.account().unwrap().balance;
        for (currency, sum) in balance.all() {
            let entries = world.balance_entries().filter(|entry| entry.amount.currency() == currency);
            assert_eq!(entries.map(Entry::movement).sum::<rust_decimal::Decimal>(), sum, "{currency}");
        }
        let all: Vec<String> = balance.all().map(|(currency, sum)| format!("{currency} {sum}")).collect();
        all.join(", ")
    }

    /// A card's place in the link history.
    pub(super) fn history(&self, letter: char, who: &str) -> String {
        let Some(attempt) = self.world(letter).link_attempt(self.attempt_id(letter, who)) else {
            return "unknown".to_owned();
        };
        let ticket = if attempt.ticket.is_some() { " ticket" } else { "" };
        format!("{}{ticket}", attempt.result.name())
    }

    /// What is asked of the provider for a card or a payment.
    pub(super) fn asked(&self, letter: char, who: &str) -> String {
        self.spoken_of(letter, who).map_or("unknown".to_owned(), |(_, attempt)| operation(&attempt))
    }
}

fn operation(attempt: &Attempt) -> String {
    let amount = |amount: &Money| amount.to_string();
    match &attempt.operation {
        Operation::Authorize { amount: held, card } => {
            format!("hold {} {} {:?}", amount(held), card.descriptor, card.authentication)
        }
        Operation::Charge { amount: taken, card, .. } => {
            format!("charge {} {} {:?}", amount(taken), card.descriptor, card.authentication)
        }
        Operation::Verify { card } => format!("ask {} {:?}", card.descriptor, card.authentication),
        Operation::Agree { wallet, descriptor, .. } => format!("agree {wallet} {descriptor}"),
        Operation::AuthorizeRedirect { amount: asked, descriptor, .. } => {
            format!("redirect {} {descriptor}", amount(asked))
        }
        Operation::Capture { amount: taken, authorized } => {
            format!("capture {} of {}", amount(taken), authorized.ordinal)
        }
        Operation::Withdraw { authorized } => format!("withdraw {}", authorized.ordinal),
        Operation::EndAgreement { agreed } => format!("end agreement {}", agreed.ordinal),
        Operation::Release { amount: held, authorized } => {
            format!("release {} of {}", amount(held), authorized.ordinal)
        }
        Operation::Refund { amount: taken, charged, .. } => {
            format!("refund {} of {}", amount(taken), charged.ordinal)
        }
        Operation::ReviewIdentity { subject, documents, .. } => {
            format!("review {} {}", subject.registered_name, documents.len())
        }
        Operation::SendMessage { message } => format!("send {} to {}", message.template, message.address),
        Operation::CreditAccount { transfer, .. } => format!("credit {}", transfer.amount),
        Operation::DebitAccount { amount: taken, .. } => format!("debit {}", amount(taken)),
    }
}
