//! Orders: charged when they are placed, or refused with nothing left behind (A18).

use bursar::proto::{
    sandbox::v1::LedgerEntryKind,
    v1::{
        FailureReason, InvoiceKind, InvoiceState, ListInvoicesRequest, OrderKind, PaymentState,
        PaymentTrigger, PlaceOrderRequest, PlaceOrderResponse,
    },
};
use tonic::Status;

use crate::support::{
    browser::{self, CODE},
    given::{ALIBABA, CHALLENGED, MASTERCARD, RETURN_URL, VISA, account_request, request_id},
    money::money,
    refusal::refused,
    world::World,
};

const CHARGE_51: &str = "4000009800000013";

fn order(account: &str, amount: &str) -> PlaceOrderRequest {
    PlaceOrderRequest {
        parent: account.to_owned(),
        kind: OrderKind::Purchase.into(),
        amount: Some(money(amount)),
        description: "A year of it".to_owned(),
        payment_method: String::new(),
        return_url: RETURN_URL.to_owned(),
        request_id: request_id(),
    }
}

impl World {
    async fn place(&self, request: PlaceOrderRequest) -> Result<PlaceOrderResponse, Status> {
        Ok(self.invoices().place_order(request).await?.into_inner())
    }

    async fn invoice_count(&self, account: &str) -> usize {
        let request = ListInvoicesRequest { parent: account.to_owned(), ..Default::default() };
        self.invoices().list_invoices(request).await.expect("invoices").into_inner().invoices.len()
    }
}

acceptance!(a18_an_order_is_charged_when_it_is_placed, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.active(&account, VISA).await;
    world.quiet(&account).await;
    for (kind, count) in [(OrderKind::Purchase, 1), (OrderKind::Upgrade, 2), (OrderKind::Renew, 3)] {
        let request = PlaceOrderRequest { kind: kind.into(), ..order(&account, "USD 20.00") };
        let answer = world.place(request.clone()).await.unwrap();
        let (invoice, payment) = (answer.invoice.clone().unwrap(), answer.payment.clone().unwrap());
        assert_eq!(
            (invoice.state(), invoice.kind()),
            (InvoiceState::Paid, InvoiceKind::Order),
            "{invoice:#?}"
        );
        assert_eq!((invoice.order_kind(), invoice.amount.clone()), (kind, Some(money("USD 20.00"))));
        assert_eq!((payment.state(), payment.trigger()), (PaymentState::Succeeded, PaymentTrigger::Order));
        assert_eq!((&payment.payment_method, &invoice.payment), (&method, &payment.name));
        assert_eq!(world.count(LedgerEntryKind::Charge).await, count);
        // C7: the same request is the same order, and another under its id is refused.
        assert_eq!(world.place(request.clone()).await.unwrap(), answer);
        let refusal =
            refused(world.place(PlaceOrderRequest { amount: Some(money("USD 21.00")), ..request }).await);
        assert_eq!(refusal.reason, "REQUEST_ID_REUSED");
        assert_eq!(world.count(LedgerEntryKind::Charge).await, count);
    }
});

acceptance!(a18_a_card_is_linked_while_the_account_is_created_or_later, |world| {
    // At once, before anything else is known of the customer.
    let created = world.create_account(account_request(ALIBABA, "SG", "USD")).await.unwrap();
    world.active(&created.name, VISA).await;
    let answer = world.place(order(&created.name, "USD 20.00")).await.unwrap();
    assert_eq!(answer.payment.unwrap().state(), PaymentState::Succeeded);
    // Later: until then nothing can be ordered, and nothing is kept from who links one then.
    let other = world.account(ALIBABA, "SG", "USD").await;
    let first = order(&other, "USD 20.00");
    assert!(world.place(first.clone()).await.is_err());
    world.onboard(&other, "SG").await;
    world.active(&other, MASTERCARD).await;
    let answer = world.place(PlaceOrderRequest { request_id: request_id(), ..first }).await.unwrap();
    assert_eq!(answer.payment.unwrap().state(), PaymentState::Succeeded);
});

acceptance!(a18_without_a_method_that_can_pay_the_order_is_refused_and_nothing_is_left, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    refused(world.place(order(&account, "USD 20.00")).await).is_by_rules(&["A14 NO_DEFAULT_METHOD"]);
    // A card that waits for its holder can't pay (A33).
    let waiting = world.link(&account, CHALLENGED).await.name;
    let named = PlaceOrderRequest { payment_method: waiting, ..order(&account, "USD 20.00") };
    refused(world.place(named).await).is_by_rules(&["A33 METHOD_NOT_ACTIVE"]);
    let bad = PlaceOrderRequest {
        kind: OrderKind::Unspecified.into(),
        amount: None,
        ..order(&account, "USD 1.00")
    };
    assert_eq!(refused(world.place(bad).await).fields, ["kind", "amount"]);
    assert_eq!(refused(world.place(order(&account, "USD 0.00")).await).fields, ["amount"]);
    assert_eq!(world.invoice_count(&account).await, 0);
    assert_eq!(world.payments_of(&account).await, []);
});

acceptance!(a18_an_order_that_is_declined_comes_to_nothing_and_can_be_placed_again, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, CHARGE_51).await;
    let other = world.active(&account, MASTERCARD).await;
    let answer = world.place(order(&account, "USD 20.00")).await.unwrap();
    let (invoice, payment) = (answer.invoice.unwrap(), answer.payment.unwrap());
    assert_eq!((invoice.state(), payment.state()), (InvoiceState::Voided, PaymentState::Failed));
    assert_eq!(payment.failure.unwrap().reason(), FailureReason::CardDeclined);
    // The customer is there and chooses: no other card is tried.
    assert_eq!(payment.attempts.len(), 1);
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 0);

    let again = PlaceOrderRequest { payment_method: other, ..order(&account, "USD 20.00") };
    let answer = world.place(again).await.unwrap();
    assert_eq!(answer.invoice.unwrap().state(), InvoiceState::Paid);
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 1);
});

acceptance!(a11_a_risky_order_is_challenged_and_paid_or_left, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    for (answers, state) in [(true, InvoiceState::Paid), (false, InvoiceState::Voided)] {
        let answer = world.place(order(&account, "USD 3000.00")).await.unwrap();
        let (invoice, payment) = (answer.invoice.unwrap(), answer.payment.unwrap());
        assert_eq!(invoice.state(), InvoiceState::Reserved);
        assert_eq!(
            (payment.state(), payment.challenge_rule.as_str()),
            (PaymentState::RequiresAction, "large-amount")
        );
        let page = browser::open(&payment.next_action.unwrap().url).await;
        if answers {
            page.answer(CODE).await;
        } else {
            page.leave().await;
        }
        assert_eq!(world.get_invoice(&invoice.name).await.state(), state);
    }
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 1);
});
