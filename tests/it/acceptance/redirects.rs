//! The redirect to a Chinese bank (W1 to W9).

use bursar::proto::{
    sandbox::v1::LedgerEntryKind,
    v1::{
        Account, CompletePaymentRequest, EnableChinaBankRedirectRequest, FailureReason, InvoiceState,
        PayInvoicesRequest, Payment, PaymentMethod, PaymentMethodKind, PaymentMethodState, PaymentState,
        RefundState, UpdateAccountRequest,
    },
};
use jiff::SignedDuration;
use tonic::Status;

use crate::support::{
    browser,
    clock::Clock,
    eventually::eventually,
    given::{ALIBABA, AWS, RETURN_URL, UNIONPAY, VISA, pay_request, request_id},
    money::shown,
    options::Options,
    refusal::refused,
    world::World,
};

/// A rate at which USD 50,000 is CNY 356,250.00, and nothing else.
pub(super) fn rates() -> Options {
    let table = "date,base,quote,rate,source\n2026-01-02,USD,CNY,7.1250,test\n".to_owned();
    Options::new().rule_file("exchange-rates.csv", table)
}

/// A customer in China who can pay by redirect.
pub struct Customer {
    pub(super) account: String,
    pub(super) redirect: String,
    pub(super) clock: Clock,
}

impl World {
    pub async fn enable_redirect(&self, account: &str) -> Result<PaymentMethod, Status> {
        let request = EnableChinaBankRedirectRequest { parent: account.to_owned(), request_id: request_id() };
        let answer = self.methods().enable_china_bank_redirect(request).await?.into_inner();
        Ok(answer.payment_method.expect("a method"))
    }

    pub async fn complete_payment(&self, payment: &str) -> Result<Payment, Status> {
        let request = CompletePaymentRequest { name: payment.to_owned(), request_id: request_id() };
        Ok(self.payments().complete_payment(request).await?.into_inner().payment.expect("a payment"))
    }

    /// An invoice that is overdue on the account's clock.
    pub async fn overdue(&self, account: &str, clock: &mut Clock, amount: &str) -> String {
        let invoice = self.invoice(account, amount).await;
        self.advance(clock, SignedDuration::from_secs(1)).await;
        invoice
    }

    pub(super) async fn customer(&self) -> Customer {
        let mut clock = self.clock().await;
        let account = self.account_on(&clock, AWS, "CN", "CNY").await;
        self.active(&account, UNIONPAY).await;
        self.overdue(&account, &mut clock, "CNY 1.00").await;
        let redirect = self.enable_redirect(&account).await.expect("all rules are met").name;
        Customer { account, redirect, clock }
    }

    pub async fn pay_by_redirect(&self, customer: &Customer, invoices: &[&str]) -> Result<Payment, Status> {
        let payment_method = customer.redirect.clone();
        self.send_pay(PayInvoicesRequest { payment_method, ..pay_request(&customer.account, invoices) }).await
    }

    /// Pays at a bank: the gateway's page, then the bank's.
    pub async fn at_bank(&self, payment: &Payment, bank: &str) -> browser::Page {
        let page = browser::open(&payment.next_action.as_ref().expect("the gateway's page").url).await;
        assert!(page.body.contains("中国工商银行"), "{}", page.body);
        assert!(page.body.contains("Industrial and Commercial Bank of China"), "{}", page.body);
        let page = page.submit(&[("do", "choose"), ("bank", bank)]).await;
        page.submit(&[("do", "pay")]).await
    }

    pub async fn comes_to(&self, payment: &str, state: PaymentState) -> Payment {
        eventually(&format!("the payment comes to {state:?}"), async || {
            let payment = self.payment(payment).await;
            if payment.state() == state { Ok(payment) } else { Err(format!("{payment:#?}")) }
        })
        .await
    }
}

acceptance!(w1_w2_w3_w4_the_redirect_is_enabled_only_where_all_rules_are_met, |world| {
    // Everything that is wrong is named at once.
    let account = world.account(AWS, "CN", "USD").await;
    refused(world.enable_redirect(&account).await).is_by_rules(&[
        "W2 REDIRECT_NEEDS_CARD",
        "W3 REDIRECT_NEEDS_CURRENCY",
        "W4 REDIRECT_NEEDS_OVERDUE_INVOICE",
    ]);
    // Elsewhere, and at other sellers, there is none.
    for (program, country) in [(AWS, "US"), (ALIBABA, "SG")] {
        let account = world.account(program, country, "USD").await;
        let refusal = refused(world.enable_redirect(&account).await);
        assert_eq!(refusal.reason, "METHOD_KIND_NOT_SUPPORTED", "{program} {country}");
    }
    // W2: another card does not do; W4: nor does an invoice that is not due yet.
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, AWS, "CN", "CNY").await;
    world.active(&account, VISA).await;
    refused(world.enable_redirect(&account).await)
        .is_by_rules(&["W2 REDIRECT_NEEDS_CARD", "W4 REDIRECT_NEEDS_OVERDUE_INVOICE"]);
    world.active(&account, UNIONPAY).await;
    refused(world.enable_redirect(&account).await).is_by_rules(&["W4 REDIRECT_NEEDS_OVERDUE_INVOICE"]);

    world.overdue(&account, &mut clock, "CNY 88.00").await;
    let method = world.enable_redirect(&account).await.unwrap();
    assert_eq!(
        (method.kind(), method.state(), method.is_default),
        (PaymentMethodKind::ChinaBankRedirect, PaymentMethodState::Active, false)
    );
    // Enabled already, it stays the same.
    assert_eq!(world.enable_redirect(&account).await.unwrap().name, method.name);
});

acceptance!(w5_it_pays_overdue_invoices_only_and_is_never_the_default, |world| {
    let mut customer = world.customer().await;
    refused(world.set_default(&customer.redirect).await).is_by_rules(&["W5 METHOD_CANNOT_BE_DEFAULT"]);
    let account = customer.account.clone();
    let late = world.overdue(&account, &mut customer.clock, "CNY 10.00").await;
    let fresh = world.invoice(&account, "CNY 20.00").await;
    let refusal = refused(world.pay_by_redirect(&customer, &[&late, &fresh]).await);
    refusal.is_by_rules(&["W5 INVOICE_NOT_OVERDUE"]);
    assert_eq!(refusal.fact("invoice"), fresh);
    assert_eq!(world.get_invoice(&late).await.state(), InvoiceState::Open);
    // W2 holds whenever it pays: without the card it does not.
    let card = world.methods_of(&account).await[0].name.clone();
    let other = world.active(&account, VISA).await;
    world.set_default(&other).await.unwrap();
    world.unlink(&card).await.unwrap();
    refused(world.pay_by_redirect(&customer, &[&late]).await).is_by_rules(&["W2 REDIRECT_NEEDS_CARD"]);
});

acceptance!(w6_the_limit_counts_exactly_and_over_all_that_is_under_way, rates(), |world| {
    let mut customer = world.customer().await;
    let account = customer.account.clone();
    let over = world.overdue(&account, &mut customer.clock, "CNY 356250.01").await;
    let refusal = refused(world.pay_by_redirect(&customer, &[&over]).await);
    refusal.is_by_rules(&["W6 REDIRECT_LIMIT_EXCEEDED"]);
    assert_eq!((refusal.fact("limit"), refusal.fact("rate")), ("USD 50000.00", "7.125"));

    let at_it = world.overdue(&account, &mut customer.clock, "CNY 356250.00").await;
    let payment = world.pay_by_redirect(&customer, &[&at_it]).await.unwrap();
    assert_eq!(payment.state(), PaymentState::RequiresAction);
    let rate = payment.limit_rate.clone().unwrap();
    assert_eq!((rate.rate.as_str(), rate.rate_date.as_str()), ("7.125", "2026-01-02"));
    // While it is open, a cent more is too much, also over several invoices.
    let cent = world.overdue(&account, &mut customer.clock, "CNY 0.01").await;
    refused(world.pay_by_redirect(&customer, &[&cent]).await).is_by_rules(&["W6 REDIRECT_LIMIT_EXCEEDED"]);
    let page = browser::open(&payment.next_action.unwrap().url).await;
    page.submit(&[("do", "leave")]).await;
    world.comes_to(&payment.name, PaymentState::Failed).await;
    refused(world.pay_by_redirect(&customer, &[&at_it, &cent]).await)
        .is_by_rules(&["W6 REDIRECT_LIMIT_EXCEEDED"]);
    assert_eq!(
        world.pay_by_redirect(&customer, &[&cent]).await.unwrap().state(),
        PaymentState::RequiresAction
    );
});

acceptance!(w7_left_or_refused_at_the_bank_it_has_no_effect, |world| {
    let mut customer = world.customer().await;
    let account = customer.account.clone();
    let invoice = world.overdue(&account, &mut customer.clock, "CNY 99.00").await;
    let payment = world.pay_by_redirect(&customer, &[&invoice]).await.unwrap();
    // Reserved, so that nothing else charges it.
    assert_eq!(world.get_invoice(&invoice).await.state(), InvoiceState::Reserved);
    let page = browser::open(&payment.next_action.as_ref().unwrap().url).await;
    assert!(
        page.body.contains("Amazon Web Services, Inc.") && page.body.contains("CNY 99.00"),
        "{}",
        page.body
    );
    let page = page.submit(&[("do", "choose"), ("bank", "ABC")]).await;
    assert_eq!(page.submit(&[("do", "leave")]).await.url.as_str(), RETURN_URL);
    world.comes_to(&payment.name, PaymentState::Failed).await;
    let left = world.get_invoice(&invoice).await;
    assert_eq!((left.state(), left.overdue), (InvoiceState::Open, true));

    let payment = world.pay_by_redirect(&customer, &[&invoice]).await.unwrap();
    assert_eq!(world.at_bank(&payment, "CCB").await.url.as_str(), RETURN_URL);
    let payment = world.comes_to(&payment.name, PaymentState::Failed).await;
    assert_eq!(payment.failure.unwrap().network_code, "51");
    assert_eq!(world.get_invoice(&invoice).await.state(), InvoiceState::Open);
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 0);
});

acceptance!(w9_without_the_second_call_it_expires_and_is_withdrawn, |world| {
    let mut customer = world.customer().await;
    let account = customer.account.clone();
    // Approved at once, still being worked on, and never paid at the bank.
    for bank in [Some("ICBC"), Some("CITIC"), None] {
        let invoice = world.overdue(&account, &mut customer.clock, "CNY 99.00").await;
        let payment = world.pay_by_redirect(&customer, &[&invoice]).await.unwrap();
        if let Some(bank) = bank {
            world.at_bank(&payment, bank).await;
            let state =
                if bank == "ICBC" { PaymentState::RequiresCompletion } else { PaymentState::Processing };
            world.comes_to(&payment.name, state).await;
        }
        world.advance(&mut customer.clock, SignedDuration::from_hours(24)).await;
        world.comes_to(&payment.name, PaymentState::Expired).await;
        let invoice = world.get_invoice(&invoice).await;
        assert_eq!((invoice.state(), invoice.overdue), (InvoiceState::Open, true), "{bank:?}");
        refused(world.complete_payment(&payment.name).await).is_by_rules(&["W9 PAYMENT_NOT_COMPLETABLE"]);
        // What was withdrawn can be paid anew, and the bank takes nothing of what was.
        world.advance(&mut customer.clock, SignedDuration::from_hours(72)).await;
    }
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 0);
});

acceptance!(w9_what_a_bank_takes_after_it_had_refused_pays_the_invoice, |world| {
    let mut customer = world.customer().await;
    let account = customer.account.clone();
    let invoice = world.overdue(&account, &mut customer.clock, "CNY 99.00").await;
    let ended = world.pay_by_redirect(&customer, &[&invoice]).await.unwrap();
    world.at_bank(&ended, "CIB").await;
    world.comes_to(&ended.name, PaymentState::RequiresCompletion).await;
    assert_eq!(world.complete_payment(&ended.name).await.unwrap().state(), PaymentState::Failed);
    assert_eq!(world.get_invoice(&invoice).await.state(), InvoiceState::Open);
    world.advance(&mut customer.clock, SignedDuration::from_mins(11)).await;
    let paid = eventually("the late money pays the invoice", async || {
        let invoice = world.get_invoice(&invoice).await;
        if invoice.state() == InvoiceState::Paid { Ok(invoice.payment) } else { Err(format!("{invoice:#?}")) }
    })
    .await;
    assert_eq!(world.payment(&paid).await.late_charge_of, ended.name);
    assert_eq!(world.payment(&ended.name).await.state(), PaymentState::Failed);
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 1);
});

acceptance!(w9_a_redirect_is_refunded_in_the_currency_and_at_the_rate_it_had, rates(), |world| {
    let mut customer = world.customer().await;
    let account = customer.account.clone();
    let invoice = world.overdue(&account, &mut customer.clock, "CNY 100.00").await;
    let payment = world.pay_by_redirect(&customer, &[&invoice]).await.unwrap();
    world.at_bank(&payment, "ICBC").await;
    let payment = world.comes_to(&payment.name, PaymentState::RequiresCompletion).await;
    world.complete_payment(&payment.name).await.unwrap();
    // A third of it does not come out even: each part is whole fen, and the last takes what is left.
    for (asked, given) in [("CNY 33.33", "CNY 33.33"), ("CNY 33.33", "CNY 33.33"), ("", "CNY 33.34")] {
        let refund = world.refund(&payment.name, asked).await.unwrap();
        assert_eq!(refund.state(), RefundState::Succeeded, "{refund:#?}");
        assert_eq!(shown(refund.amount.as_ref()), given);
        assert_eq!(refund.payment_rate, payment.limit_rate);
        assert_eq!(refund.payment_rate.unwrap().rate, "7.125");
    }
    refused(world.refund(&payment.name, "USD 1.00").await)
        .is_bad_input("REFUND_CURRENCY_DIFFERS", &["amount"]);
    let ledger = world.ledger().await;
    let back = ledger.iter().filter(|it| *it == "REFUND CNY 33.33 Amazon Web Services, Inc. ICBC").count();
    assert_eq!(back, 2, "{ledger:#?}");
    assert!(ledger.contains(&"REFUND CNY 33.34 Amazon Web Services, Inc. ICBC".to_owned()), "{ledger:#?}");
    world.is_clean().await;
});

acceptance!(w9_only_a_redirect_is_completed, |world| {
    let account = world.account(AWS, "US", "USD").await;
    world.active(&account, VISA).await;
    let invoice = world.invoice(&account, "USD 10.00").await;
    let payment = world.pay(&account, &[&invoice]).await;
    refused(world.complete_payment(&payment.name).await).is_by_rules(&["W9 PAYMENT_NOT_COMPLETABLE"]);
    refused(world.complete_payment(&format!("{account}/payments/{}", request_id())).await).is_not_found();
});

acceptance!(w2_w3_what_it_needs_it_needs_whenever_it_pays, |world| {
    // A debit card of UnionPay is none that it asks for.
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, AWS, "CN", "CNY").await;
    world.active(&account, "6200000000000047").await;
    world.overdue(&account, &mut clock, "CNY 1.00").await;
    refused(world.enable_redirect(&account).await).is_by_rules(&["W2 REDIRECT_NEEDS_CARD"]);

    let mut customer = world.customer().await;
    let account = customer.account.clone();
    let invoice = world.overdue(&account, &mut customer.clock, "CNY 99.00").await;
    let prefers = |currency: &str| UpdateAccountRequest {
        account: Some(Account {
            name: account.clone(),
            currency_code: currency.to_owned(),
            ..Account::default()
        }),
        update_mask: None,
        request_id: request_id(),
    };
    world.accounts().update_account(prefers("USD")).await.unwrap();
    refused(world.pay_by_redirect(&customer, &[&invoice]).await).is_by_rules(&["W3 REDIRECT_NEEDS_CURRENCY"]);
    world.accounts().update_account(prefers("CNY")).await.unwrap();
    assert_eq!(
        world.pay_by_redirect(&customer, &[&invoice]).await.unwrap().state(),
        PaymentState::RequiresAction
    );
});

acceptance!(w6_what_the_bank_works_on_or_has_approved_counts_until_its_end, rates(), |world| {
    let mut customer = world.customer().await;
    let account = customer.account.clone();
    let dollars = world.overdue(&account, &mut customer.clock, "USD 5.00").await;
    refused(world.pay_by_redirect(&customer, &[&dollars]).await).is_by_rules(&["W6 REDIRECT_NEEDS_CURRENCY"]);
    let first = world.overdue(&account, &mut customer.clock, "CNY 200000.00").await;
    let second = world.overdue(&account, &mut customer.clock, "CNY 156250.00").await;
    let cent = world.overdue(&account, &mut customer.clock, "CNY 0.01").await;
    // Several invoices may reach the limit, and none may pass it.
    let names = [first.as_str(), &second];
    refused(world.pay_by_redirect(&customer, &[names[0], names[1], &cent]).await)
        .is_by_rules(&["W6 REDIRECT_LIMIT_EXCEEDED"]);
    let payment = world.pay_by_redirect(&customer, &names).await.unwrap();
    world.at_bank(&payment, "BOC").await;
    for (hours, state) in [(0, PaymentState::Processing), (2, PaymentState::RequiresCompletion)] {
        world.advance(&mut customer.clock, SignedDuration::from_hours(hours)).await;
        world.comes_to(&payment.name, state).await;
        refused(world.pay_by_redirect(&customer, &[&cent]).await)
            .is_by_rules(&["W6 REDIRECT_LIMIT_EXCEEDED"]);
    }
    world.complete_payment(&payment.name).await.unwrap();
    assert_eq!(
        world.pay_by_redirect(&customer, &[&cent]).await.unwrap().state(),
        PaymentState::RequiresAction
    );
});

acceptance!(a32_w9_what_became_of_a_redirect_is_told_of_the_bank, |world| {
    let mut customer = world.customer().await;
    let account = customer.account.clone();
    // Left, never paid, approved and never completed, worked on too long.
    #[rustfmt::skip]
    let table = [
        (Some("leave"), FailureReason::ChallengeAbandoned,    "page was left"),
        (None,          FailureReason::ChallengeNotCompleted, "Nothing was paid"),
        (Some("ICBC"),  FailureReason::CompletionExpired,     "not completed in time"),
        (Some("CITIC"), FailureReason::CompletionExpired,     "not completed in time"),
    ];
    for (bank, reason, advice) in table {
        let invoice = world.overdue(&account, &mut customer.clock, "CNY 99.00").await;
        let payment = world.pay_by_redirect(&customer, &[&invoice]).await.unwrap();
        match bank {
            Some("leave") => {
                let page = browser::open(&payment.next_action.as_ref().unwrap().url).await;
                page.submit(&[("do", "leave")]).await;
            }
            Some(bank) => drop(world.at_bank(&payment, bank).await),
            None => {}
        }
        world.advance(&mut customer.clock, SignedDuration::from_hours(24)).await;
        let failure = world.payment(&payment.name).await.failure.unwrap();
        assert_eq!(failure.reason(), reason, "{bank:?}");
        assert!(failure.advice.contains(advice) && failure.advice.ends_with('.'), "{failure:?}");
        world.advance(&mut customer.clock, SignedDuration::from_hours(72)).await;
    }
});
