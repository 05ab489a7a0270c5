//! Giving back what a payment took (C8).

use bursar::proto::{
    sandbox::v1::LedgerEntryKind,
    v1::{
        FailureReason, GetRefundRequest, InvoiceState, ListRefundsRequest, Payment, PaymentMethodState,
        PaymentState, Refund, RefundCause, RefundPaymentRequest, RefundState,
    },
};
use jiff::SignedDuration;
use tonic::Status;

use crate::support::{
    eventually::eventually,
    given::{ALIBABA, VISA, request_id},
    money::{money, shown},
    options::{Options, Outside},
    refusal::refused,
    world::World,
};

/// Releases and refunds happen; their first answer never comes, the first request is lost, or the answer comes late.
const UNDO_ANSWER_LOST: &str = "4000009600000056";
const UNDO_LOST: &str = "4000009600000064";
const UNDO_NOTIFIED_LATE: &str = "4000009600000080";
/// Good for its verification, and then for nothing.
const CHARGE_DECLINED: &str = "4000009800000013";
const REFUND_OF_PART_DECLINED: &str = "4000009600000098";

const LATE: SignedDuration = SignedDuration::from_mins(11);

pub(super) fn refund_request(payment: &str, amount: &str) -> RefundPaymentRequest {
    RefundPaymentRequest {
        name: payment.to_owned(),
        amount: (!amount.is_empty()).then(|| money(amount)),
        reason: "It was returned".to_owned(),
        request_id: request_id(),
    }
}

impl World {
    /// Gives back so much of a payment; an empty amount is all that is left.
    pub(super) async fn refund(&self, payment: &str, amount: &str) -> Result<Refund, Status> {
        self.send_refund(refund_request(payment, amount)).await
    }

    async fn send_refund(&self, request: RefundPaymentRequest) -> Result<Refund, Status> {
        Ok(self.payments().refund_payment(request).await?.into_inner().refund.expect("a refund"))
    }

    pub(super) async fn get_refund(&self, name: &str) -> Refund {
        let request = GetRefundRequest { name: name.to_owned() };
        self.payments().get_refund(request).await.expect("a refund").into_inner().refund.expect("a refund")
    }

    async fn refunds_of(&self, account: &str) -> Vec<Refund> {
        let request = ListRefundsRequest { parent: account.to_owned(), ..Default::default() };
        self.payments().list_refunds(request).await.expect("refunds").into_inner().refunds
    }

    pub(super) async fn refund_comes_to(&self, name: &str, state: RefundState) -> Refund {
        eventually(&format!("the refund comes to {state:?}"), async || {
            let refund = self.get_refund(name).await;
            if refund.state() == state { Ok(refund) } else { Err(format!("{refund:#?}")) }
        })
        .await
    }

    /// A payment with a card that succeeded, on an account of its own.
    async fn paid(&self, card: &str, amount: &str) -> (String, Payment) {
        let account = self.account(ALIBABA, "SG", "USD").await;
        self.active(&account, card).await;
        let invoice = self.invoice(&account, amount).await;
        let payment = self.pay(&account, &[&invoice]).await;
        assert_eq!(payment.state(), PaymentState::Succeeded, "{payment:#?}");
        (account, payment)
    }

    /// What was given back in all, as the issuers have it.
    pub(super) async fn given_back(&self) -> Vec<String> {
        let refunds = self.entries().await.into_iter().filter(|it| it.kind() == LedgerEntryKind::Refund);
        refunds.map(|it| crate::support::money::shown_outside(it.amount.as_ref())).collect()
    }
}

acceptance!(c8_a_refund_gives_back_a_part_and_then_what_is_left, |world| {
    let (account, payment) = world.paid(VISA, "USD 10.00").await;
    assert_eq!(payment.refunded_amount, None);
    let request = refund_request(&payment.name, "USD 3.33");
    let part = world.send_refund(request.clone()).await.unwrap();
    assert_eq!((part.state(), part.cause()), (RefundState::Succeeded, RefundCause::Requested), "{part:#?}");
    assert_eq!((shown(part.amount.as_ref()).as_str(), part.reason.as_str()), ("USD 3.33", "It was returned"));
    assert_eq!(part.payment, payment.name);
    assert_eq!(part.charged_effect_id, payment.attempts[0].effect_id);
    assert_eq!(part.provider, payment.attempts[0].provider);
    assert!(!part.provider_reference.is_empty() && part.end_time.is_some(), "{part:#?}");
    // C7: the same request is the same refund.
    assert_eq!(world.send_refund(request).await.unwrap(), part);

    let now = world.payment(&payment.name).await;
    assert_eq!(
        (now.state(), shown(now.refunded_amount.as_ref()).as_str()),
        (PaymentState::Succeeded, "USD 3.33")
    );
    let rest = world.refund(&payment.name, "").await.unwrap();
    assert_eq!(shown(rest.amount.as_ref()), "USD 6.67");
    let now = world.payment(&payment.name).await;
    assert_eq!(shown(now.refunded_amount.as_ref()), "USD 10.00");
    assert_eq!(now.open_refunds, Vec::<String>::new());
    // What was sold stays paid.
    assert_eq!(world.get_invoice(&payment.invoices[0]).await.state(), InvoiceState::Paid);
    assert_eq!(world.given_back().await, ["USD 3.33", "USD 6.67"]);
    let names: Vec<String> = world.refunds_of(&account).await.into_iter().map(|it| it.name).collect();
    assert_eq!(names, [part.name, rest.name]);
});

acceptance!(c8_a_refund_of_more_than_is_left_is_refused, |world| {
    let (_, payment) = world.paid(VISA, "USD 10.00").await;
    world.refund(&payment.name, "USD 9.00").await.unwrap();
    let refusal = refused(world.refund(&payment.name, "USD 1.01").await);
    refusal.is_by_rules(&["C8 REFUND_AMOUNT_EXCEEDED"]);
    assert_eq!(
        (refusal.fact("asked"), refusal.fact("left"), refusal.fact("taken")),
        ("USD 1.01", "USD 1.00", "USD 10.00")
    );
    assert!(refusal.message.contains("USD 1.00 is left"), "{}", refusal.message);
    world.refund(&payment.name, "USD 1.00").await.unwrap();
    let refusal = refused(world.refund(&payment.name, "").await);
    refusal.is_by_rules(&["C8 REFUND_AMOUNT_EXCEEDED"]);
    assert_eq!(refusal.fact("left"), "USD 0.00");
    assert_eq!(world.given_back().await, ["USD 9.00", "USD 1.00"]);
});

acceptance!(c8_a_refund_that_can_not_be_right_is_refused, |world| {
    let (account, payment) = world.paid(VISA, "USD 10.00").await;
    refused(world.refund(&payment.name, "EUR 1.00").await)
        .is_bad_input("REFUND_CURRENCY_DIFFERS", &["amount"]);
    refused(world.refund(&payment.name, "USD 0.00").await).is_bad_input("AMOUNT_OUT_OF_RANGE", &["amount"]);
    refused(world.refund(&payment.name, "USD -1.00").await).is_bad_input("INVALID_FIELD", &["amount"]);
    refused(world.refund(&payment.name, "USD 1.001").await).is_bad_input("INVALID_FIELD", &["amount"]);
    for reason in ["", "bell \u{7}", "4242 4242 4242 4242"] {
        let request = RefundPaymentRequest { reason: reason.to_owned(), ..refund_request(&payment.name, "") };
        refused(world.send_refund(request).await).is_bad_input("INVALID_FIELD", &["reason"]);
    }
    // Everything at once.
    let both = RefundPaymentRequest { reason: String::new(), ..refund_request(&payment.name, "EUR 1.00") };
    refused(world.send_refund(both).await).is_bad_input("INVALID_FIELD", &["amount", "reason"]);
    // Only what succeeded has taken anything.
    let large = world.invoice(&account, "USD 3000.00").await;
    let open = world.pay(&account, &[&large]).await;
    assert_eq!(open.state(), PaymentState::RequiresAction);
    let refusal = refused(world.refund(&open.name, "").await);
    refusal.is_by_rules(&["C8 PAYMENT_NOT_REFUNDABLE"]);
    assert_eq!(refusal.fact("state"), "REQUIRES_ACTION");
    refused(world.refund(&format!("{account}/payments/{}", request_id()), "").await).is_not_found();
    let other = world.account(ALIBABA, "SG", "USD").await;
    let foreign = payment.name.replace(&account, &other);
    refused(world.refund(&foreign, "").await).is_not_found();
    let request = refund_request(&payment.name, "USD 1.00");
    world.send_refund(request.clone()).await.unwrap();
    let changed = RefundPaymentRequest { amount: Some(money("USD 2.00")), ..request };
    assert_eq!(refused(world.send_refund(changed).await).reason, "REQUEST_ID_REUSED");
    assert_eq!(world.given_back().await, ["USD 1.00"]);
});

acceptance!(c8_refunds_that_race_give_back_no_more_than_was_taken, |world| {
    for _ in 0..5 {
        let (_, payment) = world.paid(VISA, "USD 10.00").await;
        let before = world.given_back().await.len();
        let (one, two, three, four) = tokio::join!(
            world.refund(&payment.name, "USD 4.00"),
            world.refund(&payment.name, "USD 4.00"),
            world.refund(&payment.name, "USD 4.00"),
            world.refund(&payment.name, "USD 4.00"),
        );
        let answers = [one, two, three, four];
        assert_eq!(answers.iter().filter(|it| it.is_ok()).count(), 2, "{answers:#?}");
        for refusal in answers.into_iter().filter(Result::is_err) {
            refused(refusal).is_by_rules(&["C8 REFUND_AMOUNT_EXCEEDED"]);
        }
        assert_eq!(world.given_back().await.len(), before + 2);
        let methods = world.methods_of(payment.name.split("/payments").next().unwrap()).await;
        // The next round's account links the same card.
        world.unlink(&methods[0].name).await.unwrap();
    }
});

acceptance!(c8_a_refund_that_is_declined_leaves_its_amount, |world| {
    let (_, payment) = world.paid(REFUND_OF_PART_DECLINED, "USD 10.00").await;
    let part = world.refund(&payment.name, "USD 4.00").await.unwrap();
    assert_eq!(part.state(), RefundState::Failed, "{part:#?}");
    let failure = part.failure.unwrap();
    assert_eq!((failure.reason(), failure.network_code.as_str()), (FailureReason::CardDeclined, "05"));
    let now = world.payment(&payment.name).await;
    assert_eq!((now.refunded_amount, now.open_refunds), (None, vec![]));
    let whole = world.refund(&payment.name, "").await.unwrap();
    assert_eq!((whole.state(), shown(whole.amount.as_ref()).as_str()), (RefundState::Succeeded, "USD 10.00"));
    assert_eq!(world.given_back().await, ["USD 10.00"]);
});

acceptance!(c8_a_refund_that_is_lost_is_found_out_and_made_once, Options::impatient(), |world| {
    for card in [UNDO_ANSWER_LOST, UNDO_LOST] {
        let before = world.given_back().await.len();
        let (_, payment) = world.paid(card, "USD 10.00").await;
        let refund = world.refund(&payment.name, "USD 6.00").await.unwrap();
        world.refund_comes_to(&refund.name, RefundState::Succeeded).await;
        assert_eq!(world.given_back().await[before..], ["USD 6.00"], "{card}");
        assert_eq!(shown(world.payment(&payment.name).await.refunded_amount.as_ref()), "USD 6.00");
    }
});

acceptance!(c8_a_refund_that_is_answered_late_counts_meanwhile, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    world.active(&account, UNDO_NOTIFIED_LATE).await;
    let invoice = world.invoice(&account, "USD 10.00").await;
    let payment = world.pay(&account, &[&invoice]).await.name;
    let refund = world.refund(&payment, "USD 6.00").await.unwrap();
    assert_eq!(refund.state(), RefundState::Pending, "{refund:#?}");
    let now = world.payment(&payment).await;
    assert_eq!((now.refunded_amount, now.open_refunds), (None, vec![refund.name.clone()]));
    let refusal = refused(world.refund(&payment, "USD 4.01").await);
    refusal.is_by_rules(&["C8 REFUND_AMOUNT_EXCEEDED"]);
    assert_eq!(refusal.fact("left"), "USD 4.00");
    world.advance(&mut clock, LATE).await;
    world.refund_comes_to(&refund.name, RefundState::Succeeded).await;
    let now = world.payment(&payment).await;
    assert_eq!(shown(now.refunded_amount.as_ref()), "USD 6.00");
    assert_eq!(now.open_refunds, Vec::<String>::new());
});

acceptance!(
    c8_a_refund_waits_for_a_provider_that_is_away,
    Options::impatient().outside(Outside::Apart),
    |mut world| {
        let (_, payment) = world.paid(VISA, "USD 10.00").await;
        let account = payment.name.split("/payments").next().unwrap().to_owned();
        world.quiet(&account).await;
        world.lose_outside().await;
        let mut request = tonic::Request::new(refund_request(&payment.name, ""));
        request.set_timeout(std::time::Duration::from_secs(3));
        let refund = world.payments().refund_payment(request).await.unwrap().into_inner().refund.unwrap();
        assert_eq!(refund.state(), RefundState::Pending, "{refund:#?}");
        world.regain_outside().await;
        world.refund_comes_to(&refund.name, RefundState::Succeeded).await;
        assert_eq!(world.given_back().await, ["USD 10.00"]);
    }
);

acceptance!(c8_a_refund_goes_back_to_the_wallet, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.link_paypal(&account, "ada@example.com").await;
    assert_eq!(method.state(), PaymentMethodState::Active);
    let invoice = world.invoice(&account, "USD 12.00").await;
    let payment = world.pay(&account, &[&invoice]).await;
    assert_eq!(world.refund(&payment.name, "USD 5.00").await.unwrap().state(), RefundState::Succeeded);
    assert!(world.ledger().await.contains(&"REFUND USD 5.00 ALIBABACLOUD.COM ada@example.com".to_owned()));
});

acceptance!(c8_a_refund_outlives_card_and_account, |world| {
    let (account, payment) = world.paid(VISA, "USD 10.00").await;
    world.quiet(&account).await;
    world.unlink(&payment.payment_method).await.unwrap();
    assert_eq!(world.refund(&payment.name, "USD 4.00").await.unwrap().state(), RefundState::Succeeded);
    let request =
        bursar::proto::v1::DeactivateAccountRequest { name: account.clone(), request_id: request_id() };
    world.accounts().deactivate_account(request).await.unwrap();
    assert_eq!(world.refund(&payment.name, "").await.unwrap().state(), RefundState::Succeeded);
    assert_eq!(world.given_back().await, ["USD 4.00", "USD 6.00"]);
});

acceptance!(c8_a_payment_that_was_declined_has_nothing_to_refund, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, CHARGE_DECLINED).await;
    let invoice = world.invoice(&account, "USD 10.00").await;
    let payment = world.pay(&account, &[&invoice]).await;
    assert_eq!(payment.state(), PaymentState::Failed);
    refused(world.refund(&payment.name, "USD 1.00").await).is_by_rules(&["C8 PAYMENT_NOT_REFUNDABLE"]);
    assert_eq!(world.refunds_of(&account).await, Vec::<Refund>::new());
    assert_eq!(world.given_back().await, Vec::<String>::new());
});
