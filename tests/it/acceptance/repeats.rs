//! A call is repeated with its `request_id`, and done once (C7).

use bursar::proto::{
    sandbox::v1::LedgerEntryKind,
    v1::{CardDetails, CreateInvoiceRequest, PaymentMethodState, PaymentState},
};
use tonic::Code;

use crate::support::{
    browser::{self, CODE},
    given::{
        ALIBABA, AWS, MASTERCARD, PREPAID, VISA, account_request, invoice_request, link_request, pay_request,
        request_id,
    },
    money::money,
    options::{Options, Outside},
    refusal::{Refusal, refused},
};

const AT_ONCE: usize = 20;

/// That a request id was taken for another request before.
#[track_caller]
pub fn is_reused(refusal: &Refusal) {
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::InvalidArgument, "REQUEST_ID_REUSED"),
        "{refusal:#?}"
    );
}

acceptance!(c7_every_change_needs_a_request_id, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.active(&account, VISA).await;
    let invoice = world.invoice(&account, "USD 5.00").await;
    for id in ["", "with\nnewline", "ünicode", &"x".repeat(65)] {
        let expected = if id.is_empty() { "REQUEST_ID_REQUIRED" } else { "INVALID_FIELD" };
        let mut create = account_request(ALIBABA, "SG", "USD");
        create.request_id = id.to_owned();
        refused(world.create_account(create).await).is_bad_input(expected, &["request_id"]);
        let mut link = link_request(&account, MASTERCARD);
        link.request_id = id.to_owned();
        refused(world.send_link(link).await).is_bad_input(expected, &["request_id"]);
        let mut pay = pay_request(&account, &[&invoice]);
        pay.request_id = id.to_owned();
        refused(world.send_pay(pay).await).is_bad_input(expected, &["request_id"]);
        let mut bill = invoice_request(&account, "USD 5.00");
        bill.request_id = id.to_owned();
        refused(world.create_invoice(bill).await).is_bad_input(expected, &["request_id"]);
        let unlink =
            bursar::proto::v1::UnlinkPaymentMethodRequest { name: method.clone(), request_id: id.to_owned() };
        refused(world.methods().unlink_payment_method(unlink).await).is_bad_input(expected, &["request_id"]);
    }
    let mut longest = invoice_request(&account, "USD 5.00");
    longest.request_id = "~".repeat(64);
    world.create_invoice(longest).await.unwrap();
});

acceptance!(c7_the_same_id_with_the_same_body_answers_the_resource_as_it_is_now, |world| {
    let account = world.account(ALIBABA, "DE", "USD").await;
    let link = link_request(&account, VISA);
    let first = world.send_link(link.clone()).await.unwrap().payment_method.unwrap();
    assert_eq!(world.send_link(link.clone()).await.unwrap().payment_method.unwrap(), first);
    browser::open(&first.next_action.unwrap().url).await.answer(CODE).await;
    let now = world.send_link(link.clone()).await.unwrap().payment_method.unwrap();
    assert_eq!(now, world.method(&first.name).await);
    assert_eq!(now.state(), bursar::proto::v1::PaymentMethodState::Active);

    let bill = invoice_request(&account, "USD 5.00");
    let invoice = world.create_invoice(bill.clone()).await.unwrap();
    let pay = pay_request(&account, &[&invoice.name]);
    let payment = world.send_pay(pay.clone()).await.unwrap();
    assert_eq!(world.send_pay(pay).await.unwrap(), payment);
    let invoice = world.create_invoice(bill).await.unwrap();
    assert_eq!(invoice.payment, payment.name);
    assert_eq!(world.payments_of(&account).await.len(), 1);
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 1);
    assert_eq!(world.count(LedgerEntryKind::Hold).await, 1);
});

acceptance!(c7_the_same_id_with_another_body_is_refused, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let link = link_request(&account, VISA);
    world.send_link(link.clone()).await.unwrap();
    type Change = fn(&mut CardDetails);
    let changes: [Change; 5] = [
        |card| MASTERCARD.clone_into(&mut card.number),
        |card| card.expiry = "11/34".to_owned(),
        |card| card.holder_name = "Grace Hopper".to_owned(),
        |card| card.company_name = "Navy".to_owned(),
        |card| card.billing_address.as_mut().unwrap().city = "Berlin".to_owned(),
    ];
    for change in changes {
        let mut other = link.clone();
        change(other.card.as_mut().unwrap());
        is_reused(&refused(world.send_link(other).await));
    }
    let mut other = link.clone();
    other.return_url = "https://elsewhere.example/".to_owned();
    is_reused(&refused(world.send_link(other).await));

    // C9: the security code is never stored, so it cannot tell requests apart; how the number is
    // written makes no difference either.
    let mut same = link.clone();
    let given = same.card.as_mut().unwrap();
    given.security_code = "999".to_owned();
    given.number = "4242 4242 4242 4242".to_owned();
    world.send_link(same).await.unwrap();
    assert_eq!(world.methods_of(&account).await.len(), 1);

    // Another method with the same id is another request.
    let bill =
        CreateInvoiceRequest { request_id: link.request_id.clone(), ..invoice_request(&account, "USD 5.00") };
    is_reused(&refused(world.create_invoice(bill).await));
    let bill = invoice_request(&account, "USD 5.00");
    world.create_invoice(bill.clone()).await.unwrap();
    let mut dearer = bill.clone();
    dearer.invoice.as_mut().unwrap().amount = Some(money("USD 5.01"));
    is_reused(&refused(world.create_invoice(dearer).await));

    // Its scope is the account.
    let elsewhere = world.account(ALIBABA, "SG", "USD").await;
    let mut theirs = invoice_request(&elsewhere, "USD 7.00");
    theirs.request_id = bill.request_id;
    world.create_invoice(theirs).await.unwrap();
});

acceptance!(c7_an_accounts_name_follows_from_program_and_request_id, |world| {
    let request = account_request(ALIBABA, "SG", "USD");
    let account = world.create_account(request.clone()).await.unwrap();
    assert_eq!(world.create_account(request.clone()).await.unwrap(), account);
    for country in ["US", "MY"] {
        let mut other = request.clone();
        other.account.as_mut().unwrap().region_code = country.to_owned();
        is_reused(&refused(world.create_account(other).await));
    }
    let mut elsewhere = request;
    elsewhere.account.as_mut().unwrap().program = AWS.to_owned();
    assert_ne!(world.create_account(elsewhere).await.unwrap().name, account.name);
});

acceptance!(c7_twenty_at_once_are_one, |world| {
    let create = account_request(ALIBABA, "SG", "USD");
    let accounts =
        futures::future::join_all((0..AT_ONCE).map(|_| world.create_account(create.clone()))).await;
    let account = accounts[0].as_ref().unwrap().clone();
    for other in accounts {
        assert_eq!(other.unwrap(), account);
    }
    let link = link_request(&account.name, VISA);
    let links = futures::future::join_all((0..AT_ONCE).map(|_| world.send_link(link.clone()))).await;
    let [method] = world.methods_of(&account.name).await.try_into().unwrap();
    for link in links {
        assert_eq!(link.unwrap().payment_method.unwrap().name, method.name);
    }
    assert_eq!(world.link_attempts(&account.name).await.len(), 1);
    assert_eq!(world.count(LedgerEntryKind::Hold).await, 1);

    let invoice = world.invoice(&account.name, "USD 5.00").await;
    let pay = pay_request(&account.name, &[&invoice]);
    let payments = futures::future::join_all((0..AT_ONCE).map(|_| world.send_pay(pay.clone()))).await;
    let [payment] = world.payments_of(&account.name).await.try_into().unwrap();
    for other in payments {
        // Each waited as the first did.
        let other = other.unwrap();
        assert_eq!((other.name.as_str(), other.state()), (payment.name.as_str(), PaymentState::Succeeded));
    }
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 1);
});

acceptance!(c7_twenty_that_differ_are_twenty, |world| {
    // One account that is asked for much at once still does each thing once, and all of them.
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    let requests = (0..AT_ONCE).map(|_| world.create_invoice(invoice_request(&account, "USD 1.00")));
    let invoices = futures::future::join_all(requests).await;
    let names: Vec<String> = invoices.into_iter().map(|invoice| invoice.unwrap().name).collect();
    let payments =
        futures::future::join_all(names.iter().map(|name| world.send_pay(pay_request(&account, &[name]))))
            .await;
    for payment in payments {
        assert_eq!(payment.unwrap().state(), PaymentState::Succeeded);
    }
    assert_eq!(world.count(LedgerEntryKind::Charge).await, AT_ONCE);

    // And of twenty that want the same invoice, one gets it.
    let invoice = world.invoice(&account, "USD 2.00").await;
    let rivals = (0..AT_ONCE).map(|_| world.send_pay(pay_request(&account, &[&invoice])));
    let (paid, refused): (Vec<_>, Vec<_>) =
        futures::future::join_all(rivals).await.into_iter().partition(Result::is_ok);
    assert_eq!(paid.len(), 1);
    for status in refused {
        let refusal = Refusal::read(&status.unwrap_err());
        assert!(matches!(refusal.reason.as_str(), "INVOICE_RESERVED" | "INVOICE_NOT_OPEN"), "{refusal:#?}");
    }
    assert_eq!(world.count(LedgerEntryKind::Charge).await, AT_ONCE + 1);
});

acceptance!(c7_after_a_restart_the_same_id_finds_what_it_did, |mut world| {
    let create = account_request(ALIBABA, "SG", "USD");
    let account = world.create_account(create.clone()).await.unwrap();
    let link = link_request(&account.name, VISA);
    let method = world.send_link(link.clone()).await.unwrap().payment_method.unwrap();
    let invoice = world.invoice(&account.name, "USD 5.00").await;
    let pay = pay_request(&account.name, &[&invoice]);
    let payment = world.send_pay(pay.clone()).await.unwrap();

    world.restart().await;
    assert_eq!(world.create_account(create.clone()).await.unwrap().name, account.name);
    assert_eq!(world.send_link(link.clone()).await.unwrap().payment_method.unwrap().name, method.name);
    assert_eq!(world.send_pay(pay.clone()).await.unwrap(), payment);
    let mut other = link;
    other.card.as_mut().unwrap().number = MASTERCARD.to_owned();
    is_reused(&refused(world.send_link(other).await));
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 1);
    assert_eq!(world.count(LedgerEntryKind::Hold).await, 1);
});

acceptance!(c7_a_repeat_is_recognized_before_its_card_is_looked_at_again, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    let mut link = link_request(&account, VISA);
    link.card.as_mut().unwrap().expiry = "07/30".to_owned();
    let method = world.send_link(link.clone()).await.unwrap().payment_method.unwrap();
    // In August the card could not be linked any more; but it was.
    world.advance(&mut clock, jiff::SignedDuration::from_hours(60 * 24)).await;
    let again = world.send_link(link).await.unwrap().payment_method.unwrap();
    assert_eq!((again.state(), again.name), (PaymentMethodState::Expired, method.name));
});

acceptance!(
    c7_a_repeat_is_recognized_while_the_provider_is_away,
    Options::new().outside(Outside::Apart),
    |mut world| {
        let account = world.account(ALIBABA, "SG", "USD").await;
        let link = link_request(&account, VISA);
        let method = world.send_link(link.clone()).await.unwrap().payment_method.unwrap();
        world.lose_outside().await;
        let again = world.send_link(link).await.unwrap().payment_method.unwrap();
        assert_eq!((again.state(), again.name), (PaymentMethodState::Active, method.name));
    }
);

acceptance!(c7_a_refused_link_repeated_is_the_same_refusal_and_one_entry, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let link = link_request(&account, PREPAID);
    let first = refused(world.send_link(link.clone()).await);
    first.is_by_rules(&["A4 CARD_PREPAID"]);
    for _ in 0..6 {
        assert_eq!(refused(world.send_link(link.clone()).await), first);
    }
    // One entry (H12), one failure (C15): six more would have held the account off.
    assert_eq!(world.link_attempts(&account).await.len(), 1);
    let mut other = link;
    other.card.as_mut().unwrap().number = VISA.to_owned();
    is_reused(&refused(world.send_link(other).await));
    world.active(&account, VISA).await;
});

acceptance!(c7_a_refusal_that_changed_nothing_is_not_stored, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let invoice = world.invoice(&account, "USD 5.00").await;
    let pay = pay_request(&account, &[&invoice]);
    refused(world.send_pay(pay.clone()).await).is_by_rules(&["A14 NO_DEFAULT_METHOD"]);
    world.active(&account, VISA).await;
    assert_eq!(world.send_pay(pay).await.unwrap().state(), PaymentState::Succeeded);

    // What was mistyped can be put right under the same id.
    let id = request_id();
    let mut link = link_request(&account, "5555555555554440");
    link.request_id.clone_from(&id);
    refused(world.send_link(link.clone()).await).is_bad_input("INVALID_FIELD", &["card.number"]);
    link.card.as_mut().unwrap().number = MASTERCARD.to_owned();
    world.send_link(link).await.unwrap();
});
