//! Where identity documents are required (A32): what is refused until they are approved, and what goes on.

use bursar::proto::v1::{
    EnableProductRequest, GetOnboardingRequest, InvoiceState, ListInvoicesRequest, ListPaymentOptionsRequest,
    OnboardingStep, OrderKind, PaymentState, PlaceOrderRequest, ReportUsageRequest, RequireKycRequest,
};

use crate::support::{
    eventually::eventually,
    given::{ALIBABA, PREPAID, VISA, pay_request, request_id},
    kyc::REASON,
    money::money,
    options::{Options, shipped},
    refusal::{Refusal, refused},
    world::World as Running,
};

const REQUIRED: &[&str] = &["A32 KYC_REQUIRED"];

async fn refused_to_pay(world: &Running, account: &str, invoice: &str) -> Refusal {
    let refusal = refused(world.send_pay(pay_request(account, &[invoice])).await);
    refusal.is_by_rules(REQUIRED);
    refusal
}

async fn missing(world: &Running, account: &str) -> [Vec<OnboardingStep>; 2] {
    let request = GetOnboardingRequest { account: account.to_owned() };
    let answer = world.accounts().get_onboarding(request).await.unwrap().into_inner();
    [answer.missing_before_linking().collect(), answer.missing_before_paying().collect()]
}

acceptance!(a32_kyc_a_payment_that_needs_it_is_refused_with_what_to_do, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    let invoice = world.invoice(&account, "USD 5.00").await;
    let kyc = world.require_kyc(&account).await.unwrap();
    assert!(
        kyc.required_by_seller && kyc.require_time.is_some() && kyc.required_reason == REASON,
        "{kyc:#?}"
    );
    // Who it is has to be said before documents of it can be shown.
    let both = vec![OnboardingStep::AccountInformation, OnboardingStep::Kyc];
    assert_eq!(missing(&world, &account).await, [vec![], both]);

    let refusal = refused_to_pay(&world, &account, &invoice).await;
    assert_eq!((refusal.fact("state"), refusal.fact("required_reason")), ("NOT_SUBMITTED", REASON));
    assert!(refusal.message.contains("account information"), "{}", refusal.message);
    world.is_ada(&account).await;
    assert_eq!(missing(&world, &account).await, [vec![], vec![OnboardingStep::Kyc]]);
    let refusal = refused_to_pay(&world, &account, &invoice).await;
    assert_eq!(refusal.fact("documents"), "PASSPORT or IDENTITY_CARD");
    assert!(refusal.message.contains("Submit PASSPORT or IDENTITY_CARD."), "{}", refusal.message);
    let order = PlaceOrderRequest {
        parent: account.clone(),
        kind: OrderKind::Purchase.into(),
        amount: Some(money("USD 5.00")),
        description: "A year of it".to_owned(),
        request_id: request_id(),
        ..PlaceOrderRequest::default()
    };
    refused(world.invoices().place_order(order.clone()).await).is_by_rules(REQUIRED);

    world.decided(&account, "blurry.png").await;
    let refusal = refused_to_pay(&world, &account, &invoice).await;
    assert_eq!((refusal.fact("state"), refusal.fact("rejection_reason")), ("REJECTED", "BLURRY"));
    assert!(refusal.message.contains("sharper"), "{}", refusal.message);
    world.decided(&account, "passport.png").await;
    assert_eq!(missing(&world, &account).await, [vec![], vec![]]);
    assert_eq!(world.pay(&account, &[&invoice]).await.state(), PaymentState::Succeeded);
    world.invoices().place_order(order).await.unwrap();
});

acceptance!(a32_kyc_every_way_to_pay_says_that_it_is_required, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    refused(world.try_link(&account, PREPAID).await);
    let method = world.active(&account, VISA).await;
    let invoice = world.invoice(&account, "USD 5.00").await;
    world.require_kyc(&account).await.unwrap();
    let request = ListPaymentOptionsRequest { parent: account.clone(), invoices: vec![invoice] };
    let options = world.invoices().list_payment_options(request).await.unwrap().into_inner().options;
    let reasons = |kind: &str| -> Vec<String> {
        let option = options.iter().find(|it| it.kind == kind || it.payment_method == kind).unwrap();
        option.reasons.iter().map(|it| format!("{} {}", it.requirement, it.reason)).collect()
    };
    assert_eq!(reasons(&method), REQUIRED);
    assert_eq!(reasons("PAYPAL"), REQUIRED);
    assert_eq!(reasons("BANK_TRANSFER"), ["A32 KYC_REQUIRED", "A25 CREDIT_NOT_APPROVED"]);
    // Nor does a balance pay.
    refused(world.pay_from_balance(&account, &[]).await).is_by_rules(REQUIRED);
});

acceptance!(a32_kyc_what_was_used_is_charged_all_the_same, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    let enable = EnableProductRequest {
        account: account.clone(),
        product: "ecs".to_owned(),
        request_id: request_id(),
    };
    world.usage().enable_product(enable).await.unwrap();
    world.require_kyc(&account).await.unwrap();
    let used = ReportUsageRequest {
        parent: account.clone(),
        product: "ecs".to_owned(),
        amount: Some(money("USD 1000.00")),
        tax: None,
        request_id: request_id(),
    };
    world.usage().report_usage(used).await.unwrap();
    eventually("the bill is paid", async || {
        let request = ListInvoicesRequest { parent: account.clone(), ..Default::default() };
        let bills = world.invoices().list_invoices(request).await.unwrap().into_inner().invoices;
        let paid = bills.iter().any(|bill| bill.state() == InvoiceState::Paid);
        if paid { Ok(()) } else { Err(format!("{bills:#?}")) }
    })
    .await;
});

/// Alibaba Cloud, if it asked everybody for documents.
fn asking_all() -> Options {
    let text = shipped("alibaba-cloud-intl.toml").replace(
        "[edition.kyc]\n",
        "[edition.onboarding]\nbefore_linking = [\"KYC\"]\nbefore_paying = [\"KYC\"]\n\
         no_email_code_within = \"10m\"\nidentity_number_in = []\nrut_check_digit = \"OFF\"\n\n[edition.kyc]\n",
    );
    Options::new().rule_file("alibaba-cloud-intl.toml", text)
}

acceptance!(a32_kyc_may_be_required_of_all_by_the_program, asking_all(), |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let both = [OnboardingStep::AccountInformation, OnboardingStep::Kyc];
    assert_eq!(missing(&world, &account).await, [both, both]);
    assert!(!world.kyc(&account).await.required_by_seller);
    refused(world.try_link(&account, VISA).await).is_by_rules(REQUIRED);
    world.is_ada(&account).await;
    world.decided(&account, "passport.png").await;
    world.active(&account, VISA).await;
});

acceptance!(a32_kyc_who_requires_it_says_why, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let long = "x".repeat(501);
    for reason in ["", " ", "two\nlines", "4242 4242 4242 4242", &long] {
        let request = RequireKycRequest {
            account: account.clone(),
            reason: reason.to_owned(),
            request_id: request_id(),
        };
        refused(world.accounts().require_kyc(request).await).is_bad_input("INVALID_FIELD", &["reason"]);
    }
    assert!(!world.kyc(&account).await.required_by_seller);
    let request = RequireKycRequest { account, reason: REASON.to_owned(), request_id: request_id() };
    let first = world.accounts().require_kyc(request.clone()).await.unwrap().into_inner();
    assert_eq!(world.accounts().require_kyc(request.clone()).await.unwrap().into_inner(), first);
    let other = RequireKycRequest { reason: "Another.".to_owned(), ..request };
    refused(world.accounts().require_kyc(other).await).is_bad_input("REQUEST_ID_REUSED", &[]);
});
