//! Onboarding (H1, H2, H7): what an account can't do until it is done.

use super::{script::play_on, stage::Stage};

/// An account that was registered and nothing more.
fn registered(who: &str) -> Stage {
    let mut stage = Stage::new(who);
    let world = stage.worlds.get_mut(&'a').unwrap();
    let mut account = world.account().unwrap().clone();
    (account.contacts, account.profile, account.identity) = (Default::default(), None, None);
    let event = crate::domain::account::AccountEvent::Created { account: Box::new(account.clone()) };
    let happened = crate::domain::event::Happened {
        on: account.id.0,
        event: crate::domain::event::Event::Account(event),
    };
    world.apply(&happened).unwrap();
    stage
}

#[test]
fn h1_nothing_is_linked_or_paid_before() {
    play_on(
        &mut registered("huawei-cloud-intl SG USD"),
        "
        invoice i1 USD 5              => invoice created
        link 1                        => refused ONBOARDING_INCOMPLETE H1, ONBOARDING_INCOMPLETE H1
        pay p1 i1                     => refused ONBOARDING_INCOMPLETE H1, ONBOARDING_INCOMPLETE H1, ONBOARDING_INCOMPLETE H1
        code sms +6581234567          => account code_sent; message written; perform 1
        answer sms right              => account contact_proved
        link 1                        => refused ONBOARDING_INCOMPLETE H1
        person                        => account updated
        pay p1 i1                     => refused ONBOARDING_INCOMPLETE H1
        link 1                        => claim taken; link_attempt made; payment_method linked; verification started; perform 1
        pay p1 i1                     => refused ONBOARDING_INCOMPLETE H1
        1 approved                    => verification check=Approved succeeded release_started; payment_method activated;
                                         link_attempt succeeded; account default_changed; perform 2
        pay p1 i1                     => invoice reserved; payment started; perform 1
        ",
    );
}

#[test]
fn h2_the_code_by_email_comes_first_but_just_after_registering() {
    play_on(
        &mut registered("huawei-cloud-intl SG USD"),
        "
        +9m                           => 2026-08-15T12:09:00Z
        code sms +6581234567          => account code_sent; message written; perform 1
        +1m                           => 2026-08-15T12:10:00Z
        code sms +6581234567          => refused ONBOARDING_INCOMPLETE H2
        code email ada@example.com    => account code_sent; message written; perform 1
        answer email right            => account contact_proved
        code sms +6581234567          => account code_sent; message written; perform 1
        ",
    );
}

#[test]
fn h7_in_chile_an_identity_number_is_needed_and_elsewhere_none_is_taken() {
    play_on(
        &mut registered("huawei-cloud-intl CL CLP"),
        "
        person                        => account updated
        code sms +56961234567         => account code_sent; message written; perform 1
        answer sms right              => account contact_proved
        link 1                        => refused ONBOARDING_INCOMPLETE H7
        rut 8148691                   => refused INVALID_FIELD account.identity_number.number
        rut 8148691-0                 => account updated
        link 1                        => claim taken; link_attempt made; payment_method linked; verification started; perform 1
        ",
    );
    play_on(
        &mut registered("huawei-cloud-intl SG USD"),
        "rut 8148691-3                 => refused INVALID_FIELD account.identity_number",
    );
}
