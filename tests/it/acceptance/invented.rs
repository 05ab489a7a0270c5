//! An invented seller: other methods, amounts, days and limits, each shown by what follows from it, and no line of
//! code that knows of it (C1). Its rules are in `invented.toml`.

use bursar::proto::v1::{
    InvoiceState, OrderKind, Payment, PaymentMethodState, PaymentState, PlaceOrderRequest,
    SetDeductionThresholdRequest, VerificationMode, VerificationState,
};
use jiff::SignedDuration;

use crate::support::{
    clock::time,
    eventually::eventually,
    given::{
        AMEX, CHALLENGED, DECLINED, MASTERCARD, PREPAID, RETURN_URL, UNIONPAY, VISA, link_request,
        pay_request, request_id,
    },
    money::{money, shown},
    options::Options,
    refusal::refused,
    world::World as Running,
};

const SELLER: &str = "grand-banks";
const MOBILE: &str = "+14165550123";
const CHARGE_51: &str = "4000009800000013";
const CHARGE_05: &str = "4000000000000341";
const VISA_DEBIT: &str = "4000056655665556";
const VISA_OF_GERMANY: &str = "4000002760000016";
const OTHER_UNIONPAY: &str = "6205500000000000004";
const OTHER_MASTERCARD: &str = "5555444433331111";

/// The invented rules beside those that ship, and rates that make a cent count.
fn seller() -> Options {
    let rates = "date,base,quote,rate,source\n2026-01-01,EUR,CAD,1.4842,test\n".to_owned();
    Options::new()
        .rule_file("grand-banks.toml", include_str!("invented.toml").to_owned())
        .rule_file("exchange-rates.csv", rates)
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// Each try: with what, and what the issuer said.
fn tries(payment: &Payment) -> Vec<(&str, &str)> {
    payment.attempts.iter().map(|it| (it.payment_method.as_str(), it.network_code.as_str())).collect()
}

/// The only bill, once it stands so.
async fn bill(world: &Running, account: &str, state: InvoiceState) -> bursar::proto::v1::Invoice {
    world.bills_stand(account, &[state]).await.remove(0)
}

acceptance!(c1_an_invented_seller_takes_its_own_methods, seller(), |world| {
    #[rustfmt::skip]
    let table = [
        // country currency  number            rule
        ("CA",     "CAD",    VISA_DEBIT,       "A4 CARD_PRODUCT_NOT_SUPPORTED"),
        ("CA",     "CAD",    VISA_OF_GERMANY,  "A5 CARD_ISSUER_COUNTRY_NOT_SUPPORTED"),
        ("CA",     "CAD",    AMEX,             "A2 CARD_BRAND_NOT_SUPPORTED"),
        ("CA",     "CAD",    OTHER_UNIONPAY,   "A3 CARD_UNIONPAY_ONLY"),
        ("CA",     "EUR",    OTHER_MASTERCARD, "W2 CARD_BRAND_NOT_SUPPORTED"),
        ("CA",     "CAD",    MASTERCARD,       ""),
        ("CA",     "CAD",    PREPAID,          ""),
        ("NO",     "EUR",    UNIONPAY,         ""),
    ];
    for (country, currency, number, rule) in table {
        let account = world.account(SELLER, country, currency).await;
        if rule.is_empty() {
            world.active(&account, number).await;
        } else {
            refused(world.try_link(&account, number).await).is_by_rules(&[rule]);
        }
    }
    let served = crate::support::given::account_request(SELLER, "US", "CAD");
    refused(world.create_account(served).await).is_bad_input("COUNTRY_NOT_SERVED", &["account.region_code"]);

    // PayPal in Europe alone, and not of the United States.
    let account = world.account(SELLER, "CA", "CAD").await;
    refused(world.try_link_wallet(&account, "PAYPAL").await).is_by_rules(&["A2 METHOD_KIND_NOT_SUPPORTED"]);
    let account = world.account(SELLER, "DE", "EUR").await;
    let method = world.link_paypal(&account, "ada@example.com").await;
    assert_eq!(method.failure.unwrap().rule_reason, "WALLET_COUNTRY_NOT_SUPPORTED");
    // 3-D Secure is mandated of cards there; PayPal has asked its holder itself.
    let method = world.link_paypal(&account, "berta@example.com").await;
    assert_eq!(method.state(), PaymentMethodState::Active, "{method:#?}");
});

acceptance!(c1_an_invented_seller_verifies_in_its_own_way, seller(), |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, SELLER, "CA", "CAD").await;
    let method = world.active(&account, VISA).await;
    let verification = world.verification(&world.method(&method).await.verification).await;
    assert_eq!(verification.mode(), VerificationMode::HoldThenRelease);
    // EUR 2.00 is CAD 2.9684.
    let hold = verification.hold.unwrap();
    assert_eq!(
        (hold.amount.clone(), hold.statement_descriptor.as_str()),
        (Some(money("CAD 2.97")), "GRAND BANKS")
    );
    let rate = verification.exchange_rate.unwrap();
    assert_eq!((rate.base_currency_code.as_str(), rate.rate.as_str()), ("EUR", "1.4842"));
    // The first card does not become the default by itself.
    assert_eq!(world.get_account(&account).await.default_payment_method, "");
    world.set_default(&method).await.unwrap();

    // Another expiry is taken as it is: nobody asks the issuer.
    world.quiet(&account).await;
    let before = world.ledger().await;
    let updated = world.update_expiry(&method, "11/35").await.unwrap();
    assert_eq!(updated.verification, None);
    assert_eq!(updated.payment_method.unwrap().card.unwrap().expiry, "11/35");
    assert_eq!(world.method(&method).await.card.unwrap().expiry, "11/35");
    assert_eq!(world.ledger().await, before);

    // In its own currency there is nothing to convert; in Europe the issuer asks, for an hour.
    let account = world.account_on(&clock, SELLER, "FR", "EUR").await;
    let linked = world.link(&account, CHALLENGED).await;
    let verification = world.verification(&linked.verification).await;
    assert_eq!(shown(verification.hold.unwrap().amount.as_ref()), "EUR 2.00");
    assert_eq!((verification.exchange_rate, verification.challenge_rule.as_str()), (None, "region"));
    world.advance(&mut clock, SignedDuration::from_mins(59)).await;
    assert_eq!(world.method(&linked.name).await.state(), PaymentMethodState::RequiresAction);
    world.advance(&mut clock, SignedDuration::from_mins(1)).await;
    let verification = world.verification(&linked.verification).await;
    assert_eq!(verification.state(), VerificationState::Expired);

    // C15: two failures an hour, and one of a card in two.
    refused(world.try_link(&account, VISA_DEBIT).await);
    let refusal = refused(world.try_link(&account, UNIONPAY).await);
    assert_eq!((refusal.reason.as_str(), refusal.fact("scope")), ("LINK_ATTEMPTS_EXHAUSTED", "account"));
    world.advance(&mut clock, hours(1)).await;
    let refusal = refused(world.try_link(&account, VISA_DEBIT).await);
    assert_eq!((refusal.reason.as_str(), refusal.fact("scope")), ("LINK_ATTEMPTS_EXHAUSTED", "instrument"));
    world.active(&account, UNIONPAY).await;
});

acceptance!(c1_an_invented_seller_asks_for_other_things_first, seller(), |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, SELLER, "CA", "CAD").await;
    // Linking needs nothing, paying a mobile number.
    let method = world.active(&account, VISA).await;
    world.set_default(&method).await.unwrap();
    let invoice = world.invoice(&account, "CAD 5.00").await;
    let refusal = refused(world.send_pay(pay_request(&account, &[&invoice])).await);
    refusal.is_by_rules(&["H1 ONBOARDING_INCOMPLETE"]);
    assert_eq!(refusal.fact("missing_steps"), "MOBILE_NUMBER");

    // A code lasts a minute and endures one wrong answer; two are sent in an hour.
    world.send_code(&account, MOBILE).await.unwrap();
    let late = world.code(MOBILE).await;
    world.advance(&mut clock, SignedDuration::from_mins(1)).await;
    refused(world.answer_code(&account, MOBILE, &late).await).is_by_rules(&["H3 CODE_EXPIRED"]);
    world.send_code(&account, MOBILE).await.unwrap();
    let refusal = refused(world.send_code(&account, MOBILE).await);
    assert_eq!(refusal.reason, "CODE_SENDS_EXHAUSTED");
    let code = world.code(MOBILE).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    refused(world.answer_code(&account, MOBILE, wrong).await);
    assert_eq!(refused(world.answer_code(&account, MOBILE, &code).await).reason, "CODE_ANSWERS_EXHAUSTED");
    world.advance(&mut clock, hours(1)).await;
    world.prove(&account, MOBILE).await;
    assert_eq!(world.pay(&account, &[&invoice]).await.state(), PaymentState::Succeeded);

    // Its own risk: of orders alone, from a hundred on. What waits is told of.
    let order = |amount: &str| PlaceOrderRequest {
        parent: account.clone(),
        kind: OrderKind::Upgrade.into(),
        amount: Some(money(amount)),
        description: String::new(),
        payment_method: String::new(),
        return_url: RETURN_URL.to_owned(),
        request_id: request_id(),
    };
    let large = world.invoice(&account, "CAD 9000.00").await;
    assert_eq!(world.pay(&account, &[&large]).await.state(), PaymentState::Succeeded);
    let messages = world.messages_of(&account).await.len();
    for (amount, rule) in [("CAD 99.99", ""), ("CAD 100.00", "order-of-a-hundred")] {
        let placed = world.invoices().place_order(order(amount)).await.unwrap().into_inner();
        assert_eq!(placed.payment.unwrap().challenge_rule, rule, "{amount}");
    }
    assert_eq!(world.messages_of(&account).await.len(), messages + 1);
});

acceptance!(c1_an_invented_seller_collects_in_its_own_way, seller(), |world| {
    // In Newfoundland, June ends at half past two.
    let mut clock = world.clock_at("2030-06-10T12:00:00Z").await;
    let account = world.account_on(&clock, SELLER, "CA", "CAD").await;
    let mut cards = Vec::new();
    for number in [CHARGE_51, CHARGE_05, VISA] {
        cards.push(world.active(&account, number).await);
    }
    world.set_default(&cards[0]).await.unwrap();
    world.prove(&account, MOBILE).await;
    world.enable(&account, "ecs").await.unwrap();
    let set = async |amount: &str| {
        let request = SetDeductionThresholdRequest {
            account: account.clone(),
            threshold: Some(money(amount)),
            request_id: request_id(),
        };
        world.usage().set_deduction_threshold(request).await
    };
    assert_eq!(refused(set("CAD 80.01").await).fact("at_most"), "CAD 80.00");
    assert_eq!(refused(set("EUR 6.00").await).fact("at_least"), "CAD 10.00");
    set("CAD 60.00").await.unwrap();

    // The threshold, then the ladder: after 51 and after 05 the next card is tried.
    world.use_some(&account, "CAD 59.99", "").await.unwrap();
    assert_eq!(world.bills(&account).await, []);
    world.use_some(&account, "CAD 0.01", "CAD 9.00").await.unwrap();
    let paid = bill(&world, &account, InvoiceState::Paid).await;
    assert_eq!(shown(paid.amount.as_ref()), "CAD 69.00");
    let payment = world.payment(&paid.payment).await;
    let expected = [(cards[0].as_str(), "51"), (cards[1].as_str(), "05"), (cards[2].as_str(), "")];
    assert_eq!(tries(&payment), expected);

    // The month's bill on the twentieth.
    let period = world.use_some(&account, "CAD 7.00", "").await.unwrap();
    assert_eq!(time(period.end_time).to_string(), "2030-07-01T02:30:00Z");
    assert_eq!(time(period.bill_time).to_string(), "2030-07-20T02:30:00Z");
    world.advance(&mut clock, hours(24 * 39)).await;
    assert_eq!(world.bills(&account).await.len(), 1);
    world.advance(&mut clock, hours(24)).await;
    world.bills_stand(&account, &[InvoiceState::Paid; 2]).await;
    assert_eq!(world.charged().await, ["CAD 69.00", "CAD 7.00"]);
});

acceptance!(c1_an_invented_seller_tries_again_on_its_own_schedule, seller(), |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, SELLER, "CA", "CAD").await;
    let card = world.active(&account, CHARGE_05).await;
    world.set_default(&card).await.unwrap();
    world.prove(&account, MOBILE).await;
    world.enable(&account, "ecs").await.unwrap();
    world.use_some(&account, "CAD 20.00", "").await.unwrap();
    let issued = world.issue(&account, "It looks bad.").await.unwrap();
    let open = bill(&world, &account, InvoiceState::Open).await;
    assert_eq!(open.name, issued.name);
    assert_eq!(time(open.next_collection_time), clock.now + hours(6));
    world.advance(&mut clock, hours(48)).await;
    // Once, six hours later, and never again.
    let open = bill(&world, &account, InvoiceState::Open).await;
    assert_eq!((open.failed_collection_count, open.next_collection_time), (2, None));
    assert_eq!(world.payments_of(&account).await.len(), 2);
});

acceptance!(c1_an_invented_seller_lets_go_in_its_own_way, seller(), |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, SELLER, "CA", "CAD").await;
    let method = world.active(&account, VISA).await;
    // What is owed keeps no card, what is overdue does.
    let due = clock.now + hours(1);
    let mut invoice = crate::support::given::invoice_request(&account, "CAD 5.00");
    invoice.invoice.as_mut().unwrap().due_time = Some(crate::support::clock::wire(due));
    let invoice = world.create_invoice(invoice).await.unwrap().name;
    world.unlink(&method).await.unwrap();
    let method = world.active(&account, VISA).await;
    world.advance(&mut clock, hours(2)).await;
    refused(world.unlink(&method).await).is_by_rules(&["A24 METHOD_IS_ONLY_ACTIVE"]);
    world.void(&invoice).await;
    world.unlink(&method).await.unwrap();

    // An expired default can go, where Alibaba Cloud keeps it.
    let mut request = link_request(&account, MASTERCARD);
    request.card.as_mut().unwrap().expiry = "07/30".to_owned();
    let expiring = world.send_link(request).await.unwrap().payment_method.unwrap().name;
    world.set_default(&expiring).await.unwrap();
    world.advance(&mut clock, hours(60 * 24)).await;
    assert_eq!(world.method(&expiring).await.state(), PaymentMethodState::Expired);
    assert_eq!(world.unlink(&expiring).await.unwrap().state(), PaymentMethodState::Unlinked);
    assert_eq!(world.get_account(&account).await.default_payment_method, "");

    // A declined card is nobody's.
    let failed = world.link(&account, DECLINED).await;
    assert_eq!(failed.state(), PaymentMethodState::Failed);
});

acceptance!(c1_an_invented_seller_sends_to_the_bank_in_its_own_way, seller(), |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, SELLER, "CA", "CAD").await;
    world.prove(&account, MOBILE).await;
    world.active(&account, VISA).await;
    world.overdue(&account, &mut clock, "CAD 1.00").await;
    refused(world.enable_redirect(&account).await).is_by_rules(&["W2 REDIRECT_NEEDS_CARD"]);
    world.active(&account, MASTERCARD).await;
    let redirect = world.enable_redirect(&account).await.unwrap().name;
    let pay = async |invoice: &str| {
        let request = pay_request(&account, &[invoice]);
        world
            .send_pay(bursar::proto::v1::PayInvoicesRequest { payment_method: redirect.clone(), ..request })
            .await
    };
    // EUR 1,000 at a time: CAD 1,484.20, and not a cent more.
    let over = world.overdue(&account, &mut clock, "CAD 1484.21").await;
    let refusal = refused(pay(&over).await);
    refusal.is_by_rules(&["W6 REDIRECT_LIMIT_EXCEEDED"]);
    assert_eq!((refusal.fact("limit"), refusal.fact("rate")), ("EUR 1000.00", "1.4842"));
    let within = world.overdue(&account, &mut clock, "CAD 1484.20").await;
    let payment = pay(&within).await.unwrap();
    assert_eq!(time(payment.complete_expire_time), clock.now + hours(6));
    let expires = time(payment.next_action.clone().unwrap().expire_time);
    assert_eq!(expires, clock.now + SignedDuration::from_mins(5));
    world.at_bank(&payment, "ICBC").await;
    world.comes_to(&payment.name, PaymentState::RequiresCompletion).await;
    world.advance(&mut clock, hours(5)).await;
    let done = world.complete_payment(&payment.name).await.unwrap();
    assert_eq!(done.state(), PaymentState::Succeeded, "{done:#?}");
    assert_eq!(world.get_invoice(&within).await.state(), InvoiceState::Paid);
});

acceptance!(c1_an_invented_seller_keeps_the_cards_of_who_left_for_two_days, seller(), |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, SELLER, "CA", "CAD").await;
    let method = world.active(&account, VISA).await;
    world.quiet(&account).await;
    let request =
        bursar::proto::v1::DeactivateAccountRequest { name: account.clone(), request_id: request_id() };
    world.accounts().deactivate_account(request).await.unwrap();
    let other = world.account(SELLER, "CA", "CAD").await;
    world.advance(&mut clock, hours(47)).await;
    refused(world.try_link(&other, VISA).await).is_by_rules(&["A8 CARD_LINKED_ELSEWHERE"]);
    world.advance(&mut clock, hours(1)).await;
    eventually("the card is free", async || {
        let state = world.method(&method).await.state();
        if state == PaymentMethodState::Unlinked { Ok(()) } else { Err(format!("{state:?}")) }
    })
    .await;
    // C15: the refusal counts for the card, for two hours.
    let refusal = refused(world.try_link(&other, VISA).await);
    assert_eq!(refusal.fact("scope"), "instrument");
    let linked = world.link(&other, MASTERCARD).await;
    assert_eq!(linked.state(), PaymentMethodState::Active);
});
