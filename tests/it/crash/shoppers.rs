//! What shoppers do, over and over, and how they repeat what was not answered.

use std::{sync::Arc, time::Duration};

use bursar::{
    env::{Clock as _, Ids as _, SeededIds, SystemClock},
    proto::v1::{
        CancelPaymentRequest, CancelVerificationRequest, GetInvoiceRequest, GetPaymentMethodRequest,
        GetPaymentRequest, InvoiceState, PayInvoicesRequest, Payment, PaymentMethodState, PaymentState,
        UnlinkPaymentMethodRequest,
    },
};
use tokio_util::sync::CancellationToken;
use tonic::Request;

use super::book::{Book, Linked, Paid};
use crate::support::{
    calls::{Answered, Calls, Once},
    given::{invoice_request, link_request, pay_request, request_id},
};

/// How long somebody waits who gives up soon; where the server is not too busy it answers before.
const SOON: Duration = Duration::from_millis(900);
/// Between a lost call and its repeat.
const PAUSE: Duration = Duration::from_millis(60);
/// For how long somebody who comes back late looks on before asking again.
const LATE_AT_MOST: Duration = Duration::from_secs(12);

/// Somebody who does the same thing over and over.
#[derive(Debug, Clone)]
pub struct Shopper {
    pub account: String,
    pub role: Role,
}

#[derive(Debug, Clone)]
pub enum Role {
    /// Creates invoices and pays them.
    Pays { method: String, habit: Habit },
    /// Links a card and unlinks it.
    Links { number: &'static str },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Waits for the payment's end, which takes no longer than bursar makes it.
    Waits,
    /// Waits for the payment's end, which the issuer takes its time for.
    WaitsForTheIssuer,
    /// Waits a moment, then cancels.
    GivesUpSoon,
    /// Pays so much that the customer is asked, and then cancels.
    GivesChallengeUp,
}

impl Shopper {
    /// Shops until it is enough. What was begun is finished.
    pub async fn shop(self, calls: Calls, book: Arc<Book>, enough: CancellationToken, seed: u64) {
        let chance = SeededIds::new(seed);
        while !enough.is_cancelled() {
            match &self.role {
                Role::Pays { method, habit } => self.pay(&calls, &book, method, *habit, &chance).await,
                Role::Links { number } => self.link(&calls, &book, number).await,
            }
            // People take a breath; it also keeps cards that answer at once from being all there is.
            tokio::time::sleep(Duration::from_millis(40).mul_f64(1.0 + chance.fraction())).await;
        }
    }

    async fn pay(&self, calls: &Calls, book: &Book, method: &str, habit: Habit, chance: &SeededIds) {
        let cents = chance.fraction() * 9_000.0;
        let amount = match habit {
            Habit::Waits | Habit::WaitsForTheIssuer | Habit::GivesUpSoon => {
                format!("USD {:.2}", 5.0 + cents / 100.0)
            }
            Habit::GivesChallengeUp => format!("USD {:.2}", 3_500.0 + cents / 100.0),
        };
        let request = invoice_request(&self.account, &amount);
        let created =
            calls.insist(request.clone(), async |it| calls.invoices().create_invoice(it).await).await;
        let invoice = created.answer.expect("an invoice is created").invoice.expect("an invoice");
        book.invoiced(request, &invoice.name);

        let mut request = pay_request(&self.account, &[&invoice.name]);
        request.payment_method = method.to_owned();
        let patience = (habit == Habit::GivesUpSoon).then_some(SOON);
        let paid = self.pay_until_answered(calls, &request, &invoice.name, patience, chance).await;
        let cut = paid.cuts > 0;
        let payment = paid.answer.unwrap_or_else(|reason| panic!("{request:?} was refused: {reason}"));
        let ended_before = ended(&payment).is_some_and(|end| end <= paid.sent);
        book.paid(Paid {
            request,
            name: payment.name.clone(),
            cut,
            already_known: cut && ended_before,
            prompt: habit == Habit::Waits,
        });
        book.saw(&payment);
        match payment.state() {
            PaymentState::RequiresAction => self.cancel(calls, book, &payment.name).await,
            PaymentState::Processing if habit == Habit::GivesUpSoon => {
                self.cancel(calls, book, &payment.name).await;
            }
            PaymentState::Unspecified
            | PaymentState::Processing
            | PaymentState::RequiresCompletion
            | PaymentState::Succeeded
            | PaymentState::Failed
            | PaymentState::Expired
            | PaymentState::Cancelled
            | PaymentState::ManualReview => {}
        }
    }

    /// Pays, and asks again with the same request id for as long as no answer comes; some at once, some
    /// only after they have seen what became of the invoice.
    async fn pay_until_answered(
        &self,
        calls: &Calls,
        request: &PayInvoicesRequest,
        invoice: &str,
        patience: Option<Duration>,
        chance: &SeededIds,
    ) -> Answered<Payment> {
        let mut cuts = 0;
        loop {
            let sent = SystemClock.now();
            let mut message = Request::new(request.clone());
            if let Some(patience) = patience {
                message.set_timeout(patience);
            }
            match calls.once(message, async |it| calls.payments().pay_invoices(it).await).await {
                Once::Answered(answer) => {
                    let payment = answer.payment.expect("a payment");
                    return Answered { answer: Ok(payment), cuts, sent };
                }
                Once::Refused(reason) => return Answered { answer: Err(reason), cuts, sent },
                Once::Cut => {
                    cuts += 1;
                    if chance.fraction() < 0.4 {
                        self.look_on(calls, invoice).await;
                    }
                }
                Once::Unreached | Once::Later => {}
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until nothing is under way for an invoice.
    async fn look_on(&self, calls: &Calls, invoice: &str) {
        let until = tokio::time::Instant::now() + LATE_AT_MOST;
        while tokio::time::Instant::now() < until {
            let request = GetInvoiceRequest { name: invoice.to_owned() };
            let found = calls.insist(request, async |it| calls.invoices().get_invoice(it).await).await;
            let found = found.answer.expect("the invoice is there").invoice.expect("an invoice");
            if found.state() != InvoiceState::Reserved {
                return;
            }
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
    }

    /// Cancels a payment and looks at what came of it.
    async fn cancel(&self, calls: &Calls, book: &Book, payment: &str) {
        let request = CancelPaymentRequest { name: payment.to_owned(), request_id: request_id() };
        let answered = calls.insist(request, async |it| calls.payments().cancel_payment(it).await).await;
        let payment = match answered.answer {
            Ok(answer) => answer.payment.expect("a payment"),
            Err(reason) => {
                assert_eq!(reason, "PAYMENT_NOT_CANCELLABLE");
                let request = GetPaymentRequest { name: payment.to_owned() };
                let read = calls.insist(request, async |it| calls.payments().get_payment(it).await).await;
                read.answer.expect("the payment is there").payment.expect("a payment")
            }
        };
        book.saw(&payment);
    }

    async fn link(&self, calls: &Calls, book: &Book, number: &str) {
        let request = link_request(&self.account, number);
        let linked = calls.insist(request.clone(), async |it| calls.methods().link_card(it).await).await;
        let cut = linked.cuts > 0;
        let answer = match linked.answer {
            Ok(answer) => answer,
            Err(reason) => {
                // Only a rival may have it; nobody else links this card to this account.
                assert_eq!(reason, "CARD_LINKED_ELSEWHERE", "{} {number}", self.account);
                book.linked(Linked { request, name: None, cut });
                return;
            }
        };
        let method = answer.payment_method.expect("a method");
        book.linked(Linked { request, name: Some(method.name.clone()), cut });
        let state = match method.state() {
            PaymentMethodState::RequiresAction | PaymentMethodState::PendingVerification => {
                let verification = answer.verification.expect("a verification");
                self.cancel_verification(calls, book, &verification.name).await;
                let request = GetPaymentMethodRequest { name: method.name.clone() };
                let read =
                    calls.insist(request, async |it| calls.methods().get_payment_method(it).await).await;
                read.answer.expect("the method is there").payment_method.expect("a method").state()
            }
            PaymentMethodState::Active
            | PaymentMethodState::Failed
            | PaymentMethodState::Unspecified
            | PaymentMethodState::Expired
            | PaymentMethodState::Unlinked => method.state(),
        };
        match state {
            PaymentMethodState::Active => {
                let request =
                    UnlinkPaymentMethodRequest { name: method.name.clone(), request_id: request_id() };
                let unlink = async |it| calls.methods().unlink_payment_method(it).await;
                let unlinked = calls.insist(request, unlink).await.answer.expect("nothing keeps the method");
                let method = unlinked.payment_method.expect("a method");
                assert_eq!(method.state(), PaymentMethodState::Unlinked);
                book.left(&method.name, method.state());
            }
            PaymentMethodState::Failed => book.left(&method.name, state),
            PaymentMethodState::Unspecified
            | PaymentMethodState::PendingVerification
            | PaymentMethodState::RequiresAction
            | PaymentMethodState::Expired
            | PaymentMethodState::Unlinked => panic!("{method:?} came to {state:?}"),
        }
    }

    /// Gives a verification up; the answer comes once it is certain what came of it.
    async fn cancel_verification(&self, calls: &Calls, book: &Book, verification: &str) {
        let request = CancelVerificationRequest { name: verification.to_owned(), request_id: request_id() };
        let cancel = async |it| calls.verifications().cancel_verification(it).await;
        match calls.insist(request, cancel).await.answer {
            Ok(answer) => book.verified(&answer.verification.expect("a verification")),
            Err(reason) => assert_eq!(reason, "VERIFICATION_NOT_OPEN"),
        }
    }
}

/// When a payment came to its end.
pub fn ended(payment: &Payment) -> Option<jiff::Timestamp> {
    payment.end_time.map(|end| crate::support::clock::time(Some(end)))
}
