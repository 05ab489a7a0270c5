//! The bank outside that remittances arrive at: its ledger, and a form that sends one (A26 to A28).

use axum::{
    Form,
    extract::{Query, State},
    response::{IntoResponse as _, Redirect},
};
use maud::{Markup, html};
use serde::Deserialize;
use tonic::Status;

use super::{
    Console,
    bursar::ask,
    layout::{Place, encoded, frame, more, table},
    shown::{sandbox_money, time, words},
    trouble::Page,
};
use crate::proto::sandbox::v1::{
    BankEntry, ListBankEntriesRequest, ListTestClocksRequest, Money, SendRemittanceRequest, TestClock,
};

/// Which page of the ledger, and what the form begins with.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    page_token: String,
    /// The account that money is to be sent to.
    to: String,
    currency: String,
    clock: String,
    /// What was sent just now, by the bank's reference, and when it arrives.
    sent: String,
    arrives: String,
}

/// Shows the ledger and the form.
pub(super) async fn show(
    State(Console { bursar, .. }): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Page {
    let request = ListBankEntriesRequest {
        creditor_account: String::new(),
        page_size: 100,
        page_token: wanted.page_token.clone(),
    };
    let page = bursar.bank().list_bank_entries(ask(request)).await?.into_inner();
    let clocks = bursar
        .clocks()
        .list_test_clocks(ask(ListTestClocksRequest { page_size: 200, ..ListTestClocksRequest::default() }))
        .await?
        .into_inner()
        .test_clocks;
    let next = format!("/console/bank?page_token={}", encoded(&page.next_page_token));
    let body = html! {
        h1 { "Bank" }
        p { "The bank outside that remittances arrive at, 2 to 4 days after they were sent. It reports to bursar what has arrived." }
        @if !wanted.sent.is_empty() {
            p class="note" role="status" { "Remittance " code { (wanted.sent) } " is on its way, and arrives at " (wanted.arrives) " UTC." }
        }
        (form(&wanted, &clocks))
        section aria-labelledby="entries" {
            h2 id="entries" { "The bank's ledger" }
            @if page.entries.is_empty() { p class="empty" { "Nothing has arrived yet." } } @else {
                (table("table-entries", "Oldest first", &["No.", "What", "Amount", "Account", "Reference", "When (UTC)"], &rows(&page.entries)))
                (more(&next, &page.next_page_token, "entries"))
            }
        }
    };
    Ok(frame("Bank", Place::Bank, &body).into_response())
}

fn form(wanted: &Wanted, clocks: &[TestClock]) -> Markup {
    let currency = if wanted.currency.is_empty() { "USD" } else { &wanted.currency };
    html! {
        section aria-labelledby="send" {
            h2 id="send" { "Send a remittance" }
            form class="card" method="post" action="/console/bank" {
                label for="to" { "To the account number" }
                input id="to" name="to" required maxlength="64" value=(wanted.to) autocapitalize="characters" aria-describedby="to-hint";
                p class="soft" id="to-hint" { "An account's page says where its transfers go." }
                div class="pair" {
                    div { label for="amount" { "Amount" } input id="amount" name="amount" required inputmode="decimal" pattern="[0-9]+([.][0-9]+)?" placeholder="1200.00"; }
                    div { label for="currency" { "Currency" } input id="currency" name="currency" required maxlength="3" value=(currency) autocapitalize="characters"; }
                }
                label for="debtor" { "Payer" }
                input id="debtor" name="debtor" required maxlength="140" placeholder="Analytical Engines Ltd";
                label for="text" { "What the payer writes" }
                input id="text" name="text" maxlength="512";
                label for="clock" { "Clock" }
                select id="clock" name="clock" {
                    option value="" { "the system's" }
                    @for clock in clocks { option value=(clock.name) selected[clock.name == wanted.clock] { (clock.name.trim_start_matches("testClocks/")) } }
                }
                label for="days" { "Arrives after" }
                select id="days" name="days" {
                    option value="0" { "as long as the bank takes" }
                    @for days in 2..=4 { option value=(days) { (days) " days" } }
                }
                button class="main" type="submit" { "Send" }
            }
        }
    }
}

fn rows(entries: &[BankEntry]) -> Markup {
    html! {
        @for entry in entries {
            tr {
                td class="number" { (entry.sequence) }
                th scope="row" { (words(entry.kind().as_str_name(), "BANK_ENTRY_KIND_")) }
                td class="number" { (sandbox_money(entry.amount.as_ref())) }
                td { code { (entry.creditor_account) } }
                td { code { (entry.bank_reference) } }
                td class="number" { (time(entry.create_time.as_ref())) }
            }
        }
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Remittance {
    to: String,
    amount: String,
    currency: String,
    debtor: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    clock: String,
    #[serde(default)]
    days: i32,
}

/// Sends a remittance.
pub(super) async fn send(
    State(Console { bursar, .. }): State<Console>,
    Form(sent): Form<Remittance>,
) -> Page {
    let request = SendRemittanceRequest {
        creditor_account: sent.to.trim().to_owned(),
        amount: Some(amount(&sent.amount, sent.currency.trim())?),
        debtor: sent.debtor,
        remittance_information: sent.text,
        clock: sent.clock,
        arrival_days: sent.days,
        ..SendRemittanceRequest::default()
    };
    let answer = bursar.bank().send_remittance(ask(request)).await?.into_inner();
    let arrives = super::shown::instant(answer.arrive_time.as_ref())
        .map(|at| at.strftime("%-d %b %Y, %H:%M").to_string())
        .unwrap_or_default();
    let (reference, arrives) = (encoded(&answer.bank_reference), encoded(&arrives));
    Ok(Redirect::to(&format!("/console/bank?sent={reference}&arrives={arrives}")).into_response())
}

/// `1200.5` of a currency, exactly.
fn amount(text: &str, currency: &str) -> Result<Money, Status> {
    let (units, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let parse = || {
        let units: i64 = units.parse().ok().filter(|units| *units >= 0)?;
        let fits = fraction.len() <= 9 && fraction.bytes().all(|digit| digit.is_ascii_digit());
        let nanos = fits.then(|| format!("{fraction:0<9}"))?.parse().ok()?;
        Some(Money { currency_code: currency.to_uppercase(), units, nanos })
    };
    parse().ok_or_else(|| Status::invalid_argument("The amount is none. Give it as 1200.00."))
}
