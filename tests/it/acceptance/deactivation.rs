//! The end of an account, and what becomes of its cards (A8).

use bursar::proto::v1::{
    Account, AccountState, CreateInvoiceRequest, DeactivateAccountRequest, PaymentMethodState,
    ReportObligationsRequest, VoidInvoiceRequest,
};
use jiff::SignedDuration;
use tonic::Status;

use crate::support::{
    clock::time,
    given::{ALIBABA, CHALLENGED, HUAWEI, MASTERCARD, VISA, invoice_request, pay_request, request_id},
    refusal::refused,
    world::World as Running,
};

async fn deactivate(world: &Running, account: &str) -> Result<Account, Status> {
    let request = DeactivateAccountRequest { name: account.to_owned(), request_id: request_id() };
    let answer = world.accounts().deactivate_account(request).await?;
    Ok(answer.into_inner().account.expect("an account"))
}

acceptance!(a8_a_deactivated_account_keeps_its_cards_for_the_silent_period, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    let method = world.active(&account, VISA).await;
    let other = world.account(ALIBABA, "US", "USD").await;
    world.quiet(&account).await;
    let ended = deactivate(&world, &account).await.unwrap();
    assert_eq!(ended.state(), AccountState::Deactivated);
    assert_eq!(time(ended.deactivate_time), clock.now);
    assert_eq!(time(ended.silent_period_end_time), clock.now + SignedDuration::from_hours(15 * 24));

    world.advance(&mut clock, SignedDuration::from_secs(15 * 86_400 - 1)).await;
    refused(world.try_link(&other, VISA).await).is_by_rules(&["A8 CARD_LINKED_ELSEWHERE"]);
    assert_eq!(world.method(&method).await.state(), PaymentMethodState::Active);
    world.advance(&mut clock, SignedDuration::from_secs(1)).await;
    assert_eq!(world.method(&method).await.state(), PaymentMethodState::Unlinked);
    world.active(&other, VISA).await;
});

acceptance!(a8_the_silent_period_is_the_programs_and_on_the_holders_clock, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, HUAWEI, "SG", "USD").await;
    world.active(&account, VISA).await;
    world.quiet(&account).await;
    deactivate(&world, &account).await.unwrap();
    let mut elsewhere = world.clock().await;
    let other = world.account_on(&elsewhere, HUAWEI, "SG", "USD").await;
    // However late it is on the clock of who wants the card.
    world.advance(&mut elsewhere, SignedDuration::from_hours(100)).await;
    refused(world.try_link(&other, VISA).await).is_by_rules(&["A8 CARD_LINKED_ELSEWHERE"]);
    world.advance(&mut clock, SignedDuration::from_hours(24)).await;
    world.active(&other, VISA).await;
});

acceptance!(a8_of_two_that_race_for_a_freed_card_one_gets_it, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    world.quiet(&account).await;
    deactivate(&world, &account).await.unwrap();
    world.advance(&mut clock, SignedDuration::from_hours(15 * 24)).await;
    let [one, two] = [world.account(ALIBABA, "SG", "USD").await, world.account(ALIBABA, "SG", "USD").await];
    let (first, second) = tokio::join!(world.try_link(&one, VISA), world.try_link(&two, VISA));
    assert_ne!(first.is_ok(), second.is_ok());
    for lost in [first.err(), second.err()].into_iter().flatten() {
        refused(Err::<(), _>(lost)).is_by_rules(&["A8 CARD_LINKED_ELSEWHERE"]);
    }
});

acceptance!(a8_what_is_open_is_named_all_of_it, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    let waiting = world.link(&account, CHALLENGED).await;
    let invoice = world.invoice(&account, "USD 3000.00").await;
    let payment = world.pay(&account, &[&invoice]).await;
    let report = |running_resource_count| ReportObligationsRequest {
        account: account.clone(),
        running_resource_count,
        request_id: request_id(),
    };
    world.accounts().report_obligations(report(1)).await.unwrap();
    let refusal = refused(deactivate(&world, &account).await);
    refusal.is_by_rules(&[
        "A8 ACCOUNT_HAS_OPEN_PAYMENT",
        "A8 VERIFICATION_IN_PROGRESS",
        "A8 ACCOUNT_HAS_OBLIGATIONS",
    ]);
    assert_eq!(refusal.fact("payment"), payment.name);

    use bursar::proto::v1::{CancelPaymentRequest, CancelVerificationRequest};
    let request = CancelPaymentRequest { name: payment.name, request_id: request_id() };
    world.payments().cancel_payment(request).await.unwrap();
    let request = CancelVerificationRequest { name: waiting.verification, request_id: request_id() };
    world.verifications().cancel_verification(request).await.unwrap();
    let refusal = refused(deactivate(&world, &account).await);
    refusal.is_by_rules(&["A8 ACCOUNT_HAS_OBLIGATIONS"]);
    assert_eq!((refusal.fact("open_invoice_count"), refusal.fact("running_resource_count")), ("1", "1"));
    world.accounts().report_obligations(report(0)).await.unwrap();
    let request = VoidInvoiceRequest { name: invoice, request_id: request_id() };
    world.invoices().void_invoice(request).await.unwrap();
    deactivate(&world, &account).await.unwrap();
});

acceptance!(a8_a_deactivated_account_can_only_be_viewed, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.active(&account, VISA).await;
    world.quiet(&account).await;
    deactivate(&world, &account).await.unwrap();
    // Again: nothing new.
    assert_eq!(deactivate(&world, &account).await.unwrap().state(), AccountState::Deactivated);
    let rule = &["A8 ACCOUNT_DEACTIVATED"];
    refused(world.try_link(&account, MASTERCARD).await).is_by_rules(rule);
    refused(world.unlink(&method).await).is_by_rules(rule);
    refused(world.set_default(&method).await).is_by_rules(rule);
    refused(world.send_code(&account, "ada@example.com").await).is_by_rules(rule);
    let invoice: CreateInvoiceRequest = invoice_request(&account, "USD 1.00");
    refused(world.create_invoice(invoice).await).is_by_rules(rule);
    let nothing = format!("{account}/invoices/0198a000-0000-7000-8000-000000000000");
    refused(world.send_pay(pay_request(&account, &[&nothing])).await).is_by_rules(rule);
    assert_eq!(world.methods_of(&account).await.len(), 1);
    assert_eq!(world.get_account(&account).await.state(), AccountState::Deactivated);
});
