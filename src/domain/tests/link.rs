//! Linking a card: the rules, the claim, the history and its tickets.

use super::{given, play};

const ALI: &str = "alibaba-cloud-intl SG USD";
const HUAWEI: &str = "huawei-cloud-intl SG USD";

#[test]
fn a4_a5_a9_a11_refusals_by_rule_stay_in_the_history_and_count() {
    let stage = play(
        ALI,
        "
        link 1 gift             => refused CARD_GIFT A4; link_attempt made; account link_failed; claim link_failed
        history 1               => REFUSED
        link 2 prepaid domestic => refused CARD_PREPAID A4, CARD_NOT_ENABLED_INTERNATIONALLY A9; link_attempt made;
                                   account link_failed; claim link_failed
        link 3 chinese          => refused CARD_ISSUED_IN_CHINESE_MAINLAND A5; link_attempt made;
                                   account link_failed; claim link_failed
        link 4 unionpay         => refused CARD_UNIONPAY_ONLY A3; link_attempt made; account link_failed;
                                   claim link_failed
        show 1                  => unknown
        ",
    );
    assert_eq!(stage.world('a').methods().count(), 0);
    assert_eq!(stage.world('a').account().unwrap().link_failures.len(), 4);
}

#[test]
fn a2_a11_what_a_region_allows() {
    play(
        "alibaba-cloud-intl MY MYR",
        "
        link 1 jcb       => refused CARD_BRAND_NOT_SUPPORTED A2; link_attempt made; account link_failed;
                            claim link_failed
        link 2 unsecured => refused CARD_THREE_DS_UNAVAILABLE A11; link_attempt made; account link_failed;
                            claim link_failed
        link 3           => claim taken; link_attempt made; payment_method linked; verification started; perform 1
        ",
    );
}

#[test]
fn a8_a_card_belongs_to_one_account_until_it_is_unlinked_there() {
    given(
        ALI,
        "b: open SG USD; link 1",
        "
        b: link 1     => refused CARD_LINKED_ELSEWHERE A8; link_attempt made; account link_failed; claim link_failed
        link 1        => refused CARD_ALREADY_LINKED A8
        1 approved    => verification check=Approved succeeded release_started; payment_method activated;
                         link_attempt succeeded; account default_changed; perform 2
        b: link 1     => refused CARD_LINKED_ELSEWHERE A8; link_attempt made; account link_failed; claim link_failed
        unlink 1      => payment_method unlinked; claim released; account default_changed
        b: link 1     => claim taken; link_attempt made; payment_method linked; verification started; perform 1
        link 1        => refused CARD_LINKED_ELSEWHERE A8; link_attempt made; account link_failed; claim link_failed
        ",
    );
}

#[test]
fn a8_a_link_that_failed_verification_holds_no_claim() {
    given(
        ALI,
        "b: open SG USD; link 1; 1 declined 05",
        "
        show 1        => FAILED Declined { code: \"05\" } 12/2030
        b: link 1     => claim taken; link_attempt made; payment_method linked; verification started; perform 1
        ",
    );
}

/// A verification that a person has to look at may have taken the hold, so the card stays claimed.
#[test]
fn a8_c8_a_link_in_doubt_keeps_its_claim() {
    given(
        ALI,
        "b: open SG USD; link 1; 1 approved 0.50",
        "
        show 1        => PENDING_VERIFICATION held 12/2030
        b: link 1     => refused CARD_LINKED_ELSEWHERE A8; link_attempt made; account link_failed; claim link_failed
        ",
    );
}

#[test]
fn h12_every_attempt_has_its_result_and_a_failed_one_becomes_a_ticket() {
    let stage = given(
        HUAWEI,
        "link 1; 1 declined 05; link 2; link 3; 3 approved",
        "
        history 1                    => FAILED
        history 2                    => PENDING
        history 3                    => SUCCEEDED
        ticket 1 my card is good     => link_attempt ticket_created
        history 1                    => FAILED ticket
        ticket 1 once more           => nothing
        ticket 2 it takes long       => refused LINK_ATTEMPT_NOT_FAILED H12
        ticket 3 it works            => refused LINK_ATTEMPT_NOT_FAILED H12
        ticket 9 which               => refused RESOURCE_NOT_FOUND
        link 1                       => claim taken; link_attempt made; payment_method linked;
                                        verification started; perform 1
        history 1                    => PENDING
        ",
    );
    let tickets = stage.world('a').entities.values().filter(|entity| format!("{entity:?}").contains("ST-"));
    assert_eq!(tickets.count(), 1);
}

#[test]
fn h12_c9_a_ticket_says_something_and_no_card_number() {
    #[rustfmt::skip]
    let cases = [
        ("",                                           "refused INVALID_FIELD description"),
        ("4242 4242 4242 4242 is declined",            "refused INVALID_FIELD description"),
        ("card 4242-4242-4242-4242, please",           "refused INVALID_FIELD description"),
        ("my phone 555 0100 and order 123456",         "link_attempt ticket_created"),
        ("4000 0000 0000 1 is no card",             "link_attempt ticket_created"),
    ];
    for (text, expected) in cases {
        let line = format!("ticket 1 {text}");
        let mut stage = given(HUAWEI, "link 1; 1 declined 05", "");
        assert_eq!(stage.line(line.trim_end()), expected, "{text}");
    }
    let mut stage = given(HUAWEI, "link 1; 1 declined 05", "");
    assert_eq!(stage.line(&format!("ticket 1 {}", "é".repeat(2_000))), "link_attempt ticket_created");
    let mut stage = given(HUAWEI, "link 1; 1 declined 05", "");
    assert_eq!(stage.line(&format!("ticket 1 {}", "é".repeat(2_001))), "refused INVALID_FIELD description");
}
