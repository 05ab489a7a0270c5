//! Pay-as-you-go: who may use first and pay later (H9), and what is charged when (A19, A20, H10, H11).

use bursar::proto::{
    sandbox::v1::LedgerEntryKind,
    v1::{
        BillCause, CloseUsagePeriodRequest, DisableProductRequest, EnableProductRequest,
        GetCurrentUsagePeriodRequest, GetUsagePeriodRequest, Invoice, InvoiceKind, InvoiceState,
        IssueBillRequest, ListInvoicesRequest, ListUsagePeriodsRequest, PaymentState, PaymentTrigger,
        ReportUsageRequest, SetDeductionThresholdRequest, UsagePeriod, UsagePeriodState,
    },
};
use jiff::SignedDuration;
use tonic::Status;

use crate::support::{
    browser,
    clock::{Clock, time},
    eventually::eventually,
    given::{ALIBABA, AWS, HUAWEI, MASTERCARD, VISA, request_id},
    money::money,
    refusal::refused,
    world::World,
};

const CHARGE_51: &str = "4000009800000013";
const CHARGE_43: &str = "4000009800000021";
/// Good for the verification by a charge, and then for nothing more.
const LATER_51: &str = "4000009900000012";

impl World {
    pub async fn enable(&self, account: &str, product: &str) -> Result<Vec<String>, Status> {
        let request = EnableProductRequest {
            account: account.to_owned(),
            product: product.to_owned(),
            request_id: request_id(),
        };
        let answer = self.usage().enable_product(request).await?.into_inner();
        Ok(answer.account.expect("an account").products)
    }

    pub async fn use_some(&self, account: &str, amount: &str, tax: &str) -> Result<UsagePeriod, Status> {
        self.send_report(usage(account, amount, tax)).await
    }

    async fn send_report(&self, request: ReportUsageRequest) -> Result<UsagePeriod, Status> {
        Ok(self.usage().report_usage(request).await?.into_inner().usage_period.expect("a period"))
    }

    async fn period(&self, name: &str) -> UsagePeriod {
        let request = GetUsagePeriodRequest { name: name.to_owned() };
        let answer = self.usage().get_usage_period(request).await.expect("a period");
        answer.into_inner().usage_period.expect("a period")
    }

    pub async fn issue(&self, account: &str, reason: &str) -> Result<Invoice, Status> {
        let request = IssueBillRequest {
            parent: account.to_owned(),
            reason: reason.to_owned(),
            request_id: request_id(),
        };
        Ok(self.usage().issue_bill(request).await?.into_inner().invoice.expect("a bill"))
    }

    pub async fn bills(&self, account: &str) -> Vec<Invoice> {
        let request = ListInvoicesRequest { parent: account.to_owned(), ..Default::default() };
        let all = self.invoices().list_invoices(request).await.expect("invoices").into_inner().invoices;
        all.into_iter().filter(|invoice| invoice.kind() == InvoiceKind::Usage).collect()
    }

    /// Waits until all bills stand so, and answers them.
    pub async fn bills_stand(&self, account: &str, states: &[InvoiceState]) -> Vec<Invoice> {
        eventually("the bills stand as expected", async || {
            let bills = self.bills(account).await;
            let found: Vec<InvoiceState> = bills.iter().map(Invoice::state).collect();
            if found == states { Ok(()) } else { Err(format!("{bills:#?}")) }
        })
        .await;
        self.bills(account).await
    }

    /// An account on a clock that shows a time, with cards and a product, whose links have come to rest.
    pub async fn using(&self, program: &str, at: &str, cards: &[&str]) -> (Clock, String, Vec<String>) {
        let clock = self.clock_at(at).await;
        let account = self.account_on(&clock, program, "SG", "USD").await;
        let mut methods = Vec::new();
        for card in cards {
            methods.push(self.active(&account, card).await);
        }
        self.quiet(&account).await;
        assert_eq!(self.enable(&account, "ecs").await.unwrap(), ["ecs"]);
        (clock, account, methods)
    }

    /// What was charged for anything but verifications, in order.
    pub async fn charged(&self) -> Vec<String> {
        let all = self.ledger().await.into_iter();
        let charges = all.filter(|line| line.starts_with("CHARGE") && !line.starts_with("CHARGE USD 1.00"));
        charges.map(|line| line.split(' ').skip(1).take(2).collect::<Vec<_>>().join(" ")).collect()
    }
}

fn usage(account: &str, amount: &str, tax: &str) -> ReportUsageRequest {
    ReportUsageRequest {
        parent: account.to_owned(),
        product: "ecs".to_owned(),
        amount: Some(money(amount)),
        tax: (!tax.is_empty()).then(|| money(tax)),
        request_id: request_id(),
    }
}

pub fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

acceptance!(h9_a_card_that_was_added_lets_an_account_use_first_and_pay_later, |world| {
    for program in [HUAWEI, ALIBABA] {
        let account = world.account(program, "SG", "USD").await;
        let refusal = refused(world.enable(&account, "ecs").await);
        refusal.is_by_rules(&["H9 POSTPAYMENT_NOT_QUALIFIED"]);
        assert!(refusal.fact("kinds").contains("CARD"));
        refused(world.use_some(&account, "USD 1.00", "").await).is_by_rules(&["A19 PRODUCT_NOT_ENABLED"]);
        let method = world.active(&account, VISA).await;
        assert_eq!(world.enable(&account, "ecs").await.unwrap(), ["ecs"]);
        assert_eq!(world.enable(&account, "ecs").await.unwrap(), ["ecs"]);
        assert_eq!(refused(world.enable(&account, "E C S").await).fields, ["product"]);
        assert_eq!(world.get_account(&account).await.products, ["ecs"]);
        world.use_some(&account, "USD 1.00", "").await.unwrap();

        let disable = DisableProductRequest {
            account: account.clone(),
            product: "ecs".to_owned(),
            request_id: request_id(),
        };
        world.usage().disable_product(disable).await.unwrap();
        refused(world.use_some(&account, "USD 1.00", "").await).is_by_rules(&["A19 PRODUCT_NOT_ENABLED"]);
        // A24: what was used is owed, though no bill has it yet.
        if program == ALIBABA {
            refused(world.unlink(&method).await).is_by_rules(&["A24 METHOD_IS_ONLY_ACTIVE"]);
        }
        let other = world.active(&account, MASTERCARD).await;
        world.set_default(&other).await.unwrap();
        world.unlink(&method).await.unwrap();
    }
    let account = world.account(AWS, "US", "USD").await;
    refused(world.enable(&account, "ec2").await).is_by_rules(&["A19 USAGE_NOT_OFFERED"]);
});

acceptance!(a19_usage_is_charged_by_itself_once_it_reaches_the_threshold, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.active(&account, VISA).await;
    world.quiet(&account).await;
    world.enable(&account, "ecs").await.unwrap();
    let first = usage(&account, "USD 999.99", "USD 90.00");
    let period = world.send_report(first.clone()).await.unwrap();
    assert_eq!(period.state(), UsagePeriodState::Open);
    assert_eq!(
        (period.unbilled_amount.clone(), period.unbilled_tax.clone()),
        (Some(money("USD 999.99")), Some(money("USD 90.00")))
    );
    // C7: reported once, however often the call is made; and nothing else under its id.
    assert_eq!(world.send_report(first.clone()).await.unwrap(), period);
    let other = ReportUsageRequest { amount: Some(money("USD 1.00")), ..first };
    assert_eq!(refused(world.send_report(other).await).reason, "REQUEST_ID_REUSED");
    // The tax does not count.
    assert_eq!(world.bills(&account).await, []);

    world.use_some(&account, "USD 0.01", "").await.unwrap();
    let bills = world.bills_stand(&account, &[InvoiceState::Paid]).await;
    assert_eq!(
        (bills[0].amount.clone(), bills[0].tax_amount.clone()),
        (Some(money("USD 1090.00")), Some(money("USD 90.00")))
    );
    assert_eq!((bills[0].bill_cause(), &bills[0].usage_period), (BillCause::Threshold, &period.name));
    let payment = world.payment(&bills[0].payment).await;
    assert_eq!((payment.state(), payment.trigger()), (PaymentState::Succeeded, PaymentTrigger::Threshold));
    assert_eq!((&payment.payment_method, payment.challenge_rule.as_str()), (&method, ""));
    let period = world.period(&period.name).await;
    assert_eq!(
        (period.total_amount, period.unbilled_amount),
        (Some(money("USD 1000.00")), Some(money("USD 0.00")))
    );
    assert_eq!(period.bills, [bills[0].name.clone()]);
    assert_eq!(world.charged().await, ["USD 1090.00"]);

    let wrong =
        ReportUsageRequest { amount: Some(money("EUR 5.00")), ..usage(&account, "USD 5.00", "USD 1.00") };
    assert_eq!(refused(world.send_report(wrong).await).fields, ["amount"]);
    assert_eq!(refused(world.use_some(&account, "USD 0.00", "").await).fields, ["amount"]);
});

acceptance!(a19_the_threshold_holds_in_the_accounts_currency, |world| {
    let account = world.account(ALIBABA, "JP", "JPY").await;
    world.active(&account, VISA).await;
    world.enable(&account, "ecs").await.unwrap();
    // At 148.5 yen, USD 1,000.
    world.use_some(&account, "JPY 148499", "").await.unwrap();
    assert_eq!(world.bills(&account).await, []);
    world.use_some(&account, "JPY 1", "").await.unwrap();
    world.bills_stand(&account, &[InvoiceState::Paid]).await;
    assert_eq!(world.charged().await, ["JPY 148500"]);
});

acceptance!(a19_what_reaches_the_threshold_while_a_bill_is_unpaid_waits_for_the_next, |world| {
    let (mut clock, account, methods) =
        world.using(ALIBABA, "2030-06-10T00:00:00Z", &[CHARGE_51, VISA]).await;
    world.use_some(&account, "USD 1000.00", "").await.unwrap();
    let bills = world.bills_stand(&account, &[InvoiceState::Open]).await;
    assert_eq!(bills[0].failed_collection_count, 1);
    for _ in 0..3 {
        world.use_some(&account, "USD 700.00", "").await.unwrap();
    }
    assert_eq!(world.bills(&account).await.len(), 1);
    // The customer sets another card as default; the day after, it is tried again.
    world.set_default(&methods[1]).await.unwrap();
    world.advance(&mut clock, days(1)).await;
    let bills = world.bills_stand(&account, &[InvoiceState::Paid, InvoiceState::Paid]).await;
    assert_eq!(bills[1].amount, Some(money("USD 2100.00")));
    assert_eq!(world.charged().await, ["USD 1000.00", "USD 2100.00"]);
});

acceptance!(a19_the_threshold_for_paypal_is_set_per_account_within_bounds, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let set = async |account: &str, amount: &str| {
        let request = SetDeductionThresholdRequest {
            account: account.to_owned(),
            threshold: Some(money(amount)),
            request_id: request_id(),
        };
        let answer = world.usage().set_deduction_threshold(request).await;
        answer.map(|answer| answer.into_inner().account.expect("an account").deduction_threshold)
    };
    for (amount, good) in
        [("USD 7.99", false), ("USD 8.00", true), ("USD 500.00", true), ("USD 500.01", false)]
    {
        let answer = set(&account, amount).await;
        if good {
            assert_eq!(answer.unwrap(), Some(money(amount)));
        } else {
            let refusal = refused(answer);
            assert_eq!(
                (refusal.reason.as_str(), refusal.fields.as_slice()),
                ("THRESHOLD_OUT_OF_RANGE", &["threshold".to_owned()][..])
            );
            assert_eq!((refusal.fact("at_least"), refusal.fact("at_most")), ("USD 8.00", "USD 500.00"));
        }
    }
    // It is none of cards.
    world.active(&account, VISA).await;
    world.enable(&account, "ecs").await.unwrap();
    world.use_some(&account, "USD 999.99", "").await.unwrap();
    assert_eq!(world.bills(&account).await, []);
    let account = world.account(HUAWEI, "SG", "USD").await;
    refused(set(&account, "USD 20.00").await).is_by_rules(&["A19 THRESHOLD_NOT_SETTABLE"]);
});

acceptance!(a19_with_paypal_as_default_its_own_threshold_holds, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.try_link_wallet(&account, "PAYPAL").await.unwrap();
    let page = browser::open(&method.next_action.unwrap().url).await;
    page.press("log-on", "ada@example.com").await.press("agree", "").await;
    let method = world.rested(&method.name).await;
    assert!(method.is_default, "{method:#?}");
    world.quiet(&account).await;
    world.enable(&account, "ecs").await.unwrap();
    // USD 500, as long as none is set for the account.
    world.use_some(&account, "USD 19.99", "").await.unwrap();
    let request = SetDeductionThresholdRequest {
        account: account.clone(),
        threshold: Some(money("USD 20.00")),
        request_id: request_id(),
    };
    world.usage().set_deduction_threshold(request).await.unwrap();
    assert_eq!(world.bills(&account).await, []);
    world.use_some(&account, "USD 0.01", "").await.unwrap();
    let bills = world.bills_stand(&account, &[InvoiceState::Paid]).await;
    assert_eq!(world.payment(&bills[0].payment).await.payment_method, method.name);
    assert_eq!(world.charged().await, ["USD 20.00"]);
});

acceptance!(a20_one_deduction_takes_what_a_month_has_left, |world| {
    // In the program's time zone, UTC+8, June ends at 16:00.
    let (mut clock, account, _) = world.using(ALIBABA, "2030-06-10T00:00:00Z", &[VISA]).await;
    world.use_some(&account, "USD 1200.00", "").await.unwrap();
    world.bills_stand(&account, &[InvoiceState::Paid]).await;
    world.use_some(&account, "USD 40.00", "USD 4.00").await.unwrap();
    let period = world.use_some(&account, "USD 2.00", "").await.unwrap();
    assert_eq!(time(period.end_time).to_string(), "2030-06-30T16:00:00Z");
    let current = GetCurrentUsagePeriodRequest { parent: account.clone() };
    let found = world.usage().get_current_usage_period(current.clone()).await.unwrap().into_inner();
    assert_eq!(found.usage_period, Some(period.clone()));

    world.advance(&mut clock, days(21)).await;
    let bills = world.bills_stand(&account, &[InvoiceState::Paid, InvoiceState::Paid]).await;
    assert_eq!(
        (bills[1].amount.clone(), bills[1].bill_cause()),
        (Some(money("USD 46.00")), BillCause::Monthly)
    );
    assert_eq!(world.payment(&bills[1].payment).await.trigger(), PaymentTrigger::Bill);
    assert_eq!(world.period(&period.name).await.state(), UsagePeriodState::Billed);
    assert_eq!(refused(world.usage().get_current_usage_period(current).await).reason, "RESOURCE_NOT_FOUND");

    // The next months: one with usage, and two without.
    world.use_some(&account, "USD 7.00", "").await.unwrap();
    world.advance(&mut clock, days(100)).await;
    world.bills_stand(&account, &[InvoiceState::Paid; 3]).await;
    assert_eq!(world.charged().await, ["USD 1200.00", "USD 46.00", "USD 7.00"]);
    let request = ListUsagePeriodsRequest { parent: account.clone(), ..Default::default() };
    let periods = world.usage().list_usage_periods(request).await.unwrap().into_inner().usage_periods;
    assert_eq!(periods.len(), 2, "{periods:#?}");
    assert!(periods.iter().all(|period| period.state() == UsagePeriodState::Billed), "{periods:#?}");
});

acceptance!(a20_a_period_can_be_ended_early, |world| {
    let (mut clock, account, _) = world.using(ALIBABA, "2030-06-10T00:00:00Z", &[VISA]).await;
    let first = world.use_some(&account, "USD 40.00", "").await.unwrap();
    for _ in 0..2 {
        let close = CloseUsagePeriodRequest { name: first.name.clone(), request_id: request_id() };
        let closed = world.usage().close_usage_period(close).await.unwrap().into_inner();
        assert_eq!(closed.usage_period.unwrap().state(), UsagePeriodState::Closed);
    }
    let second = world.use_some(&account, "USD 5.00", "").await.unwrap();
    assert_ne!(second.name, first.name);
    assert_eq!(world.bills(&account).await, []);
    world.advance(&mut clock, days(21)).await;
    world.bills_stand(&account, &[InvoiceState::Paid; 2]).await;
    let missing = CloseUsagePeriodRequest {
        name: format!("{account}/usagePeriods/{}", request_id()),
        request_id: request_id(),
    };
    assert_eq!(refused(world.usage().close_usage_period(missing).await).reason, "RESOURCE_NOT_FOUND");
});

acceptance!(h10_the_bill_comes_on_the_third_and_goes_down_the_ladder, |world| {
    let (mut clock, account, methods) = world.using(HUAWEI, "2030-06-10T00:00:00Z", &[LATER_51, VISA]).await;
    let period = world.use_some(&account, "USD 5000.00", "").await.unwrap();
    // In the program's time zone, UTC+8.
    assert_eq!(time(period.bill_time).to_string(), "2030-07-02T16:00:00Z");
    world.advance(&mut clock, days(22)).await;
    assert_eq!(world.bills(&account).await, []);
    assert_eq!(world.period(&period.name).await.state(), UsagePeriodState::Closed);
    world.advance(&mut clock, days(1)).await;
    let bills = world.bills_stand(&account, &[InvoiceState::Paid]).await;
    // H13: the default first, then the other.
    let payment = world.payment(&bills[0].payment).await;
    let tried: Vec<(&str, &str)> = payment
        .attempts
        .iter()
        .map(|attempt| (attempt.payment_method.as_str(), attempt.network_code.as_str()))
        .collect();
    assert_eq!(tried, [(methods[0].as_str(), "51"), (methods[1].as_str(), "")]);
    assert_eq!(world.charged().await, ["USD 5000.00"]);
});

acceptance!(h11_on_risk_of_arrears_a_bill_is_issued_and_deducted_at_once, |world| {
    let (_, account, _) = world.using(HUAWEI, "2030-06-10T00:00:00Z", &[VISA]).await;
    refused(world.issue(&account, "arrears").await).is_by_rules(&["H11 NOTHING_TO_BILL"]);
    world.use_some(&account, "USD 40.00", "").await.unwrap();
    assert_eq!(refused(world.issue(&account, "").await).fields, ["reason"]);
    let bill = world.issue(&account, "It has used much.").await.unwrap();
    assert_eq!((bill.bill_cause(), bill.arrears_reason.as_str()), (BillCause::Arrears, "It has used much."));
    world.bills_stand(&account, &[InvoiceState::Paid]).await;
    assert_eq!(world.charged().await, ["USD 40.00"]);
    refused(world.issue(&account, "arrears").await).is_by_rules(&["H11 NOTHING_TO_BILL"]);

    let account = world.account(ALIBABA, "SG", "USD").await;
    refused(world.issue(&account, "arrears").await).is_by_rules(&["H11 IMMEDIATE_BILL_NOT_OFFERED"]);
});

acceptance!(h10_a_bill_that_cannot_be_collected_is_tried_on_schedule_and_stays_owed, |world| {
    let (mut clock, account, _) = world.using(ALIBABA, "2030-06-02T00:00:00Z", &[CHARGE_51]).await;
    let from = clock.now;
    world.use_some(&account, "USD 1000.00", "").await.unwrap();
    let bills = world.bills_stand(&account, &[InvoiceState::Open]).await;
    assert!(time(bills[0].next_collection_time) == from.checked_add(days(1)).unwrap(), "{bills:#?}");
    world.advance(&mut clock, days(120)).await;
    let bill = world.bills_stand(&account, &[InvoiceState::Open]).await.remove(0);
    assert!(bill.overdue && bill.next_collection_time.is_none(), "{bill:#?}");
    assert_eq!(bill.failed_collection_count, 5);
    // 1, 3, 5 and 7 days after the failure before, each a payment that can be read.
    let payments = world.payments_of(&account).await;
    let after: Vec<i64> =
        payments.iter().map(|it| (time(it.create_time).duration_since(from)).as_hours() / 24).collect();
    assert_eq!(after, [0, 1, 4, 9, 16]);
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 0);
});

acceptance!(h13_a_card_that_is_stolen_is_never_charged_by_itself_again, |world| {
    let (mut clock, account, methods) =
        world.using(ALIBABA, "2030-06-02T00:00:00Z", &[CHARGE_43, VISA]).await;
    world.use_some(&account, "USD 1000.00", "").await.unwrap();
    world.bills_stand(&account, &[InvoiceState::Open]).await;
    world.advance(&mut clock, days(2)).await;
    assert_eq!(world.payments_of(&account).await.len(), 1);
    world.set_default(&methods[1]).await.unwrap();
    world.advance(&mut clock, days(3)).await;
    world.bills_stand(&account, &[InvoiceState::Paid]).await;
    assert_eq!(world.charged().await, ["USD 1000.00"]);
});
