//! The balance: what arrives, what it pays, and what the bank takes back (A26, A30).

use super::{given, play};

const ALI: &str = "alibaba-cloud-intl SG USD";

#[test]
fn a26_what_arrives_is_credited_once_however_often_it_is_reported() {
    play(
        ALI,
        "
        arrive r1 USD 50  => remittance received; balance_entry made; account balance_moved
        balance           => USD 50.00
        arrive r1 USD 50  => nothing
        arrive r1 USD 51  => refused REMITTANCE_DIFFERS A26
        arrive r2 EUR 7   => remittance received; balance_entry made; account balance_moved
        balance           => EUR 7.00, USD 50.00
        show r1           => CREDITED USD 50.00
        ",
    );
}

#[test]
fn a30_what_arrives_pays_open_bills_oldest_first_and_the_last_in_part() {
    given(
        ALI,
        "invoice i3 USD 30 +3h; invoice i1 USD 10 +1h; invoice i2 USD 20 +2h; invoice e EUR 5",
        "
        arrive r1 USD 25  => remittance received; balance_entry made made made;
                             account balance_moved balance_moved balance_moved; invoice settled settled
        show i1           => PAID USD 10.00, USD 10.00 from the balance
        show i2           => OPEN USD 20.00, USD 15.00 from the balance
        show i3           => OPEN USD 30.00
        show e            => OPEN EUR 5.00
        balance           => USD 0.00
        arrive r2 USD 40  => remittance received; balance_entry made made made;
                             account balance_moved balance_moved balance_moved; invoice settled settled
        show i2           => PAID USD 20.00, USD 20.00 from the balance
        show i3           => PAID USD 30.00, USD 30.00 from the balance
        balance           => USD 5.00
        invoice i4 USD 3  => invoice created settled; balance_entry made; account balance_moved
        show i4           => PAID USD 3.00, USD 3.00 from the balance
        void i4           => refused INVOICE_NOT_OPEN C8
        balance           => USD 2.00
        ",
    );
}

#[test]
fn a30_switched_off_bills_are_paid_by_hand() {
    given(
        ALI,
        "auto off; invoice i1 USD 10; invoice i2 USD 20; arrive r1 USD 25",
        "
        show i1          => OPEN USD 10.00
        balance          => USD 25.00
        settle i1 i2     => refused BALANCE_INSUFFICIENT A30
        settle i2 i2     => refused INVALID_FIELD invoices
        settle           => refused INVALID_FIELD invoices
        settle i2        => invoice settled; balance_entry made; account balance_moved
        settle i2        => refused INVOICE_NOT_OPEN C8
        show i2          => PAID USD 20.00, USD 20.00 from the balance
        balance          => USD 5.00
        auto off         => nothing
        auto on          => account auto_settlement_changed balance_moved; invoice settled; balance_entry made
        show i1          => OPEN USD 10.00, USD 5.00 from the balance
        balance          => USD 0.00
        ",
    );
}

#[test]
fn a30_a_bill_that_a_payment_has_reserved_is_left_to_it() {
    let paying = "link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1; arrive r1 USD 25";
    given(
        ALI,
        paying,
        "
        show i1        => RESERVED USD 10.00
        settle i1      => refused INVOICE_RESERVED C8
        balance        => USD 25.00
        p1 declined 51 => payment attempt=Declined failed; invoice reopened settled; balance_entry made;
                          account balance_moved
        show i1        => PAID USD 10.00, USD 10.00 from the balance
        balance        => USD 15.00
        ",
    );
    given(ALI, paying, "p1 approved => payment attempt=Approved succeeded; invoice paid");
}

#[test]
fn a30_a_card_pays_what_the_balance_has_left() {
    given(
        ALI,
        "link 1; 1 approved; 1 approved; invoice i1 USD 10; arrive r1 USD 4; pay p1 i1",
        "
        show p1     => PROCESSING USD 6.00 may convert
        p1 approved => payment attempt=Approved succeeded; invoice paid
        show i1     => PAID USD 10.00, USD 4.00 from the balance
        ",
    );
}

#[test]
fn a30_a_void_bill_gives_back_what_the_balance_has_paid_of_it() {
    given(
        ALI,
        "invoice i1 USD 10 +1h; arrive r1 USD 4; invoice i2 USD 3 +2h",
        "
        void i1  => invoice voided settled; balance_entry made made; account balance_moved balance_moved
        show i2  => PAID USD 3.00, USD 3.00 from the balance
        balance  => USD 1.00
        ",
    );
}

#[test]
fn a_return_takes_from_the_balance_and_what_was_paid_stays_paid() {
    given(
        ALI,
        "credit enterprise 100 30; invoice i1 USD 20; arrive r1 USD 25",
        "
        return r1          => remittance return_reported; balance_entry made; account balance_moved
        return r1          => nothing
        show r1            => RETURNED USD 25.00
        show i1            => PAID USD 20.00, USD 20.00 from the balance
        balance            => USD -20.00
        deactivate         => refused ACCOUNT_HAS_OBLIGATIONS A8
        arrive r1 USD 25   => nothing
        invoice i2 USD 81  => refused CREDIT_LIMIT_EXCEEDED A25
        invoice i2 USD 80  => invoice created
        arrive r2 USD 30   => remittance received; balance_entry made made;
                              account balance_moved balance_moved; invoice settled
        show i2            => OPEN USD 80.00, USD 10.00 from the balance
        balance            => USD 0.00
        return r9          => refused RESOURCE_NOT_FOUND
        ",
    );
}
