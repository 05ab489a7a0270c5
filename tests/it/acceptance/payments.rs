//! Paying invoices: what happens to the money, the payment and the invoices.

use bursar::proto::{
    sandbox::v1::LedgerEntryKind,
    v1::{
        AttemptState, CancelPaymentRequest, FailureReason, InvoiceState, Payment, PaymentState, SettledBy,
        UnlinkPaymentMethodRequest, VoidInvoiceRequest,
    },
};
use jiff::SignedDuration;
use tonic::Status;

use crate::support::{
    browser::{self, CODE},
    given::{ALIBABA, MASTERCARD, RETURN_URL, VISA, pay_request, request_id},
    money::money,
    refusal::refused,
    world::World,
};

const CHARGE_51: &str = "4000009800000013";
const VISA_OF_GERMANY: &str = "4000002760000016";
const VISA_OF_SINGAPORE: &str = "4000007020000003";

impl World {
    async fn cancel_payment(&self, payment: &str) -> Result<Payment, Status> {
        let request = CancelPaymentRequest { name: payment.to_owned(), request_id: request_id() };
        Ok(self.payments().cancel_payment(request).await?.into_inner().payment.unwrap())
    }

    /// How invoices stand, and which payment they name.
    async fn stand(&self, invoices: &[&str], state: InvoiceState, payment: &str) {
        for name in invoices {
            let invoice = self.get_invoice(name).await;
            assert_eq!((invoice.state(), invoice.payment.as_str()), (state, payment), "{invoice:#?}");
            assert_eq!(invoice.pay_time.is_some(), state == InvoiceState::Paid, "{invoice:#?}");
        }
    }
}

acceptance!(a33_an_approved_payment_takes_the_money_once_and_pays_the_invoices, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.active(&account, VISA).await;
    let invoices = [world.invoice(&account, "USD 12.34").await, world.invoice(&account, "USD 0.66").await];
    let invoices = [invoices[0].as_str(), invoices[1].as_str()];
    let payment = world.pay(&account, &invoices).await;
    assert_eq!(payment.state(), PaymentState::Succeeded, "{payment:#?}");
    assert_eq!(payment.amount, Some(money("USD 13.00")));
    assert_eq!(
        (payment.invoices.as_slice(), &payment.payment_method),
        (&invoices.map(str::to_owned)[..], &method)
    );
    assert_eq!((payment.challenge_rule.as_str(), payment.failure.as_ref()), ("", None));
    assert!(payment.end_time.is_some());
    assert_eq!(world.payment(&payment.name).await, payment);
    assert_eq!(world.payments_of(&account).await, std::slice::from_ref(&payment));

    let [attempt] = payment.attempts.as_slice() else { panic!("{payment:#?}") };
    assert_eq!((attempt.state(), attempt.settled_by()), (AttemptState::Approved, SettledBy::Answer));
    assert_eq!((attempt.provider.as_str(), attempt.send_count), ("sandbox", 1));
    assert!(!attempt.authorization_code.is_empty() && !attempt.provider_reference.is_empty(), "{attempt:#?}");
    assert_eq!(world.effect(&attempt.effect_id).await.perform_count, 1);

    world.stand(&invoices, InvoiceState::Paid, &payment.name).await;
    let charges: Vec<_> =
        world.ledger().await.into_iter().filter(|line| line.starts_with("CHARGE")).collect();
    // A15: no fee is added.
    assert_eq!(charges, ["CHARGE USD 13.00 ALIBABACLOUD.COM 424242…4242"]);

    // What is paid is not paid again.
    let refusal = refused(world.send_pay(pay_request(&account, &invoices[..1])).await);
    refusal.is_by_rules(&["C8 INVOICE_NOT_OPEN"]);
    assert_eq!((refusal.fact("invoice"), refusal.fact("state")), (invoices[0], "PAID"));
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 1);
});

acceptance!(a32_a_declined_payment_says_how_and_what_to_do, |world| {
    #[rustfmt::skip]
    let table = [
        (CHARGE_51,          "51", "balance or credit limit"),
        ("4000009800000021", "43", "stolen"),
        ("4000009800000039", "91", "issuer"),
        ("4000009800000054", "54", "expired"),
        ("4000000000000341", "05", "without a reason"),
    ];
    for (number, code, meaning) in table {
        let account = world.account(ALIBABA, "SG", "USD").await;
        world.active(&account, number).await;
        let invoice = world.invoice(&account, "USD 20.00").await;
        let payment = world.pay(&account, &[&invoice]).await;
        assert_eq!(payment.state(), PaymentState::Failed, "{payment:#?}");
        let failure = payment.failure.clone().unwrap();
        assert_eq!((failure.reason(), failure.network_code.as_str()), (FailureReason::CardDeclined, code));
        assert!(failure.network_meaning.contains(meaning), "{failure:?}");
        assert!(failure.advice.ends_with('.'), "{failure:?}");
        let [attempt] = payment.attempts.as_slice() else { panic!("{payment:#?}") };
        assert_eq!((attempt.state(), attempt.network_code.as_str()), (AttemptState::Declined, code));
        world.stand(&[&invoice], InvoiceState::Open, "").await;

        // With another card it can be paid.
        let other = world.active(&account, VISA).await;
        let mut request = pay_request(&account, &[&invoice]);
        request.payment_method.clone_from(&other);
        let payment = world.send_pay(request).await.unwrap();
        assert_eq!(payment.state(), PaymentState::Succeeded, "{payment:#?}");
        world.stand(&[&invoice], InvoiceState::Paid, &payment.name).await;
        world.unlink(&other).await.unwrap();
    }
    assert_eq!(world.count(LedgerEntryKind::Charge).await, table.len());
});

acceptance!(a11_a_risky_payment_is_challenged_by_its_rule_and_then_approved, |world| {
    #[rustfmt::skip]
    let table = [
        // card              amount         rule
        (VISA_OF_SINGAPORE, "USD 2999.99", ""),
        (VISA_OF_SINGAPORE, "USD 3000.00", "large-amount"),
        // At 148.5 yen that is USD 3,000.
        (VISA_OF_SINGAPORE, "JPY 445499",  ""),
        (VISA_OF_SINGAPORE, "JPY 445500",  "large-amount"),
        (VISA,              "USD 499.99",  ""),
        (VISA,              "USD 500.00",  "new-card-from-abroad"),
    ];
    let account = world.account(ALIBABA, "SG", "USD").await;
    for number in [VISA_OF_SINGAPORE, VISA] {
        let method = world.active(&account, number).await;
        for (_, amount, rule) in table.into_iter().filter(|(card, ..)| *card == number) {
            let invoice = world.invoice(&account, amount).await;
            let mut request = pay_request(&account, &[&invoice]);
            request.payment_method.clone_from(&method);
            let payment = world.send_pay(request).await.unwrap();
            assert_eq!(payment.challenge_rule, rule, "{amount}");
            if !rule.is_empty() {
                assert_eq!(payment.state(), PaymentState::RequiresAction, "{payment:#?}");
                world.stand(&[&invoice], InvoiceState::Reserved, &payment.name).await;
                let page = browser::open(&payment.next_action.unwrap().url).await.answer(CODE).await;
                assert_eq!(page.url.as_str(), RETURN_URL);
            }
            let payment = world.payment(&payment.name).await;
            assert_eq!((payment.state(), payment.next_action), (PaymentState::Succeeded, None), "{amount}");
            world.stand(&[&invoice], InvoiceState::Paid, &payment.name).await;
        }
    }
    assert_eq!(world.count(LedgerEntryKind::Charge).await, table.len());
});

acceptance!(a11_a_card_that_is_no_longer_new_is_no_risk, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    world.advance(&mut clock, SignedDuration::from_hours(24)).await;
    let invoice = world.invoice(&account, "USD 500.00").await;
    let payment = world.pay(&account, &[&invoice]).await;
    assert_eq!((payment.state(), payment.challenge_rule.as_str()), (PaymentState::Succeeded, ""));
});

acceptance!(a15_where_the_card_may_convert_the_payment_says_so, |world| {
    #[rustfmt::skip]
    let table = [
        // card              amount       notice
        (VISA,              "USD 5.00",   false),
        (VISA,              "SGD 5.00",   true),
        (VISA_OF_GERMANY,   "USD 5.00",   true),
        (VISA_OF_GERMANY,   "EUR 5.00",   false),
        (VISA_OF_SINGAPORE, "SGD 5.00",   false),
    ];
    let account = world.account(ALIBABA, "SG", "USD").await;
    let mut methods = std::collections::BTreeMap::new();
    for (number, amount, notice) in table {
        if !methods.contains_key(number) {
            methods.insert(number, world.active(&account, number).await);
        }
        let invoice = world.invoice(&account, amount).await;
        let mut request = pay_request(&account, &[&invoice]);
        request.payment_method.clone_from(&methods[number]);
        let payment = world.send_pay(request).await.unwrap();
        assert_eq!(payment.state(), PaymentState::Succeeded);
        // What is charged is what the invoice says: no fee is added.
        assert_eq!(payment.amount, Some(money(amount)));
        assert_eq!(!payment.conversion_notice.is_empty(), notice, "{number} {amount}: {payment:#?}");
        assert!(payment.conversion_notice.is_empty() || payment.conversion_notice.ends_with('.'));
    }
});

acceptance!(a16_an_abandoned_payment_expires_and_can_be_retried, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    let invoice = world.invoice(&account, "USD 3000.00").await;
    let payment = world.pay(&account, &[&invoice]).await;
    let url = payment.next_action.unwrap().url;
    browser::open(&url).await;

    world.advance(&mut clock, SignedDuration::from_mins(16)).await;
    let expired = world.payment(&payment.name).await;
    assert_eq!(expired.state(), PaymentState::Expired, "{expired:#?}");
    assert_eq!(expired.failure.unwrap().reason(), FailureReason::ChallengeNotCompleted);
    world.stand(&[&invoice], InvoiceState::Open, "").await;
    assert!(!browser::open(&url).await.body.contains("name=\"answer\""));

    let payment = world.pay(&account, &[&invoice]).await;
    browser::open(&payment.next_action.unwrap().url).await.answer(CODE).await;
    assert_eq!(world.payment(&payment.name).await.state(), PaymentState::Succeeded);
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 1);
});

acceptance!(a16_a_payment_whose_challenge_is_left_or_failed_can_be_retried, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    let invoice = world.invoice(&account, "USD 3000.00").await;
    for reason in [FailureReason::ChallengeAbandoned, FailureReason::ChallengeFailed] {
        let payment = world.pay(&account, &[&invoice]).await;
        let mut page = browser::open(&payment.next_action.unwrap().url).await;
        if reason == FailureReason::ChallengeAbandoned {
            page.leave().await;
        } else {
            for _ in 0..3 {
                page = page.answer("000000").await;
            }
        }
        let payment = world.payment(&payment.name).await;
        assert_eq!(payment.state(), PaymentState::Failed, "{payment:#?}");
        assert_eq!(payment.failure.unwrap().reason(), reason);
        world.stand(&[&invoice], InvoiceState::Open, "").await;
    }
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 0);
});

acceptance!(c8_a_payment_that_waits_reserves_its_invoices_and_can_be_cancelled, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.active(&account, VISA).await;
    let other = world.active(&account, MASTERCARD).await;
    let invoice = world.invoice(&account, "USD 3000.00").await;
    let payment = world.pay(&account, &[&invoice]).await;
    assert_eq!(payment.state(), PaymentState::RequiresAction);
    let url = payment.next_action.clone().unwrap().url;

    // Nobody else pays or voids it meanwhile, and the card stays.
    let mut again = pay_request(&account, &[&invoice]);
    again.payment_method.clone_from(&other);
    let refusal = refused(world.send_pay(again).await);
    refusal.is_by_rules(&["C8 INVOICE_RESERVED"]);
    assert_eq!((refusal.fact("invoice"), refusal.fact("payment")), (invoice.as_str(), payment.name.as_str()));
    let void = VoidInvoiceRequest { name: invoice.clone(), request_id: request_id() };
    refused(world.invoices().void_invoice(void).await).is_by_rules(&["C8 INVOICE_RESERVED"]);
    world.set_default(&other).await.unwrap();
    let unlink = UnlinkPaymentMethodRequest { name: method, request_id: request_id() };
    let refusal = refused(world.methods().unlink_payment_method(unlink).await);
    refusal.is_by_rules(&["C8 METHOD_HAS_OPEN_PAYMENT"]);
    assert_eq!(refusal.fact("payment"), payment.name);

    let cancelled = world.cancel_payment(&payment.name).await.unwrap();
    assert_eq!(cancelled.state(), PaymentState::Cancelled, "{cancelled:#?}");
    assert_eq!(cancelled.failure.unwrap().reason(), FailureReason::Cancelled);
    let [attempt] = cancelled.attempts.as_slice() else { panic!("not one attempt") };
    assert_eq!((attempt.state(), attempt.settled_by()), (AttemptState::Cancelled, SettledBy::Cancellation));
    world.stand(&[&invoice], InvoiceState::Open, "").await;

    // The issuer refuses it from then on, whoever asks.
    assert!(!browser::open(&url).await.body.contains("name=\"answer\""));
    assert_eq!(world.effect(&attempt.effect_id).await.cancel_count, 1);
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 0);
    // Cancelled again, it stays so.
    assert_eq!(world.cancel_payment(&payment.name).await.unwrap().state(), PaymentState::Cancelled);
    world.pay(&account, &[&invoice]).await;
});

acceptance!(c8_a_payment_at_its_end_is_not_cancelled, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    let failing = world.active(&account, CHARGE_51).await;
    let paid = world.invoice(&account, "USD 5.00").await;
    let succeeded = world.pay(&account, &[&paid]).await;
    let open = world.invoice(&account, "USD 5.00").await;
    let mut request = pay_request(&account, &[&open]);
    request.payment_method = failing;
    let failed = world.send_pay(request).await.unwrap();
    for (payment, state) in [(succeeded, "SUCCEEDED"), (failed, "FAILED")] {
        let refusal = refused(world.cancel_payment(&payment.name).await);
        refusal.is_by_rules(&["C8 PAYMENT_NOT_CANCELLABLE"]);
        assert_eq!(refusal.fact("state"), state);
        assert_eq!(world.payment(&payment.name).await, payment);
    }
});
