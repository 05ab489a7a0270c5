//! The default method (A14, A22, H13) and which methods can go (A23, A24, H15).

use bursar::proto::v1::{PaymentMethodState, ReportObligationsRequest, VoidInvoiceRequest};
use jiff::SignedDuration;

use crate::support::{
    browser::{self, CODE},
    given::{ALIBABA, DECLINED, HUAWEI, MASTERCARD, VISA, link_request, pay_request, request_id},
    refusal::refused,
    world::World,
};

impl World {
    /// Says how many resources an account runs.
    async fn report(&self, account: &str, running_resource_count: i32) -> Result<(), tonic::Status> {
        let request = ReportObligationsRequest {
            account: account.to_owned(),
            running_resource_count,
            request_id: request_id(),
        };
        let answer = self.accounts().report_obligations(request).await?.into_inner();
        assert_eq!(answer.account.unwrap().running_resource_count, running_resource_count);
        Ok(())
    }

    /// That a method is the account's default, and the only one.
    async fn has_default(&self, account: &str, method: &str) {
        assert_eq!(self.get_account(account).await.default_payment_method, method);
        for listed in self.methods_of(account).await {
            assert_eq!(listed.is_default, listed.name == method, "{listed:#?}");
        }
    }

    pub async fn void(&self, invoice: &str) {
        let request = VoidInvoiceRequest { name: invoice.to_owned(), request_id: request_id() };
        self.invoices().void_invoice(request).await.unwrap();
    }
}

acceptance!(a14_the_first_card_becomes_the_default_when_it_turns_active, |world| {
    let account = world.account(ALIBABA, "DE", "USD").await;
    let first = world.link(&account, VISA).await;
    assert_eq!(first.state(), PaymentMethodState::RequiresAction);
    world.has_default(&account, "").await;
    browser::open(&first.next_action.unwrap().url).await.answer(CODE).await;
    world.has_default(&account, &first.name).await;

    // A second one does not take its place.
    let second = world.active(&account, MASTERCARD).await;
    world.has_default(&account, &first.name).await;
    assert_ne!(first.name, second);
});

acceptance!(a14_a_card_that_fails_never_becomes_the_default, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.link(&account, DECLINED).await;
    world.has_default(&account, "").await;
    let method = world.active(&account, VISA).await;
    world.has_default(&account, &method).await;
});

acceptance!(a22_h13_only_an_active_method_becomes_the_default_and_there_is_one, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let first = world.active(&account, VISA).await;
    let second = world.active(&account, MASTERCARD).await;
    assert!(world.set_default(&second).await.unwrap().is_default);
    world.has_default(&account, &second).await;
    // Once more changes nothing.
    assert!(world.set_default(&second).await.unwrap().is_default);
    world.set_default(&first).await.unwrap();
    world.has_default(&account, &first).await;

    let failed = world.link(&account, DECLINED).await;
    let unlinked = second;
    world.unlink(&unlinked).await.unwrap();
    let waiting = world.link(&account, "4000000000003220").await;
    #[rustfmt::skip]
    let table = [
        (failed.name,  "FAILED"),
        (unlinked,     "UNLINKED"),
        (waiting.name, "REQUIRES_ACTION"),
    ];
    for (method, state) in table {
        let refusal = refused(world.set_default(&method).await);
        refusal.is_by_rules(&["A22 METHOD_NOT_ACTIVE"]);
        assert_eq!(refusal.fact("state"), state);
    }
    world.has_default(&account, &first).await;
});

acceptance!(h13_what_names_no_method_is_paid_with_the_default, |world| {
    let account = world.account(HUAWEI, "SG", "USD").await;
    let first = world.active(&account, VISA).await;
    let second = world.active(&account, MASTERCARD).await;
    for method in [&first, &second] {
        world.set_default(method).await.unwrap();
        let invoice = world.invoice(&account, "USD 5.00").await;
        assert_eq!(&world.pay(&account, &[&invoice]).await.payment_method, method);
    }
});

acceptance!(a23_the_default_cannot_be_deleted_and_others_can, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let first = world.active(&account, VISA).await;
    let second = world.active(&account, MASTERCARD).await;
    refused(world.unlink(&first).await).is_by_rules(&["A23 METHOD_IS_DEFAULT"]);
    assert_eq!(world.method(&first).await.state(), PaymentMethodState::Active);

    // Obligations hold the only active method, not one of several.
    world.report(&account, 3).await.unwrap();
    assert_eq!(world.unlink(&second).await.unwrap().state(), PaymentMethodState::Unlinked);
    // Unlinked again, it stays so.
    assert_eq!(world.unlink(&second).await.unwrap().state(), PaymentMethodState::Unlinked);

    // Another default set, the former can go.
    let third = world.active(&account, MASTERCARD).await;
    assert_ne!(third, second);
    world.set_default(&third).await.unwrap();
    world.unlink(&first).await.unwrap();
    world.has_default(&account, &third).await;
});

acceptance!(a24_the_only_active_method_stays_while_something_is_owed_or_runs, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.active(&account, VISA).await;

    world.report(&account, 1).await.unwrap();
    let refusal = refused(world.unlink(&method).await);
    refusal.is_by_rules(&["A24 METHOD_IS_ONLY_ACTIVE"]);
    assert_eq!((refusal.fact("running_resource_count"), refusal.fact("open_invoice_count")), ("1", "0"));
    world.report(&account, 0).await.unwrap();

    let invoice = world.invoice(&account, "USD 5.00").await;
    let refusal = refused(world.unlink(&method).await);
    refusal.is_by_rules(&["A24 METHOD_IS_ONLY_ACTIVE"]);
    assert_eq!((refusal.fact("running_resource_count"), refusal.fact("open_invoice_count")), ("0", "1"));
    world.void(&invoice).await;

    let paid = world.invoice(&account, "USD 6.00").await;
    world.pay(&account, &[&paid]).await;

    // With none of these it can go, even though it is the default.
    assert_eq!(world.unlink(&method).await.unwrap().state(), PaymentMethodState::Unlinked);
    world.has_default(&account, "").await;

    // The next card is the first again.
    let next = world.active(&account, MASTERCARD).await;
    world.has_default(&account, &next).await;
});

acceptance!(a24_what_is_reported_is_not_negative, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    refused(world.report(&account, -1).await).is_bad_input("INVALID_FIELD", &["running_resource_count"]);
    world.report(&account, i32::MAX).await.unwrap();
    assert_eq!(world.get_account(&account).await.running_resource_count, i32::MAX);
    let nobody = "accounts/0198a000-0000-7000-8000-000000000000";
    refused(world.report(nobody, 1).await).is_not_found();
});

acceptance!(a24_an_expired_default_stays_until_another_is_set, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    let mut request = link_request(&account, VISA);
    request.card.as_mut().unwrap().expiry = "07/30".to_owned();
    let expiring = world.send_link(request).await.unwrap().payment_method.unwrap().name;
    let other = world.active(&account, MASTERCARD).await;

    let fired = world.advance(&mut clock, SignedDuration::from_hours(60 * 24)).await;
    assert!(!fired.is_empty());
    assert_eq!(world.method(&expiring).await.state(), PaymentMethodState::Expired);
    world.has_default(&account, &expiring).await;
    refused(world.unlink(&expiring).await).is_by_rules(&["A24 METHOD_IS_DEFAULT"]);

    // A33: expired, it can't pay.
    let invoice = world.invoice(&account, "USD 5.00").await;
    let refusal = refused(world.send_pay(pay_request(&account, &[&invoice])).await);
    refusal.is_by_rules(&["A33 METHOD_NOT_ACTIVE"]);
    assert_eq!((refusal.fact("state"), refusal.fact("payment_method")), ("EXPIRED", expiring.as_str()));
    refused(world.set_default(&expiring).await).is_by_rules(&["A22 METHOD_NOT_ACTIVE"]);

    // A23: expired and no longer the default, it can be deleted.
    world.set_default(&other).await.unwrap();
    assert_eq!(world.unlink(&expiring).await.unwrap().state(), PaymentMethodState::Unlinked);
    world.pay(&account, &[&invoice]).await;
});

acceptance!(a33_an_unverified_card_cannot_pay, |world| {
    let account = world.account(ALIBABA, "DE", "USD").await;
    let invoice = world.invoice(&account, "USD 5.00").await;

    // A14: without any card there is no default.
    let refusal = refused(world.send_pay(pay_request(&account, &[&invoice])).await);
    refusal.is_by_rules(&["A14 NO_DEFAULT_METHOD"]);

    let waiting = world.link(&account, VISA).await;
    let failed = world.link(&account, MASTERCARD).await;
    browser::open(&failed.next_action.unwrap().url).await.leave().await;
    for (method, state) in [(&waiting.name, "REQUIRES_ACTION"), (&failed.name, "FAILED")] {
        let mut request = pay_request(&account, &[&invoice]);
        request.payment_method.clone_from(method);
        let refusal = refused(world.send_pay(request).await);
        refusal.is_by_rules(&["A33 METHOD_NOT_ACTIVE"]);
        assert_eq!((refusal.fact("state"), refusal.fact("payment_method")), (state, method.as_str()));
    }
    assert_eq!(world.payments_of(&account).await, []);
    assert_eq!(world.ledger().await, Vec::<String>::new());

    // Verified, it can.
    browser::open(&waiting.next_action.unwrap().url).await.answer(CODE).await;
    world.pay(&account, &[&invoice]).await;
    assert_eq!(world.get_invoice(&invoice).await.state(), bursar::proto::v1::InvoiceState::Paid);
});

acceptance!(h15_huaweis_default_card_is_never_removed_and_others_always, |world| {
    let account = world.account(HUAWEI, "SG", "USD").await;
    let first = world.active(&account, VISA).await;
    refused(world.unlink(&first).await).is_by_rules(&["H15 METHOD_IS_DEFAULT"]);

    let second = world.active(&account, MASTERCARD).await;
    refused(world.unlink(&first).await).is_by_rules(&["H15 METHOD_IS_DEFAULT"]);
    world.report(&account, 5).await.unwrap();
    world.invoice(&account, "USD 5.00").await;
    assert_eq!(world.unlink(&second).await.unwrap().state(), PaymentMethodState::Unlinked);
    world.has_default(&account, &first).await;
});

acceptance!(c4_a_method_under_verification_is_not_unlinked, |world| {
    let account = world.account(ALIBABA, "DE", "USD").await;
    let waiting = world.link(&account, VISA).await;
    let refusal = refused(world.unlink(&waiting.name).await);
    refusal.is_by_rules(&["H14 VERIFICATION_IN_PROGRESS"]);
    assert_eq!(refusal.fact("verification"), waiting.verification);

    let failed = world.link(&account, MASTERCARD).await;
    browser::open(&failed.next_action.unwrap().url).await.leave().await;
    let refusal = refused(world.unlink(&failed.name).await);
    refusal.is_by_rules(&["C4 METHOD_NOT_ACTIVE"]);
    assert_eq!(refusal.fact("state"), "FAILED");
});
