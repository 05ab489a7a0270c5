//! Orders, pay-as-you-go and its bills (A18 to A20, H9 to H11).

use super::given;

const ALI: &str = "alibaba-cloud-intl SG USD";
const HUAWEI: &str = "huawei-cloud-intl SG USD";
/// In the middle of August, in the program's time zone.
const READY: &str = "link 1; 1 approved; 1 approved; enable ecs";
const TWO_CARDS: &str = "link 1; 1 approved; 1 approved; +1s; link 2; 2 approved; 2 approved; enable ecs";

#[test]
fn a18_an_order_is_charged_when_it_is_placed_or_comes_to_nothing() {
    given(
        ALI,
        "link 1; 1 approved; 1 approved",
        "
        order o1 USD 20   => invoice created reserved; payment started; perform 1
        o1 approved       => payment attempt=Approved succeeded; invoice paid
        order o2 USD 20   => invoice created reserved; payment started; perform 1
        o2 declined 51    => payment attempt=Declined failed; invoice voided
        show bill1        => PAID USD 20.00
        show bill2        => VOIDED USD 20.00
        order o3 USD 0    => refused AMOUNT_OUT_OF_RANGE amount
        order o3 USD 3000 => invoice created reserved; payment started; perform 1
        show o3           => PROCESSING USD 3000.00 large-amount may convert
        ",
    );
    given(ALI, "running 0", "order o1 USD 20 => refused NO_DEFAULT_METHOD A14");
}

#[test]
fn h9_a_card_that_was_added_gives_the_postpayment_qualification() {
    for program in [ALI, HUAWEI] {
        given(
            program,
            "link 1",
            "
            enable ecs        => refused POSTPAYMENT_NOT_QUALIFIED H9
            use u1 ecs USD 1  => refused PRODUCT_NOT_ENABLED A19
            1 approved        => verification check=Approved succeeded release_started;
                                 payment_method activated; link_attempt succeeded; account default_changed;
                                 perform 2
            enable ecs        => account product_enabled
            enable ecs        => nothing
            enable ECS        => refused INVALID_FIELD product
            use u1 ecs USD 1  => usage_period opened usage_reported
            use u1 ecs USD 0  => refused AMOUNT_OUT_OF_RANGE amount
            use u1 ecs EUR 1  => refused INVALID_FIELD amount
            disable ecs       => account product_disabled
            use u1 ecs USD 1  => refused PRODUCT_NOT_ENABLED A19
            ",
        );
    }
    given("aws-inc US USD", "link 1; 1 approved", "enable ecs => refused USAGE_NOT_OFFERED A19");
}

#[test]
fn a19_what_reaches_the_threshold_before_tax_is_charged_by_itself_once() {
    given(
        ALI,
        READY,
        "
        use u1 ecs USD 999.99 100  => usage_period opened usage_reported
        use u1 ecs USD 0.01        => usage_period usage_reported bill_issued; invoice created reserved;
                                      payment started; perform 1
        asked collection1          => charge USD 1100.00 ALIBABACLOUD.COM CustomerAbsent
        show u1                    => OPEN USD 0.00+0.00 of USD 1000.00 unpaid
        use u1 ecs USD 1500        => usage_period usage_reported
        use u1 ecs USD 1           => usage_period usage_reported
        collection1 approved       => payment attempt=Approved succeeded started;
                                      invoice paid created reserved; usage_period bill_settled bill_issued;
                                      perform 1
        asked collection2          => charge USD 1501.00 ALIBABACLOUD.COM CustomerAbsent
        collection2 approved       => payment attempt=Approved succeeded; invoice paid;
                                      usage_period bill_settled
        show u1                    => OPEN USD 0.00+0.00 of USD 2501.00
        ",
    );
}

/// At 148.5 yen, USD 1,000 are JPY 148,500.
#[test]
fn a19_the_threshold_is_compared_exactly_in_the_accounts_currency() {
    given(
        "alibaba-cloud-intl JP JPY",
        READY,
        "
        use u1 ecs JPY 148499   => usage_period opened usage_reported
        use u1 ecs JPY 1        => usage_period usage_reported bill_issued; invoice created reserved;
                                   payment started; perform 1
        ",
    );
}

#[test]
fn a20_h10_the_month_is_closed_and_billed_once_however_often_its_timer_fires() {
    given(
        ALI,
        READY,
        "
        use u1 ecs USD 40 4   => usage_period opened usage_reported
        u1 timer              => nothing
        +388h                 => 2026-08-31T16:00:00Z
        use u2 ecs USD 7      => usage_period opened usage_reported
        u1 timer              => usage_period closed
        u1 timer              => invoice created reserved; usage_period bill_issued billed; payment started;
                                 perform 1
        u1 timer              => nothing
        asked collection1     => charge USD 44.00 ALIBABACLOUD.COM CustomerAbsent
        collection1 approved  => payment attempt=Approved succeeded; invoice paid; usage_period bill_settled
        show u1               => BILLED USD 0.00+0.00 of USD 40.00
        show u2               => OPEN USD 7.00+0.00 of USD 7.00
        ",
    );
    // Huawei Cloud: on the third day.
    given(
        HUAWEI,
        READY,
        "
        use u1 ecs USD 5000   => usage_period opened usage_reported
        +388h                 => 2026-08-31T16:00:00Z
        u1 timer              => usage_period closed
        u1 timer              => nothing
        +47h                  => 2026-09-02T15:00:00Z
        u1 timer              => nothing
        +1h                   => 2026-09-02T16:00:00Z
        u1 timer              => invoice created reserved; usage_period bill_issued billed; message written; payment started;
                                 perform 1
        ",
    );
}

#[test]
fn a20_a_month_without_a_rest_has_no_bill_of_its_own() {
    given(
        ALI,
        READY,
        "
        use u1 ecs USD 1000   => usage_period opened usage_reported bill_issued; invoice created reserved;
                                 payment started; perform 1
        collection1 approved  => payment attempt=Approved succeeded; invoice paid; usage_period bill_settled
        close u1              => usage_period closed
        close u1              => nothing
        use u2 ecs USD 3      => usage_period opened usage_reported
        +388h                 => 2026-08-31T16:00:00Z
        u1 timer              => usage_period billed
        ",
    );
}

#[test]
fn h11_on_risk_of_arrears_bills_are_issued_at_once() {
    given(
        HUAWEI,
        READY,
        "
        bill arrears          => refused NOTHING_TO_BILL H11
        use u1 ecs USD 40     => usage_period opened usage_reported
        bill                  => refused INVALID_FIELD reason
        bill arrears          => invoice created reserved; usage_period bill_issued; message written; payment started; perform 1
        bill arrears          => refused NOTHING_TO_BILL H11
        ",
    );
    given(ALI, "running 0", "bill arrears => refused IMMEDIATE_BILL_NOT_OFFERED H11");
}

#[test]
fn a19_the_threshold_of_paypal_is_set_per_account_within_bounds() {
    given(
        ALI,
        "running 0",
        "
        threshold USD 7.99    => refused THRESHOLD_OUT_OF_RANGE threshold
        threshold USD 8       => account deduction_threshold_set
        threshold USD 500     => account deduction_threshold_set
        threshold USD 500.01  => refused THRESHOLD_OUT_OF_RANGE threshold
        ",
    );
    given(HUAWEI, "running 0", "threshold USD 20 => refused THRESHOLD_NOT_SETTABLE A19");
}

#[test]
fn h13_a_bill_goes_down_the_ladder_and_is_tried_again_when_the_program_says() {
    given(
        HUAWEI,
        TWO_CARDS,
        "
        use u1 ecs USD 40        => usage_period opened usage_reported
        bill arrears             => invoice created reserved; usage_period bill_issued; message written; payment started;
                                    perform 1
        collection1 declined 51  => payment attempt=Declined attempt_started; perform 2
        tried collection1        => 2 at sandbox
        collection1 declined 51  => payment attempt=Declined failed; invoice reopened collection_failed
        bill1 timer              => nothing
        +24h                     => 2026-08-16T12:00:01Z
        bill1 timer              => invoice reserved; payment started; perform 1
        bill1 timer              => nothing
        tried collection2        => 1 at sandbox
        collection2 approved     => payment attempt=Approved succeeded; invoice paid; usage_period bill_settled
        bill1 timer              => nothing
        ",
    );
}

#[test]
fn a_card_that_was_ruled_out_for_good_is_never_charged_by_itself_again() {
    given(
        ALI,
        TWO_CARDS,
        "
        use u1 ecs USD 1000      => usage_period opened usage_reported bill_issued; invoice created reserved;
                                    payment started; perform 1
        collection1 declined 43  => payment attempt=Declined failed; invoice reopened collection_failed;
                                    account method_barred
        +24h                     => 2026-08-16T12:00:01Z
        bill1 timer              => invoice collection_failed
        +72h                     => 2026-08-19T12:00:01Z
        default 2                => account default_changed
        bill1 timer              => invoice reserved; payment started; perform 1
        tried collection2        => 2 at sandbox
        collection2 declined 54  => payment attempt=Declined failed; invoice reopened collection_failed
        +120h                    => 2026-08-24T12:00:01Z
        bill1 timer              => invoice collection_failed
        pay p1 bill1 with 1      => invoice reserved; payment started; perform 1
        p1 approved              => payment attempt=Approved succeeded; invoice paid;
                                    account method_unbarred; usage_period bill_settled
        ",
    );
}

/// What could not be collected is tried as often as the program says, and stays owed.
#[test]
fn a_bill_that_cannot_be_collected_stays_owed() {
    let mut stage = given(
        ALI,
        READY,
        "use u1 ecs USD 1000 => usage_period opened usage_reported bill_issued; invoice created reserved; payment started; perform 1",
    );
    for (days, round) in [(1, 1), (3, 2), (5, 3), (7, 4)] {
        let told = stage.line(&format!("collection{round} declined 51"));
        assert_eq!(told, "payment attempt=Declined failed; invoice reopened collection_failed");
        stage.line(&format!("+{}h", days * 24 - 1));
        assert_eq!(stage.line("bill1 timer"), "nothing", "{round}");
        stage.line("+1h");
        assert_eq!(stage.line("bill1 timer"), "invoice reserved; payment started; perform 1");
    }
    stage.line("collection5 declined 51");
    stage.line("+9999h");
    assert_eq!(stage.line("bill1 timer"), "nothing");
    assert_eq!(stage.line("show bill1"), "OPEN USD 1000.00");
    // A void bill is no reason to wait any longer.
    assert_eq!(stage.line("void bill1"), "invoice voided; usage_period bill_settled");
}

/// Whoever comes to buy on credit while a bill is tried again and again.
#[test]
fn a31_a_bill_that_was_put_off_is_not_collected_once_the_account_buys_on_credit() {
    given(
        ALI,
        READY,
        "
        use u1 ecs USD 1000         => usage_period opened usage_reported bill_issued; invoice created reserved;
                                       payment started; perform 1
        collection1 declined 51     => payment attempt=Declined failed; invoice reopened collection_failed
        credit enterprise 5000 30   => account credit_terms_set
        +24h                        => 2026-08-16T12:00:00Z
        bill1 timer                 => invoice collection_ended
        bill1 timer                 => nothing
        show bill1                  => OPEN USD 1000.00
        ",
    );
}

#[test]
fn a31_who_buys_on_credit_is_billed_and_never_charged_by_itself() {
    given(
        ALI,
        "link 1; 1 approved; 1 approved; credit enterprise 5000 30; enable ecs",
        "
        use u1 ecs USD 1500   => usage_period opened usage_reported
        +388h                 => 2026-08-31T16:00:00Z
        u1 timer              => usage_period closed
        u1 timer              => invoice created; usage_period bill_issued billed
        show bill1            => OPEN USD 1500.00
        order o1 USD 20       => invoice created
        order o2 USD 20 with 1 => invoice created reserved; payment started; perform 1
        ",
    );
}
