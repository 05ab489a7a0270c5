//! What waits for the customer, told by message (A16).

use bursar::proto::v1::{
    GetMessageRequest, InvoiceState, Message, MessageChannel, MessageDeliveryState, MessageTopic,
    PaymentMethodState, PaymentState,
};
use jiff::SignedDuration;

use crate::support::{
    browser,
    given::{ALIBABA, AWS, CHALLENGED, HUAWEI, VISA},
    refusal::refused,
};

const EMAIL: &str = "ada@example.com";

acceptance!(a16_a_page_that_was_closed_is_opened_again_from_the_messages, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let linked = world.link(&account, CHALLENGED).await;
    let messages = world.messages_of(&account).await;
    let [message] = messages.as_slice() else { panic!("{messages:#?}") };
    assert_eq!(message.topic(), MessageTopic::VerificationWaits);
    assert_eq!(message.resource, linked.verification);
    assert_eq!(message.expire_time, linked.next_action.unwrap().expire_time);
    // No address is proved, so it was sent nowhere.
    assert_eq!(message.delivery, None);
    assert!(world.inbox("").await.is_empty());
    // Opened, closed, and opened again.
    browser::open(&message.url).await;
    browser::open(&message.url).await.answer(browser::CODE).await;
    assert_eq!(world.method(&linked.name).await.state(), PaymentMethodState::Active);

    let request = GetMessageRequest { name: message.name.clone() };
    let read = world.accounts().get_message(request).await.unwrap().into_inner().message.unwrap();
    assert_eq!((read.url.as_str(), read.subject), ("", message.subject.clone()));
});

acceptance!(a16_where_an_address_is_proved_it_comes_by_email_too, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.prove(&account, EMAIL).await;
    world.active(&account, VISA).await;
    let invoice = world.invoice(&account, "USD 3000.00").await;
    let payment = world.pay(&account, &[&invoice]).await;
    assert_eq!(payment.state(), PaymentState::RequiresAction);
    let message = world.messages_of(&account).await.pop().unwrap();
    assert_eq!((message.topic(), &message.resource), (MessageTopic::PaymentWaits, &payment.name));
    let delivery = message.delivery.clone().unwrap();
    assert_eq!((delivery.channel(), delivery.address.as_str()), (MessageChannel::Email, EMAIL));
    let arrived = crate::support::eventually::eventually("the e-mail arrives", async || {
        let inbox = world.inbox(EMAIL).await;
        inbox.into_iter().find(|it| it.effect_id == delivery.effect_id).ok_or_else(|| "not yet".to_owned())
    })
    .await;
    assert_eq!(arrived.url, message.url);
    assert!(arrived.text.contains(&arrived.url), "{arrived:#?}");
    browser::open(&arrived.url).await.answer(browser::CODE).await;
    assert_eq!(world.payment(&payment.name).await.state(), PaymentState::Succeeded);
});

acceptance!(a16_the_link_works_until_the_challenge_expires, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    world.prove(&account, EMAIL).await;
    world.active(&account, VISA).await;
    let invoice = world.invoice(&account, "USD 3000.00").await;
    let payment = world.pay(&account, &[&invoice]).await;
    let url = world.messages_of(&account).await.pop().unwrap().url;
    world.advance(&mut clock, SignedDuration::from_mins(15)).await;
    assert_eq!(world.payment(&payment.name).await.state(), PaymentState::Expired);
    assert!(browser::open(&url).await.body.contains("not completed in time"));
    let message = world.messages_of(&account).await.pop().unwrap();
    assert_eq!((message.url.as_str(), message.delivery.unwrap().state()), ("", MessageDeliveryState::Sent));
    // It can be paid anew, which is told anew.
    let again = world.pay(&account, &[&invoice]).await;
    let message = world.messages_of(&account).await.pop().unwrap();
    assert_eq!(message.resource, again.name);
    browser::open(&message.url).await.answer(browser::CODE).await;
    assert_eq!(world.payment(&again.name).await.state(), PaymentState::Succeeded);
});

acceptance!(a16_who_is_told_of_what_is_the_programs_to_say, |world| {
    let account = world.account(AWS, "US", "USD").await;
    world.link(&account, CHALLENGED).await;
    assert!(world.messages_of(&account).await.is_empty());
    let other = world.account(ALIBABA, "SG", "USD").await;
    world.link(&other, CHALLENGED).await;
    let name = world.messages_of(&other).await.pop().unwrap().name;
    let of_another = name.replace(&other, &account);
    refused(world.accounts().get_message(GetMessageRequest { name: of_another }).await).is_not_found();
});

acceptance!(h10_the_bill_is_sent, |world| {
    let mut clock = world.clock_at("2030-06-10T00:00:00Z").await;
    let account = world.account_on(&clock, HUAWEI, "SG", "USD").await;
    world.prove(&account, EMAIL).await;
    world.active(&account, VISA).await;
    world.quiet(&account).await;
    world.enable(&account, "ecs").await.unwrap();
    world.use_some(&account, "USD 40.00", "USD 4.00").await.unwrap();
    world.advance(&mut clock, SignedDuration::from_hours(22 * 24)).await;
    let of_bills = |message: &Message| message.topic() == MessageTopic::BillIssued;
    assert!(!world.messages_of(&account).await.iter().any(of_bills));
    // On the third day of the following month.
    world.advance(&mut clock, SignedDuration::from_hours(24)).await;
    let bills = world.bills_stand(&account, &[InvoiceState::Paid]).await;
    let message = world.messages_of(&account).await.into_iter().find(of_bills).expect("a message");
    assert_eq!((&message.resource, message.url.as_str()), (&bills[0].name, ""));
    assert!(message.text.contains("a bill of USD 44.00 for what you used. It is charged"), "{message:#?}");
    let arrived = crate::support::eventually::eventually("the e-mail arrives", async || {
        let inbox = world.inbox(EMAIL).await;
        inbox.into_iter().find(|it| it.subject == message.subject).ok_or_else(|| "not yet".to_owned())
    })
    .await;
    assert_eq!(arrived.text, message.text);

    // Another seller's program does not say so.
    let other = world.account(ALIBABA, "SG", "USD").await;
    world.active(&other, VISA).await;
    world.enable(&other, "ecs").await.unwrap();
    world.use_some(&other, "USD 1000.00", "").await.unwrap();
    world.bills_stand(&other, &[InvoiceState::Paid]).await;
    assert!(!world.messages_of(&other).await.iter().any(of_bills));
});
