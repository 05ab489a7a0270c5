//! Methods once they are linked: expiry, another expiry, unlinking.

use super::given;

const ALI: &str = "alibaba-cloud-intl SG USD";
const HUAWEI: &str = "huawei-cloud-intl SG USD";
const ONE: &str = "link 1; 1 approved; 1 approved";
const TWO: &str = "link 1; 1 approved; 1 approved; link 2; 2 approved; 2 approved";

/// The last day of the month is the card's, in the program's time zone (UTC+8).
#[test]
fn a24_a33_a_card_expires_and_stays_the_default() {
    given(
        ALI,
        "link 1 08/2026; 1 approved; 1 approved; +387h; +59m; +59s",
        "
        1 expires     => nothing
        +1s           => 2026-08-31T16:00:00Z
        1 expires     => payment_method expired
        1 expires     => nothing
        show 1        => EXPIRED default held 08/2026
        unlink 1      => refused METHOD_IS_DEFAULT A24
        ",
    );
}

#[test]
fn a23_the_default_stays_while_there_is_another_and_others_go() {
    given(
        ALI,
        TWO,
        "
        unlink 1      => refused METHOD_IS_DEFAULT A23
        unlink 2      => payment_method unlinked; claim released
        unlink 2      => nothing
        unlink 1      => payment_method unlinked; claim released; account default_changed
        show 1        => UNLINKED 12/2030
        ",
    );
}

#[test]
fn a23_an_expired_card_goes_whatever_is_owed() {
    given(
        ALI,
        "link 1; 1 approved; 1 approved; link 2 08/2026; 2 approved; 2 approved; running 1; +2000h; 2 expires",
        "
        unlink 2      => payment_method unlinked; claim released
        ",
    );
}

#[test]
fn a24_the_only_active_card_stays_while_anything_is_owed() {
    given(
        ALI,
        ONE,
        "
        running 1          => account obligations_reported
        unlink 1           => refused METHOD_IS_ONLY_ACTIVE A24
        running 0          => account obligations_reported
        invoice i1 USD 10 +1h => invoice created
        unlink 1           => refused METHOD_IS_ONLY_ACTIVE A24
        +2h                => 2026-08-15T14:00:00Z
        unlink 1           => refused METHOD_IS_ONLY_ACTIVE A24
        void i1            => invoice voided
        unlink 1           => payment_method unlinked; claim released; account default_changed
        ",
    );
}

/// Another card helps only if it can pay.
#[test]
fn a24_a_card_that_is_not_active_is_no_other() {
    given(
        ALI,
        "link 1; 1 approved; 1 approved; link 2; running 1",
        "
        unlink 1      => refused METHOD_IS_ONLY_ACTIVE A24
        2 approved    => verification check=Approved succeeded release_started; payment_method activated;
                         link_attempt succeeded; perform 2
        unlink 1      => refused METHOD_IS_DEFAULT A23
        default 2     => account default_changed
        unlink 1      => payment_method unlinked; claim released
        ",
    );
}

#[test]
fn h15_the_default_never_goes_and_others_do_whatever_is_owed() {
    given(
        HUAWEI,
        TWO,
        "
        unlink 1           => refused METHOD_IS_DEFAULT H15
        invoice i1 USD 10  => invoice created
        unlink 2           => payment_method unlinked; claim released
        unlink 1           => refused METHOD_IS_DEFAULT H15
        ",
    );
}

#[test]
fn c8_a_card_with_a_payment_under_way_stays_and_every_reason_is_named() {
    given(
        ALI,
        "link 1; 1 approved; 1 approved; link 2; 2 approved; 2 approved; invoice i1 USD 10; pay p1 i1",
        "
        unlink 1      => refused METHOD_HAS_OPEN_PAYMENT C8, METHOD_IS_DEFAULT A23
        p1 approved   => payment attempt=Approved succeeded; invoice paid
        default 2     => account default_changed
        unlink 1      => payment_method unlinked; claim released
        ",
    );
}

#[test]
fn c4_what_is_being_verified_is_cancelled_not_unlinked() {
    given(
        ALI,
        "link 1",
        "
        unlink 1      => refused VERIFICATION_IN_PROGRESS H14
        cancel 1      => verification check=Cancelling; cancel 1
        1 withdrawn   => verification check=Cancelled cancelled; payment_method failed; link_attempt failed;
                         claim released link_failed; account link_failed
        unlink 1      => refused METHOD_NOT_ACTIVE C4
        unlink 9      => refused RESOURCE_NOT_FOUND
        ",
    );
}

#[test]
fn h14_another_expiry_is_verified_and_until_then_the_old_one_stands() {
    given(
        HUAWEI,
        ONE,
        "
        expiry 1 11/2032   => payment_method verification_restarted; verification started; perform 1
        asked 1            => charge USD 1.00 HUAWEI CLOUD Mandated
        show 1             => ACTIVE default held 12/2030
        expiry 1 10/2033   => refused VERIFICATION_IN_PROGRESS H14
        unlink 1           => refused VERIFICATION_IN_PROGRESS H14
        1 action           => verification check=ActionRequired
        show 1             => ACTIVE default held 12/2030
        1 approved         => verification check=Approved succeeded release_started; payment_method expiry_changed;
                              perform 2
        show 1             => ACTIVE default held 11/2032
        ",
    );
}

#[test]
fn h14_c15_a_new_expiry_that_fails_changes_nothing_about_the_card() {
    let stage = given(
        HUAWEI,
        ONE,
        "
        expiry 1 11/2032   => payment_method verification_restarted; verification started; perform 1
        1 declined 54      => verification check=Declined failed; account link_failed; claim link_failed
        show 1             => ACTIVE default held 12/2030
        history 1          => SUCCEEDED
        expiry 1 11/2033   => payment_method verification_restarted; verification started; perform 1
        cancel 1           => verification check=Cancelling; cancel 1
        1 withdrawn        => verification check=Cancelled cancelled; account link_failed; claim link_failed
        show 1             => ACTIVE default held 12/2030
        ",
    );
    assert_eq!(stage.world('a').account().unwrap().link_failures.len(), 2);
}

#[test]
fn h14_an_expired_card_comes_back_with_a_new_expiry() {
    given(
        ALI,
        "link 1 08/2026; 1 approved; 1 approved; +2000h; 1 expires",
        "
        expiry 1 11/2032   => payment_method verification_restarted; verification started; perform 1
        show 1             => EXPIRED default held 08/2026
        1 approved         => verification check=Approved succeeded release_started; payment_method expiry_changed;
                              perform 2
        show 1             => ACTIVE default held 11/2032
        1 expires          => nothing
        ",
    );
}

#[test]
fn h14_only_a_linked_card_gets_another_expiry() {
    given(
        ALI,
        "link 1; link 2; 2 declined 05; link 3; 3 approved; 3 approved; unlink 3",
        "
        expiry 1 11/2032   => refused METHOD_NOT_ACTIVE H14
        expiry 2 11/2032   => refused METHOD_NOT_ACTIVE H14
        expiry 3 11/2032   => refused METHOD_NOT_ACTIVE H14
        expiry 9 11/2032   => refused RESOURCE_NOT_FOUND
        ",
    );
}
