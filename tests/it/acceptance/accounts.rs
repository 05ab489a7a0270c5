//! Accounts: one program, one country, one currency (C2), and the region that follows from it (A1).

use bursar::proto::v1::{
    CreateWebhookEndpointRequest, ListAccountsRequest, ListAccountsResponse, WebhookEndpoint,
    webhook_service_client::WebhookServiceClient,
};
use tonic::Status;

use crate::support::{
    clock::time,
    given::{ALIBABA, AWS, HUAWEI, account_request, request_id},
    refusal::refused,
};

acceptance!(c2_an_account_has_one_program_one_country_and_one_currency, |world| {
    let mut request = account_request(ALIBABA, "sg", "usd");
    request.account.as_mut().unwrap().display_name = "Größe 量 😀".to_owned();
    let account = world.create_account(request).await.unwrap();
    assert!(account.name.starts_with("accounts/"), "{account:?}");
    assert_eq!(
        (account.program.as_str(), account.region_code.as_str(), account.currency_code.as_str()),
        (ALIBABA, "SG", "USD")
    );
    assert_eq!(account.display_name, "Größe 量 😀");
    assert_eq!(account.default_payment_method, "");
    assert_eq!(account.running_resource_count, 0);
    assert_eq!(world.get_account(&account.name).await, account);
});

acceptance!(c2_what_the_program_does_not_serve_is_refused, |world| {
    #[rustfmt::skip]
    let table = [
        // program      country  currency  reason                  field
        ("no-such",     "SG",    "USD",    "PROGRAM_UNKNOWN",      "account.program"),
        ("",            "SG",    "USD",    "INVALID_FIELD",        "account.program"),
        (ALIBABA,       "XX",    "USD",    "INVALID_FIELD",        "account.region_code"),
        (ALIBABA,       "",      "USD",    "INVALID_FIELD",        "account.region_code"),
        (ALIBABA,       "SGP",   "USD",    "INVALID_FIELD",        "account.region_code"),
        (HUAWEI,        "CN",    "USD",    "COUNTRY_NOT_SERVED",   "account.region_code"),
        (ALIBABA,       "SG",    "XYZ",    "INVALID_FIELD",        "account.currency_code"),
        (ALIBABA,       "SG",    "",       "INVALID_FIELD",        "account.currency_code"),
        (ALIBABA,       "SG",    "KWD",    "CURRENCY_NOT_OFFERED", "account.currency_code"),
    ];
    for (program, country, currency, reason, field) in table {
        let refusal = refused(world.create_account(account_request(program, country, currency)).await);
        refusal.is_bad_input(reason, &[field]);
    }

    let mut long = account_request(ALIBABA, "SG", "USD");
    long.account.as_mut().unwrap().display_name = "x".repeat(129);
    refused(world.create_account(long).await).is_bad_input("INVALID_FIELD", &["account.display_name"]);

    // C6: all at once.
    let all = refused(world.create_account(account_request(ALIBABA, "XX", "XYZ")).await);
    all.is_bad_input("INVALID_FIELD", &["account.region_code", "account.currency_code"]);
    let all = refused(world.create_account(account_request(HUAWEI, "CN", "KRW")).await);
    all.is_bad_input("INVALID_FIELD", &["account.region_code", "account.currency_code"]);

    let mut empty = account_request(ALIBABA, "SG", "USD");
    empty.account = None;
    assert_eq!(refused(world.create_account(empty).await).reason, "INVALID_FIELD");
});

acceptance!(c2_accounts_are_listed_by_program, |world| {
    let list = async |program: &str, page_size, page_token: &str| {
        let (program, page_token) = (program.to_owned(), page_token.to_owned());
        let request = ListAccountsRequest { program, page_size, page_token };
        Ok::<_, Status>(world.accounts().list_accounts(request).await?.into_inner())
    };
    assert_eq!(list("", 0, "").await.unwrap(), ListAccountsResponse::default());
    let mut expected = Vec::new();
    for (program, country, currency) in
        [(ALIBABA, "SG", "USD"), (HUAWEI, "CL", "USD"), (ALIBABA, "DE", "EUR"), (ALIBABA, "MY", "MYR")]
    {
        expected.push(world.create_account(account_request(program, country, currency)).await.unwrap());
    }
    expected.sort_by(|a, b| a.name.cmp(&b.name));
    // A program's own account is nobody's.
    let endpoint = CreateWebhookEndpointRequest {
        parent: format!("programs/{ALIBABA}"),
        webhook_endpoint: Some(WebhookEndpoint {
            url: "https://example.com/".to_owned(),
            ..Default::default()
        }),
        request_id: request_id(),
    };
    WebhookServiceClient::new(world.channel()).create_webhook_endpoint(endpoint).await.unwrap();
    for (program, count) in [("", 4), ("programs/alibaba-cloud-intl", 3), ("programs/aws-inc", 0)] {
        let wanted: Vec<_> = expected
            .iter()
            .filter(|it| program.is_empty() || program == format!("programs/{}", it.program))
            .cloned()
            .collect();
        assert_eq!(wanted.len(), count);
        for size in [0, 1, 2, 3] {
            let (mut found, mut token) = (Vec::new(), String::new());
            loop {
                let page = list(program, size, &token).await.unwrap();
                found.extend(page.accounts);
                token = page.next_page_token;
                if token.is_empty() {
                    break;
                }
            }
            assert_eq!(found, wanted, "{program:?} by {size}");
        }
    }

    refused(list("", -1, "").await).is_bad_input("INVALID_FIELD", &["page_size"]);
    refused(list("alibaba-cloud-intl", 0, "").await).is_bad_input("INVALID_FIELD", &["program"]);
    refused(list("programs/no-such", 0, "").await).is_not_found();
    // A token is good only for the list that gave it.
    let token = list("", 1, "").await.unwrap().next_page_token;
    for (program, token) in [("programs/alibaba-cloud-intl", &*token), ("", "nonsense")] {
        refused(list(program, 1, token).await).is_bad_input("PAGE_TOKEN_INVALID", &["page_token"]);
    }
});

acceptance!(a1_the_region_follows_from_the_country_of_registration, |world| {
    #[rustfmt::skip]
    let table = [
        (ALIBABA, "US", "united-states"),
        (ALIBABA, "DE", "european-union"),
        (ALIBABA, "IE", "european-union"),
        (ALIBABA, "HR", "european-union"),
        (ALIBABA, "GB", "europe-outside-union"),
        (ALIBABA, "CH", "europe-outside-union"),
        (ALIBABA, "NO", "europe-outside-union"),
        (ALIBABA, "MY", "malaysia"),
        (ALIBABA, "SG", "other"),
        (ALIBABA, "JP", "other"),
        (ALIBABA, "HK", "other"),
        (ALIBABA, "TR", "other"),
        (HUAWEI,  "CL", "chile"),
        (HUAWEI,  "DE", "other"),
        (AWS,     "CN", "china"),
        (AWS,     "US", "other"),
    ];
    for (program, country, region) in table {
        let account = world.create_account(account_request(program, country, "USD")).await.unwrap();
        assert_eq!(account.region_group, region, "{program} {country}");
        // It never changes, and the account shows since when it is registered.
        let again = world.get_account(&account.name).await;
        assert_eq!((again.region_group, again.create_time), (account.region_group, account.create_time));
        time(account.create_time);
    }
});

acceptance!(a1_what_the_server_says_of_an_account_is_not_the_callers_to_set, |world| {
    let mut request = account_request(ALIBABA, "SG", "USD");
    let account = request.account.as_mut().unwrap();
    account.name = "accounts/mine".to_owned();
    account.region_group = "malaysia".to_owned();
    account.default_payment_method = "accounts/mine/paymentMethods/x".to_owned();
    account.running_resource_count = 7;
    account.create_time = Some(prost_types::Timestamp { seconds: 1, nanos: 0 });
    let account = world.create_account(request).await.unwrap();
    assert_ne!(account.name, "accounts/mine");
    assert_eq!((account.region_group.as_str(), account.running_resource_count), ("other", 0));
    assert_eq!(account.default_payment_method, "");
    assert_ne!(account.create_time.unwrap().seconds, 1);
});
