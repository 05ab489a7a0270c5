//! What a lost answer leaves in doubt is found out, never guessed, and no money moves twice (C8, A32).

use std::time::Duration;

use bursar::proto::{
    sandbox::v1::LedgerEntryKind,
    v1::{
        AttemptState, CancelPaymentRequest, FailureReason, InvoiceState, Payment, PaymentMethodState,
        PaymentState, SettledBy, VerificationState, VoidInvoiceRequest,
    },
};
use jiff::SignedDuration;
use tonic::{Code, Request};

use crate::support::{
    eventually::eventually,
    given::{ALIBABA, VISA, link_request, pay_request, request_id},
    options::{Options, Outside},
    refusal::{Refusal, refused},
    world::World,
};

const CHARGE_ANSWER_LOST: &str = "4000009600000031";
const CHARGE_LOST: &str = "4000009600000049";
const CHARGE_UNAVAILABLE_ONCE: &str = "4000009600000072";
const HOLD_ANSWER_LOST: &str = "4000009600000015";
const HOLD_LOST: &str = "4000009600000023";
const SLOW: &str = "4000009700000014";
const PENDING_THEN_APPROVED: &str = "4000009700000022";
const PENDING_THEN_DECLINED: &str = "4000009700000030";
const HALF_APPROVED: &str = "4000009800000062";
const NOTIFIED_LATE: &str = "4000009700000048";

impl World {
    /// Waits until a payment has come to its end.
    async fn settled(&self, payment: &str) -> Payment {
        eventually("the payment comes to its end", async || {
            let payment = self.payment(payment).await;
            match payment.state() {
                PaymentState::Processing
                | PaymentState::RequiresAction
                | PaymentState::RequiresCompletion
                | PaymentState::Unspecified => Err(format!("{payment:#?}")),
                PaymentState::Succeeded
                | PaymentState::Failed
                | PaymentState::Expired
                | PaymentState::Cancelled
                | PaymentState::ManualReview => Ok(payment),
            }
        })
        .await
    }

    /// Starts to pay and does not wait for the answer, which may take its time. Answers the payment once
    /// its attempt stands so.
    async fn start_paying(
        &self,
        account: &str,
        invoice: &str,
        method: &str,
        attempt: AttemptState,
    ) -> Payment {
        let mut request = pay_request(account, &[invoice]);
        method.clone_into(&mut request.payment_method);
        let mut payments = self.payments();
        tokio::spawn(async move { payments.pay_invoices(request).await });
        eventually("the payment is under way", async || {
            let payments = self.payments_of(account).await;
            let started = payments.iter().find(|payment| payment.invoices == [invoice]);
            started
                .filter(|payment| payment.attempts[0].state() == attempt)
                .cloned()
                .ok_or_else(|| format!("{payments:#?}"))
        })
        .await
    }
}

acceptance!(c8_a_charge_in_doubt_is_settled_by_asking_or_by_sending_again, Options::impatient(), |world| {
    #[rustfmt::skip]
    let table = [
        // card                    settled by                 sent
        (CHARGE_ANSWER_LOST,      SettledBy::Inquiry,         1),
        (CHARGE_LOST,             SettledBy::SendingAgain,    2),
        (CHARGE_UNAVAILABLE_ONCE, SettledBy::SendingAgain,    2),
    ];
    let account = world.account(ALIBABA, "SG", "USD").await;
    for (row, (number, settled_by, sent)) in table.into_iter().enumerate() {
        let method = world.active(&account, number).await;
        let invoice = world.invoice(&account, "USD 20.00").await;
        let mut request = pay_request(&account, &[&invoice]);
        request.payment_method = method;
        let started = world.send_pay(request).await.unwrap();
        let payment = world.settled(&started.name).await;
        assert_eq!(payment.state(), PaymentState::Succeeded, "{payment:#?}");
        let [attempt] = payment.attempts.as_slice() else { panic!("{payment:#?}") };
        assert_eq!((attempt.settled_by(), attempt.send_count), (settled_by, sent), "{number} {attempt:#?}");
        // One key for all of it, and one movement of money.
        let effect = world.effect(&attempt.effect_id).await;
        assert_eq!(effect.perform_count, sent);
        assert_eq!(world.get_invoice(&invoice).await.state(), InvoiceState::Paid);
        assert_eq!(world.count(LedgerEntryKind::Charge).await, row + 1);
    }
});

acceptance!(
    c8_while_a_payment_is_in_doubt_nothing_else_charges_its_invoices,
    Options::impatient(),
    |world| {
        // Nobody asks what happened before the clock moves.
        let mut clock = world.clock().await;
        let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
        let doubtful = world.active(&account, CHARGE_ANSWER_LOST).await;
        let good = world.active(&account, VISA).await;
        let invoice = world.invoice(&account, "USD 20.00").await;
        let unknown = AttemptState::OutcomeUnknown;
        let payment = world.start_paying(&account, &invoice, &doubtful, unknown).await;
        assert_eq!(payment.state(), PaymentState::Processing, "{payment:#?}");

        let mut again = pay_request(&account, &[&invoice]);
        again.payment_method = good;
        refused(world.send_pay(again).await).is_by_rules(&["C8 INVOICE_RESERVED"]);
        let void = VoidInvoiceRequest { name: invoice.clone(), request_id: request_id() };
        refused(world.invoices().void_invoice(void).await).is_by_rules(&["C8 INVOICE_RESERVED"]);

        world.advance(&mut clock, SignedDuration::from_mins(5)).await;
        let payment = world.payment(&payment.name).await;
        assert_eq!(payment.state(), PaymentState::Succeeded, "{payment:#?}");
        assert_eq!(payment.attempts[0].settled_by(), SettledBy::Inquiry);
        assert_eq!(world.count(LedgerEntryKind::Charge).await, 1);
    }
);

acceptance!(
    c8_a_payment_in_doubt_that_is_cancelled_ends_as_the_provider_says,
    Options::impatient(),
    |world| {
        #[rustfmt::skip]
        let table = [
            // It had been made: it can't be unsaid.
            (CHARGE_ANSWER_LOST, PaymentState::Succeeded, InvoiceState::Paid),
            // It had not: from now on it never will be.
            (CHARGE_LOST,        PaymentState::Cancelled, InvoiceState::Open),
        ];
        let clock = world.clock().await;
        let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
        for (number, state, invoice_state) in table {
            let method = world.active(&account, number).await;
            let invoice = world.invoice(&account, "USD 20.00").await;
            let unknown = AttemptState::OutcomeUnknown;
            let payment = world.start_paying(&account, &invoice, &method, unknown).await;
            let request = CancelPaymentRequest { name: payment.name, request_id: request_id() };
            let cancelled = world.payments().cancel_payment(request).await.unwrap().into_inner();
            let payment = cancelled.payment.unwrap();
            assert_eq!(payment.state(), state, "{payment:#?}");
            assert_eq!(payment.attempts[0].settled_by(), SettledBy::Cancellation);
            assert_eq!(world.get_invoice(&invoice).await.state(), invoice_state);
        }
        assert_eq!(world.count(LedgerEntryKind::Charge).await, 1);
    }
);

acceptance!(c8_an_approval_of_another_amount_is_for_a_person_to_look_at, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.active(&account, HALF_APPROVED).await;
    let good = world.active(&account, VISA).await;
    let invoice = world.invoice(&account, "USD 20.00").await;
    let mut request = pay_request(&account, &[&invoice]);
    request.payment_method = method;
    let payment = world.send_pay(request).await.unwrap();
    assert_eq!(payment.state(), PaymentState::ManualReview, "{payment:#?}");
    assert!(payment.review_reason.contains("10.00"), "{payment:#?}");
    assert_eq!(payment.attempts[0].state(), AttemptState::ManualReview);

    // Until somebody has looked, nothing else charges the invoice.
    assert_eq!(world.get_invoice(&invoice).await.state(), InvoiceState::Reserved);
    let mut again = pay_request(&account, &[&invoice]);
    again.payment_method = good;
    refused(world.send_pay(again).await).is_by_rules(&["C8 INVOICE_RESERVED"]);
    let request = CancelPaymentRequest { name: payment.name.clone(), request_id: request_id() };
    let refusal = refused(world.payments().cancel_payment(request).await);
    refusal.is_by_rules(&["C8 PAYMENT_NOT_CANCELLABLE"]);
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 1);
});

acceptance!(c8_a_hold_in_doubt_is_placed_once, Options::impatient(), |world| {
    for (row, number) in [HOLD_ANSWER_LOST, HOLD_LOST].into_iter().enumerate() {
        let account = world.account(ALIBABA, "SG", "USD").await;
        let method = world.link(&account, number).await;
        let method = eventually("the card is verified", async || {
            let method = world.method(&method.name).await;
            if method.state() == PaymentMethodState::Active {
                Ok(method)
            } else {
                Err(format!("{method:#?}"))
            }
        })
        .await;
        let verification = world.verification(&method.verification).await;
        assert_eq!(verification.state(), VerificationState::Succeeded);
        eventually("the hold is released once", async || {
            let released = world.count(LedgerEntryKind::ReleaseAccepted).await;
            if released == row + 1 { Ok(()) } else { Err(released.to_string()) }
        })
        .await;
        assert_eq!(world.count(LedgerEntryKind::Hold).await, row + 1);
    }
});

acceptance!(c4_what_does_not_rest_is_answered_as_it_stands, Options::impatient(), |world| {
    // Nobody asks what happened before the clock moves.
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    let linked = world.try_link(&account, HOLD_ANSWER_LOST).await.unwrap();
    let method = linked.payment_method.unwrap();
    assert_eq!(method.state(), PaymentMethodState::PendingVerification);
    assert_eq!(linked.verification.unwrap().state(), VerificationState::Pending);
    let attempts = world.link_attempts(&account).await;
    assert_eq!(attempts[0].state(), bursar::proto::v1::LinkAttemptState::Pending);
    // A33: not yet.
    let invoice = world.invoice(&account, "USD 5.00").await;
    let mut pay = pay_request(&account, &[&invoice]);
    pay.payment_method.clone_from(&method.name);
    let refusal = refused(world.send_pay(pay).await);
    refusal.is_by_rules(&["A33 METHOD_NOT_ACTIVE"]);
    assert_eq!(refusal.fact("state"), "PENDING_VERIFICATION");

    world.advance(&mut clock, SignedDuration::from_mins(5)).await;
    assert_eq!(world.method(&method.name).await.state(), PaymentMethodState::Active);
});

acceptance!(c4_an_answer_comes_before_the_deadline, |world| {
    let clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    let method = world.active(&account, PENDING_THEN_APPROVED).await;
    let mut late = Vec::new();
    // A quarter of a second is left for the way back. A busy machine may need longer, but not each time.
    while late.len() < 5 {
        let invoice = world.invoice(&account, "USD 5.00").await;
        let mut message = pay_request(&account, &[&invoice]);
        message.payment_method.clone_from(&method);
        let mut request = Request::new(message);
        request.set_timeout(Duration::from_secs(2));
        match world.payments().pay_invoices(request).await {
            Ok(answer) => {
                let payment = answer.into_inner().payment.unwrap();
                assert_eq!(payment.state(), PaymentState::Processing, "{payment:#?}");
                return;
            }
            Err(status) => late.push(status),
        }
    }
    panic!("no answer came in time: {late:#?}");
});

acceptance!(c8_a_slow_answer_is_waited_for, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.link(&account, SLOW).await;
    assert_eq!(method.state(), PaymentMethodState::Active);
    let payment = world.pay(&account, &[&world.invoice(&account, "USD 5.00").await]).await;
    assert_eq!(payment.state(), PaymentState::Succeeded);
    let attempt = &payment.attempts[0];
    assert_eq!((attempt.settled_by(), attempt.send_count), (SettledBy::Answer, 1));
});

acceptance!(c8_what_the_provider_works_on_is_waited_for, |world| {
    #[rustfmt::skip]
    let table = [
        (PENDING_THEN_APPROVED, PaymentState::Succeeded, InvoiceState::Paid, 1),
        (PENDING_THEN_DECLINED, PaymentState::Failed,    InvoiceState::Open, 0),
        (NOTIFIED_LATE,         PaymentState::Succeeded, InvoiceState::Paid, 1),
    ];
    for (number, state, invoice_state, charges) in table {
        let before = world.count(LedgerEntryKind::Charge).await;
        let mut clock = world.clock().await;
        let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
        let method = world.active(&account, number).await;
        let invoice = world.invoice(&account, "USD 20.00").await;
        let payment = world.start_paying(&account, &invoice, &method, AttemptState::Pending).await;
        assert_eq!(payment.state(), PaymentState::Processing, "{payment:#?}");
        assert_eq!(world.get_invoice(&invoice).await.state(), InvoiceState::Reserved);

        world.advance(&mut clock, SignedDuration::from_mins(30)).await;
        let payment = world.payment(&payment.name).await;
        assert_eq!(payment.state(), state, "{payment:#?}");
        let settled_by = payment.attempts[0].settled_by();
        assert!(matches!(settled_by, SettledBy::Inquiry | SettledBy::Notification), "{payment:#?}");
        assert_eq!(world.get_invoice(&invoice).await.state(), invoice_state);
        assert_eq!(world.count(LedgerEntryKind::Charge).await - before, charges);
    }
});

acceptance!(
    a32_a_provider_that_is_away_has_done_nothing_and_is_said_to_be,
    Options::impatient().outside(Outside::Apart),
    |mut world| {
        let account = world.account(ALIBABA, "SG", "USD").await;
        world.active(&account, VISA).await;
        let invoice = world.invoice(&account, "USD 20.00").await;
        let link = link_request(&account, "5555555555554444");
        world.lose_outside().await;

        // C6: nothing was sent, so UNAVAILABLE is the truth; the same request can be repeated.
        let refusal = refused(world.send_link(link.clone()).await);
        assert_eq!((refusal.code, refusal.reason.as_str()), (Code::Unavailable, "PROVIDER_UNAVAILABLE"));
        assert!(refusal.retry_after.is_some(), "{refusal:#?}");
        assert_eq!(world.methods_of(&account).await.len(), 1);

        let payment = world.pay(&account, &[&invoice]).await;
        let payment = world.settled(&payment.name).await;
        assert_eq!(payment.state(), PaymentState::Failed, "{payment:#?}");
        assert_eq!(payment.failure.unwrap().reason(), FailureReason::ProviderUnavailable);
        assert_eq!(payment.attempts[0].state(), AttemptState::NotSent);
        assert_eq!(world.get_invoice(&invoice).await.state(), InvoiceState::Open);

        world.regain_outside().await;
        let linked = eventually("the provider is found again", async || {
            world.send_link(link.clone()).await.map_err(|status| format!("{:?}", Refusal::read(&status)))
        })
        .await;
        assert_eq!(linked.payment_method.unwrap().state(), PaymentMethodState::Active);
        assert_eq!(world.link_attempts(&account).await.len(), 2);
        let payment = world.pay(&account, &[&invoice]).await;
        assert_eq!(payment.state(), PaymentState::Succeeded, "{payment:#?}");
        assert_eq!(world.count(LedgerEntryKind::Charge).await, 1);
    }
);
