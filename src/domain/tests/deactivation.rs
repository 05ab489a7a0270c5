//! Deactivation and the silent period (A8).

use super::given;

const WHO: &str = "alibaba-cloud-intl SG USD";

#[test]
fn a8_a_deactivated_accounts_cards_are_free_once_the_silent_period_is_over() {
    given(
        WHO,
        "link 1; 1 approved; 1 approved; b: open US USD",
        "
        deactivate        => account deactivated
        deactivate        => nothing
        link 2            => refused ACCOUNT_DEACTIVATED A8
        unlink 1          => refused ACCOUNT_DEACTIVATED A8
        code email a@b.co => refused ACCOUNT_DEACTIVATED A8
        show 1            => ACTIVE default held 12/2030
        b: link 1         => refused CARD_LINKED_ELSEWHERE A8; link_attempt made; account link_failed; claim link_failed
        +359h             => 2026-08-30T11:00:00Z
        account timer     => nothing
        +1h               => 2026-08-30T12:00:00Z
        account timer     => payment_method unlinked; claim released; account default_changed silence_ended
        account timer     => nothing
        show 1            => UNLINKED 12/2030
        b: link 1         => claim taken; link_attempt made; payment_method linked; verification started; perform 1
        ",
    );
}

#[test]
fn a8_what_is_open_keeps_an_account_from_being_deactivated_all_of_it() {
    given(
        WHO,
        "link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1; running 2; link 2",
        "
        deactivate        => refused ACCOUNT_HAS_OPEN_PAYMENT A8, VERIFICATION_IN_PROGRESS A8, ACCOUNT_HAS_OBLIGATIONS A8
        p1 approved       => payment attempt=Approved succeeded; invoice paid
        2 declined 05     => verification check=Declined failed; payment_method failed; link_attempt failed;
                             claim released link_failed; account link_failed
        deactivate        => refused ACCOUNT_HAS_OBLIGATIONS A8
        running 0         => account obligations_reported
        deactivate        => account deactivated
        ",
    );
}
