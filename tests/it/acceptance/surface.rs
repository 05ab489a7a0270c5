//! What every call has in common: names, lists, health, reflection.

use bursar::proto::v1::{
    CancelPaymentRequest, CancelVerificationRequest, CloseUsagePeriodRequest, GetAccountRequest,
    GetInvoiceRequest, GetPaymentMethodRequest, GetPaymentRequest, GetRefundRequest, GetUsagePeriodRequest,
    GetVerificationRequest, ListInvoicesRequest, ListLinkAttemptsRequest, ListPaymentMethodsRequest,
    ListPaymentsRequest, ListUsagePeriodsRequest, ListVerificationsRequest, RefundPaymentRequest,
    ResumeVerificationRequest, SetDefaultPaymentMethodRequest, UnlinkPaymentMethodRequest,
    VoidInvoiceRequest,
};
use tokio_stream::StreamExt as _;
use tonic::{Code, Status};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_reflection::pb::{v1, v1alpha};

use crate::support::{
    given::{ALIBABA, MASTERCARD, VISA, request_id},
    refusal::refused,
    world::World,
};

/// Calls everything that names one resource, with this name, and answers what each said.
async fn name_everywhere(world: &World, name: &str) -> Vec<(&'static str, Result<(), Status>)> {
    let name = || name.to_owned();
    let id = request_id;
    let (mut methods, mut verifications) = (world.methods(), world.verifications());
    let (mut invoices, mut payments) = (world.invoices(), world.payments());
    vec![
        ("accounts", world.accounts().get_account(GetAccountRequest { name: name() }).await.map(drop)),
        (
            "paymentMethods",
            methods.get_payment_method(GetPaymentMethodRequest { name: name() }).await.map(drop),
        ),
        (
            "paymentMethods",
            methods
                .set_default_payment_method(SetDefaultPaymentMethodRequest { name: name(), request_id: id() })
                .await
                .map(drop),
        ),
        (
            "paymentMethods",
            methods
                .unlink_payment_method(UnlinkPaymentMethodRequest { name: name(), request_id: id() })
                .await
                .map(drop),
        ),
        (
            "verifications",
            verifications.get_verification(GetVerificationRequest { name: name() }).await.map(drop),
        ),
        (
            "verifications",
            verifications.resume_verification(ResumeVerificationRequest { name: name() }).await.map(drop),
        ),
        (
            "verifications",
            verifications
                .cancel_verification(CancelVerificationRequest { name: name(), request_id: id() })
                .await
                .map(drop),
        ),
        ("invoices", invoices.get_invoice(GetInvoiceRequest { name: name() }).await.map(drop)),
        (
            "invoices",
            invoices.void_invoice(VoidInvoiceRequest { name: name(), request_id: id() }).await.map(drop),
        ),
        (
            "usagePeriods",
            world.usage().get_usage_period(GetUsagePeriodRequest { name: name() }).await.map(drop),
        ),
        (
            "usagePeriods",
            world
                .usage()
                .close_usage_period(CloseUsagePeriodRequest { name: name(), request_id: id() })
                .await
                .map(drop),
        ),
        ("payments", payments.get_payment(GetPaymentRequest { name: name() }).await.map(drop)),
        (
            "payments",
            payments.cancel_payment(CancelPaymentRequest { name: name(), request_id: id() }).await.map(drop),
        ),
        (
            "payments",
            payments
                .refund_payment(RefundPaymentRequest {
                    name: name(),
                    amount: None,
                    reason: "returned".to_owned(),
                    request_id: id(),
                })
                .await
                .map(drop),
        ),
        ("refunds", payments.get_refund(GetRefundRequest { name: name() }).await.map(drop)),
    ]
}

acceptance!(c6_names_that_are_malformed_are_refused_and_those_of_nothing_are_not_found, |world| {
    let malformed = [
        "",
        "accounts/",
        "accounts/x y",
        "accounts/../accounts",
        "accounts/-",
        "/",
        "garbage",
        "accounts/0198a000-0000-7000-8000-000000000000/unknown/0198a000-0000-7000-8000-000000000000",
        "accounts/not-a-uuid/payments/not-a-uuid",
        "accounts/0198a000-0000-7000-8000-000000000000/payments/0198a000-0000-7000-8000-000000000000/x",
    ];
    for name in malformed {
        for (kind, answer) in name_everywhere(&world, name).await {
            let refusal = refused(answer);
            assert_eq!(
                (refusal.code, refusal.reason.as_str()),
                (Code::InvalidArgument, "INVALID_FIELD"),
                "{kind} {name:?}"
            );
            assert_eq!(refusal.fields, ["name"], "{kind} {name:?}: {refusal:#?}");
        }
    }
    let nothing = "0198a000-0000-7000-8000-000000000000";
    for kind in ["paymentMethods", "verifications", "invoices", "payments", "refunds", "usagePeriods"] {
        let account = world.account(ALIBABA, "SG", "USD").await;
        for account in [account.as_str(), "accounts/0198a000-0000-7000-8000-000000000001"] {
            let name = format!("{account}/{kind}/{nothing}");
            for (called, answer) in
                name_everywhere(&world, &name).await.into_iter().filter(|(called, _)| *called == kind)
            {
                let refusal = refused(answer);
                assert_eq!(
                    (refusal.code, refusal.reason.as_str()),
                    (Code::NotFound, "RESOURCE_NOT_FOUND"),
                    "{called} {refusal:#?}"
                );
                assert!(!refusal.fact("resource").is_empty());
            }
        }
    }
});

acceptance!(c6_another_accounts_resources_are_not_found, |world| {
    let owner = world.account(ALIBABA, "SG", "USD").await;
    let method = world.active(&owner, VISA).await;
    let verification = world.method(&method).await.verification;
    let invoice = world.invoice(&owner, "USD 5.00").await;
    let payment = world.pay(&owner, &[&invoice]).await.name;
    let refund = world.refund(&payment, "USD 1.00").await.unwrap().name;
    let other = world.account(ALIBABA, "SG", "USD").await;
    let own = world.active(&other, MASTERCARD).await;
    let id = |name: &str| name.rsplit('/').next().unwrap().to_owned();
    #[rustfmt::skip]
    let theirs = [
        ("paymentMethods", id(&method)),
        ("verifications",  id(&verification)),
        ("invoices",       id(&invoice)),
        ("payments",       id(&payment)),
        ("refunds",        id(&refund)),
    ];
    for (kind, id) in &theirs {
        let name = format!("{other}/{kind}/{id}");
        for (_, answer) in
            name_everywhere(&world, &name).await.into_iter().filter(|(called, _)| called == kind)
        {
            refused(answer).is_not_found();
        }
        // Nor under the name of another kind.
        for (another, _) in theirs.iter().filter(|(another, _)| another != kind) {
            let name = format!("{owner}/{another}/{id}");
            for (_, answer) in
                name_everywhere(&world, &name).await.into_iter().filter(|(called, _)| called == another)
            {
                refused(answer).is_not_found();
            }
        }
    }
    assert_eq!(world.get_account(&other).await.default_payment_method, own);
    assert_eq!(world.get_account(&owner).await.default_payment_method, method);
});

acceptance!(c6_lists_page_by_token, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let mut names = Vec::new();
    for cents in 1..=7 {
        names.push(world.invoice(&account, &format!("USD 0.0{cents}")).await);
    }
    world.invoice(&world.account(ALIBABA, "SG", "USD").await, "USD 9.99").await;

    let page = async |page_size, page_token: &str| {
        let request =
            ListInvoicesRequest { parent: account.clone(), page_size, page_token: page_token.to_owned() };
        world.invoices().list_invoices(request).await.map(tonic::Response::into_inner)
    };
    // Oldest first, every one once, whatever the size of the page.
    for size in [0, 1, 2, 3, 6, 7, 8, 200, i32::MAX] {
        let (mut seen, mut token) = (Vec::new(), String::new());
        loop {
            let answer = page(size, &token).await.unwrap();
            assert!(size == 0 || i32::try_from(answer.invoices.len()).unwrap() <= size);
            seen.extend(answer.invoices.into_iter().map(|invoice| invoice.name));
            token = answer.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(seen, names, "{size}");
    }
    refused(page(-1, "").await).is_bad_input("INVALID_FIELD", &["page_size"]);
    for token in ["garbage", "AAAA", "é", "0198a000-0000-7000-8000-000000000000"] {
        refused(page(2, token).await).is_bad_input("PAGE_TOKEN_INVALID", &["page_token"]);
    }
    // A token is for the list that gave it.
    let token = page(2, "").await.unwrap().next_page_token;
    let elsewhere = ListInvoicesRequest {
        parent: world.account(ALIBABA, "SG", "USD").await,
        page_size: 2,
        page_token: token.clone(),
    };
    refused(world.invoices().list_invoices(elsewhere).await)
        .is_bad_input("PAGE_TOKEN_INVALID", &["page_token"]);
    let payments = ListPaymentsRequest { parent: account.clone(), page_size: 2, page_token: token };
    refused(world.payments().list_payments(payments).await)
        .is_bad_input("PAGE_TOKEN_INVALID", &["page_token"]);
});

acceptance!(c6_every_list_is_empty_at_first_and_knows_its_parent, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    macro_rules! lists {
        ($client:ident, $call:ident, $request:ident, $field:ident) => {
            let list = async |parent: &str| {
                let request = $request { parent: parent.to_owned(), ..Default::default() };
                world.$client().$call(request).await.map(tonic::Response::into_inner)
            };
            assert_eq!(list(&account).await.unwrap().$field, []);
            refused(list("garbage").await).is_bad_input("INVALID_FIELD", &["parent"]);
            refused(list("").await).is_bad_input("INVALID_FIELD", &["parent"]);
            refused(list("accounts/0198a000-0000-7000-8000-000000000000").await).is_not_found();
        };
    }
    lists!(methods, list_payment_methods, ListPaymentMethodsRequest, payment_methods);
    lists!(methods, list_link_attempts, ListLinkAttemptsRequest, link_attempts);
    lists!(verifications, list_verifications, ListVerificationsRequest, verifications);
    lists!(invoices, list_invoices, ListInvoicesRequest, invoices);
    lists!(payments, list_payments, ListPaymentsRequest, payments);
    lists!(usage, list_usage_periods, ListUsagePeriodsRequest, usage_periods);
});

acceptance!(c6_verifications_and_methods_are_listed_oldest_first, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let first = world.active(&account, VISA).await;
    let second = world.active(&account, MASTERCARD).await;
    let listed: Vec<String> =
        world.methods_of(&account).await.into_iter().map(|method| method.name).collect();
    assert_eq!(listed, [first.as_str(), second.as_str()]);
    let request = ListVerificationsRequest { parent: account, ..ListVerificationsRequest::default() };
    let listed = world.verifications().list_verifications(request).await.unwrap().into_inner().verifications;
    let methods: Vec<&str> = listed.iter().map(|verification| verification.payment_method.as_str()).collect();
    assert_eq!(methods, [first, second]);
});

acceptance!(c6_health_tells_that_it_serves, |world| {
    let mut health = HealthClient::new(world.channel());
    for service in ["", "bursar.v1.PaymentService"] {
        let request = HealthCheckRequest { service: service.to_owned() };
        let answer = health.check(request.clone()).await.unwrap().into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{service}");
        let first = health.watch(request).await.unwrap().into_inner().next().await.unwrap().unwrap();
        assert_eq!(first.status(), ServingStatus::Serving, "{service}");
    }
    let unknown =
        health.check(HealthCheckRequest { service: "nobody.Service".to_owned() }).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
});

const SERVICES: [&str; 9] = [
    "bursar.v1.AccountService",
    "bursar.v1.PaymentMethodService",
    "bursar.v1.VerificationService",
    "bursar.v1.InvoiceService",
    "bursar.v1.PaymentService",
    "bursar.v1.EventService",
    "bursar.v1.UsageService",
    "bursar.sandbox.v1.SandboxService",
    "grpc.health.v1.Health",
];

/// Asks one version of the reflection service for the services and for a symbol's file.
macro_rules! reflects {
    ($world:ident, $version:ident) => {{
        use $version::{
            server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
        };
        let mut client = $version::server_reflection_client::ServerReflectionClient::new($world.channel());
        let asks = [
            MessageRequest::ListServices(String::new()),
            MessageRequest::FileContainingSymbol("bursar.v1.PaymentService".to_owned()),
        ];
        let requests = asks
            .map(|ask| $version::ServerReflectionRequest { host: String::new(), message_request: Some(ask) });
        let mut answers =
            client.server_reflection_info(tokio_stream::iter(requests)).await.unwrap().into_inner();
        let listed = answers.next().await.unwrap().unwrap().message_response.unwrap();
        let MessageResponse::ListServicesResponse(listed) = listed else { panic!("{listed:?}") };
        let names: Vec<&str> = listed.service.iter().map(|service| service.name.as_str()).collect();
        for service in SERVICES {
            assert!(names.contains(&service), "{service} is not in {names:#?}");
        }
        let file = answers.next().await.unwrap().unwrap().message_response.unwrap();
        let MessageResponse::FileDescriptorResponse(file) = file else { panic!("{file:?}") };
        assert!(!file.file_descriptor_proto.is_empty());
    }};
}

acceptance!(c6_reflection_answers_old_and_new_clients, |world| {
    reflects!(world, v1);
    reflects!(world, v1alpha);
});

acceptance!(c6_one_line_on_stdout_and_all_else_in_the_log, |mut world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    world.server.kill().await;
    assert_eq!(world.server.rest_of_stdout().await, "");
});
