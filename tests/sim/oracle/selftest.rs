//! Shows that the oracle can fail: made-up facts that are good, and for each invariant the same with one
//! thing wrong, which has to be found, and found as that. Runs before any world does.

use bursar::proto::{
    sandbox::v1::{LedgerEntry, LedgerEntryKind, Money as Outside},
    v1::{
        AttemptState, BalanceEntry, Failure, Hold, HoldState, Invoice, InvoiceState, LateCharge, Money,
        Payment, PaymentAttempt, PaymentState, Refund, RefundState, Remittance, UsagePeriod,
        UsagePeriodState, Verification, VerificationPurpose, VerificationState,
    },
};

use super::{
    Invariant,
    facts::{AccountFacts, Facts, LogFacts, Repeat, Witnessed},
    judge,
};

const PAYMENT: &str = "accounts/a/payments/p";
const FAILED: &str = "accounts/a/payments/f";
const LATE: &str = "accounts/a/payments/late";
const PERIOD: &str = "accounts/a/usagePeriods/u";
const VERIFICATION: &str = "accounts/a/verifications/v";
const HELD: &str = "accounts/a/verifications/w";

fn entry(kind: LedgerEntryKind, effect: &str, of: &str, units: i64, seconds: i64) -> LedgerEntry {
    LedgerEntry {
        effect_id: effect.to_owned(),
        kind: kind.into(),
        amount: Some(Outside { currency_code: "USD".to_owned(), units, nanos: 0 }),
        original_effect_id: of.to_owned(),
        create_time: Some(prost_types::Timestamp { seconds, nanos: 0 }),
        ..LedgerEntry::default()
    }
}

fn usd(units: i64) -> Option<Money> {
    Some(Money { currency_code: "USD".to_owned(), units, nanos: 0 })
}

fn attempt(effect: &str, state: AttemptState, created: i64, ended: i64) -> PaymentAttempt {
    let time = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    PaymentAttempt {
        effect_id: effect.to_owned(),
        state: state.into(),
        create_time: time(created),
        end_time: time(ended),
        ..PaymentAttempt::default()
    }
}

/// What the balance gave for the first invoice.
fn settlement(units: i64) -> BalanceEntry {
    let resource = "accounts/a/invoices/i".to_owned();
    BalanceEntry { resource, amount: usd(-units), ..BalanceEntry::default() }
}

/// A verification whose hold was released; a payment that took a second card to succeed, a part of which was given
/// back; one that had failed, whose money was taken late and paid by another; and one whose late money went back.
fn good() -> Facts {
    let payment = Payment {
        name: PAYMENT.to_owned(),
        state: PaymentState::Succeeded.into(),
        invoices: vec!["accounts/a/invoices/i".to_owned()],
        amount: usd(7),
        attempts: vec![
            attempt("p.1", AttemptState::Declined, 10, 11),
            attempt("p.2", AttemptState::Approved, 11, 12),
        ],
        refunded_amount: usd(3),
        ..Payment::default()
    };
    let late_charge = |effect: &str, payment: &str, refund: &str| LateCharge {
        effect_id: effect.to_owned(),
        amount: usd(9),
        payment: payment.to_owned(),
        refund: refund.to_owned(),
    };
    let failed = Payment {
        name: FAILED.to_owned(),
        state: PaymentState::Failed.into(),
        invoices: vec!["accounts/a/invoices/l".to_owned()],
        amount: usd(9),
        attempts: vec![
            attempt("f.1", AttemptState::Declined, 10, 11),
            attempt("f.2", AttemptState::Declined, 11, 12),
        ],
        late_charges: vec![late_charge("f.1", LATE, ""), late_charge("f.2", "", "accounts/a/refunds/s")],
        ..Payment::default()
    };
    let late = Payment {
        name: LATE.to_owned(),
        state: PaymentState::Succeeded.into(),
        invoices: failed.invoices.clone(),
        amount: usd(9),
        late_charge_of: FAILED.to_owned(),
        ..Payment::default()
    };
    let refund = |id: &str, payment: &str, charged: &str, units: i64| Refund {
        name: format!("accounts/a/refunds/{id}"),
        state: RefundState::Succeeded.into(),
        payment: payment.to_owned(),
        amount: usd(units),
        effect_id: format!("{id}.1"),
        charged_effect_id: charged.to_owned(),
        ..Refund::default()
    };
    let part = refund("r", PAYMENT, "p.2", 3);
    let late_refund = refund("s", FAILED, "f.2", 9);
    let late_invoice = Invoice {
        name: "accounts/a/invoices/l".to_owned(),
        state: InvoiceState::Paid.into(),
        amount: usd(9),
        payment: LATE.to_owned(),
        ..Invoice::default()
    };
    let verification = Verification {
        name: VERIFICATION.to_owned(),
        state: VerificationState::Succeeded.into(),
        hold: Some(Hold { state: HoldState::Released.into(), amount: usd(1), ..Hold::default() }),
        ..Verification::default()
    };
    let held = Verification {
        name: HELD.to_owned(),
        purpose: VerificationPurpose::Usage.into(),
        state: VerificationState::Succeeded.into(),
        hold: Some(Hold { state: HoldState::Placed.into(), amount: usd(20), ..Hold::default() }),
        ..Verification::default()
    };
    let invoice = Invoice {
        name: "accounts/a/invoices/i".to_owned(),
        state: InvoiceState::Paid.into(),
        amount: usd(7),
        payment: PAYMENT.to_owned(),
        ..Invoice::default()
    };
    let bill = Invoice {
        name: "accounts/a/invoices/j".to_owned(),
        state: InvoiceState::Open.into(),
        amount: usd(5),
        usage_period: PERIOD.to_owned(),
        ..Invoice::default()
    };
    let period = UsagePeriod {
        name: PERIOD.to_owned(),
        state: UsagePeriodState::Open.into(),
        total_amount: usd(8),
        unbilled_amount: usd(3),
        preauthorization: HELD.to_owned(),
        ..UsagePeriod::default()
    };
    Facts {
        ledger: vec![
            entry(LedgerEntryKind::Hold, "v.1", "", 1, 5),
            entry(LedgerEntryKind::ReleaseAccepted, "v.2", "v.1", 1, 6),
            entry(LedgerEntryKind::Charge, "p.2", "", 7, 12),
            entry(LedgerEntryKind::Refund, "r.1", "p.2", 3, 13),
            entry(LedgerEntryKind::Charge, "f.1", "", 9, 14),
            entry(LedgerEntryKind::Charge, "f.2", "", 9, 14),
            entry(LedgerEntryKind::Refund, "s.1", "f.2", 9, 15),
            entry(LedgerEntryKind::Hold, "w.1", "", 20, 16),
        ],
        bank: Vec::new(),
        shared: Vec::new(),
        accounts: vec![AccountFacts {
            payments: vec![payment, failed, late],
            verifications: vec![verification, held],
            invoices: vec![invoice, bill, late_invoice],
            usage_periods: vec![period],
            refunds: vec![part, late_refund],
            ..AccountFacts::default()
        }],
        witnessed: Witnessed {
            told: [("r1".to_owned(), PAYMENT.to_owned())].into(),
            repeats: vec![Repeat {
                request: "PayInvoices r1".to_owned(),
                first: PAYMENT.to_owned(),
                again: PAYMENT.to_owned(),
            }],
            misuses: vec![("PayInvoices r1".to_owned(), "REQUEST_ID_REUSED".to_owned())],
            ends: vec![(PAYMENT.to_owned(), PaymentState::Succeeded.as_str_name().to_owned())],
            undocumented: Vec::new(),
        },
        performed: vec![("p.1".to_owned(), true), ("p.2".to_owned(), true)],
        log: LogFacts {
            broken: Vec::new(),
            torn: Vec::new(),
            forged: Vec::new(),
            histories: [("Payment p".to_owned(), vec!["PROCESSING".to_owned(), "SUCCEEDED".to_owned()])]
                .into(),
            holds: [(
                "card".to_owned(),
                vec![("m1".to_owned(), true), ("m1".to_owned(), false), ("m2".to_owned(), true)],
            )]
            .into(),
        },
        faults: Vec::new(),
        leaks: Vec::new(),
    }
}

/// What goes wrong in each case, and what has to be said of it.
type Case = (Invariant, &'static str, fn(&mut Facts));

#[rustfmt::skip]
const CASES: &[Case] = &[
    (Invariant::I1, "an effect is in the ledger twice", |facts| facts.ledger.push(entry(LedgerEntryKind::Charge, "p.2", "", 7, 13))),
    (Invariant::I1, "two attempts of a payment took money", |facts| facts.ledger.push(entry(LedgerEntryKind::Charge, "p.1", "", 7, 11))),
    (Invariant::I1, "two payments paid one invoice", |facts| {
        let mut second = facts.accounts[0].payments[0].clone();
        second.name = "accounts/a/payments/q".to_owned();
        second.attempts = vec![attempt("q.1", AttemptState::Approved, 20, 21)];
        facts.accounts[0].payments.push(second);
        facts.ledger.push(entry(LedgerEntryKind::Charge, "q.1", "", 7, 21));
    }),
    (Invariant::I2, "a payment that failed took money", |facts| facts.accounts[0].payments[0].state = PaymentState::Failed.into()),
    (Invariant::I2, "an invoice is open though it was paid", |facts| facts.accounts[0].invoices[0].state = InvoiceState::Open.into()),
    (Invariant::I2, "a verification knows nothing of its hold", |facts| facts.accounts[0].verifications[0].hold = None),
    (Invariant::I3, "a payment succeeded without a charge", |facts| { facts.ledger.remove(2); }),
    (Invariant::I3, "a payment succeeded with half of it", |facts| facts.ledger[2] = entry(LedgerEntryKind::Charge, "p.2", "", 3, 12)),
    (Invariant::I3, "a hold was released that never was", |facts| { facts.ledger.drain(..2); }),
    (Invariant::I4, "a payment is stuck", |facts| facts.accounts[0].payments[0].state = PaymentState::Processing.into()),
    (Invariant::I4, "a person has to look though asking would tell", |facts| {
        facts.accounts[0].payments[0].state = PaymentState::ManualReview.into();
        facts.accounts[0].payments[0].review_reason = "we gave up".to_owned();
    }),
    (Invariant::I4, "a verification is stuck", |facts| facts.accounts[0].verifications[0].state = VerificationState::Pending.into()),
    (Invariant::I5, "a hold was never released", |facts| { facts.ledger.remove(1); }),
    (Invariant::I5, "a hold was released after two days", |facts| facts.ledger[1] = entry(LedgerEntryKind::ReleaseAccepted, "v.2", "v.1", 1, 180_000)),
    (Invariant::I5, "a hold is still being released", |facts| facts.accounts[0].verifications[0].hold.as_mut().unwrap().state = HoldState::Releasing.into()),
    (Invariant::I5, "what usage holds stands though it is billed", |facts| facts.accounts[0].usage_periods[0].preauthorization.clear()),
    (Invariant::I3, "what usage holds was given back", |facts| facts.ledger.push(entry(LedgerEntryKind::ReleaseAccepted, "w.2", "w.1", 20, 17))),
    (Invariant::I5, "something was taken for nobody", |facts| facts.ledger.push(entry(LedgerEntryKind::Charge, "x.1", "", 7, 12))),
    (Invariant::I6, "more was given back than taken", |facts| facts.ledger[1] = entry(LedgerEntryKind::ReleaseAccepted, "v.2", "v.1", 2, 6)),
    (Invariant::I6, "something was given back twice", |facts| facts.ledger.push(entry(LedgerEntryKind::ReleaseAccepted, "v.3", "v.1", 1, 6))),
    (Invariant::I6, "something was given back that was never taken", |facts| facts.ledger.push(entry(LedgerEntryKind::Refund, "y.2", "y.1", 1, 6))),
    (Invariant::I1, "a refund was given back twice", |facts| facts.ledger.push(entry(LedgerEntryKind::Refund, "r.1", "p.2", 3, 13))),
    (Invariant::I2, "a refund that failed gave money back", |facts| facts.accounts[0].refunds[0].state = RefundState::Failed.into()),
    (Invariant::I2, "what was taken late is nobody's", |facts| facts.accounts[0].payments[1].late_charges[1].refund.clear()),
    (Invariant::I2, "a payment that failed keeps what it took late", |facts| { facts.accounts[0].payments[1].late_charges.pop(); }),
    (Invariant::I3, "a refund succeeded and gave nothing back", |facts| { facts.ledger.remove(3); }),
    (Invariant::I3, "a refund is of another charge", |facts| facts.ledger[3].original_effect_id = "f.1".to_owned()),
    (Invariant::I4, "a refund is stuck", |facts| facts.accounts[0].refunds[0].state = RefundState::Pending.into()),
    (Invariant::I5, "something was given back for nobody", |facts| facts.ledger.push(entry(LedgerEntryKind::Refund, "z.1", "p.2", 1, 13))),
    (Invariant::I6, "refunds are more than was taken", |facts| facts.ledger.push(entry(LedgerEntryKind::Refund, "q.1", "p.2", 5, 13))),
    (Invariant::I6, "more was asked for than is left", |facts| {
        let failure = Failure { network_code: "13".to_owned(), ..Failure::default() };
        let refund = &mut facts.accounts[0].refunds[0];
        (refund.state, refund.failure) = (RefundState::Failed.into(), Some(failure));
    }),
    (Invariant::I6, "a payment counts what was not given back", |facts| facts.accounts[0].payments[0].refunded_amount = usd(4)),
    (Invariant::I7, "the same request made two things", |facts| facts.witnessed.repeats[0].again = "accounts/a/payments/q".to_owned()),
    (Invariant::I7, "an answered request was refused", |facts| facts.witnessed.repeats[0].again = "refused: INVOICE_RESERVED".to_owned()),
    (Invariant::I7, "a request id did for something else", |facts| facts.witnessed.misuses[0].1 = "told accounts/a/payments/q".to_owned()),
    (Invariant::I7, "what was told is gone", |facts| { facts.witnessed.told.insert("r2".to_owned(), "accounts/a/payments/gone".to_owned()); }),
    (Invariant::I8, "two methods have one card", |facts| { facts.log.holds.get_mut("card").unwrap().remove(1); }),
    (Invariant::I8, "somebody else lets go of a card", |facts| facts.log.holds.get_mut("card").unwrap()[1].0 = "m3".to_owned()),
    (Invariant::I9, "the next card while the first is unknown", |facts| facts.accounts[0].payments[0].attempts[0].state = AttemptState::OutcomeUnknown.into()),
    (Invariant::I9, "the next card before the first was declined", |facts| facts.accounts[0].payments[0].attempts[1] = attempt("p.2", AttemptState::Approved, 10, 12)),
    (Invariant::I9, "the next card after a stolen one", |facts| facts.accounts[0].payments[0].attempts[0].network_code = "43".to_owned()),
    (Invariant::I9, "two attempts under one id", |facts| facts.accounts[0].payments[0].attempts[0].effect_id = "p.2".to_owned()),
    (Invariant::I10, "a card number is in the store", |facts| facts.leaks.push("somewhere".to_owned())),
    (Invariant::I11, "an end that was told has changed", |facts| facts.witnessed.ends[0].1 = PaymentState::Failed.as_str_name().to_owned()),
    (Invariant::I11, "an end was followed by something else", |facts| facts.log.histories.get_mut("Payment p").unwrap().push("FAILED".to_owned())),
    (Invariant::I12, "an effect was asked for before it was written down", |facts| facts.performed[0].1 = false),
    (Invariant::I13, "an answer is not documented", |facts| facts.witnessed.undocumented.push("PayInvoices: Internal".to_owned())),
    (Invariant::I13, "something panicked", |facts| facts.faults.push("a panic".to_owned())),
    (Invariant::I8, "a link that failed keeps its card", |facts| { facts.log.histories.insert("Method m2".to_owned(), vec!["FAILED".to_owned()]); }),
    (Invariant::I8, "a method that is linked has no card", |facts| { facts.log.histories.insert("Method m1".to_owned(), vec!["ACTIVE".to_owned()]); }),
    (Invariant::I14, "an invoice was free while it was being paid", |facts| facts.log.torn.push("an invoice".to_owned())),
    (Invariant::I1, "a payment took what the balance had paid", |facts| {
        facts.accounts[0].invoices[0].amount_from_balance = usd(3);
        facts.accounts[0].entries.push(settlement(3));
        facts.accounts[0].balance.amounts.extend(usd(-3));
    }),
    (Invariant::I2, "an invoice is paid by nobody", |facts| {
        let bill = &mut facts.accounts[0].invoices[1];
        bill.state = InvoiceState::Paid.into();
        bill.amount_from_balance = usd(2);
    }),
    (Invariant::I17, "a remittance that never arrived", |facts| {
        facts.shared.push(Remittance { name: "programs/p/remittances/r".to_owned(), ..Remittance::default() });
    }),
    (Invariant::I17, "an entry that does not add up", |facts| {
        let entry = BalanceEntry { amount: usd(5), ..BalanceEntry::default() };
        facts.accounts[0].entries.push(entry);
    }),
    (Invariant::I15, "a code was taken too late", |facts| facts.log.forged.push("a code".to_owned())),
    (Invariant::I16, "a month was billed twice", |facts| {
        let mut second = facts.accounts[0].invoices[1].clone();
        second.name = "accounts/a/invoices/k".to_owned();
        facts.accounts[0].invoices.push(second);
    }),
    (Invariant::I16, "what was used is on no bill", |facts| facts.accounts[0].usage_periods[0].unbilled_amount = None),
    (Invariant::Log, "the log is broken", |facts| facts.log.broken.push("a gap".to_owned())),
];

/// Runs all cases; answers how many there are.
pub fn run() -> usize {
    let fine = judge(&good());
    assert!(fine.violations.is_empty(), "good facts were refused: {:?}", fine.violations);
    for (of, what, spoil) in CASES {
        let mut facts = good();
        spoil(&mut facts);
        let found = judge(&facts).violations;
        assert!(found.iter().any(|violation| violation.of == *of), "{of:?} {what}: found {found:?}");
    }
    CASES.len()
}
