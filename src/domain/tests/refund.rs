//! Refunds, and money that was taken too late.

use super::script::given;

const ALI: &str = "alibaba-cloud-intl SG USD";
const PAID: &str = "link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1; p1 approved";

#[test]
fn c8_a_refund_gives_back_what_is_left_and_no_more() {
    given(
        ALI,
        PAID,
        "
        refund r1 p1 USD 4    => refund started; payment refund_started; perform 1
        asked r1              => refund USD 4.00 of 1
        refund r2 p1 USD 6.01 => refused REFUND_AMOUNT_EXCEEDED C8
        refund r2 p1          => refund started; payment refund_started; perform 1
        asked r2              => refund USD 6.00 of 1
        refund r3 p1          => refused REFUND_AMOUNT_EXCEEDED C8
        r2 approved           => refund attempt=Approved succeeded; payment refunded
        r1 declined 05        => refund attempt=Declined failed; payment refund_failed
        show p1               => SUCCEEDED USD 10.00 may convert refunded 6.00
        refund r3 p1 USD 4    => refund started; payment refund_started; perform 1
        r3 approved           => refund attempt=Approved succeeded; payment refunded
        show p1               => SUCCEEDED USD 10.00 may convert refunded 6.00 refunded 4.00
        show i1               => PAID USD 10.00
        refund r4 p1 USD 0.01 => refused REFUND_AMOUNT_EXCEEDED C8
        ",
    );
}

#[test]
fn c8_what_cannot_be_right_is_refused_at_once() {
    given(
        ALI,
        "link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1",
        "
        refund r1 p1         => refused PAYMENT_NOT_REFUNDABLE C8
        p1 declined 51       => payment attempt=Declined failed; invoice reopened
        refund r1 p1         => refused PAYMENT_NOT_REFUNDABLE C8
        refund r1 p1 EUR 1   => refused REFUND_CURRENCY_DIFFERS amount
        refund r1 p1 USD 0   => refused AMOUNT_OUT_OF_RANGE amount
        ",
    );
}

/// However long the provider is away, and whatever it does not say.
#[test]
fn c8_a_refund_is_settled_by_asking_and_never_given_up() {
    given(
        ALI,
        &format!("{PAID}; refund r1 p1"),
        "
        r1 unreached   => refund attempt=NotSent
        +1s            => 2026-08-15T12:00:01Z
        r1 timer       => refund attempt=Sending; perform 1
        r1 unreached   => refund attempt=NotSent
        +2s            => 2026-08-15T12:00:03Z
        r1 timer       => refund attempt=Sending; perform 1
        r1 unreached   => refund attempt=NotSent
        +4s            => 2026-08-15T12:00:07Z
        r1 timer       => refund attempt=Sending; perform 1
        r1 unknown     => refund attempt=Unknown
        +1m            => 2026-08-15T12:01:07Z
        r1 timer       => refund attempt=Inquiring; inquire 1
        r1 missing     => refund attempt=Sending; perform 1
        r1 pending     => refund attempt=Pending
        r1 notified approved => refund attempt=Approved succeeded; payment refunded
        r1 notified approved => nothing
        ",
    );
}

/// Until a person has looked, it counts; what the provider says later is the answer.
#[test]
fn c8_a_refund_in_doubt_is_not_repeated() {
    given(
        ALI,
        &format!("{PAID}; refund r1 p1"),
        "
        r1 approved 9          => refund attempt=Review review_needed
        refund r2 p1           => refused REFUND_AMOUNT_EXCEEDED C8
        r1 notified approved   => refund attempt=Approved succeeded; payment refunded
        show r1                => SUCCEEDED USD 10.00
        ",
    );
}

/// A provider that gives back what it had declined: it counts as given back from then on.
#[test]
fn i11_a_refund_that_failed_and_happened_all_the_same_counts() {
    given(
        ALI,
        &format!("{PAID}; refund r1 p1; r1 declined 05"),
        "
        r1 notified approved   => refund approved_late; payment refunded_late
        r1 notified approved   => nothing
        show r1                => FAILED USD 10.00
        refund r2 p1           => refused REFUND_AMOUNT_EXCEEDED C8
        ",
    );
}

#[test]
fn w9_what_is_taken_late_pays_the_invoice_that_is_owed_still() {
    given(
        ALI,
        "link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1; p1 declined 51",
        "
        p1 notified approved  => payment started succeeded taken_late; invoice paid
        p1 notified approved  => nothing
        show p1               => FAILED USD 10.00 may convert late to invoices
        show late1            => SUCCEEDED USD 10.00 may convert
        show i1               => PAID USD 10.00
        pay p2 i1             => refused INVOICE_NOT_OPEN C8
        refund r1 late1 USD 3 => refund started; payment refund_started; perform 1
        asked r1              => refund USD 3.00 of 1
        ",
    );
}

#[test]
fn w9_what_is_taken_late_goes_back_where_the_invoice_is_paid_or_about_to_be() {
    let failed = "link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1; p1 declined 51";
    given(
        ALI,
        &format!("{failed}; pay p2 i1"),
        "
        p1 notified approved  => refund started; payment refund_started taken_late; perform 1
        p1 notified approved  => nothing
        show p1               => FAILED USD 10.00 may convert late to payer refunding 10.00
        refund1 declined 05   => refund attempt=Declined review_needed
        show refund1          => MANUAL_REVIEW USD 10.00
        p2 approved           => payment attempt=Approved succeeded; invoice paid
        show p2               => SUCCEEDED USD 10.00 may convert
        ",
    );
    given(
        ALI,
        &format!("{failed}; void i1"),
        "
        p1 notified approved  => refund started; payment refund_started taken_late; perform 1
        refund1 approved      => refund attempt=Approved succeeded; payment refunded
        show p1               => FAILED USD 10.00 may convert late to payer refunded 10.00
        ",
    );
}

/// Another amount than is owed pays nothing.
#[test]
fn w9_another_amount_that_is_taken_late_goes_back() {
    given(
        ALI,
        "link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1; p1 declined 51",
        "
        p1 approved 9         => refund started; payment refund_started taken_late; perform 1
        show refund1          => PENDING USD 9.00
        show i1               => OPEN USD 10.00
        ",
    );
}

/// An order that was not paid when it was placed has not come about.
#[test]
fn a18_what_is_taken_late_for_an_order_goes_back() {
    given(
        ALI,
        "link 1; 1 approved; 1 approved; order o1 USD 5; o1 declined 51",
        "
        o1 notified approved  => refund started; payment refund_started taken_late; perform 1
        ",
    );
}
