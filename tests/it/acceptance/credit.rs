//! Credit terms: what an enterprise may owe, and when it has to pay (A25, A31).

use bursar::proto::v1::{
    Account, CreditTerms, CustomerType, Invoice, InvoiceState, PaymentState, SetCreditTermsRequest,
};
use tonic::Status;

use super::usage::days;
use crate::support::{
    clock::time,
    given::{ALIBABA, HUAWEI, VISA, invoice_request, request_id},
    money::{money, shown},
    refusal::refused,
    world::World,
};

/// Terms that nothing is wrong with.
pub fn terms(limit: &str) -> CreditTerms {
    CreditTerms {
        approved: true,
        customer_type: CustomerType::Enterprise.into(),
        limit: Some(money(limit)),
        bill_due_days: 30,
    }
}

impl World {
    /// An enterprise that buys on credit.
    pub async fn enterprise(&self, country: &str, currency: &str) -> String {
        let account = self.account(ALIBABA, country, currency).await;
        self.set_credit_terms(&account, terms(&format!("{currency} 1000"))).await.expect("terms");
        account
    }

    pub async fn set_credit_terms(&self, account: &str, terms: CreditTerms) -> Result<Account, Status> {
        let request = SetCreditTermsRequest {
            account: account.to_owned(),
            credit_terms: Some(terms),
            request_id: request_id(),
        };
        Ok(self.accounts().set_credit_terms(request).await?.into_inner().account.expect("an account"))
    }
}

acceptance!(a25_credit_is_agreed_on_with_enterprises_where_transfers_are_taken, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    assert_eq!(world.get_account(&account).await.credit_terms, None);

    let person = CreditTerms { customer_type: CustomerType::Individual.into(), ..terms("USD 100") };
    refused(world.set_credit_terms(&account, person).await).is_by_rules(&["A25 CREDIT_NEEDS_ENTERPRISE"]);
    let elsewhere = world.account(HUAWEI, "SG", "USD").await;
    let refusal = refused(world.set_credit_terms(&elsewhere, terms("USD 100")).await);
    refusal.is_by_rules(&["A25 METHOD_KIND_NOT_SUPPORTED"]);
    let wrong = CreditTerms { customer_type: 0, limit: None, bill_due_days: -1, approved: true };
    refused(world.set_credit_terms(&account, wrong).await).is_bad_input(
        "INVALID_FIELD",
        &["credit_terms.bill_due_days", "credit_terms.customer_type", "credit_terms.limit"],
    );
    let refusal = refused(world.set_credit_terms(&account, terms("EUR 100")).await);
    refusal.is_bad_input("INVALID_FIELD", &["credit_terms.limit"]);
    assert_eq!(world.get_account(&account).await.credit_terms, None);

    let agreed = world.set_credit_terms(&account, terms("USD 100")).await.unwrap();
    assert_eq!(agreed.credit_terms, Some(terms("USD 100")));
    assert_eq!(world.get_account(&account).await, agreed);
});

acceptance!(a25_what_is_owed_stays_within_the_credit_limit, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    world.set_credit_terms(&account, terms("USD 100")).await.unwrap();
    let first = world.create_invoice(invoice_request(&account, "USD 60")).await.unwrap();
    // H10: with the end of the day, in the program's time zone.
    let in_zone = |at| time(at).in_tz("Asia/Singapore").unwrap();
    let (created, due) = (in_zone(first.create_time), in_zone(first.due_time));
    assert_eq!(due.date(), created.date().checked_add(jiff::Span::new().days(31)).unwrap());
    assert_eq!(due.time(), jiff::civil::Time::midnight());

    let refusal = refused(world.create_invoice(invoice_request(&account, "USD 40.01")).await);
    refusal.is_by_rules(&["A25 CREDIT_LIMIT_EXCEEDED"]);
    let facts = ["limit", "used", "amount"].map(|fact| refusal.fact(fact).to_owned());
    assert_eq!(facts, ["USD 100.00", "USD 60.00", "USD 40.01"]);
    let second = world.invoice(&account, "USD 40").await;
    refused(world.create_invoice(invoice_request(&account, "USD 0.01")).await);
    // What is paid is no longer owed.
    let paid = world.pay(&account, &[&second]).await;
    assert_eq!(shown(paid.amount.as_ref()), "USD 40.00");
    world.invoice(&account, "USD 40").await;

    // Taken back, the limit is none.
    let none = CreditTerms { approved: false, ..terms("USD 100") };
    world.set_credit_terms(&account, none).await.unwrap();
    world.invoice(&account, "USD 5000").await;
});

acceptance!(a31_on_credit_a_card_is_charged_neither_by_threshold_nor_by_bill_but_when_asked, |world| {
    let (mut clock, account, _) = world.using(ALIBABA, "2030-06-02T00:00:00Z", &[VISA]).await;
    world.set_credit_terms(&account, terms("USD 10000")).await.unwrap();
    // Twice what a card is charged at by itself without credit (A19).
    world.use_some(&account, "USD 2000.00", "").await.unwrap();
    assert_eq!(world.bills(&account).await, []);
    // The month's bill comes, due with the end of the thirtieth day after; nothing collects it, then or later.
    world.advance(&mut clock, days(40)).await;
    let bill = world.bills_stand(&account, &[InvoiceState::Open]).await.remove(0);
    let term = time(bill.due_time).duration_since(time(bill.create_time));
    assert_eq!((term, bill.overdue), (days(31), false));
    world.advance(&mut clock, days(60)).await;
    let bill = world.bills_stand(&account, &[InvoiceState::Open]).await.remove(0);
    assert!(bill.overdue && bill.next_collection_time.is_none(), "{bill:#?}");
    assert_eq!((world.payments_of(&account).await, world.charged().await), (vec![], vec![]));

    let paid = world.pay(&account, &[&bill.name]).await;
    assert_eq!(paid.state(), PaymentState::Succeeded);
    assert_eq!(world.charged().await, ["USD 2000.00"]);
});

acceptance!(a31_what_was_being_collected_is_not_once_the_account_buys_on_credit, |world| {
    let (mut clock, account, _) = world.using(ALIBABA, "2030-06-02T00:00:00Z", &["4000009800000013"]).await;
    world.use_some(&account, "USD 1000.00", "").await.unwrap();
    let bills = world.bills_stand(&account, &[InvoiceState::Open]).await;
    assert!(bills.iter().all(|bill: &Invoice| bill.next_collection_time.is_some()), "{bills:#?}");
    world.set_credit_terms(&account, terms("USD 10000")).await.unwrap();
    let tried = world.payments_of(&account).await.len();
    world.advance(&mut clock, days(90)).await;
    assert_eq!(world.payments_of(&account).await.len(), tried);
    let bill = world.bills_stand(&account, &[InvoiceState::Open]).await.remove(0);
    assert_eq!(bill.next_collection_time, None);
});

acceptance!(a25_what_is_used_counts_before_it_is_billed, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    world.enable(&account, "ecs").await.unwrap();
    world.set_credit_terms(&account, terms("USD 100")).await.unwrap();
    world.use_some(&account, "USD 30", "USD 3").await.unwrap();
    let refusal = refused(world.create_invoice(invoice_request(&account, "USD 67.01")).await);
    assert_eq!(refusal.fact("used"), "USD 33.00");
    refusal.is_by_rules(&["A25 CREDIT_LIMIT_EXCEEDED"]);
    world.create_invoice(invoice_request(&account, "USD 67")).await.unwrap();
});
