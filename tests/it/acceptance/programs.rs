//! Programs are data: checked at the start, served without new code (C1), and routed by rule (C12).

use std::fs;

use bursar::proto::v1::PaymentMethodState;

use crate::support::{
    given::{ALIBABA, AWS, HUAWEI, JCB, VISA, account_request, pay_request},
    options::{Options, shipped},
    process::run,
    refusal::refused,
};

/// Alibaba's rules under another name, changed line by line.
fn fourth(id: &str, change: impl Fn(&str) -> String) -> String {
    let named = |line: &str| if line.starts_with("id = ") { format!("id = {id:?}") } else { change(line) };
    shipped("alibaba-cloud-intl.toml").lines().map(|line| named(line) + "\n").collect()
}

/// Checks a file as whoever wrote it would, and answers whether it is good and what was said.
async fn check(text: &str) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("fourth.toml");
    fs::write(&file, text).unwrap();
    let arguments = ["program".to_owned(), "check".to_owned(), file.display().to_string()];
    let output = run(&arguments).await;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).unwrap().replace(&folder.path().display().to_string(), "");
    (output.status.success(), said)
}

#[tokio::test]
async fn c1_a_good_program_file_passes_its_check() {
    for name in ["alibaba-cloud-intl.toml", "aws-inc.toml", "huawei-cloud-intl.toml"] {
        let (good, said) = check(&shipped(name)).await;
        assert!(good, "{name}: {said}");
    }
    let (good, said) = check(&fourth("fourth", str::to_owned)).await;
    assert!(good, "{said}");
}

#[tokio::test]
async fn c1_an_error_names_file_line_key_and_what_was_expected() {
    #[rustfmt::skip]
    let table = [
        // line of the good file             instead                          key                                  expected
        ("mode = \"HOLD_THEN_RELEASE\"",     "mode = \"HOLD_FOR_EVER\"",      "edition[0].verification.mode",      "HOLD_THEN_RELEASE"),
        ("amount_usd = \"1.00\"",            "amount_usd = 1.00",             "edition[0].verification.amount_usd", "expected"),
        ("country = \"CN\"",                 "country = \"XX\"",              "edition[0].cards.refused_issuers[0].country", "expected"),
        ("challenge_lifetime = \"15m\"",     "challenge_lifetime = \"soon\"", "edition[0].verification.challenge_lifetime", "expected"),
        ("JCB = [\"other\"]",                "JCB = [\"elsewhere\"]",         "edition[0].cards.brands.JCB",       "elsewhere"),
        ("first_becomes_default = true",     "first_becomes_fallback = true",  "first_becomes_default",             "expected"),
        ("time_zone = \"Asia/Singapore\"",   "time_zone = \"Mars/Olympus\"",  "time_zone",                         "expected"),
        ("from = 2026-01-12",                "from = \"yesterday\"",          "edition[0].from",                   "expected"),
        ("provider = \"sandbox\"",           "provider = 7",                  "edition[0].kyc.provider",           "expected"),
    ];
    for (good, bad, key, expected) in table {
        let text = fourth("fourth", |line| if line == good { bad.to_owned() } else { line.to_owned() });
        let line =
            1 + text.lines().position(|line| line == bad).unwrap_or_else(|| panic!("no line {good:?}"));
        let (passed, said) = check(&text).await;
        assert!(!passed, "{bad}: {said}");
        let named =
            |said: &&str| said.contains("fourth.toml:") && said.contains(key) && said.contains(expected);
        let found = said.lines().find(named).unwrap_or_else(|| panic!("{bad}: {said}"));
        // A key that is missing has no line of its own; a key that nobody knows has.
        let anywhere = bad.contains("fallback");
        assert!(anywhere || found.contains(&format!("fourth.toml:{line}:")), "line {line}, {bad}: {found}");
    }
    // What isn't TOML has a line, too, and all that is wrong is told at once.
    let (passed, said) = check("id = \"fourth\"\nseller = \n").await;
    assert!(!passed && said.contains("fourth.toml:2:"), "{said}");
    let (passed, said) = check("id = \"fourth\"\nseller = 7\ntime_zone = \"Mars\"\n").await;
    assert!(!passed && said.contains("fourth.toml:2:") && said.contains("fourth.toml:3:"), "{said}");
    // No file at all.
    let arguments = ["program", "check", "/no/such/file.toml"].map(str::to_owned);
    let output = run(&arguments).await;
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("/no/such/file.toml"));
}

#[tokio::test]
async fn c1_a_server_does_not_start_on_a_program_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["exchange-rates.csv", "iin.csv", "decline-codes.csv"] {
        fs::write(folder.path().join(name), shipped(name)).unwrap();
    }
    let text = fourth("fourth", |line| line.replace("HOLD_THEN_RELEASE", "HOLD_FOR_EVER"));
    fs::write(folder.path().join("fourth.toml"), text).unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let arguments = [
        "serve".to_owned(),
        "--database-url".to_owned(),
        format!("sqlite:{}", path("bursar.db")),
        "--grpc-address".to_owned(),
        "127.0.0.1:0".to_owned(),
        "--pages-address".to_owned(),
        "127.0.0.1:0".to_owned(),
        "--key-file".to_owned(),
        path("bursar.key"),
        "--programs".to_owned(),
        folder.path().display().to_string(),
    ];
    let output = run(&arguments).await;
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("fourth.toml:") && said.contains("verification.mode"), "{said}");
    assert!(output.stdout.is_empty(), "it said that it was ready");
}

acceptance!(c1_three_programs_ship, |world| {
    for (program, edition) in [(ALIBABA, "2026-01-12"), (AWS, "2026-01-01"), (HUAWEI, "2022-05-18")] {
        let account = world.account(program, "SG", "USD").await;
        let method = world.link(&account, VISA).await;
        assert_eq!(method.program_version, format!("{program}@{edition}"));
        assert_eq!(world.verification(&method.verification).await.program_version, method.program_version);
    }
});

/// Alibaba's rules, but JCB everywhere, and other ones from 2030 on.
fn with_fourth() -> Options {
    let first = fourth("northern-light", |line| line.replace("JCB = [\"other\"]", "JCB = \"everywhere\""));
    let (_, rules) = first.split_once("\n[[edition]]\n").unwrap();
    let later = rules
        .replace("from = 2026-01-12", "from = 2030-01-01")
        .replace("ALIBABACLOUD.COM", "NORTHERN LIGHT")
        .replace("JCB = \"everywhere\"\n", "");
    Options::new().rule_file("northern-light.toml", format!("{first}\n[[edition]]\n{later}"))
}

acceptance!(c1_a_fourth_program_needs_a_new_file_and_no_new_code, with_fourth(), |world| {
    // Its own rules hold for it, and only for it.
    let account = world.account("northern-light", "US", "USD").await;
    let method = world.active(&account, JCB).await;
    assert_eq!(world.method(&method).await.program_version, "northern-light@2026-01-12");
    let account = world.account(ALIBABA, "US", "USD").await;
    refused(world.try_link(&account, JCB).await).is_by_rules(&["A2 CARD_BRAND_NOT_SUPPORTED"]);

    let account = world.account("northern-light", "SG", "USD").await;
    world.active(&account, VISA).await;
    let payment = world.pay(&account, &[&world.invoice(&account, "USD 5.00").await]).await;
    assert_eq!(payment.program_version, "northern-light@2026-01-12");
});

acceptance!(c1_rules_hold_from_their_date_on, with_fourth(), |world| {
    let mut clock = world.clock_at("2029-12-31T12:00:00Z").await;
    let account = world.account_on(&clock, "northern-light", "US", "USD").await;
    let before = world.active(&account, JCB).await;
    assert_eq!(world.method(&before).await.program_version, "northern-light@2026-01-12");

    // In Singapore, where the program reckons its days, 2030 begins at 16:00 UTC.
    world.advance(&mut clock, jiff::SignedDuration::from_hours(3)).await;
    let payment = world.pay(&account, &[&world.invoice(&account, "USD 5.00").await]).await;
    assert_eq!(payment.program_version, "northern-light@2026-01-12");
    world.advance(&mut clock, jiff::SignedDuration::from_hours(2)).await;
    refused(world.try_link(&account, "3530111333300000").await).is_by_rules(&["A2 CARD_BRAND_NOT_SUPPORTED"]);
    // What was linked before stays, and names what it was decided under.
    assert_eq!(world.method(&before).await.state(), PaymentMethodState::Active);
    assert_eq!(world.method(&before).await.program_version, "northern-light@2026-01-12");
    let payment = world.pay(&account, &[&world.invoice(&account, "USD 5.00").await]).await;
    assert_eq!(payment.program_version, "northern-light@2030-01-01");
    let charges: Vec<String> =
        world.ledger().await.into_iter().filter(|line| line.starts_with("CHARGE")).collect();
    assert_eq!(charges.len(), 2);
    assert!(charges[0].contains("ALIBABACLOUD.COM") && charges[1].contains("NORTHERN LIGHT"), "{charges:?}");
});

/// A program whose only route serves payments in dollars below a thousand, with Visa.
fn with_narrow_route() -> Options {
    let route =
        "provider = \"sandbox\"\ncurrencies = [\"USD\"]\nbrands = [\"VISA\"]\namount_below = \"USD 1000.00\"";
    let (head, anywhere) = ("[[edition.routes]]\n", "provider = \"sandbox\"");
    let text =
        fourth("narrow", str::to_owned).replace(&format!("{head}{anywhere}"), &format!("{head}{route}"));
    Options::new().rule_file("narrow.toml", text)
}

acceptance!(c12_what_no_route_serves_is_refused, with_narrow_route(), |world| {
    let account = world.account("narrow", "SG", "USD").await;
    world.active(&account, VISA).await;
    let served = world.invoice(&account, "USD 999.99").await;
    let payment = world.pay(&account, &[&served]).await;
    assert_eq!(payment.attempts[0].provider, "sandbox");

    for amount in ["USD 1000.00", "EUR 5.00"] {
        let invoice = world.invoice(&account, amount).await;
        let refusal = refused(world.send_pay(pay_request(&account, &[&invoice])).await);
        refusal.is_by_rules(&["C12 NO_ROUTE"]);
        assert_eq!(refusal.fact("currency_code"), &amount[..3]);
    }

    // Nor is a card linked that could not be verified: nothing is held, nothing is claimed.
    for (currency, number) in [("EUR", "4111111111111111"), ("USD", "5555555555554444")] {
        let account = world.account("narrow", "SG", currency).await;
        refused(world.try_link(&account, number).await).is_by_rules(&["C12 NO_ROUTE"]);
        assert_eq!(world.methods_of(&account).await, []);
    }
    let account = world.create_account(account_request("narrow", "US", "USD")).await.unwrap().name;
    world.active(&account, "4111111111111111").await;
});
