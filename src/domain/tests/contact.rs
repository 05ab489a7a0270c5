//! One-time codes (H2, H3).

use super::play;

const WHO: &str = "alibaba-cloud-intl SG USD";

#[test]
fn h3_a_code_proves_what_it_was_sent_to() {
    play(
        WHO,
        "
        answer email right             => refused CODE_NOT_SENT H3
        code email ada                 => refused INVALID_FIELD email_address
        code sms +6561234567           => refused MOBILE_NUMBER_NOT_IN_COUNTRY mobile_number
        code email ada@example.com     => account code_sent; message written; perform 1
        asked message                  => send verification-code to ada@example.com
        answer sms right               => refused CODE_NOT_SENT H3
        message approved               => message delivery=Approved
        answer email wrong             => refused CODE_WRONG code; account code_answered_wrong
        answer email old               => refused CODE_EXPIRED H3
        answer email right             => account contact_proved
        answer email right             => refused CODE_NOT_SENT H3
        ",
    );
}

#[test]
fn h3_a_code_expires_on_the_second() {
    play(
        WHO,
        "
        code sms +6581234567           => account code_sent; message written; perform 1
        +599s                          => 2026-08-15T12:09:59Z
        answer sms wrong               => refused CODE_WRONG code; account code_answered_wrong
        +1s                            => 2026-08-15T12:10:00Z
        answer sms right               => refused CODE_EXPIRED H3
        answer sms wrong               => refused CODE_EXPIRED H3
        ",
    );
}

#[test]
fn h3_wrong_answers_end_a_code_and_sends_are_limited() {
    play(
        WHO,
        "
        code sms +6581234567           => account code_sent; message written; perform 1
        answer sms wrong               => refused CODE_WRONG code; account code_answered_wrong
        answer sms wrong               => refused CODE_WRONG code; account code_answered_wrong
        answer sms wrong               => refused CODE_WRONG code; account code_answered_wrong
        answer sms wrong               => refused CODE_WRONG code; account code_answered_wrong
        answer sms wrong               => refused CODE_WRONG code; account code_answered_wrong
        answer sms right               => refused CODE_ANSWERS_EXHAUSTED until 2026-08-15T12:00:00Z
        code sms +6581234567           => account code_sent; message written; perform 1
        code sms +6581234567           => account code_sent; message written; perform 1
        code sms +6581234567           => account code_sent; message written; perform 1
        code sms +6581234567           => account code_sent; message written; perform 1
        code sms +6581234567           => refused CODE_SENDS_EXHAUSTED until 2026-08-15T13:00:00Z
        code email ada@example.com     => account code_sent; message written; perform 1
        +1h                            => 2026-08-15T13:00:00Z
        code sms +6581234567           => account code_sent; message written; perform 1
        ",
    );
}
