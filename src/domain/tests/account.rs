//! Accounts: registration, obligations, the default method.

use super::{play, stage::Stage, told::told};
use crate::domain::command::{Command, CreateAccount};

/// What comes of registering with a program.
fn register(program: &str, country: &str, currency: &str, name_length: usize) -> String {
    let mut stage = Stage::new(&format!("{program} SG USD"));
    let id = stage.world('a').account().unwrap().id;
    stage.worlds.get_mut(&'a').unwrap().entities.clear();
    let create = CreateAccount {
        id,
        program: stage.program.id.clone(),
        country: country.parse().unwrap(),
        currency: currency.parse().unwrap(),
        display_name: "é".repeat(name_length),
    };
    let told = told(&stage.apply('a', &Command::CreateAccount(create)));
    match stage.world('a').account() {
        Some(account) => format!("{told} in {}", account.region.as_str()),
        None => told,
    }
}

#[test]
fn c2_a1_registration_names_everything_that_does_not_fit() {
    const COUNTRY: &str = "COUNTRY_NOT_SERVED account.region_code";
    const CURRENCY: &str = "CURRENCY_NOT_OFFERED account.currency_code";
    const NAME: &str = "INVALID_FIELD account.display_name";
    #[rustfmt::skip]
    let cases = [
        ("alibaba-cloud-intl", "US", "USD", 128, "account created in united-states".to_owned()),
        ("alibaba-cloud-intl", "DE", "EUR",   0, "account created in european-union".to_owned()),
        ("alibaba-cloud-intl", "GB", "GBP",   3, "account created in europe-outside-union".to_owned()),
        ("alibaba-cloud-intl", "MY", "MYR",   3, "account created in malaysia".to_owned()),
        ("alibaba-cloud-intl", "SG", "SGD",   3, "account created in other".to_owned()),
        ("huawei-cloud-intl",  "CL", "CLP",   3, "account created in chile".to_owned()),
        ("aws-inc",            "CN", "CNY",   3, "account created in china".to_owned()),
        ("huawei-cloud-intl",  "CN", "USD",   3, format!("refused {COUNTRY}")),
        ("alibaba-cloud-intl", "SG", "BRL",   3, format!("refused {CURRENCY}")),
        ("alibaba-cloud-intl", "SG", "SGD", 129, format!("refused {NAME}")),
        ("huawei-cloud-intl",  "CN", "JPY", 129, format!("refused {COUNTRY}, {CURRENCY}, {NAME}")),
    ];
    for (program, country, currency, name_length, expected) in cases {
        assert_eq!(register(program, country, currency, name_length), expected, "{program} {country}");
    }
}

/// Made anew, an account would lose its default and its counters.
#[test]
fn c7_an_account_is_made_once() {
    let mut stage = Stage::new("alibaba-cloud-intl SG USD");
    let account = stage.world('a').account().unwrap().clone();
    let create = CreateAccount {
        id: account.id,
        program: account.program.clone(),
        country: account.country,
        currency: account.currency,
        display_name: "another".to_owned(),
    };
    assert_eq!(told(&stage.apply('a', &Command::CreateAccount(create))), "refused RESOURCE_EXISTS");
    assert_eq!(stage.world('a').account(), Some(&account));
}

#[test]
fn a24_obligations_are_as_last_reported() {
    let stage = play(
        "alibaba-cloud-intl SG USD",
        "
        running 2   => account obligations_reported
        running 0   => account obligations_reported
        running 7   => account obligations_reported
        running -1  => refused INVALID_FIELD running_resource_count
        ",
    );
    assert_eq!(stage.world('a').account().unwrap().running_resources, 7);
}

#[test]
fn a14_a22_the_default_is_the_first_active_card_and_then_whichever_is_chosen() {
    play(
        "alibaba-cloud-intl SG USD",
        "
        link 1        => claim taken; link_attempt made; payment_method linked; verification started; perform 1
        link 2        => claim taken; link_attempt made; payment_method linked; verification started; perform 1
        default 1     => refused METHOD_NOT_ACTIVE A22
        2 approved    => verification check=Approved succeeded release_started; payment_method activated;
                         link_attempt succeeded; account default_changed; perform 2
        1 approved    => verification check=Approved succeeded release_started; payment_method activated;
                         link_attempt succeeded; perform 2
        show 1        => ACTIVE held 12/2030
        show 2        => ACTIVE default held 12/2030
        default 1     => account default_changed
        default 1     => nothing
        show 1        => ACTIVE default held 12/2030
        show 2        => ACTIVE held 12/2030
        default 3     => refused RESOURCE_NOT_FOUND
        ",
    );
}

/// The instant counts, not the timer that tells of it.
#[test]
fn a22_a_card_past_its_expiry_does_not_become_default() {
    play(
        "alibaba-cloud-intl SG USD",
        "
        link 1          => claim taken; link_attempt made; payment_method linked; verification started; perform 1
        1 approved      => verification check=Approved succeeded release_started; payment_method activated;
                           link_attempt succeeded; account default_changed; perform 2
        link 2 08/2026  => claim taken; link_attempt made; payment_method linked; verification started; perform 1
        2 approved      => verification check=Approved succeeded release_started; payment_method activated;
                           link_attempt succeeded; perform 2
        +396h           => 2026-09-01T00:00:00Z
        show 2          => ACTIVE held 08/2026
        default 2       => refused METHOD_NOT_ACTIVE A22
        2 expires       => payment_method expired
        default 2       => refused METHOD_NOT_ACTIVE A22
        ",
    );
}
