//! What HUAWEI CLOUD asks for before anything else (H1 to H4, H7), and what can be changed (H16).

use bursar::proto::v1::{
    Account, AccountState, CustomerType, EnterpriseProfile, GetOnboardingRequest, IdentityNumber,
    IdentityNumberType, OnboardingStep, UpdateAccountRequest, account::Profile,
};
use jiff::SignedDuration;
use prost_types::FieldMask;
use tonic::Status;

use crate::support::{
    given::{
        ALIBABA, HUAWEI, VISA, account_request, address, individual_request, mobile_number, pay_request,
        request_id,
    },
    money::money,
    options::Options,
    refusal::refused,
    world::World as Running,
};

use OnboardingStep::{AccountInformation, Card, EmailCode, IdentityNumber as Identity, MobileNumber};

async fn missing(world: &Running, account: &str) -> Vec<OnboardingStep> {
    let request = GetOnboardingRequest { account: account.to_owned() };
    let answer = world.accounts().get_onboarding(request).await.unwrap().into_inner();
    answer.missing_steps().collect()
}

async fn update(world: &Running, account: Account, paths: &[&str]) -> Result<Account, Status> {
    let paths = paths.iter().map(|&path| path.to_owned()).collect();
    let request = UpdateAccountRequest {
        account: Some(account),
        update_mask: Some(FieldMask { paths }),
        request_id: request_id(),
    };
    Ok(world.accounts().update_account(request).await?.into_inner().account.expect("an account"))
}

fn named(account: &str) -> Account {
    Account { name: account.to_owned(), ..Account::default() }
}

acceptance!(h1_until_all_is_there_an_account_can_only_view, |world| {
    let account = world.registered(HUAWEI, "SG", "USD").await;
    assert_eq!(missing(&world, &account).await, [MobileNumber, AccountInformation, Card]);
    let invoice = world.invoice(&account, "USD 5.00").await;
    let incomplete = "H1 ONBOARDING_INCOMPLETE";
    let refusal = refused(world.try_link(&account, VISA).await);
    refusal.is_by_rules(&[incomplete, incomplete]);
    assert_eq!(refusal.fact("missing_steps"), "MOBILE_NUMBER,ACCOUNT_INFORMATION");
    let refusal = refused(world.send_pay(pay_request(&account, &[&invoice])).await);
    refusal.is_by_rules(&[incomplete, incomplete, incomplete]);
    assert_eq!(refusal.fact("missing_steps"), "MOBILE_NUMBER,ACCOUNT_INFORMATION,CARD");
    assert!(world.methods_of(&account).await.is_empty());

    world.prove(&account, mobile_number("SG")).await;
    assert_eq!(missing(&world, &account).await, [AccountInformation, Card]);
    refused(world.try_link(&account, VISA).await).is_by_rules(&[incomplete]);
    world.accounts().update_account(individual_request(&account, "SG")).await.unwrap();
    assert_eq!(missing(&world, &account).await, [Card]);
    refused(world.send_pay(pay_request(&account, &[&invoice])).await).is_by_rules(&[incomplete]);
    world.active(&account, VISA).await;
    assert!(missing(&world, &account).await.is_empty());
    world.pay(&account, &[&invoice]).await;
    let account = world.get_account(&account).await;
    assert_eq!((account.account_type(), account.state()), (CustomerType::Individual, AccountState::Active));
});

acceptance!(h1_a_program_that_asks_for_nothing_is_done_at_once, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    assert!(missing(&world, &account).await.is_empty());
});

acceptance!(h2_an_email_code_comes_first_unless_registered_within_ten_minutes, |world| {
    let mut clock = world.clock_at("2099-01-01T00:00:00Z").await;
    // It was registered on the system's clock, long before this one's time.
    let old = world.registered(HUAWEI, "SG", "USD").await;
    world.attach(&old, &clock).await;
    assert_eq!(missing(&world, &old).await, [EmailCode, MobileNumber, AccountInformation, Card]);
    let refusal = refused(world.send_code(&old, mobile_number("SG")).await);
    refusal.is_by_rules(&["H2 ONBOARDING_INCOMPLETE"]);
    world.prove(&old, "ada@example.com").await;
    world.prove(&old, mobile_number("SG")).await;
    assert_eq!(missing(&world, &old).await, [AccountInformation, Card]);
    world.advance(&mut clock, SignedDuration::from_hours(1)).await;
    assert_eq!(missing(&world, &old).await, [AccountInformation, Card]);
});

acceptance!(h4_a_profile_is_of_a_person_or_a_company_and_names_all_that_is_wrong, |world| {
    let account = world.registered(HUAWEI, "SG", "USD").await;
    let company = EnterpriseProfile {
        name: "Analytical Engines".to_owned(),
        address: Some(address()),
        contact_name: "Ada Lovelace".to_owned(),
        contact_position: "Countess".to_owned(),
        industry: "Computing".to_owned(),
    };
    let with = |company: &EnterpriseProfile| Account {
        profile: Some(Profile::Enterprise(company.clone())),
        ..named(&account)
    };
    let changed = update(&world, with(&company), &["enterprise"]).await.unwrap();
    assert_eq!(changed.account_type(), CustomerType::Enterprise);
    assert_eq!(changed.profile, Some(Profile::Enterprise(company.clone())));

    let mut wrong = EnterpriseProfile {
        name: String::new(),
        contact_name: "x".repeat(201),
        contact_position: "4242 4242 4242 4242".to_owned(),
        ..company
    };
    wrong.address.as_mut().unwrap().city = String::new();
    refused(update(&world, with(&wrong), &["enterprise"]).await).is_bad_input(
        "INVALID_FIELD",
        &[
            "account.enterprise.name",
            "account.enterprise.contact_name",
            "account.enterprise.contact_position",
            "account.enterprise.address.city",
        ],
    );
    refused(update(&world, with(&wrong), &["individual"]).await)
        .is_bad_input("INVALID_FIELD", &["account.individual"]);
    assert_eq!(world.get_account(&account).await.profile, changed.profile);
});

acceptance!(a1_country_and_program_never_change, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let moved = Account { region_code: "US".to_owned(), ..named(&account) };
    for paths in [&["region_code"][..], &["program"], &["name"], &["create_time"], &[]] {
        refused(update(&world, moved.clone(), paths).await).is_bad_input("INVALID_FIELD", &["update_mask"]);
    }
    let shown = world.get_account(&account).await;
    assert_eq!((shown.region_code.as_str(), shown.region_group.as_str()), ("SG", "other"));
    assert!(shown.create_time.is_some());
});

acceptance!(h16_the_currency_can_be_changed_and_open_bills_keep_theirs, |world| {
    let account = world.account(HUAWEI, "SG", "USD").await;
    world.active(&account, VISA).await;
    let bill = world.invoice(&account, "USD 5.00").await;
    let wanted = |code: &str| Account { currency_code: code.to_owned(), ..named(&account) };
    let changed = update(&world, wanted("SGD"), &["currency_code"]).await.unwrap();
    assert_eq!(changed.currency_code, "SGD");
    assert_eq!(world.get_invoice(&bill).await.amount, Some(money("USD 5.00")));
    let paid = world.pay(&account, &[&bill]).await;
    assert_eq!(paid.amount, Some(money("USD 5.00")));
    refused(update(&world, wanted("KRW"), &["currency_code"]).await)
        .is_bad_input("CURRENCY_NOT_OFFERED", &["account.currency_code"]);
    refused(update(&world, wanted("dollars"), &["currency_code"]).await)
        .is_bad_input("INVALID_FIELD", &["account.currency_code"]);
});

fn identity(account: &str, kind: IdentityNumberType, number: &str) -> Account {
    let identity =
        IdentityNumber { r#type: kind.into(), number: number.to_owned(), check_digit_wrong: false };
    Account { identity_number: Some(identity), ..named(account) }
}

acceptance!(h7_chile_asks_for_an_identity_number, |world| {
    let account = world.registered(HUAWEI, "CL", "CLP").await;
    assert_eq!(missing(&world, &account).await, [MobileNumber, AccountInformation, Identity, Card]);
    let field = &["account.identity_number.number"];
    for (kind, number) in [
        (IdentityNumberType::Rut, "8148691"),
        (IdentityNumberType::Rut, "81486x1-3"),
        (IdentityNumberType::Otro, "1234"),
        (IdentityNumberType::Otro, "123456789012345678901"),
    ] {
        let answer = update(&world, identity(&account, kind, number), &["identity_number"]).await;
        refused(answer).is_bad_input("INVALID_FIELD", field);
    }
    // The document's own example: its check digit is wrong, which is marked.
    let marked = identity(&account, IdentityNumberType::Rut, "8148691-0");
    let marked = update(&world, marked, &["identity_number"]).await.unwrap().identity_number.unwrap();
    assert_eq!((marked.number.as_str(), marked.check_digit_wrong), ("8148691-0", true));
    let right = identity(&account, IdentityNumberType::Rut, "8.148.691-3");
    let right = update(&world, right, &["identity_number"]).await.unwrap().identity_number.unwrap();
    assert_eq!((right.number.as_str(), right.check_digit_wrong), ("8148691-3", false));
    let other = identity(&account, IdentityNumberType::Otro, "AB123");
    update(&world, other, &["identity_number"]).await.unwrap();
    assert_eq!(missing(&world, &account).await, [MobileNumber, AccountInformation, Card]);

    let elsewhere = world.registered(HUAWEI, "SG", "USD").await;
    let not_asked = identity(&elsewhere, IdentityNumberType::Rut, "8148691-3");
    refused(update(&world, not_asked, &["identity_number"]).await)
        .is_bad_input("INVALID_FIELD", &["account.identity_number"]);
});

fn enforcing() -> Options {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/programs/huawei-cloud-intl.toml");
    let text = std::fs::read_to_string(shipped).unwrap();
    let text = text.replace("rut_check_digit = \"WARN\"", "rut_check_digit = \"ENFORCE\"");
    Options::new().rule_file("huawei-cloud-intl.toml", text)
}

acceptance!(h7_a_program_may_refuse_a_wrong_check_digit, enforcing(), |world| {
    let account = world.create_account(account_request(HUAWEI, "CL", "CLP")).await.unwrap().name;
    let wrong = identity(&account, IdentityNumberType::Rut, "8148691-0");
    refused(update(&world, wrong, &["identity_number"]).await)
        .is_bad_input("INVALID_FIELD", &["account.identity_number.number"]);
});
