//! Invoices: created, voided, paid together, and what a request to pay may name.

use bursar::proto::v1::{Invoice, InvoiceState, VoidInvoiceRequest};
use tonic::Status;

use crate::support::{
    clock::{time, wire},
    given::{ALIBABA, VISA, invoice_request, pay_request, request_id},
    refusal::refused,
    world::World,
};

impl World {
    async fn void_invoice(&self, name: &str) -> Result<Invoice, Status> {
        let request = VoidInvoiceRequest { name: name.to_owned(), request_id: request_id() };
        Ok(self.invoices().void_invoice(request).await?.into_inner().invoice.unwrap())
    }
}

acceptance!(c2_an_invoice_is_owed_from_when_it_says, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let mut request = invoice_request(&account, "USD 5.00");
    let given = request.invoice.as_mut().unwrap();
    given.description = "May, 量".to_owned();
    // What the server says of an invoice is not the caller's to set.
    given.name = "accounts/x/invoices/y".to_owned();
    given.payment = "accounts/x/payments/y".to_owned();
    given.overdue = true;
    given.set_state(InvoiceState::Paid);
    let invoice = world.create_invoice(request).await.unwrap();
    assert!(invoice.name.starts_with(&format!("{account}/invoices/")), "{}", invoice.name);
    assert_eq!((invoice.state(), invoice.payment.as_str()), (InvoiceState::Open, ""));
    assert_eq!(invoice.description, "May, 量");
    assert_eq!(invoice.pay_time, None);
    // Without a due time it is due at once.
    assert_eq!(time(invoice.due_time), time(invoice.create_time));
    assert!(world.get_invoice(&invoice.name).await.overdue);

    let mut later = invoice_request(&account, "USD 5.00");
    let due = time(invoice.create_time) + jiff::SignedDuration::from_hours(24);
    later.invoice.as_mut().unwrap().due_time = Some(wire(due));
    let later = world.create_invoice(later).await.unwrap();
    assert_eq!((time(later.due_time), later.overdue), (due, false));

    let mut long = invoice_request(&account, "USD 5.00");
    long.invoice.as_mut().unwrap().description = "x".repeat(257);
    refused(world.create_invoice(long).await).is_bad_input("INVALID_FIELD", &["invoice.description"]);
    let nobody = "accounts/0198a000-0000-7000-8000-000000000000";
    refused(world.create_invoice(invoice_request(nobody, "USD 5.00")).await).is_not_found();
});

acceptance!(c14_an_invoice_is_overdue_on_the_accounts_clock, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    let mut request = invoice_request(&account, "USD 5.00");
    request.invoice.as_mut().unwrap().due_time = Some(wire(clock.now + jiff::SignedDuration::from_hours(24)));
    let invoice = world.create_invoice(request).await.unwrap().name;
    assert!(!world.get_invoice(&invoice).await.overdue);
    world.advance(&mut clock, jiff::SignedDuration::from_hours(25)).await;
    assert!(world.get_invoice(&invoice).await.overdue);
    world.active(&account, VISA).await;
    world.pay(&account, &[&invoice]).await;
    assert!(!world.get_invoice(&invoice).await.overdue);
});

acceptance!(c8_an_invoice_that_is_not_owed_after_all_is_voided, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    let invoice = world.invoice(&account, "USD 5.00").await;
    assert_eq!(world.void_invoice(&invoice).await.unwrap().state(), InvoiceState::Voided);
    // Voided again, it stays so.
    let voided = world.void_invoice(&invoice).await.unwrap();
    assert_eq!((voided.state(), voided.overdue), (InvoiceState::Voided, false));
    let refusal = refused(world.send_pay(pay_request(&account, &[&invoice])).await);
    refusal.is_by_rules(&["C8 INVOICE_NOT_OPEN"]);
    assert_eq!((refusal.fact("invoice"), refusal.fact("state")), (invoice.as_str(), "VOIDED"));

    let paid = world.invoice(&account, "USD 5.00").await;
    world.pay(&account, &[&paid]).await;
    let refusal = refused(world.void_invoice(&paid).await);
    refusal.is_by_rules(&["C8 INVOICE_NOT_OPEN"]);
    assert_eq!(refusal.fact("state"), "PAID");
});

acceptance!(c8_a_request_to_pay_names_open_invoices_of_one_currency_none_twice, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let other = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    let dollars = world.invoice(&account, "USD 5.00").await;
    let euros = world.invoice(&account, "EUR 5.00").await;
    let theirs = world.invoice(&other, "USD 5.00").await;
    let missing = format!("{account}/invoices/0198a000-0000-7000-8000-000000000000");
    let many: Vec<String> = (0..101).map(|_| dollars.clone()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();

    #[rustfmt::skip]
    let bad: [(&[&str], &str); 4] = [
        (&[],                   "INVALID_FIELD"),
        (&[&dollars, &dollars], "INVALID_FIELD"),
        (&many,                 "INVALID_FIELD"),
        (&[&dollars, &euros],   "INVOICE_CURRENCY_MIXED"),
    ];
    for (invoices, reason) in bad {
        refused(world.send_pay(pay_request(&account, invoices)).await).is_bad_input(reason, &["invoices"]);
    }
    for invoice in ["", "invoices/1", "accounts//invoices/", "accounts/x/invoices/y", &account] {
        let refusal = refused(world.send_pay(pay_request(&account, &[&dollars, invoice])).await);
        assert_eq!(
            (refusal.code, refusal.reason.as_str()),
            (tonic::Code::InvalidArgument, "INVALID_FIELD"),
            "{invoice}: {refusal:#?}"
        );
        assert!(refusal.fields.iter().all(|field| field.starts_with("invoices")), "{invoice}: {refusal:#?}");
    }
    refused(world.send_pay(pay_request(&account, &[&dollars, &missing])).await).is_not_found();
    let refusal = refused(world.send_pay(pay_request(&account, &[&dollars, &theirs])).await);
    assert!(
        (refusal.reason == "RESOURCE_NOT_FOUND")
            || (refusal.fields.iter().any(|field| field.starts_with("invoices"))),
        "{refusal:#?}"
    );

    let mut method = pay_request(&account, &[&dollars]);
    method.payment_method = format!("{account}/paymentMethods/0198a000-0000-7000-8000-000000000000");
    refused(world.send_pay(method.clone()).await).is_not_found();
    method.payment_method = "garbage".to_owned();
    refused(world.send_pay(method).await).is_bad_input("INVALID_FIELD", &["payment_method"]);

    // None of them left anything behind.
    assert_eq!(world.payments_of(&account).await, []);
    assert_eq!(world.get_invoice(&dollars).await.state(), InvoiceState::Open);
    world.pay(&account, &[&dollars]).await;
});

acceptance!(c8_a_hundred_invoices_are_paid_at_once, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    let invoices = futures::future::join_all((0..100).map(|_| world.invoice(&account, "USD 0.01"))).await;
    let names: Vec<&str> = invoices.iter().map(String::as_str).collect();
    let payment = world.pay(&account, &names).await;
    assert_eq!(crate::support::money::shown(payment.amount.as_ref()), "USD 1.00");
    for invoice in &invoices {
        let invoice = world.get_invoice(invoice).await;
        assert_eq!((invoice.state(), invoice.payment.as_str()), (InvoiceState::Paid, payment.name.as_str()));
    }
});
