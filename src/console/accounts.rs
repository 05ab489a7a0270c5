//! The accounts there are.

use axum::{
    extract::{Query, State},
    response::IntoResponse as _,
};
use maud::html;
use serde::Deserialize;

use super::{
    Console,
    bursar::ask,
    layout::{Place, encoded, frame, more, table},
    shown::{link, short, state, time},
    trouble::Page,
};
use crate::proto::v1::ListAccountsRequest;

const PAGE: i32 = 50;

/// Which of them.
#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    program: String,
    #[serde(default)]
    page_token: String,
}

/// Lists them.
pub(super) async fn list(
    State(Console { bursar, .. }): State<Console>,
    Query(Wanted { program, page_token }): Query<Wanted>,
) -> Page {
    let program = program.trim().trim_start_matches("programs/").to_owned();
    let named = if program.is_empty() { String::new() } else { format!("programs/{program}") };
    let request = ListAccountsRequest { program: named, page_size: PAGE, page_token };
    let page = bursar.accounts().list_accounts(ask(request)).await?.into_inner();
    let rows = html! {
        @for account in &page.accounts {
            tr {
                th scope="row" {
                    (link(&account.name, if account.display_name.is_empty() { short(&account.name) } else { &account.display_name }))
                    span class="soft block" { code { (short(&account.name)) } }
                }
                td { a href={ "/console?program=" (encoded(&account.program)) } { (account.program) } }
                td { (account.region_code) }
                td { (account.currency_code) }
                td { (state(account.state().as_str_name(), "ACCOUNT_STATE_")) }
                td { @if account.test_clock.is_empty() { span class="soft" { "the system's" } } @else { (link(&account.test_clock, short(&account.test_clock))) } }
                td class="number" { (time(account.create_time.as_ref())) }
            }
        }
    };
    let next =
        format!("/console?program={}&page_token={}", encoded(&program), encoded(&page.next_page_token));
    let body = html! {
        h1 { "Accounts" }
        form class="line" method="get" action="/console" role="search" {
            label for="program" { "Program" }
            input id="program" name="program" value=(program) placeholder="all, or alibaba-cloud-intl" maxlength="64" autocapitalize="none";
            button type="submit" { "Show" }
            @if !program.is_empty() { a class="button side" href="/console" { "Show all" } }
        }
        @if page.accounts.is_empty() {
            p class="empty" { "There is no account" @if !program.is_empty() { " of this program" } " here. Make one with " code { "AccountService.CreateAccount" } "." }
        } @else {
            (table("table-accounts", "In the order of their names", &["Account", "Program", "Country", "Currency", "State", "Clock", "Registered (UTC)"], &rows))
            (more(&next, &page.next_page_token, "accounts"))
        }
    };
    Ok(frame("Accounts", Place::Accounts, &body).into_response())
}
