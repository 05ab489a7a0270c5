//! What arrives in a dedicated account: credited by itself, exactly once, days after it was sent (A26, A28).

use std::collections::BTreeMap;

use bursar::proto::{
    provider::v1::{
        ReportRemittanceRequest, remittance_notification_service_client::RemittanceNotificationServiceClient,
    },
    sandbox::v1::{
        BankEntry, BankEntryKind, ListBankEntriesRequest, ReturnRemittanceRequest, SendRemittanceRequest,
    },
    v1::{Balance, GetBalanceRequest, ListRemittancesRequest, Remittance, RemittanceState},
};
use jiff::SignedDuration;
use tonic::{Code, Status};

use crate::support::{
    clock::{Clock, time, wire},
    eventually::eventually,
    given::ALIBABA,
    money::{money, shown},
    refusal::refused,
    world::World,
};

pub const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A transfer with nothing odd about it.
pub fn transfer(to: &str, amount: &str, clock: &Clock) -> SendRemittanceRequest {
    let amount = money(amount);
    SendRemittanceRequest {
        creditor_account: to.to_owned(),
        amount: Some(bursar::proto::sandbox::v1::Money {
            currency_code: amount.currency_code,
            units: amount.units,
            nanos: amount.nanos,
        }),
        debtor: "Analytical Engines Ltd".to_owned(),
        remittance_information: "invoice of May".to_owned(),
        clock: clock.name.clone(),
        ..SendRemittanceRequest::default()
    }
}

impl World {
    /// Sends money, and answers the bank's reference.
    pub async fn remit(&self, request: SendRemittanceRequest) -> String {
        self.bank().send_remittance(request).await.expect("the bank takes it").into_inner().bank_reference
    }

    pub async fn take_back(&self, reference: &str) {
        let request =
            ReturnRemittanceRequest { bank_reference: reference.to_owned(), reason: "AC04".to_owned() };
        self.bank().return_remittance(request).await.expect("the bank takes it back");
    }

    pub async fn balance(&self, account: &str) -> Balance {
        let request = GetBalanceRequest { name: format!("{account}/balance") };
        let answer = self.remittances().get_balance(request).await.expect("a balance");
        answer.into_inner().balance.expect("a balance")
    }

    /// What an account has, by currency, as `USD 12.50`.
    pub async fn has(&self, account: &str) -> Vec<String> {
        self.balance(account).await.amounts.iter().map(|amount| shown(Some(amount))).collect()
    }

    pub async fn remittances_of(&self, parent: &str) -> Vec<Remittance> {
        let request = ListRemittancesRequest { parent: parent.to_owned(), ..Default::default() };
        self.remittances().list_remittances(request).await.expect("remittances").into_inner().remittances
    }

    pub async fn bank_entries(&self, of: &str) -> Vec<BankEntry> {
        let request = ListBankEntriesRequest { creditor_account: of.to_owned(), ..Default::default() };
        self.bank().list_bank_entries(request).await.expect("entries").into_inner().entries
    }
}

acceptance!(a26_a28_a_transfer_is_credited_by_itself_once_it_has_arrived, |world| {
    let mut clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    world.attach(&account, &clock).await;
    let to = world.remittance_account(&account).await.unwrap().dedicated_account_number;
    let answer =
        world.bank().send_remittance(transfer(&to, "USD 120.50", &clock)).await.unwrap().into_inner();
    let days = time(answer.arrive_time).duration_since(clock.now).as_hours() / 24;
    assert!((2..=4).contains(&days), "{days}");

    world.advance(&mut clock, DAY * 2 - SignedDuration::from_secs(1)).await;
    assert_eq!((world.has(&account).await, world.remittances_of(&account).await), (vec![], vec![]));
    world.advance(&mut clock, DAY * 2 + SignedDuration::from_secs(1)).await;
    assert_eq!(world.has(&account).await, ["USD 120.50"]);
    let remittances = world.remittances_of(&account).await;
    let [remittance] = remittances.as_slice() else { panic!("{remittances:#?}") };
    assert_eq!(remittance.state(), RemittanceState::Credited);
    assert_eq!(shown(remittance.amount.as_ref()), "USD 120.50");
    assert_eq!(
        (remittance.creditor_account.as_str(), &remittance.bank_reference),
        (to.as_str(), &answer.bank_reference)
    );
    assert_eq!(remittance.debtor, "Analytical Engines Ltd");
    assert_eq!(remittance.remittance_information, "invoice of May");
    assert_eq!(time(remittance.booking_time), time(answer.arrive_time));
    assert_eq!(remittance.value_date, time(answer.arrive_time).to_string()[..10]);
});

acceptance!(a26_a_transfer_reported_often_and_late_is_credited_once, |world| {
    let mut clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    world.attach(&account, &clock).await;
    let to = world.remittance_account(&account).await.unwrap().dedicated_account_number;
    // The later one is reported before the earlier one, and both again and again.
    let mut late = transfer(&to, "USD 7", &clock);
    (late.arrival_days, late.report_count) = (2, 5);
    late.report_delay = Some(prost_types::Duration { seconds: 5 * 86_400, nanos: 0 });
    world.remit(late).await;
    let mut next = transfer(&to, "EUR 11", &clock);
    (next.arrival_days, next.report_count) = (3, 5);
    world.remit(next).await;
    world.advance(&mut clock, DAY * 4).await;
    assert_eq!(world.has(&account).await, ["EUR 11.00"]);
    world.advance(&mut clock, DAY * 4).await;
    eventually("both are credited", async || {
        let has = world.has(&account).await;
        if has == ["USD 7.00", "EUR 11.00"] || has == ["EUR 11.00", "USD 7.00"] {
            Ok(())
        } else {
            Err(format!("{has:?}"))
        }
    })
    .await;
    assert_eq!(world.remittances_of(&account).await.len(), 2);
    assert_eq!(world.balance_entries(&account).await.len(), 2);
});

acceptance!(a26_what_a_bank_reports_is_checked_and_known_by_its_reference, |world| {
    let account = world.enterprise("SG", "USD").await;
    let to = world.remittance_account(&account).await.unwrap().dedicated_account_number;
    let mut client = RemittanceNotificationServiceClient::new(world.channel());
    let report = ReportRemittanceRequest {
        notification_token: "guessed".to_owned(),
        creditor_account: to,
        bank_reference: "B1".to_owned(),
        amount: Some(bursar::proto::provider::v1::Money {
            currency_code: "USD".to_owned(),
            units: 5,
            nanos: 0,
        }),
        value_date: "2026-05-01".to_owned(),
        booking_time: Some(wire("2026-05-01T10:00:00Z".parse().unwrap())),
        ..ReportRemittanceRequest::default()
    };
    let refusal = refused(client.report_remittance(report).await);
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::PermissionDenied, "NOTIFICATION_TOKEN_INVALID")
    );
    assert_eq!(world.has(&account).await, Vec::<String>::new());
});

acceptance!(a26_a_transfer_to_nobody_goes_back, |world| {
    let mut clock = world.clock().await;
    // Right check digits, and an account that was never opened.
    let known = world.enterprise("SG", "USD").await;
    let number = world.remittance_account(&known).await.unwrap().dedicated_account_number;
    let slip = number.replace(&number[8..12], "AAAA");
    let wrong = world.bank().send_remittance(transfer(&slip, "USD 5", &clock)).await.unwrap_err();
    assert_eq!(wrong.code(), Code::InvalidArgument);
    let nobody = "GB29NWBK60161331926819";
    world.remit(transfer(nobody, "USD 5", &clock)).await;
    world.advance(&mut clock, DAY * 4).await;
    eventually("the bank gives it back", async || {
        let kinds: Vec<BankEntryKind> = world.bank_entries(nobody).await.iter().map(|it| it.kind()).collect();
        if kinds == [BankEntryKind::Credit, BankEntryKind::Rejection] {
            Ok(())
        } else {
            Err(format!("{kinds:?}"))
        }
    })
    .await;
    assert_eq!(world.has(&known).await, Vec::<String>::new());
});

acceptance!(a28_a_transfer_that_is_no_transfer_is_refused_by_the_bank, |world| {
    let clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    let to = world.remittance_account(&account).await.unwrap().dedicated_account_number;
    let good = || transfer(&to, "USD 5", &clock);
    let bad: BTreeMap<&str, SendRemittanceRequest> = [
        ("soon", SendRemittanceRequest { arrival_days: 1, ..good() }),
        ("late", SendRemittanceRequest { arrival_days: 5, ..good() }),
        ("nothing", transfer(&to, "USD 0", &clock)),
        ("nobody", SendRemittanceRequest { debtor: String::new(), ..good() }),
        ("often", SendRemittanceRequest { report_count: 11, ..good() }),
    ]
    .into();
    for (name, request) in bad {
        let status: Result<_, Status> = world.bank().send_remittance(request).await;
        assert_eq!(status.unwrap_err().code(), Code::InvalidArgument, "{name}");
    }
});

acceptance!(a26_another_program_has_no_remittance_of_it, |world| {
    let account = world.enterprise("SG", "USD").await;
    let name = format!("{account}/remittances/0198a000-0000-7000-8000-000000000000");
    let request = bursar::proto::v1::GetRemittanceRequest { name };
    refused(world.remittances().get_remittance(request).await).is_not_found();
    let other = world.account(ALIBABA, "SG", "USD").await;
    assert_eq!(world.remittances_of(&other).await, Vec::<Remittance>::new());
});
