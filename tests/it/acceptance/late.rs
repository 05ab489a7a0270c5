//! What a provider takes too late: it gets an owner by itself (W9, H6).

use bursar::proto::{
    sandbox::v1::LedgerEntryKind,
    v1::{
        CancelPaymentRequest, HoldState, InvoiceState, PayInvoicesRequest, PaymentMethodState, PaymentState,
        RefundCause, RefundState, VoidInvoiceRequest,
    },
};
use jiff::SignedDuration;

use crate::support::{
    browser,
    eventually::eventually,
    given::{ALIBABA, HUAWEI, MASTERCARD, invoice_request, pay_request, request_id},
    money::shown,
    world::World,
};

/// Declined, or withdrawn, and taken all the same ten minutes later.
const DECLINED_THEN_TAKEN: &str = "4000009800000070";
const WITHDRAWN_THEN_TAKEN: &str = "4000009700000063";
const LATER_DECLINED_THEN_TAKEN: &str = "4000009900000061";

const LATE: SignedDuration = SignedDuration::from_mins(11);

impl World {
    async fn invoice_comes_to(&self, name: &str, state: InvoiceState) -> String {
        eventually(&format!("the invoice comes to {state:?}"), async || {
            let invoice = self.get_invoice(name).await;
            if invoice.state() == state { Ok(invoice.payment) } else { Err(format!("{invoice:#?}")) }
        })
        .await
    }
}

acceptance!(w9_what_is_taken_late_pays_the_invoice_as_a_record_of_its_own, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    let card = world.active(&account, DECLINED_THEN_TAKEN).await;
    let invoice = world.invoice(&account, "USD 10.00").await;
    let ended = world.pay(&account, &[&invoice]).await;
    assert_eq!(ended.state(), PaymentState::Failed);
    assert_eq!(world.get_invoice(&invoice).await.state(), InvoiceState::Open);

    world.advance(&mut clock, LATE).await;
    let paid_by = world.invoice_comes_to(&invoice, InvoiceState::Paid).await;
    // An end is an end; what came after it is another record.
    let ended = world.payment(&ended.name).await;
    assert_eq!((ended.state(), ended.review_reason.as_str()), (PaymentState::Failed, ""));
    let [late] = ended.late_charges.as_slice() else { panic!("{ended:#?}") };
    assert_eq!((late.payment.as_str(), late.refund.as_str()), (paid_by.as_str(), ""));
    assert_eq!(late.effect_id, ended.attempts[0].effect_id);
    let paid = world.payment(&paid_by).await;
    assert_eq!((paid.state(), paid.late_charge_of.as_str()), (PaymentState::Succeeded, ended.name.as_str()));
    assert_eq!((paid.payment_method.as_str(), paid.attempts.len()), (card.as_str(), 0));
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 1);
    // It is a payment like any: it can be refunded.
    let refund = world.refund(&paid_by, "USD 2.00").await.unwrap();
    assert_eq!(
        (refund.state(), refund.charged_effect_id.as_str()),
        (RefundState::Succeeded, late.effect_id.as_str())
    );
    world.is_clean().await;
});

acceptance!(w9_what_is_taken_late_for_a_paid_or_void_invoice_is_refunded, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    world.active(&account, DECLINED_THEN_TAKEN).await;
    let other = world.active(&account, MASTERCARD).await;
    let paid = world.invoice(&account, "USD 10.00").await;
    let void = world.invoice(&account, "USD 20.00").await;
    let failed = [world.pay(&account, &[&paid]).await.name, world.pay(&account, &[&void]).await.name];
    let request = PayInvoicesRequest { payment_method: other, ..pay_request(&account, &[&paid]) };
    assert_eq!(world.send_pay(request).await.unwrap().state(), PaymentState::Succeeded);
    let request = VoidInvoiceRequest { name: void, request_id: request_id() };
    world.invoices().void_invoice(request).await.unwrap();

    world.advance(&mut clock, LATE).await;
    for (payment, amount) in failed.iter().zip(["USD 10.00", "USD 20.00"]) {
        let ended = eventually("the late charge has an owner", async || {
            let payment = world.payment(payment).await;
            if payment.late_charges.is_empty() { Err(format!("{payment:#?}")) } else { Ok(payment) }
        })
        .await;
        assert_eq!(ended.state(), PaymentState::Failed);
        let refund = world.refund_comes_to(&ended.late_charges[0].refund, RefundState::Succeeded).await;
        assert_eq!(
            (refund.cause(), shown(refund.amount.as_ref()).as_str()),
            (RefundCause::TakenLate, amount)
        );
        // It is none of the payment's own money.
        assert_eq!(world.payment(payment).await.refunded_amount, None);
    }
    let mut back = world.given_back().await;
    back.sort();
    assert_eq!(back, ["USD 10.00", "USD 20.00"]);
    world.is_clean().await;
});

acceptance!(w9_what_was_withdrawn_and_taken_all_the_same_pays_the_invoice, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    world.active(&account, WITHDRAWN_THEN_TAKEN).await;
    let invoice = world.invoice(&account, "USD 10.00").await;
    let mut request = tonic::Request::new(pay_request(&account, &[&invoice]));
    request.set_timeout(std::time::Duration::from_secs(2));
    let payment = world.payments().pay_invoices(request).await.unwrap().into_inner().payment.unwrap();
    assert_eq!(payment.state(), PaymentState::Processing);
    let request = CancelPaymentRequest { name: payment.name.clone(), request_id: request_id() };
    let ended = world.payments().cancel_payment(request).await.unwrap().into_inner().payment.unwrap();
    assert_eq!(ended.state(), PaymentState::Cancelled, "{ended:#?}");
    world.advance(&mut clock, LATE).await;
    let paid_by = world.invoice_comes_to(&invoice, InvoiceState::Paid).await;
    assert_eq!(world.payment(&paid_by).await.late_charge_of, payment.name);
    assert_eq!(world.payment(&payment.name).await.state(), PaymentState::Cancelled);
});

acceptance!(w9_a_card_that_takes_late_after_the_next_one_paid_gives_it_back, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, HUAWEI, "SG", "USD").await;
    world.active(&account, LATER_DECLINED_THEN_TAKEN).await;
    world.active(&account, MASTERCARD).await;
    world.quiet(&account).await;
    let invoice = world.create_invoice(invoice_request(&account, "USD 10.00")).await.unwrap().name;
    let request = PayInvoicesRequest { try_other_methods: true, ..pay_request(&account, &[&invoice]) };
    let payment = world.send_pay(request).await.unwrap();
    assert_eq!((payment.state(), payment.attempts.len()), (PaymentState::Succeeded, 2), "{payment:#?}");
    world.advance(&mut clock, LATE).await;
    let payment = eventually("the late charge has an owner", async || {
        let payment = world.payment(&payment.name).await;
        if payment.late_charges.is_empty() { Err(format!("{payment:#?}")) } else { Ok(payment) }
    })
    .await;
    let refund = world.refund_comes_to(&payment.late_charges[0].refund, RefundState::Succeeded).await;
    assert_eq!(refund.charged_effect_id, payment.attempts[0].effect_id);
    // The payment's own money is untouched, and can be refunded in full.
    let whole = world.refund(&payment.name, "").await.unwrap();
    assert_eq!(whole.charged_effect_id, payment.attempts[1].effect_id);
    assert_eq!(shown(whole.amount.as_ref()), "USD 10.00");
    world.is_clean().await;
});

acceptance!(h6_a_verification_charge_that_is_taken_late_is_refunded, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, HUAWEI, "SG", "USD").await;
    let linked = world.link(&account, DECLINED_THEN_TAKEN).await;
    if let Some(action) = &linked.next_action {
        browser::open(&action.url).await.answer(browser::CODE).await;
    }
    let method = world.rested(&linked.name).await;
    assert_eq!(method.state(), PaymentMethodState::Failed, "{method:#?}");
    world.advance(&mut clock, LATE).await;
    eventually("the charge is given back", async || {
        let verification = world.verification(&linked.verification).await;
        let state = verification.hold.as_ref().map(|hold| hold.state());
        if state == Some(HoldState::Released) { Ok(()) } else { Err(format!("{verification:#?}")) }
    })
    .await;
    assert_eq!(world.given_back().await, ["USD 1.00"]);
});
