//! An account's bank transfers: where they go, what has arrived, and the balance (A25 to A30).

use maud::{Markup, html};
use tonic::{Code, Status};

use super::{
    bursar::{Bursar, ask},
    layout::{encoded, table},
    shown::{money, state, time},
};
use crate::proto::v1::{
    Account, GetBalanceRequest, GetRemittanceAccountRequest, ListRemittancesRequest, Remittance,
};

/// The part of an account's page; where it has no bank transfers, why.
pub(super) async fn section(bursar: &Bursar, account: &Account) -> Result<Markup, Status> {
    let get = GetRemittanceAccountRequest { name: format!("{}/remittanceAccount", account.name) };
    let shown = match bursar.remittances().get_remittance_account(ask(get)).await {
        Ok(answer) => {
            let to = answer.into_inner().remittance_account.unwrap_or_default();
            let parent = account.name.clone();
            let list = ListRemittancesRequest { parent, page_size: 200, ..ListRemittancesRequest::default() };
            let list = bursar.remittances().list_remittances(ask(list)).await?.into_inner().remittances;
            let get = GetBalanceRequest { name: format!("{}/balance", account.name) };
            let balance = bursar.remittances().get_balance(ask(get)).await?.into_inner().balance;
            let amounts = balance.unwrap_or_default().amounts;
            let form = format!(
                "/console/bank?to={}&currency={}&clock={}",
                encoded(&to.dedicated_account_number),
                encoded(&to.currency_code),
                encoded(&account.test_clock)
            );
            html! {
                dl class="facts" {
                    dt { "Dedicated account" } dd { code class="long" { (to.dedicated_account_number) } " " a href=(form) { "Send a remittance there" } }
                    dt { "Shared account" } dd { code class="long" { (to.shared_account_number) } }
                    dt { "Bank" } dd { (to.bank_name) ", " (to.swift_code) }
                    dt { "Balance" } dd { @if amounts.is_empty() { "none" } @for amount in &amounts { span class="block" { (money(Some(amount))) } } }
                }
                @if !list.is_empty() {
                    p {}
                    (table("table-remittances", "What has arrived", &["From", "Amount", "State", "Reference", "Booked (UTC)"], &rows(&list)))
                }
            }
        }
        Err(status) if status.code() == Code::FailedPrecondition => {
            html! { p class="empty" { (status.message()) } }
        }
        Err(status) => return Err(status),
    };
    Ok(html! {
        section aria-labelledby="transfers" { h2 id="transfers" { "Bank transfer" } (shown) }
    })
}

fn rows(remittances: &[Remittance]) -> Markup {
    html! {
        @for it in remittances {
            tr {
                th scope="row" { (it.debtor) @if !it.remittance_information.is_empty() { span class="soft block" { (it.remittance_information) } } }
                td class="number" { (money(it.amount.as_ref())) }
                td { (state(it.state().as_str_name(), "REMITTANCE_STATE_")) @if !it.return_reason.is_empty() { span class="soft block" { (it.return_reason) } } }
                td { code { (it.bank_reference) } }
                td class="number" { (time(it.booking_time.as_ref())) }
            }
        }
    }
}
