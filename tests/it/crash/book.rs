//! What shoppers asked for and what they were told: none of it may be lost.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

use bursar::proto::v1::{
    CreateInvoiceRequest, LinkCardRequest, PayInvoicesRequest, Payment, PaymentMethodState, PaymentState,
    Verification, VerificationState,
};

use futures::{StreamExt as _, stream};

use crate::support::calls::Calls;

/// How many requests are repeated at the same time.
const AT_ONCE: usize = 64;

/// The book, as all shoppers write it.
#[derive(Default)]
pub struct Book(Mutex<Pages>);

/// What is in it.
#[derive(Default)]
pub struct Pages {
    pub paid: Vec<Paid>,
    pub invoiced: Vec<(CreateInvoiceRequest, String)>,
    pub linked: Vec<Linked>,
    /// Payments that somebody was told to be at their end, as they were told.
    pub ends: BTreeMap<String, Payment>,
    /// Methods that somebody was told to be unlinked, or failed.
    pub left: BTreeMap<String, PaymentMethodState>,
    /// Verifications that somebody was told to be at their end.
    pub verified: BTreeMap<String, VerificationState>,
}

/// A payment that was asked for and answered.
pub struct Paid {
    pub request: PayInvoicesRequest,
    pub name: String,
    /// Whether a kill cut the call off.
    pub cut: bool,
    /// Whether the repeat found a payment that had reached its end before the repeat was sent.
    pub already_known: bool,
    /// Whether nobody but bursar was waited for.
    pub prompt: bool,
}

/// A card that was to be linked.
pub struct Linked {
    pub request: LinkCardRequest,
    /// `None` where it was refused.
    pub name: Option<String>,
    pub cut: bool,
}

impl Book {
    pub fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().expect("no shopper fell over")
    }

    pub fn paid(&self, paid: Paid) {
        self.pages().paid.push(paid);
    }

    pub fn invoiced(&self, request: CreateInvoiceRequest, name: &str) {
        self.pages().invoiced.push((request, name.to_owned()));
    }

    pub fn linked(&self, linked: Linked) {
        self.pages().linked.push(linked);
    }

    pub fn saw(&self, payment: &Payment) {
        match payment.state() {
            PaymentState::Succeeded
            | PaymentState::Failed
            | PaymentState::Expired
            | PaymentState::Cancelled => {
                let before = self.pages().ends.insert(payment.name.clone(), payment.clone());
                assert!(before.is_none_or(|before| before == *payment), "{payment:#?} was told otherwise");
            }
            PaymentState::Unspecified
            | PaymentState::Processing
            | PaymentState::RequiresAction
            | PaymentState::RequiresCompletion
            | PaymentState::ManualReview => {}
        }
    }

    pub fn left(&self, method: &str, state: PaymentMethodState) {
        self.pages().left.insert(method.to_owned(), state);
    }

    pub fn verified(&self, verification: &Verification) {
        match verification.state() {
            VerificationState::Succeeded | VerificationState::Failed | VerificationState::Cancelled => {
                self.pages().verified.insert(verification.name.clone(), verification.state());
            }
            VerificationState::Unspecified
            | VerificationState::Pending
            | VerificationState::RequiresAction
            | VerificationState::Expired
            | VerificationState::ManualReview => {}
        }
    }

    /// I7: every request that was ever answered is answered with the same resource once more.
    pub async fn is_answered_the_same_again(&self, calls: &Calls) {
        let Pages { paid, invoiced, linked, .. } = std::mem::take(&mut *self.pages());
        let every = |count: usize| stream::iter(0..count);
        every(paid.len())
            .for_each_concurrent(AT_ONCE, async |index| {
                let Paid { request, name, .. } = &paid[index];
                let again = calls.insist(request.clone(), async |it| calls.payments().pay_invoices(it).await);
                let payment = again.await.answer.expect("it is known").payment.expect("a payment");
                assert_eq!(payment.name, *name, "{request:?}");
            })
            .await;
        every(invoiced.len())
            .for_each_concurrent(AT_ONCE, async |index| {
                let (request, name) = &invoiced[index];
                let again =
                    calls.insist(request.clone(), async |it| calls.invoices().create_invoice(it).await);
                assert_eq!(again.await.answer.expect("it is known").invoice.expect("an invoice").name, *name);
            })
            .await;
        every(linked.len())
            .for_each_concurrent(AT_ONCE, async |index| {
                let Linked { request, name, .. } = &linked[index];
                let again = calls.insist(request.clone(), async |it| calls.methods().link_card(it).await);
                let found = match again.await.answer {
                    Ok(answer) => Some(answer.payment_method.expect("a method").name),
                    Err(reason) => {
                        assert_eq!(reason, "CARD_LINKED_ELSEWHERE", "{}", request.request_id);
                        None
                    }
                };
                assert_eq!(found, *name, "{}", request.request_id);
            })
            .await;
        let mut pages = self.pages();
        (pages.paid, pages.invoiced, pages.linked) = (paid, invoiced, linked);
    }
}
