//! Every way to pay, in every state, with every reason against it (C5).

use std::collections::BTreeMap;

use bursar::proto::v1::{ListPaymentOptionsRequest, PaymentMethodState, PaymentOption, PaymentState};
use jiff::SignedDuration;
use tonic::Code;

use super::redirects::rates;
use crate::support::{
    given::{
        ALIBABA, AWS, CHALLENGED, DECLINED, HUAWEI, MASTERCARD, PREPAID, VISA, link_request, request_id,
    },
    refusal::refused,
    world::World,
};

impl World {
    /// Each way to pay with what speaks against it.
    async fn ways(&self, account: &str, invoices: &[&str]) -> BTreeMap<String, Vec<String>> {
        let request = ListPaymentOptionsRequest {
            parent: account.to_owned(),
            invoices: invoices.iter().map(|&invoice| invoice.to_owned()).collect(),
        };
        let options =
            self.invoices().list_payment_options(request).await.expect("options").into_inner().options;
        let against = |option: &PaymentOption| {
            assert_eq!(option.available, option.reasons.is_empty());
            option.reasons.iter().map(|it| format!("{} {}", it.requirement, it.reason)).collect::<Vec<_>>()
        };
        let name = |option: &PaymentOption| {
            if option.payment_method.is_empty() { option.kind.clone() } else { option.payment_method.clone() }
        };
        options.iter().map(|option| (name(option), against(option))).collect()
    }
}

acceptance!(c5_every_way_to_pay_is_named_with_every_reason_against_it, rates(), |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, AWS, "CN", "USD").await;
    let card = world.active(&account, VISA).await;
    let fresh = world.invoice(&account, "USD 10.00").await;
    let ways = world.ways(&account, &[&fresh]).await;
    assert_eq!(ways[&card], Vec::<String>::new());
    assert_eq!(ways["CARD"], Vec::<String>::new());
    assert_eq!(ways["ALIPAY"], ["A7 METHOD_THIRD_PARTY_CHINESE"]);
    assert_eq!(
        ways["CHINA_BANK_REDIRECT"],
        [
            "W2 REDIRECT_NEEDS_CARD",
            "W3 REDIRECT_NEEDS_CURRENCY",
            "W5 INVOICE_NOT_OVERDUE",
            "W6 REDIRECT_NEEDS_CURRENCY"
        ]
    );
    // What is wrong with an invoice speaks against all.
    let paid = world.overdue(&account, &mut clock, "USD 5.00").await;
    assert_eq!(world.pay(&account, &[&paid]).await.state(), PaymentState::Succeeded);
    assert_eq!(world.ways(&account, &[&paid]).await[&card], ["C8 INVOICE_NOT_OPEN"]);
    world.unlink(&card).await.ok();

    // Where all is met, nothing speaks against it, and the method stands for its kind.
    let mut customer = world.customer().await;
    let account = customer.account.clone();
    let late = world.overdue(&account, &mut customer.clock, "CNY 10.00").await;
    let much = world.overdue(&account, &mut customer.clock, "CNY 400000.00").await;
    let ways = world.ways(&account, &[&late]).await;
    assert_eq!(ways[&customer.redirect], Vec::<String>::new());
    assert!(!ways.contains_key("CHINA_BANK_REDIRECT"), "{ways:?}");
    assert_eq!(world.ways(&account, &[&much]).await[&customer.redirect], ["W6 REDIRECT_LIMIT_EXCEEDED"]);

    // At Alibaba, PayPal and bank transfer are named too.
    let account = world.account(ALIBABA, "DE", "EUR").await;
    let ways = world.ways(&account, &[]).await;
    assert_eq!(ways["PAYPAL"], ["A2 METHOD_KIND_NOT_SUPPORTED"]);
    assert_eq!(ways["BANK_TRANSFER"], ["A25 CREDIT_NOT_APPROVED"]);
    assert_eq!(ways["CARD"], Vec::<String>::new());
});

acceptance!(c5_methods_in_every_state_are_told_of, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    let mut request = link_request(&account, VISA);
    request.card.as_mut().unwrap().expiry = "07/30".to_owned();
    let expired = world.send_link(request).await.unwrap().payment_method.unwrap().name;
    let active = world.active(&account, MASTERCARD).await;
    let failed = world.link(&account, DECLINED).await.name;
    world.advance(&mut clock, SignedDuration::from_hours(60 * 24)).await;
    let waiting = world.link(&account, CHALLENGED).await;
    assert_eq!(waiting.state(), PaymentMethodState::RequiresAction);
    let invoice = world.invoice(&account, "USD 5.00").await;
    let ways = world.ways(&account, &[&invoice]).await;
    assert_eq!(ways[&active], Vec::<String>::new());
    for method in [&expired, &failed, &waiting.name] {
        assert_eq!(ways[method], ["A33 METHOD_NOT_ACTIVE"], "{method}");
    }
    // What is wrong with one of several invoices speaks against all ways, beside what is wrong with each.
    let other = world.invoice(&account, "SGD 5.00").await;
    let paid = world.invoice(&account, "USD 6.00").await;
    let mut request = crate::support::given::pay_request(&account, &[&paid]);
    request.payment_method.clone_from(&active);
    world.send_pay(request).await.unwrap();
    let ways = world.ways(&account, &[&invoice, &other, &paid]).await;
    let wrong = ["C3 INVOICE_CURRENCY_MIXED", "C8 INVOICE_NOT_OPEN"];
    assert_eq!(ways[&active], wrong);
    assert_eq!(ways[&expired], [wrong[0], wrong[1], "A33 METHOD_NOT_ACTIVE"]);
});

acceptance!(c5_what_the_account_lacks_and_what_it_did_speak_against_it, |world| {
    // H1: without onboarding nothing can be linked.
    let account = world.registered(HUAWEI, "SG", "USD").await;
    let incomplete = "H1 ONBOARDING_INCOMPLETE";
    assert_eq!(world.ways(&account, &[]).await["CARD"], [incomplete, incomplete]);
    // C15: nor while the account is held off.
    let account = world.account(HUAWEI, "SG", "USD").await;
    for number in [PREPAID, "4000009100000010", "4000009200000019"] {
        refused(world.try_link(&account, number).await);
    }
    assert_eq!(world.ways(&account, &[]).await["CARD"], ["C15 LINK_ATTEMPTS_EXHAUSTED"]);
    // A8: nor once it is deactivated; and nothing it has can pay.
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.active(&account, VISA).await;
    world.quiet(&account).await;
    let request =
        bursar::proto::v1::DeactivateAccountRequest { name: account.clone(), request_id: request_id() };
    world.accounts().deactivate_account(request).await.unwrap();
    let ways = world.ways(&account, &[]).await;
    assert_eq!(ways[&method], ["A8 ACCOUNT_DEACTIVATED"]);
    assert_eq!(ways["PAYPAL"], ["A8 ACCOUNT_DEACTIVATED"]);
});

acceptance!(c5_what_is_asked_about_has_to_be_there, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let elsewhere = world.account(ALIBABA, "SG", "USD").await;
    let foreign = world.invoice(&elsewhere, "USD 5.00").await;
    let ask = async |invoices: Vec<String>| {
        let request = ListPaymentOptionsRequest { parent: account.clone(), invoices };
        refused(world.invoices().list_payment_options(request).await)
    };
    ask(vec![format!("{account}/invoices/0198a000-0000-7000-8000-000000000000")]).await.is_not_found();
    let refusal = ask(vec![foreign]).await;
    assert_eq!(refusal.code, Code::InvalidArgument, "{refusal:#?}");
    assert_eq!(ask(vec!["the last one".to_owned()]).await.fields, ["invoices[0]"]);
    let invoice = world.invoice(&account, "USD 5.00").await;
    assert_eq!(ask(vec![invoice; 101]).await.code, Code::InvalidArgument);
});
