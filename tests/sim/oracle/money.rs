//! Money: the issuers' ledger against what the service tells (I1 to I6, I9).

use std::collections::{BTreeMap, BTreeSet};

use bursar::proto::{
    sandbox::v1::{LedgerEntry, LedgerEntryKind, Money},
    v1::{
        AttemptState, Invoice, InvoiceState, LinkAttemptState, MessageDelivery, MessageDeliveryState,
        Payment, PaymentState, VerificationState,
    },
};

use super::{
    Invariant, Verdict,
    facts::{AccountFacts, Facts},
    refunds, verified,
};

const NANOS: i128 = 1_000_000_000;

/// The ledger, by effect.
pub(super) struct Ledger<'a> {
    pub(super) taken: BTreeMap<&'a str, Vec<&'a LedgerEntry>>,
    back: BTreeMap<&'a str, Vec<&'a LedgerEntry>>,
}

pub(super) fn judge(facts: &Facts, verdict: &mut Verdict) {
    let ledger = Ledger::read(&facts.ledger);
    ledger.conserves(verdict);
    let mut explained = BTreeSet::new();
    for account in &facts.accounts {
        for payment in &account.payments {
            settled(payment, account, &ledger, verdict);
            ladder(payment, verdict);
            explained.extend(payment.attempts.iter().map(|attempt| attempt.effect_id.as_str()));
        }
        for verification in &account.verifications {
            let entity = verification.name.rsplit('/').next().unwrap_or_default();
            let own = ledger.taken.keys().filter(|effect| effect.starts_with(entity)).copied();
            explained.extend(own);
            verified::judge(verification, entity, account, &ledger, verdict);
        }
        paid_once(account, verdict);
        took_what_was_owed(account, verdict);
        for message in &account.messages {
            let state = message.delivery.as_ref().map(MessageDelivery::state);
            if state == Some(MessageDeliveryState::Sending) {
                verdict.breach(Invariant::I4, format!("{} is still being sent", message.name));
            }
        }
        // While a person looks at its verification, a link is neither made nor refused.
        let looked_at: BTreeSet<&str> = account
            .verifications
            .iter()
            .filter(|verification| verification.state() == VerificationState::ManualReview)
            .map(|verification| verification.payment_method.as_str())
            .collect();
        for link in &account.link_attempts {
            let waits = looked_at.contains(link.payment_method.as_str());
            if link.state() == LinkAttemptState::Pending && !waits {
                verdict.breach(Invariant::I4, format!("{} is still pending", link.name));
            }
        }
    }
    refunds::judge(facts, &ledger, verdict);
    for (effect, entries) in &ledger.taken {
        if !explained.contains(effect) {
            verdict.breach(Invariant::I5, format!("taken for nobody: {}", shown(entries)));
        }
    }
}

impl<'a> Ledger<'a> {
    fn read(entries: &'a [LedgerEntry]) -> Self {
        let mut ledger = Self { taken: BTreeMap::new(), back: BTreeMap::new() };
        for entry in entries {
            match entry.kind() {
                LedgerEntryKind::Hold | LedgerEntryKind::Charge => {
                    ledger.taken.entry(&entry.effect_id).or_default().push(entry);
                }
                LedgerEntryKind::ReleaseAccepted | LedgerEntryKind::Refund => {
                    ledger.back.entry(&entry.original_effect_id).or_default().push(entry);
                }
                // The statement shows what was accepted before.
                LedgerEntryKind::ReleaseShown | LedgerEntryKind::Unspecified => {}
            }
        }
        ledger
    }

    /// Whether an effect took anything.
    pub(super) fn has_taken(&self, effect: &str) -> bool {
        self.taken.contains_key(effect)
    }

    /// Everything that was given back.
    pub(super) fn returned(&self) -> impl Iterator<Item = &'a LedgerEntry> {
        self.back.values().flatten().copied()
    }

    /// What was given back by one effect.
    pub(super) fn returned_by(&self, effect: &str) -> Vec<&'a LedgerEntry> {
        self.returned().filter(|entry| entry.effect_id == effect).collect()
    }

    pub(super) fn taken(&self, effect: &str) -> &[&'a LedgerEntry] {
        self.taken.get(effect).map_or(&[], Vec::as_slice)
    }

    pub(super) fn back(&self, effect: &str) -> &[&'a LedgerEntry] {
        self.back.get(effect).map_or(&[], Vec::as_slice)
    }

    /// I1: an effect is entered once. I6: no more is given back than was taken, in its currency.
    fn conserves(&self, verdict: &mut Verdict) {
        for entries in self.taken.values() {
            if entries.len() > 1 {
                verdict.breach(Invariant::I1, format!("taken more than once: {}", shown(entries)));
            }
        }
        for (effect, entries) in &self.back {
            let taken: i128 = self.taken(effect).iter().map(|entry| total(entry.amount.as_ref())).sum();
            let back: i128 = entries.iter().map(|entry| total(entry.amount.as_ref())).sum();
            let currency = |entry: &&LedgerEntry| entry.amount.clone().unwrap_or_default().currency_code;
            let of: BTreeSet<String> = self.taken(effect).iter().map(currency).collect();
            let foreign = entries.iter().map(currency).any(|it| !of.contains(&it));
            if back > taken || foreign {
                let what = format!("given back {} of {}", shown(entries), shown(self.taken(effect)));
                verdict.breach(Invariant::I6, what);
            }
        }
    }
}

/// I2, I3, I4: a payment and what its attempts took; what they took late is another record's, and what is given back
/// of it is for its refunds to tell.
fn settled(payment: &Payment, account: &AccountFacts, ledger: &Ledger<'_>, verdict: &mut Verdict) {
    let is_late = |effect: &str| payment.late_charges.iter().any(|late| late.effect_id == effect);
    let mut effects: Vec<&str> = payment.attempts.iter().map(|attempt| attempt.effect_id.as_str()).collect();
    effects.retain(|effect| !is_late(effect));
    if !payment.late_charge_of.is_empty() {
        let late = account.payments.iter().flat_map(|ended| &ended.late_charges);
        effects.extend(late.filter(|late| late.payment == payment.name).map(|late| late.effect_id.as_str()));
    }
    let kept: Vec<&LedgerEntry> = effects.iter().flat_map(|effect| ledger.taken(effect)).copied().collect();
    match payment.state() {
        PaymentState::Succeeded => match kept.as_slice() {
            [charge] if same(charge.amount.as_ref(), payment.amount.as_ref()) => {}
            [] => verdict.breach(Invariant::I3, format!("{} SUCCEEDED and took nothing", payment.name)),
            [charge] => {
                let what = format!("{} SUCCEEDED with {}", payment.name, shown(&[*charge]));
                verdict.breach(Invariant::I3, what);
            }
            many => {
                verdict.breach(Invariant::I1, format!("{} took {}", payment.name, shown(many)));
            }
        },
        PaymentState::Failed | PaymentState::Expired | PaymentState::Cancelled => {
            if !kept.is_empty() && payment.review_reason.is_empty() {
                let what = format!("{} is {:?} and took {}", payment.name, payment.state(), shown(&kept));
                verdict.breach(Invariant::I2, what);
            }
        }
        PaymentState::ManualReview => {
            review(&format!("payment: {}", payment.review_reason), &payment.name, verdict);
        }
        PaymentState::Unspecified
        | PaymentState::Processing
        | PaymentState::RequiresAction
        | PaymentState::RequiresCompletion => {
            let what = format!("{} is {:?}: {:?}", payment.name, payment.state(), payment.attempts);
            verdict.breach(Invariant::I4, what);
        }
    }
    if !payment.review_reason.is_empty() && payment.state() != PaymentState::ManualReview {
        review(&format!("payment, later: {}", payment.review_reason), &payment.name, verdict);
    }
}

/// A person has to look. That is right only where asking the provider can't settle it.
pub(super) fn review(reason: &str, name: &str, verdict: &mut Verdict) {
    // An issuer that approves another amount than was asked for leaves a question that is none of time.
    let asked = reason.contains("was asked for");
    verdict.reviews.push(anonymous(reason));
    if !asked {
        verdict.breach(Invariant::I4, format!("{name} waits for a person: {reason}"));
    }
}

/// A reason without the amounts in it, so that reasons can be counted.
fn anonymous(reason: &str) -> String {
    reason
        .split(' ')
        .map(|word| if word.contains(|it: char| it.is_ascii_digit()) { "…" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

/// I1: whatever was taken for an invoice was taken once, by the payment that the invoice names.
fn paid_once(account: &AccountFacts, verdict: &mut Verdict) {
    for invoice in &account.invoices {
        let paying: Vec<&Payment> = account
            .payments
            .iter()
            .filter(|payment| payment.invoices.contains(&invoice.name))
            .filter(|payment| payment.state() == PaymentState::Succeeded)
            .collect();
        let waits = account.payments.iter().any(|payment| {
            payment.invoices.contains(&invoice.name)
                && matches!(
                    payment.state(),
                    PaymentState::ManualReview | PaymentState::Processing | PaymentState::RequiresAction
                )
        });
        let fits = match (invoice.state(), paying.as_slice()) {
            (InvoiceState::Paid, [payment]) => payment.name == invoice.payment && owed(invoice) > 0,
            (InvoiceState::Paid, []) => invoice.payment.is_empty() && owed(invoice) == 0,
            (InvoiceState::Open | InvoiceState::Voided, []) => !waits,
            (InvoiceState::Reserved, []) => waits,
            (
                InvoiceState::Unspecified
                | InvoiceState::Open
                | InvoiceState::Reserved
                | InvoiceState::Paid
                | InvoiceState::Voided,
                _,
            ) => false,
        };
        if !fits {
            let names: Vec<&str> = paying.iter().map(|payment| payment.name.as_str()).collect();
            let of = if paying.len() > 1 { Invariant::I1 } else { Invariant::I2 };
            let what = format!("{} is {:?}, paid by {names:?}", invoice.name, invoice.state());
            verdict.breach(of, what);
        }
    }
}

/// I1: a payment takes what the balance has not paid of its invoices, and no more (A30).
fn took_what_was_owed(account: &super::facts::AccountFacts, verdict: &mut Verdict) {
    for payment in account.payments.iter().filter(|payment| payment.state() == PaymentState::Succeeded) {
        let owed: i128 =
            account.invoices.iter().filter(|it| payment.invoices.contains(&it.name)).map(owed).sum();
        if owed != nanos(payment.amount.as_ref()) {
            let what = format!("{} took {:?} of invoices that owe {owed}", payment.name, payment.amount);
            verdict.breach(Invariant::I1, what);
        }
    }
}

/// What the balance has not paid of an invoice.
fn owed(invoice: &Invoice) -> i128 {
    nanos(invoice.amount.as_ref()) - nanos(invoice.amount_from_balance.as_ref())
}

fn nanos(amount: Option<&bursar::proto::v1::Money>) -> i128 {
    amount.map_or(0, |amount| i128::from(amount.units) * NANOS + i128::from(amount.nanos))
}

/// A card that is stolen or lost, and fraud: no other card follows.
const FOR_GOOD: [&str; 7] = ["04", "07", "41", "43", "59", "63", "83"];

/// I9: an attempt follows another only once that one has certainly taken nothing, and never a stolen card.
fn ladder(payment: &Payment, verdict: &mut Verdict) {
    let when = |time: Option<&prost_types::Timestamp>| time.map(|time| (time.seconds, time.nanos));
    // At a bank, what it approved is made final, or withdrawn, by the next (W9): another order is another thing.
    let by_redirect = payment.complete_expire_time.is_some();
    for (index, attempt) in payment.attempts.iter().enumerate().skip(1).filter(|_| !by_redirect) {
        let Some(before) = payment.attempts.get(index - 1) else { continue };
        let certain = matches!(
            before.state(),
            AttemptState::Declined | AttemptState::Cancelled | AttemptState::NotSent
        );
        let in_time = when(before.end_time.as_ref()) <= when(attempt.create_time.as_ref());
        let stolen = FOR_GOOD.contains(&before.network_code.as_str());
        if !certain || before.end_time.is_none() || !in_time || stolen {
            let what = format!("{}: {before:?}, then {attempt:?}", payment.name);
            verdict.breach(Invariant::I9, what);
        }
    }
    let mut used = BTreeSet::new();
    for attempt in &payment.attempts {
        if !used.insert(&attempt.effect_id) {
            let what = format!("{}: {} is two attempts", payment.name, attempt.effect_id);
            verdict.breach(Invariant::I9, what);
        }
    }
}

/// An amount of the API as the sandbox has it.
pub(super) fn outside(amount: Option<&bursar::proto::v1::Money>) -> Option<Money> {
    let amount = amount?.clone();
    Some(Money { currency_code: amount.currency_code, units: amount.units, nanos: amount.nanos })
}

pub(super) fn total(amount: Option<&Money>) -> i128 {
    amount.map_or(0, |amount| i128::from(amount.units) * NANOS + i128::from(amount.nanos))
}

pub(super) fn same(outside: Option<&Money>, told: Option<&bursar::proto::v1::Money>) -> bool {
    match (outside, told) {
        (Some(outside), Some(told)) => {
            outside.currency_code == told.currency_code
                && outside.units == told.units
                && outside.nanos == told.nanos
        }
        (Some(_) | None, _) => false,
    }
}

pub(super) fn shown(entries: &[&LedgerEntry]) -> String {
    let one = |entry: &&LedgerEntry| {
        let amount = entry.amount.clone().unwrap_or_default();
        format!(
            "{:?} {} {}.{:09} {}",
            entry.kind(),
            amount.currency_code,
            amount.units,
            amount.nanos,
            entry.effect_id
        )
    };
    if entries.is_empty() {
        "nothing".to_owned()
    } else {
        entries.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}
