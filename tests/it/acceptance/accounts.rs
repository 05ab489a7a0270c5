//! Accounts: one program, one country, one currency (C2), and the region that follows from it (A1).

use crate::support::{
    clock::time,
    given::{ALIBABA, AWS, HUAWEI, account_request},
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
