//! The balance: open bills are paid oldest first, or by hand; what the bank takes back is owed (A30).

use bursar::proto::v1::{
    Balance, BalanceEntry, BalanceEntryKind, DeactivateAccountRequest, InvoiceState,
    ListBalanceEntriesRequest, PayFromBalanceRequest, PayFromBalanceResponse, UpdateBalanceRequest,
    VoidInvoiceRequest,
};
use jiff::SignedDuration;
use tonic::Status;

use super::remittances::{DAY, transfer};
use crate::support::{
    clock::{Clock, wire},
    given::{VISA, invoice_request, pay_request, request_id},
    money::shown,
    refusal::refused,
    world::World,
};

impl World {
    /// What has moved a balance, oldest first, as `SETTLEMENT USD -5.00 = USD 0.00`.
    pub async fn balance_entries(&self, account: &str) -> Vec<BalanceEntry> {
        let request = ListBalanceEntriesRequest { parent: account.to_owned(), ..Default::default() };
        let answer = self.remittances().list_balance_entries(request).await.expect("entries");
        answer.into_inner().balance_entries
    }

    pub async fn auto_settlement(&self, account: &str, on: bool) -> Balance {
        let balance =
            Balance { name: format!("{account}/balance"), auto_settlement: on, ..Balance::default() };
        let request = UpdateBalanceRequest { balance: Some(balance), request_id: request_id() };
        let answer = self.remittances().update_balance(request).await.expect("a balance");
        answer.into_inner().balance.expect("a balance")
    }

    pub async fn pay_from_balance(
        &self,
        account: &str,
        invoices: &[&str],
    ) -> Result<PayFromBalanceResponse, Status> {
        let request = PayFromBalanceRequest {
            parent: account.to_owned(),
            invoices: invoices.iter().map(|&invoice| invoice.to_owned()).collect(),
            request_id: request_id(),
        };
        Ok(self.remittances().pay_from_balance(request).await?.into_inner())
    }

    /// An invoice that is due after so many hours.
    async fn due_in(&self, account: &str, amount: &str, clock: &Clock, hours: i64) -> String {
        let mut request = invoice_request(account, amount);
        let due = clock.now + SignedDuration::from_hours(hours);
        request.invoice.as_mut().unwrap().due_time = Some(wire(due));
        self.create_invoice(request).await.expect("an invoice").name
    }

    /// The state of an invoice, what is owed of it, and what the balance paid.
    async fn stands(&self, invoice: &str) -> (InvoiceState, String, String) {
        let invoice = self.get_invoice(invoice).await;
        (invoice.state(), shown(invoice.amount_due.as_ref()), shown(invoice.amount_from_balance.as_ref()))
    }

    /// Sends money to the account's dedicated account and lets it arrive.
    pub async fn funded(&self, account: &str, amount: &str, clock: &mut Clock) -> String {
        let to = self.remittance_account(account).await.unwrap().dedicated_account_number;
        let reference = self.remit(transfer(&to, amount, clock)).await;
        self.advance(clock, DAY * 4).await;
        reference
    }
}

fn line(entry: &BalanceEntry) -> String {
    let kind = entry.kind().as_str_name().trim_start_matches("BALANCE_ENTRY_KIND_").to_owned();
    format!("{kind} {} = {}", shown(entry.amount.as_ref()), shown(entry.balance.as_ref()))
}

/// What each state looks like.
fn standing(state: InvoiceState, due: &str, paid: &str) -> (InvoiceState, String, String) {
    (state, due.to_owned(), paid.to_owned())
}

acceptance!(a30_what_arrives_pays_open_bills_oldest_first, |world| {
    let mut clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    world.attach(&account, &clock).await;
    let third = world.due_in(&account, "USD 30", &clock, 3_000).await;
    let first = world.due_in(&account, "USD 10", &clock, 1_000).await;
    let second = world.due_in(&account, "USD 20", &clock, 2_000).await;
    let euros = world.due_in(&account, "EUR 5", &clock, 1).await;
    assert!(world.balance(&account).await.auto_settlement);

    world.funded(&account, "USD 25", &mut clock).await;
    assert_eq!(world.stands(&first).await, standing(InvoiceState::Paid, "USD 0.00", "USD 10.00"));
    assert_eq!(world.stands(&second).await, standing(InvoiceState::Open, "USD 5.00", "USD 15.00"));
    assert_eq!(world.stands(&third).await, standing(InvoiceState::Open, "USD 30.00", "nothing"));
    assert_eq!(world.stands(&euros).await, standing(InvoiceState::Open, "EUR 5.00", "nothing"));
    let paid = world.get_invoice(&first).await;
    assert_eq!((paid.payment.as_str(), paid.pay_time.is_some()), ("", true));
    assert_eq!(world.has(&account).await, ["USD 0.00"]);

    world.funded(&account, "USD 40", &mut clock).await;
    assert_eq!(world.stands(&second).await, standing(InvoiceState::Paid, "USD 0.00", "USD 20.00"));
    assert_eq!(world.stands(&third).await, standing(InvoiceState::Paid, "USD 0.00", "USD 30.00"));
    // What is left pays the next bill at once.
    assert_eq!(world.has(&account).await, ["USD 5.00"]);
    let fourth = world.invoice(&account, "USD 3").await;
    assert_eq!(world.stands(&fourth).await, standing(InvoiceState::Paid, "USD 0.00", "USD 3.00"));
    let entries: Vec<String> = world.balance_entries(&account).await.iter().map(line).collect();
    assert_eq!(
        entries[..4],
        [
            "REMITTANCE USD 25.00 = USD 25.00",
            "SETTLEMENT USD -10.00 = USD 15.00",
            "SETTLEMENT USD -15.00 = USD 0.00",
            "REMITTANCE USD 40.00 = USD 40.00",
        ]
    );
    assert_eq!(entries[entries.len() - 1], "SETTLEMENT USD -3.00 = USD 2.00");
});

acceptance!(a30_switched_off_bills_are_paid_by_hand_from_the_balance, |world| {
    let mut clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    world.attach(&account, &clock).await;
    assert!(!world.auto_settlement(&account, false).await.auto_settlement);
    let first = world.due_in(&account, "USD 10", &clock, 1_000).await;
    let second = world.due_in(&account, "USD 20", &clock, 2_000).await;
    world.funded(&account, "USD 25", &mut clock).await;
    assert_eq!(world.stands(&first).await, standing(InvoiceState::Open, "USD 10.00", "nothing"));
    assert_eq!(world.has(&account).await, ["USD 25.00"]);

    let refusal = refused(world.pay_from_balance(&account, &[&first, &second]).await);
    refusal.is_by_rules(&["A30 BALANCE_INSUFFICIENT"]);
    assert_eq!((refusal.fact("balance"), refusal.fact("amount")), ("USD 25.00", "USD 30.00"));
    refused(world.pay_from_balance(&account, &[]).await).is_bad_input("INVALID_FIELD", &["invoices"]);
    let other = world.enterprise("SG", "USD").await;
    let theirs = world.invoice(&other, "USD 1").await;
    refused(world.pay_from_balance(&account, &[&theirs]).await)
        .is_bad_input("INVALID_FIELD", &["invoices[0]"]);

    let paid = world.pay_from_balance(&account, &[&second]).await.unwrap();
    assert_eq!(paid.invoices[0].state(), InvoiceState::Paid);
    assert_eq!(shown(paid.balance.unwrap().amounts.first()), "USD 5.00");
    refused(world.pay_from_balance(&account, &[&second]).await).is_by_rules(&["C8 INVOICE_NOT_OPEN"]);
    // On again, it pays what it is enough for.
    world.auto_settlement(&account, true).await;
    assert_eq!(world.stands(&first).await, standing(InvoiceState::Open, "USD 5.00", "USD 5.00"));
    assert_eq!(world.has(&account).await, ["USD 0.00"]);
});

acceptance!(a30_a_card_pays_only_what_the_balance_has_not_and_a_void_bill_gives_it_back, |world| {
    let mut clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    world.active(&account, VISA).await;
    world.attach(&account, &clock).await;
    let bill = world.due_in(&account, "USD 10", &clock, 1_000).await;
    world.funded(&account, "USD 4", &mut clock).await;
    let payment = world.send_pay(pay_request(&account, &[&bill])).await.unwrap();
    assert_eq!(shown(payment.amount.as_ref()), "USD 6.00");
    assert_eq!(world.stands(&bill).await, standing(InvoiceState::Paid, "USD 0.00", "USD 4.00"));

    let void = world.due_in(&account, "USD 10", &clock, 1_000).await;
    world.funded(&account, "USD 4", &mut clock).await;
    let request = VoidInvoiceRequest { name: void.clone(), request_id: request_id() };
    world.invoices().void_invoice(request).await.unwrap();
    assert_eq!(world.has(&account).await, ["USD 4.00"]);
    let last = world.balance_entries(&account).await.pop().unwrap();
    assert_eq!((last.kind(), last.resource), (BalanceEntryKind::SettlementReversal, void));
});

acceptance!(a30_a_return_after_crediting_makes_the_balance_less_than_nothing, |world| {
    let mut clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    world.attach(&account, &clock).await;
    let bill = world.due_in(&account, "USD 20", &clock, 1_000).await;
    let reference = world.funded(&account, "USD 20", &mut clock).await;
    assert_eq!(world.stands(&bill).await.0, InvoiceState::Paid);
    world.take_back(&reference).await;
    world.advance(&mut clock, SignedDuration::from_secs(1)).await;
    // What was paid stays paid; the difference is owed, and counts against the limit.
    assert_eq!(world.stands(&bill).await.0, InvoiceState::Paid);
    assert_eq!(world.has(&account).await, ["USD -20.00"]);
    let refusal = refused(world.create_invoice(invoice_request(&account, "USD 981")).await);
    assert_eq!(refusal.fact("used"), "USD 20.00");
    let entries: Vec<String> = world.balance_entries(&account).await.iter().map(line).collect();
    assert_eq!(
        entries,
        [
            "REMITTANCE USD 20.00 = USD 20.00",
            "SETTLEMENT USD -20.00 = USD 0.00",
            "RETURN USD -20.00 = USD -20.00",
        ]
    );
    world.funded(&account, "USD 21", &mut clock).await;
    assert_eq!(world.has(&account).await, ["USD 1.00"]);
});

acceptance!(a8_a_balance_keeps_an_account_from_being_deactivated, |world| {
    let mut clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    world.attach(&account, &clock).await;
    world.funded(&account, "USD 25", &mut clock).await;
    let deactivate = || DeactivateAccountRequest { name: account.clone(), request_id: request_id() };
    let refusal = refused(world.accounts().deactivate_account(deactivate()).await);
    assert_eq!(refusal.fact("balance"), format!("{account}/balance"));
    refusal.is_by_rules(&["A8 ACCOUNT_HAS_BALANCE"]);
    // Once it has paid bills with it, nothing is in the way.
    let invoice = world.due_in(&account, "USD 25", &clock, 1).await;
    assert_eq!(world.get_invoice(&invoice).await.state(), InvoiceState::Paid);
    world.accounts().deactivate_account(deactivate()).await.unwrap();
});
