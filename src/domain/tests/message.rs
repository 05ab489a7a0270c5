//! Messages to the customer (A16).

use super::{given, play};

const WHO: &str = "alibaba-cloud-intl SG USD";
const CARD: &str = "link 1; 1 approved; 1 approved; invoice i1 USD 10";

#[test]
fn a16_what_waits_is_told_once_and_taken_back_when_it_is_over() {
    given(
        WHO,
        CARD,
        "
        pay p1 i1         => invoice reserved; payment started; perform 1
        p1 action         => payment attempt=ActionRequired; message written
        p1 unknown        => nothing
        p1 action         => nothing
        p1 declined 51    => payment attempt=Declined failed; message closed; invoice reopened
        pay p1 i1         => invoice reserved; payment started; perform 1
        p1 action         => payment attempt=ActionRequired; message written
        p1 approved       => payment attempt=Approved succeeded; message closed; invoice paid
        ",
    );
}

#[test]
fn a16_it_is_sent_where_an_address_is_proved_however_often_that_takes() {
    given(
        WHO,
        "code email ada@example.com; message approved; answer email right",
        "
        link 1            => claim taken; link_attempt made; payment_method linked; verification started; perform 1
        1 action          => verification check=ActionRequired; message written; payment_method action_required; perform 1
        asked message     => send verification-waits to ada@example.com
        message unknown   => message delivery=Unknown
        +1s               => 2026-08-15T12:00:01Z
        message timer     => message delivery=Inquiring; inquire 1
        message missing   => message delivery=Unknown
        +1m               => 2026-08-15T12:01:01Z
        message timer     => message delivery=Inquiring; inquire 1
        message missing   => message delivery=Sending; perform 1
        message approved  => message delivery=Approved
        message approved  => nothing
        ",
    );
}

#[test]
fn a16_other_programs_tell_of_nothing() {
    play(
        "aws-inc US USD",
        "
        link 1            => claim taken; link_attempt made; payment_method linked; verification started; perform 1
        1 action          => verification check=ActionRequired; payment_method action_required
        ",
    );
}
