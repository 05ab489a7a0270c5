//! Verifications: the three modes, the challenge, every way to fail, and what was taken goes back.

use super::{given, play, script::play_on, stage::Stage};

const ALI: &str = "alibaba-cloud-intl SG USD";

#[test]
fn a13_h6_the_three_modes_in_the_accounts_currency() {
    #[rustfmt::skip]
    let cases = [
        ("alibaba-cloud-intl SG USD", "hold USD 1.00 ALIBABACLOUD.COM IssuerDecides", "release USD 1.00 of 1"),
        ("alibaba-cloud-intl DE EUR", "hold EUR 1.00 ALIBABACLOUD.COM Mandated",      "release EUR 1.00 of 1"),
        ("alibaba-cloud-intl MY MYR", "hold MYR 4.48 ALIBABACLOUD.COM Mandated",      "release MYR 4.48 of 1"),
        ("huawei-cloud-intl SG USD",  "charge USD 1.00 HUAWEI CLOUD Mandated",        "refund USD 1.00 of 1"),
        ("huawei-cloud-intl CL CLP",  "charge CLP 946 HUAWEI CLOUD Mandated",         "refund CLP 946 of 1"),
        ("aws-inc US USD",            "ask AWS IssuerDecides",                        "ask AWS IssuerDecides"),
    ];
    for (who, asked, given_back) in cases {
        let mut stage = Stage::new(who);
        assert_eq!(
            stage.line("link 1"),
            "claim taken; link_attempt made; payment_method linked; verification started; perform 1"
        );
        assert_eq!(stage.line("asked 1"), asked, "{who}");
        stage.line("1 approved");
        assert_eq!(stage.line("show 1"), "ACTIVE default held 12/2030", "{who}");
        assert_eq!(stage.line("asked 1"), given_back, "{who}");
    }
}

#[test]
fn a11_two_failures_make_linking_a_risk() {
    play(
        ALI,
        "
        link 1        => claim taken; link_attempt made; payment_method linked; verification started; perform 1
        asked 1       => hold USD 1.00 ALIBABACLOUD.COM IssuerDecides
        1 declined 05 => verification check=Declined failed; payment_method failed; link_attempt failed;
                         claim released link_failed; account link_failed
        link 2 gift   => refused CARD_GIFT A4; link_attempt made; account link_failed; claim link_failed
        link 3        => claim taken; link_attempt made; payment_method linked; verification started; perform 1
        asked 3       => hold USD 1.00 ALIBABACLOUD.COM Mandated
        link 4 unsecured => refused CARD_THREE_DS_UNAVAILABLE A11; link_attempt made; account link_failed;
                            claim link_failed
        ",
    );
}

#[test]
fn a16_the_challenge_is_the_methods_state_while_it_lasts() {
    given(
        ALI,
        "link 1",
        "
        1 action      => verification check=ActionRequired; message written; payment_method action_required
        show 1        => REQUIRES_ACTION held 12/2030
        1 pending     => verification check=Pending; payment_method action_ended
        show 1        => PENDING_VERIFICATION held 12/2030
        1 approved    => verification check=Approved succeeded release_started; message closed; payment_method activated;
                         link_attempt succeeded; account default_changed; perform 2
        ",
    );
}

#[test]
fn a16_an_unfinished_challenge_ends_by_the_providers_word() {
    given(
        ALI,
        "link 1; 1 action",
        "
        +14m          => 2026-08-15T12:14:00Z
        1 timer       => nothing
        +1m           => 2026-08-15T12:15:00Z
        1 timer       => verification check=Cancelling; payment_method action_ended; cancel 1
        1 unknown     => verification check=CancelUnknown
        +1s           => 2026-08-15T12:15:01Z
        1 timer       => verification check=Cancelling; cancel 1
        1 withdrawn   => verification check=Cancelled expired; message closed; payment_method failed; link_attempt failed;
                         claim released link_failed; account link_failed
        show 1        => FAILED ChallengeNotCompleted 12/2030
        ",
    );
}

/// The customer was faster than the withdrawal.
#[test]
fn c8_an_approval_wins_over_giving_up() {
    given(
        ALI,
        "link 1; 1 action; +15m; 1 timer",
        "
        1 approved    => verification check=Approved succeeded release_started; message closed; payment_method activated;
                         link_attempt succeeded; account default_changed; perform 2
        ",
    );
}

#[test]
fn c6_every_way_to_fail_is_data() {
    #[rustfmt::skip]
    let cases = [
        ("1 declined 51",  "FAILED Declined { code: \"51\" } 12/2030"),
        ("1 failed",       "FAILED ChallengeFailed 12/2030"),
        ("1 abandoned",    "FAILED ChallengeAbandoned 12/2030"),
        ("1 refused",      "FAILED ProviderRefused 12/2030"),
    ];
    for (says, shown) in cases {
        let mut stage = given(ALI, "link 1", "");
        stage.line(says);
        assert_eq!(stage.line("show 1"), shown, "{says}");
        assert_eq!(stage.line("history 1"), "FAILED", "{says}");
    }
}

#[test]
fn c4_a_verification_is_cancelled_once_and_only_while_it_waits() {
    given(
        ALI,
        "link 1; link 2; 2 approved",
        "
        cancel 1      => verification check=Cancelling; cancel 1
        cancel 1      => nothing
        1 withdrawn   => verification check=Cancelled cancelled; payment_method failed; link_attempt failed;
                         claim released link_failed; account link_failed
        cancel 1      => refused VERIFICATION_NOT_OPEN C4
        cancel 2      => refused VERIFICATION_NOT_OPEN C4
        cancel 9      => refused RESOURCE_NOT_FOUND
        show 1        => FAILED Cancelled 12/2030
        ",
    );
}

/// Nobody was asked yet, so there is nobody to withdraw it from.
#[test]
fn c8_what_was_never_sent_is_cancelled_at_once() {
    given(
        ALI,
        "link 1; 1 unreached",
        "
        cancel 1      => verification check=Cancelled cancelled; payment_method failed; link_attempt failed;
                         claim released
        ",
    );
}

#[test]
fn c8_what_an_adapter_cannot_withdraw_is_waited_for() {
    let mut stage = Stage::new(ALI);
    stage.policy.can_cancel = false;
    play_on(
        &mut stage,
        "
        link 1        => claim taken; link_attempt made; payment_method linked; verification started; perform 1
        cancel 1      => refused PAYMENT_NOT_CANCELLABLE C8
        show 1        => PENDING_VERIFICATION held 12/2030
        1 approved    => verification check=Approved succeeded release_started; payment_method activated; link_attempt succeeded; account default_changed; perform 2
        1 approved    => verification release=Approved released
        ",
    );
}

/// A13, I5: what was taken goes back, however long the provider is away.
#[test]
fn a13_a_release_is_never_given_up() {
    let mut stage = given(ALI, "link 1; 1 approved", "");
    for round in 0..200 {
        assert_eq!(stage.line("1 unreached"), "verification release=NotSent", "round {round}");
        stage.line("+1m");
        assert_eq!(stage.line("1 timer"), "verification release=Sending; perform 2", "round {round}");
    }
    play_on(
        &mut stage,
        "
        1 approved    => verification release=Approved released
        1 timer       => nothing
        ",
    );
}

#[test]
fn a13_a_release_in_doubt_is_asked_about_and_repeated_with_its_own_key() {
    given(
        ALI,
        "link 1; 1 approved",
        "
        1 unknown     => verification release=Unknown
        +1m           => 2026-08-15T12:01:00Z
        1 timer       => verification release=Inquiring; inquire 2
        1 missing     => verification release=Sending; perform 2
        1 approved    => verification release=Approved released
        ",
    );
}

#[test]
fn a13_a_release_that_is_refused_calls_a_person() {
    for says in ["1 refused", "1 declined 05"] {
        let mut stage = given(ALI, "link 1; 1 approved", "");
        let told = stage.line(says);
        assert!(told.ends_with("release_review_needed"), "{told}");
        assert_eq!(stage.line("show 1"), "ACTIVE default held 12/2030");
    }
}

/// The card can be unlinked while its hold is still being released.
#[test]
fn a13_the_release_goes_on_after_the_card_is_gone() {
    given(
        ALI,
        "link 1; 1 approved; 1 unknown; unlink 1",
        "
        +1m           => 2026-08-15T12:01:00Z
        1 timer       => verification release=Inquiring; inquire 2
        1 approved    => verification release=Approved released
        ",
    );
}

/// I2, I11: the end stays, and the hold that came after it is given back.
#[test]
fn i11_a_hold_that_comes_after_the_end_is_released() {
    given(
        ALI,
        "link 1; 1 declined 05",
        "
        1 notified approved        => verification release_started; perform 2
        1 check notified approved  => nothing
        1 approved           => verification release=Approved released
        show 1               => FAILED Declined { code: \"05\" } 12/2030
        ",
    );
}
