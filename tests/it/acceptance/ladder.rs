//! What is tried after an attempt that took nothing: the next card (H13), the next provider (C12).

use bursar::proto::{
    sandbox::v1::{LedgerEntryKind, ListLedgerEntriesRequest, sandbox_service_client::SandboxServiceClient},
    v1::{AttemptState, FailureReason, InvoiceState, Payment, PaymentState, PaymentTrigger},
};

use jiff::SignedDuration;

use crate::support::{
    browser,
    eventually::eventually,
    given::{ALIBABA, DECLINED, HUAWEI, MASTERCARD, VISA, link_request, pay_request},
    options::{Options, Outside, shipped},
    refusal::refused,
    world::{World, connect},
};

/// Good for the verification, and then for nothing more.
const LATER_51: &str = "4000009900000012";
const LATER_43: &str = "4000009900000020";
const LATER_ANSWER_LOST: &str = "4000009900000038";
const LATER_LOST: &str = "4000009900000046";
/// Good for a hold; charges are declined, or happen without an answer.
const LATER_51_OF_HOLDS: &str = "4000009800000013";
const ANSWER_LOST: &str = "4000009600000031";

impl World {
    /// Pays with the default and, where that is declined, with the others.
    async fn pay_on(&self, account: &str, invoices: &[&str]) -> Payment {
        let mut request = pay_request(account, invoices);
        request.try_other_methods = true;
        self.send_pay(request).await.expect("the payment is accepted")
    }

    /// An account with cards in this order; the first is the default.
    async fn with_cards<const N: usize>(&self, numbers: [&str; N]) -> (String, [String; N]) {
        let account = self.account(HUAWEI, "SG", "USD").await;
        let mut methods = numbers.map(str::to_owned);
        for method in &mut methods {
            *method = self.active(&account, method).await;
        }
        self.quiet(&account).await;
        (account, methods)
    }
}

/// Each try: with what, and what came of it.
fn tries(payment: &Payment) -> Vec<(&str, AttemptState, &str)> {
    let tries = payment.attempts.iter();
    tries.map(|it| (it.payment_method.as_str(), it.state(), it.network_code.as_str())).collect()
}

acceptance!(h13_the_default_is_charged_first_and_then_the_others_in_order, |world| {
    let (account, [first, second, _]) = world.with_cards([VISA, LATER_51, MASTERCARD]).await;
    world.set_default(&second).await.unwrap();
    let before = world.count(LedgerEntryKind::Charge).await;
    let invoice = world.invoice(&account, "USD 20.00").await;
    let payment = world.pay_on(&account, &[&invoice]).await;

    assert_eq!(payment.state(), PaymentState::Succeeded, "{payment:#?}");
    assert_eq!(payment.trigger(), PaymentTrigger::Invoice);
    let expected =
        [(second.as_str(), AttemptState::Declined, "51"), (first.as_str(), AttemptState::Approved, "")];
    assert_eq!(tries(&payment), expected);
    assert_eq!(payment.payment_method, first);
    // Each try is an effect of its own, and can be read.
    assert_ne!(payment.attempts[0].effect_id, payment.attempts[1].effect_id);
    assert_eq!(world.payment(&payment.name).await, payment);
    assert_eq!(world.get_invoice(&invoice).await.state(), InvoiceState::Paid);
    assert_eq!(world.count(LedgerEntryKind::Charge).await, before + 1);
});

acceptance!(h13_no_other_card_follows_where_it_must_not, |world| {
    #[rustfmt::skip]
    let table = [
        // default   asked to go on  tries  code
        (LATER_51,   false,          1,     "51"),
        (LATER_43,   true,           1,     "43"),
    ];
    for (number, asked, count, code) in table {
        let (account, [_, other]) = world.with_cards([number, VISA]).await;
        let before = world.count(LedgerEntryKind::Charge).await;
        let invoice = world.invoice(&account, "USD 20.00").await;
        let mut request = pay_request(&account, &[&invoice]);
        request.try_other_methods = asked;
        let payment = world.send_pay(request.clone()).await.unwrap();
        assert_eq!(payment.state(), PaymentState::Failed, "{payment:#?}");
        let failure = payment.failure.clone().unwrap();
        assert_eq!((failure.reason(), failure.network_code.as_str()), (FailureReason::CardDeclined, code));
        assert_eq!(payment.attempts.len(), count, "{payment:#?}");
        assert_eq!(world.get_invoice(&invoice).await.state(), InvoiceState::Open);
        assert_eq!(world.count(LedgerEntryKind::Charge).await, before);
        // C7: to go on is another request.
        request.try_other_methods = !asked;
        let refusal = refused(world.send_pay(request).await);
        assert_eq!(refusal.reason, "REQUEST_ID_REUSED");
        world.unlink(&other).await.unwrap();
    }
    // Alibaba Cloud's document lets no other card follow.
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, LATER_51_OF_HOLDS).await;
    world.active(&account, MASTERCARD).await;
    let invoice = world.invoice(&account, "USD 20.00").await;
    let payment = world.pay_on(&account, &[&invoice]).await;
    assert_eq!((payment.state(), payment.attempts.len()), (PaymentState::Failed, 1), "{payment:#?}");
});

acceptance!(h13_the_next_card_waits_until_the_one_before_is_certain, Options::impatient(), |world| {
    for number in [LATER_ANSWER_LOST, LATER_LOST] {
        let (account, [_, other]) = world.with_cards([number, VISA]).await;
        let before = world.count(LedgerEntryKind::Charge).await;
        let invoice = world.invoice(&account, "USD 20.00").await;
        let payment = world.pay_on(&account, &[&invoice]).await;
        let name = payment.name;
        eventually("the payment is certain", async || {
            let payment = world.payment(&name).await;
            // Whatever was in doubt, no other card is ever tried.
            assert_eq!(payment.attempts.len(), 1, "{payment:#?}");
            if payment.state() == PaymentState::Succeeded { Ok(()) } else { Err(format!("{payment:#?}")) }
        })
        .await;
        assert_eq!(world.count(LedgerEntryKind::Charge).await, before + 1);
        world.unlink(&other).await.unwrap();
    }
});

acceptance!(h13_cards_that_cannot_pay_are_passed_over, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, HUAWEI, "SG", "USD").await;
    let first = world.active(&account, LATER_51).await;
    // One that expires, one that was declined, one that waits for its holder, and one that is good.
    let mut request = link_request(&account, MASTERCARD);
    request.card.as_mut().unwrap().expiry = "07/30".to_owned();
    let expiring = world.send_link(request).await.unwrap().payment_method.unwrap();
    browser::open(&expiring.next_action.unwrap().url).await.answer(browser::CODE).await;
    let declined = world.link(&account, DECLINED).await;
    browser::open(&declined.next_action.unwrap().url).await.answer(browser::CODE).await;
    let good = world.active(&account, VISA).await;
    world.advance(&mut clock, SignedDuration::from_hours(60 * 24)).await;
    world.link(&account, "5555444433331111").await;
    let invoice = world.invoice(&account, "USD 20.00").await;
    let payment = world.pay_on(&account, &[&invoice]).await;
    let expected =
        [(first.as_str(), AttemptState::Declined, "51"), (good.as_str(), AttemptState::Approved, "")];
    assert_eq!(tries(&payment), expected);
});

/// Alibaba Cloud with another provider for PayPal, and for customers of the United States.
fn with_two() -> Options {
    let routes = "[[edition.routes]]\nprovider = \"backup\"\nkinds = [\"PAYPAL\"]\n\n\
        [[edition.routes]]\nprovider = \"backup\"\ncountries = [\"US\"]\n\n[[edition.routes]]";
    let text = shipped("alibaba-cloud-intl.toml").replace("[[edition.routes]]", routes);
    Options::new().outside(Outside::Apart).with_backup().rule_file("alibaba-cloud-intl.toml", text)
}

acceptance!(c12_kind_and_country_choose_the_provider, with_two(), |world| {
    let provider = async |account: &str, method: &str| {
        let invoice = world.invoice(account, "USD 20.00").await;
        let mut request = pay_request(account, &[&invoice]);
        request.payment_method = method.to_owned();
        let payment = world.send_pay(request).await.unwrap();
        assert_eq!(payment.state(), PaymentState::Succeeded, "{payment:#?}");
        payment.attempts[0].provider.clone()
    };
    let here = world.account(ALIBABA, "SG", "USD").await;
    let card = world.active(&here, VISA).await;
    assert_eq!(provider(&here, &card).await, "sandbox");
    let wallet = world.link_paypal(&here, "ada@example.com").await;
    assert_eq!(provider(&here, &wallet.name).await, "backup");
    let there = world.account(ALIBABA, "US", "USD").await;
    let card = world.active(&there, MASTERCARD).await;
    assert_eq!(provider(&there, &card).await, "backup");
    // Each has taken what it was asked for, and no more.
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 1);
});

/// Alibaba Cloud with a second provider for outages.
fn with_backup() -> Options {
    let text = format!("{}\n[[edition.routes]]\nprovider = \"backup\"\n", shipped("alibaba-cloud-intl.toml"));
    Options::new().outside(Outside::Apart).with_backup().rule_file("alibaba-cloud-intl.toml", text)
}

acceptance!(c12_an_outage_is_covered_by_the_next_provider, with_backup(), |mut world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.active(&account, VISA).await;
    world.quiet(&account).await;
    let invoice = world.invoice(&account, "USD 20.00").await;
    let payment = world.pay(&account, &[&invoice]).await;
    assert_eq!(payment.attempts[0].provider, "sandbox", "{payment:#?}");

    world.lose_outside().await;
    let invoice = world.invoice(&account, "USD 30.00").await;
    let payment = world.pay(&account, &[&invoice]).await;
    assert_eq!(payment.state(), PaymentState::Succeeded, "{payment:#?}");
    let expected =
        [(method.as_str(), AttemptState::NotSent, ""), (method.as_str(), AttemptState::Approved, "")];
    assert_eq!(tries(&payment), expected);
    let providers: Vec<&str> = payment.attempts.iter().map(|attempt| attempt.provider.as_str()).collect();
    assert_eq!(providers, ["sandbox", "backup"]);
    assert_eq!(world.get_invoice(&invoice).await.state(), InvoiceState::Paid);

    // The money moved at the backup, and there alone.
    let backup = connect(&world.backup.as_ref().unwrap().grpc);
    let request = ListLedgerEntriesRequest::default();
    let ledger = SandboxServiceClient::new(backup).list_ledger_entries(request).await.unwrap().into_inner();
    let charges: Vec<_> = ledger.entries.iter().map(|entry| (entry.kind(), entry.amount.clone())).collect();
    assert_eq!(charges.len(), 1, "{charges:?}");
    assert_eq!(charges[0].0, LedgerEntryKind::Charge);
    world.regain_outside().await;
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 1);
});

acceptance!(
    c12_a_decline_or_a_doubt_is_no_outage,
    with_backup().with(&["--provider-deadline", "3s", "--lease", "8s"]),
    |world| {
        for (number, state) in
            [(LATER_51_OF_HOLDS, PaymentState::Failed), (ANSWER_LOST, PaymentState::Succeeded)]
        {
            let account = world.account(ALIBABA, "SG", "USD").await;
            world.active(&account, number).await;
            world.quiet(&account).await;
            let invoice = world.invoice(&account, "USD 20.00").await;
            let name = world.pay(&account, &[&invoice]).await.name;
            eventually("the payment is certain", async || {
                let payment = world.payment(&name).await;
                assert_eq!(payment.attempts.len(), 1, "{payment:#?}");
                if payment.state() == state { Ok(()) } else { Err(format!("{payment:#?}")) }
            })
            .await;
        }
    }
);
