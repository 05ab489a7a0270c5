//! Invoices.

use super::{given, play};

const ALI: &str = "alibaba-cloud-intl SG USD";

#[test]
fn c3_an_invoice_is_more_than_nothing() {
    play(
        ALI,
        "
        invoice i1 USD 0     => refused AMOUNT_OUT_OF_RANGE invoice.amount
        invoice i1 USD 0.01  => invoice created
        show i1              => OPEN USD 0.01
        invoice i2 JPY 1     => invoice created
        ",
    );
}

#[test]
fn an_open_invoice_is_voided_once() {
    given(
        ALI,
        "invoice i1 USD 10",
        "
        void i1   => invoice voided
        void i1   => nothing
        void i9   => refused RESOURCE_NOT_FOUND
        show i1   => VOIDED USD 10.00
        ",
    );
}

#[test]
fn c8_what_is_being_paid_or_is_paid_is_not_voided() {
    given(
        ALI,
        "link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1",
        "
        void i1       => refused INVOICE_RESERVED C8
        p1 approved   => payment attempt=Approved succeeded; invoice paid
        void i1       => refused INVOICE_NOT_OPEN C8
        ",
    );
}

#[test]
fn c8_a_payment_that_came_to_nothing_frees_its_invoice() {
    given(
        ALI,
        "link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1; p1 declined 51",
        "
        show i1   => OPEN USD 10.00
        void i1   => invoice voided
        ",
    );
}

#[test]
fn an_invoice_is_overdue_after_its_time_not_at_it() {
    let mut stage = given(ALI, "invoice i1 USD 10; invoice i2 USD 10 +1h", "");
    let overdue = |stage: &super::stage::Stage, name: &str| {
        stage.world('a').invoice(stage.invoice_id(name)).unwrap().is_overdue(stage.now)
    };
    assert!(!overdue(&stage, "i1") && !overdue(&stage, "i2"));
    stage.line("+1h");
    assert!(overdue(&stage, "i1") && !overdue(&stage, "i2"));
    stage.line("+1s");
    assert!(overdue(&stage, "i2"));
    stage.line("void i2");
    assert!(!overdue(&stage, "i2"), "what is void is not owed");
}
