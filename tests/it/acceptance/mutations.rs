//! Every call that changes something, repeated and changed (C7), and what that leaves in the log (C10).

use std::{future::Future, pin::Pin};

use bursar::proto::v1::{
    CancelPaymentRequest, CancelVerificationRequest, CreateServiceTicketRequest, DisableProductRequest,
    EnableProductRequest, ListEventsRequest, RefundPaymentRequest, ReportObligationsRequest,
    ReportUsageRequest, SetCreditTermsRequest, SetDeductionThresholdRequest, SetDefaultPaymentMethodRequest,
    UnlinkPaymentMethodRequest, UpdateCardExpiryRequest, VoidInvoiceRequest,
};
use tonic::Status;

use super::credit::terms;
use crate::support::{
    given::{ALIBABA, CHALLENGED, MASTERCARD, PREPAID, VISA, invoice_request, pay_request, request_id},
    money::money,
    refusal::refused,
    world::World,
};

type Answer<'a> = Pin<Box<dyn Future<Output = Result<String, Status>> + 'a>>;

/// A call with a request id, about the one or the other resource; what it answered, as text.
type Call<'a> = Box<dyn Fn(String, bool) -> Answer<'a> + 'a>;

impl World {
    async fn sequences(&self, account: &str) -> Vec<i64> {
        let request =
            ListEventsRequest { parent: account.to_owned(), cursor: String::new(), page_size: 1000 };
        let events = self.events().list_events(request).await.unwrap().into_inner().events;
        events.iter().map(|event| event.sequence).collect()
    }
}

macro_rules! call {
    ($world:ident, $client:ident, $method:ident, $request:ident { $field:ident: $one:expr, $other:expr $(, $rest:ident: $value:expr)* }) => {{
        let (one, other) = ($one, $other);
        $(let $rest = $value;)*
        let call: Call<'_> = Box::new(move |request_id: String, first: bool| {
            let $field = if first { one.clone() } else { other.clone() };
            $(let $rest = $rest.clone();)*
            Box::pin(async move {
                let request = $request { $field, request_id $(, $rest)* };
                $world.$client().$method(request).await.map(|answer| format!("{:?}", answer.into_inner()))
            })
        });
        (stringify!($method), call)
    }};
}

acceptance!(c7_every_call_is_done_once_and_its_id_is_for_one_request, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let first = world.active(&account, VISA).await;
    let second = world.active(&account, MASTERCARD).await;
    let third = world.active(&account, "4111111111111111").await;
    let waiting = world.link(&account, CHALLENGED).await;
    let other_check = world.method(&first).await.verification;
    refused(world.try_link(&account, PREPAID).await);
    let mut attempts = world.link_attempts(&account).await;
    let failed = attempts.pop().unwrap().name;
    let linked = attempts.pop().unwrap().name;
    let void = world.invoice(&account, "USD 1.00").await;
    let kept = world.invoice(&account, "USD 2.00").await;
    let large = world.invoice(&account, "USD 3000.00").await;
    let small = world.invoice(&account, "USD 3.00").await;
    let open = world.pay(&account, &[&large]).await.name;
    let done = world.pay(&account, &[&small]).await.name;

    let world = &world;
    #[rustfmt::skip]
    let calls: Vec<(&str, Call<'_>)> = vec![
        call!(world, accounts, report_obligations, ReportObligationsRequest { running_resource_count: 1, 2, account: account.clone() }),
        call!(world, accounts, set_credit_terms, SetCreditTermsRequest { credit_terms: Some(terms("USD 5000")), Some(terms("USD 6000")), account: account.clone() }),
        call!(world, usage, enable_product, EnableProductRequest { product: "ecs".to_owned(), "oss".to_owned(), account: account.clone() }),
        call!(world, usage, report_usage, ReportUsageRequest { amount: Some(money("USD 1.00")), Some(money("USD 2.00")), parent: account.clone(), product: "ecs".to_owned(), tax: None }),
        call!(world, usage, disable_product, DisableProductRequest { product: "ecs".to_owned(), "oss".to_owned(), account: account.clone() }),
        call!(world, usage, set_deduction_threshold, SetDeductionThresholdRequest { threshold: Some(money("USD 20.00")), Some(money("USD 30.00")), account: account.clone() }),
        call!(world, methods, set_default_payment_method, SetDefaultPaymentMethodRequest { name: second.clone(), first.clone() }),
        call!(world, methods, update_card_expiry, UpdateCardExpiryRequest { name: third.clone(), first.clone(), expiry: "11/35".to_owned(), return_url: String::new() }),
        call!(world, methods, unlink_payment_method, UnlinkPaymentMethodRequest { name: third.clone(), first.clone() }),
        call!(world, methods, create_service_ticket, CreateServiceTicketRequest { link_attempt: failed.clone(), linked.clone(), description: "Why?".to_owned() }),
        call!(world, verifications, cancel_verification, CancelVerificationRequest { name: waiting.verification.clone(), other_check.clone() }),
        call!(world, invoices, void_invoice, VoidInvoiceRequest { name: void.clone(), kept.clone() }),
        call!(world, payments, refund_payment, RefundPaymentRequest { amount: Some(money("USD 1.00")), Some(money("USD 2.00")), name: done.clone(), reason: "returned".to_owned() }),
        call!(world, payments, cancel_payment, CancelPaymentRequest { name: open.clone(), done.clone() }),
    ];
    for (name, call) in calls {
        let id = request_id();
        let answer = call(id.clone(), true).await.unwrap_or_else(|status| panic!("{name}: {status:?}"));
        world.quiet(&account).await;
        let before = world.sequences(&account).await;
        let again = call(id.clone(), true).await.unwrap_or_else(|status| panic!("{name}: {status:?}"));
        // What an update of the expiry took was still on its way back when it was answered.
        assert!(again == answer || name == "update_card_expiry", "{name}: {answer} is now {again}");
        assert_eq!(world.sequences(&account).await, before, "{name}");
        let refusal = refused(call(id, false).await);
        assert_eq!(refusal.reason, "REQUEST_ID_REUSED", "{name}: {refusal:#?}");
    }
});

acceptance!(c10_what_changed_nothing_leaves_no_gap_in_the_log, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.active(&account, VISA).await;
    let invoice = world.invoice(&account, "USD 1.00").await;
    let void = || VoidInvoiceRequest { name: invoice.clone(), request_id: request_id() };
    for _ in 0..3 {
        world.set_default(&method).await.unwrap();
        world.invoices().void_invoice(void()).await.unwrap();
    }
    world.invoice(&account, "USD 2.00").await;
    let mut sequences = world.sequences(&account).await;
    sequences.dedup();
    let whole: Vec<i64> = (1..).take(sequences.len()).collect();
    assert_eq!(sequences, whole);
});

acceptance!(a22_two_first_cards_at_once_make_one_default, |world| {
    for _ in 0..3 {
        let account = world.account(ALIBABA, "SG", "USD").await;
        let (one, other) = tokio::join!(world.active(&account, VISA), world.active(&account, MASTERCARD));
        let defaults: Vec<String> = world
            .methods_of(&account)
            .await
            .into_iter()
            .filter(|method| method.is_default)
            .map(|method| method.name)
            .collect();
        assert_eq!(defaults, [world.get_account(&account).await.default_payment_method]);
        let rest = if defaults[0] == one { &other } else { &one };
        world.unlink(rest).await.unwrap();
        world.unlink(&defaults[0]).await.unwrap();
    }
});

acceptance!(c8_a_payment_and_a_void_that_race_agree, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    let mut paid = 0;
    for _ in 0..10 {
        let invoice = world.create_invoice(invoice_request(&account, "USD 1.00")).await.unwrap().name;
        let mut invoices = world.invoices();
        let void =
            invoices.void_invoice(VoidInvoiceRequest { name: invoice.clone(), request_id: request_id() });
        let (payment, voided) = tokio::join!(world.send_pay(pay_request(&account, &[&invoice])), void);
        assert_ne!(payment.is_ok(), voided.is_ok(), "{payment:?} {voided:?}");
        paid += usize::from(payment.is_ok());
    }
    assert_eq!(world.count(bursar::proto::sandbox::v1::LedgerEntryKind::Charge).await, paid);
});

acceptance!(a8_a_claim_survives_a_restart, |mut world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.active(&account, VISA).await;
    world.restart().await;
    let other = world.account(ALIBABA, "SG", "USD").await;
    refused(world.try_link(&other, VISA).await).is_by_rules(&["A8 CARD_LINKED_ELSEWHERE"]);
    world.unlink(&method).await.unwrap();
    world.restart().await;
    world.active(&other, VISA).await;
});
