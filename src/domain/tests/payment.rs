//! Payments: what is refused before any money moves, the attempt, the ends.

use super::{given, script::play_on, stage::Stage};

const ALI: &str = "alibaba-cloud-intl SG USD";
const READY: &str =
    "link 1; 1 approved; 1 approved; invoice i1 USD 10; invoice i2 USD 5.50; invoice i3 EUR 1";

#[test]
fn c8_invoices_are_reserved_charged_once_and_paid_together() {
    given(
        ALI,
        READY,
        "
        pay p1 i1 i2  => invoice reserved reserved; payment started; perform 1
        show p1       => PROCESSING USD 15.50 may convert
        asked p1      => charge USD 15.50 ALIBABACLOUD.COM IssuerDecides
        pay p2 i2     => refused INVOICE_RESERVED C8
        p1 approved   => payment attempt=Approved succeeded; invoice paid paid
        p1 approved   => nothing
        show i2       => PAID USD 5.50
        pay p2 i2     => refused INVOICE_NOT_OPEN C8
        ",
    );
}

#[test]
fn what_cannot_be_paid_together_or_at_all() {
    given(
        ALI,
        READY,
        "
        pay p1        => refused INVALID_FIELD invoices
        pay p1 i1 i1  => refused INVALID_FIELD invoices
        pay p1 i1 i3  => refused INVOICE_CURRENCY_MIXED invoices
        pay p1 i1 i9  => refused RESOURCE_NOT_FOUND
        pay p1 i1 with 9 => refused RESOURCE_NOT_FOUND
        ",
    );
    let mut stage = given(ALI, READY, "");
    let many: Vec<String> = (0..101).map(|index| format!("n{index}")).collect();
    for name in &many {
        stage.line(&format!("invoice {name} USD 1"));
    }
    assert_eq!(stage.line(&format!("pay p1 {}", many.join(" "))), "refused INVALID_FIELD invoices");
    assert!(stage.line(&format!("pay p1 {}", many[..100].join(" "))).ends_with("perform 1"));
}

#[test]
fn a14_a33_only_an_active_card_pays_the_default_if_none_is_named() {
    given(
        ALI,
        "invoice i1 USD 10; link 1",
        "
        pay p1 i1         => refused NO_DEFAULT_METHOD A14
        pay p1 i1 with 1  => refused METHOD_NOT_ACTIVE A33
        1 action          => verification check=ActionRequired; message written; payment_method action_required
        pay p1 i1 with 1  => refused METHOD_NOT_ACTIVE A33
        1 approved        => verification check=Approved succeeded release_started; message closed; payment_method activated;
                             link_attempt succeeded; account default_changed; perform 2
        pay p1 i1         => invoice reserved; payment started; perform 1
        ",
    );
    given(
        ALI,
        "link 1; 1 declined 05; link 2; 2 approved; 2 approved; unlink 2; invoice i1 USD 10",
        "
        pay p1 i1 with 1  => refused METHOD_NOT_ACTIVE A33
        pay p1 i1 with 2  => refused METHOD_NOT_ACTIVE A33
        pay p1 i1         => refused NO_DEFAULT_METHOD A14
        ",
    );
}

/// The instant counts, not the timer that tells of it.
#[test]
fn a33_an_expired_card_does_not_pay() {
    given(
        ALI,
        "invoice i1 USD 10; link 1 08/2026; 1 approved; 1 approved; +387h; +59m; +59s",
        "
        pay p1 i1     => invoice reserved; payment started; perform 1
        p1 declined 54 => payment attempt=Declined failed; invoice reopened
        +1s           => 2026-08-31T16:00:00Z
        pay p2 i1     => refused METHOD_NOT_ACTIVE A33
        1 expires     => payment_method expired
        pay p2 i1     => refused METHOD_NOT_ACTIVE A33
        ",
    );
}

#[test]
fn a11_a15_risk_demands_a_challenge_and_the_conversion_fee_is_told() {
    given(
        ALI,
        "link 1; 1 approved; 1 approved; link 2 american; 2 approved; 2 approved; invoice i1 USD 2999.99; \
         invoice i2 USD 3000; invoice i3 SGD 10; invoice i4 USD 500",
        "
        pay p1 i1         => invoice reserved; payment started; perform 1
        show p1           => PROCESSING USD 2999.99 may convert
        asked p1          => charge USD 2999.99 ALIBABACLOUD.COM IssuerDecides
        pay p2 i2         => invoice reserved; payment started; perform 1
        show p2           => PROCESSING USD 3000.00 large-amount may convert
        asked p2          => charge USD 3000.00 ALIBABACLOUD.COM Mandated
        pay p3 i3         => invoice reserved; payment started; perform 1
        show p3           => PROCESSING SGD 10.00
        pay p4 i4 with 2  => invoice reserved; payment started; perform 1
        show p4           => PROCESSING USD 500.00 new-card-from-abroad
        p4 declined 05    => payment attempt=Declined failed; invoice reopened
        +24h              => 2026-08-16T12:00:00Z
        pay p4 i4 with 2  => invoice reserved; payment started; perform 1
        show p4           => PROCESSING USD 500.00
        ",
    );
}

#[test]
fn a16_a32_the_ends_of_a_payment_say_which() {
    #[rustfmt::skip]
    let cases = [
        ("p1 approved",                                     "SUCCEEDED", "PAID"),
        ("p1 declined 51",                                  "FAILED",    "OPEN"),
        ("p1 failed",                                       "FAILED",    "OPEN"),
        ("p1 abandoned",                                    "FAILED",    "OPEN"),
        ("p1 refused",                                      "FAILED",    "OPEN"),
        ("p1 unreached; +1s; p1 timer; p1 unreached; +2s; p1 timer; p1 unreached", "FAILED", "OPEN"),
        ("p1 action; +15m; p1 timer; p1 withdrawn",         "EXPIRED",   "OPEN"),
        ("cancel p1; p1 withdrawn",                         "CANCELLED", "OPEN"),
        ("p1 unreached; cancel p1",                         "CANCELLED", "OPEN"),
        ("cancel p1; p1 approved",                          "SUCCEEDED", "PAID"),
        ("p1 action; +15m; p1 timer; p1 approved",          "SUCCEEDED", "PAID"),
        ("p1 approved 9.99",                                "MANUAL_REVIEW", "RESERVED"),
        ("p1 unknown; +1s; p1 timer; p1 refused",           "MANUAL_REVIEW", "RESERVED"),
        ("p1 unknown",                                      "PROCESSING", "RESERVED"),
        ("cancel p1; p1 unknown",                           "PROCESSING", "RESERVED"),
        ("p1 unknown; +1m; p1 timer; p1 missing; p1 refused", "PROCESSING", "RESERVED"),
    ];
    for (says, payment, invoice) in cases {
        let script = format!("link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1; {says}");
        let mut stage = given(ALI, &script, "");
        assert_eq!(stage.line("show p1"), format!("{payment} USD 10.00 may convert"), "{says}");
        assert_eq!(stage.line("show i1"), format!("{invoice} USD 10.00"), "{says}");
    }
}

#[test]
fn c8_a_payment_is_cancelled_only_while_it_is_open() {
    given(
        ALI,
        "link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1",
        "
        cancel p1     => payment attempt=Cancelling; cancel 1
        cancel p1     => nothing
        p1 withdrawn  => payment attempt=Cancelled cancelled; invoice reopened
        cancel p1     => nothing
        pay p2 i1     => invoice reserved; payment started; perform 1
        p2 approved   => payment attempt=Approved succeeded; invoice paid
        cancel p2     => refused PAYMENT_NOT_CANCELLABLE C8
        ",
    );
}

#[test]
fn c8_a_payment_in_doubt_keeps_its_invoice_and_is_settled_by_asking() {
    given(
        ALI,
        "link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1",
        "
        p1 unknown         => payment attempt=Unknown
        pay p2 i1          => refused INVOICE_RESERVED C8
        p1 timer           => nothing
        +1s                => 2026-08-15T12:00:01Z
        p1 timer           => payment attempt=Inquiring; inquire 1
        p1 missing         => payment attempt=Unknown
        +59s               => 2026-08-15T12:01:00Z
        p1 timer           => payment attempt=Inquiring; inquire 1
        p1 missing         => payment attempt=Sending; perform 1
        p1 unknown         => payment attempt=Unknown
        +8s                => 2026-08-15T12:01:08Z
        p1 timer           => payment attempt=Inquiring; inquire 1
        p1 found approved  => payment attempt=Approved succeeded; invoice paid
        ",
    );
}

#[test]
fn c8_what_an_adapter_cannot_withdraw_is_waited_for_and_its_invoice_stays_reserved() {
    let mut stage = Stage::new(ALI);
    for line in "link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1".split("; ") {
        stage.line(line);
    }
    stage.policy.can_cancel = false;
    play_on(
        &mut stage,
        "
        cancel p1     => refused PAYMENT_NOT_CANCELLABLE C8
        pay p2 i1     => refused INVOICE_RESERVED C8
        unlink 1      => refused METHOD_HAS_OPEN_PAYMENT C8, METHOD_IS_ONLY_ACTIVE A24
        p1 approved   => payment attempt=Approved succeeded; invoice paid
        ",
    );
}
