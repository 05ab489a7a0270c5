//! Credit terms and the limit (A25, A31).

use super::{given, play};

const ALI: &str = "alibaba-cloud-intl SG USD";

#[test]
fn a25_credit_is_for_enterprises_where_transfers_are_taken() {
    play(
        ALI,
        "
        credit enterprise 0 30     => refused AMOUNT_OUT_OF_RANGE credit_terms.limit
        credit enterprise 9 366    => refused INVALID_FIELD credit_terms.bill_due_days
        credit individual 9 30     => refused CREDIT_NEEDS_ENTERPRISE A25
        credit enterprise 9 30     => account credit_terms_set
        credit individual 0 0 not  => account credit_terms_set
        ",
    );
    play(
        "huawei-cloud-intl SG USD",
        "credit individual 9 30 => refused CREDIT_NEEDS_ENTERPRISE A25, METHOD_KIND_NOT_SUPPORTED A25",
    );
}

#[test]
fn a25_what_is_owed_stays_within_the_limit() {
    given(
        ALI,
        "credit enterprise 100 30; invoice i1 USD 60",
        "
        invoice i2 USD 40.01          => refused CREDIT_LIMIT_EXCEEDED A25
        invoice i2 USD 40             => invoice created
        invoice i3 USD 0.01           => refused CREDIT_LIMIT_EXCEEDED A25
        void i1                       => invoice voided
        invoice i3 USD 60             => invoice created
        credit enterprise 50 30       => account credit_terms_set
        invoice i4 USD 0.01           => refused CREDIT_LIMIT_EXCEEDED A25
        credit enterprise 50 30 not   => account credit_terms_set
        invoice i4 USD 1000           => invoice created
        ",
    );
}

#[test]
fn a25_other_currencies_count_at_the_days_rate() {
    given(
        ALI,
        "credit enterprise 100 30; invoice i1 EUR 50",
        "
        invoice i2 USD 60  => refused CREDIT_LIMIT_EXCEEDED A25
        invoice i2 USD 30  => invoice created
        ",
    );
}

#[test]
fn a25_a_bill_on_credit_is_due_after_the_days_agreed_on() {
    let stage =
        given(ALI, "invoice i0 USD 1; credit enterprise 100 30; invoice i1 USD 60; invoice i2 USD 1 +1h", "");
    let due_in = |name: &str| {
        stage.world('a').invoice(stage.invoice_id(name)).unwrap().due.duration_since(stage.now).as_hours()
    };
    assert_eq!([due_in("i0"), due_in("i1"), due_in("i2")], [0, 30 * 24 + 4, 1]);
}

#[test]
fn a31_an_account_on_credit_is_never_charged_automatically() {
    let charged = |lines: &str| {
        let stage = given(ALI, lines, "");
        stage.world('a').account().unwrap().is_charged_automatically()
    };
    assert!(charged("link 1; 1 approved"));
    assert!(!charged("link 1; 1 approved; credit enterprise 100 30"));
    assert!(charged("link 1; 1 approved; credit enterprise 100 30; credit enterprise 100 30 not"));
}
