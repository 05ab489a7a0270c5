//! A bank's answer to a redirect: hours later, told or asked for (W8), and made final by a second call (W9).

use bursar::proto::{
    sandbox::v1::LedgerEntryKind,
    v1::{InvoiceState, PaymentState},
};
use jiff::SignedDuration;

use crate::support::refusal::refused;

acceptance!(w8_w9_the_bank_takes_hours_and_a_second_call_completes_it, |world| {
    let mut customer = world.customer().await;
    let account = customer.account.clone();
    // Told thrice, it counts once.
    for (bank, hours) in [("BOC", 2), ("CMB", 23)] {
        let invoice = world.overdue(&account, &mut customer.clock, "CNY 99.00").await;
        let payment = world.pay_by_redirect(&customer, &[&invoice]).await.unwrap();
        refused(world.complete_payment(&payment.name).await).is_by_rules(&["W9 PAYMENT_REQUIRES_ACTION"]);
        world.at_bank(&payment, bank).await;
        world.comes_to(&payment.name, PaymentState::Processing).await;
        let refusal = refused(world.complete_payment(&payment.name).await);
        refusal.is_by_rules(&["W9 BANK_NOT_ANSWERED"]);
        assert!(refusal.retry_after.is_some(), "{refusal:#?}");
        // The first call answers nothing of its own accord: until the second, nothing is taken.
        world.advance(&mut customer.clock, SignedDuration::from_hours(hours)).await;
        let payment = world.comes_to(&payment.name, PaymentState::RequiresCompletion).await;
        assert!(payment.complete_expire_time.is_some());
        assert_eq!(world.get_invoice(&invoice).await.state(), InvoiceState::Reserved);
        let before = world.count(LedgerEntryKind::Charge).await;

        let done = world.complete_payment(&payment.name).await.unwrap();
        assert_eq!(done.state(), PaymentState::Succeeded, "{done:#?}");
        assert_eq!(world.get_invoice(&invoice).await.state(), InvoiceState::Paid);
        assert_eq!(world.count(LedgerEntryKind::Charge).await, before + 1);
        // Once more is the same.
        assert_eq!(world.complete_payment(&payment.name).await.unwrap().state(), PaymentState::Succeeded);
        assert_eq!(world.count(LedgerEntryKind::Charge).await, before + 1);
    }
    assert!(world.ledger().await.contains(&"CHARGE CNY 99.00 Amazon Web Services, Inc. BOC".to_owned()));
});

acceptance!(w8_an_answer_that_no_notification_brings_is_found_by_asking, |world| {
    let mut customer = world.customer().await;
    let invoice = world.overdue(&customer.account, &mut customer.clock, "CNY 99.00").await;
    let payment = world.pay_by_redirect(&customer, &[&invoice]).await.unwrap();
    world.at_bank(&payment, "SPDB").await;
    // The bank tells nobody; that the customer was there, it says to who asks, long after its page has expired.
    world.advance(&mut customer.clock, SignedDuration::from_mins(90)).await;
    assert_ne!(world.payment(&payment.name).await.state(), PaymentState::RequiresCompletion);
    assert_eq!(world.get_invoice(&invoice).await.state(), InvoiceState::Reserved);
    for _ in 0..3 {
        world.advance(&mut customer.clock, SignedDuration::from_hours(1)).await;
    }
    let payment = world.comes_to(&payment.name, PaymentState::RequiresCompletion).await;
    let done = world.complete_payment(&payment.name).await.unwrap();
    assert_eq!(done.state(), PaymentState::Succeeded, "{done:#?}");
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 1);
});
