//! An account with all it has: profile, methods, invoices, payments, usage, attempts to link, messages.

use axum::{
    Form,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Console,
    bursar::ask,
    layout::{Place, frame, table},
    shown::{link, method, money, short, state, time, words},
    transfer,
    trouble::Page,
};
use crate::proto::{
    sandbox::v1::{AttachAccountRequest, ListTestClocksRequest, TestClock},
    v1::{
        Account, GetAccountRequest, Invoice, LinkAttempt, ListInvoicesRequest, ListLinkAttemptsRequest,
        ListMessagesRequest, ListPaymentMethodsRequest, ListPaymentsRequest, ListRefundsRequest,
        ListUsagePeriodsRequest, ListVerificationsRequest, Message, Payment, PaymentMethod, Refund,
        UsagePeriod, Verification, account::Profile,
    },
};

/// As many of each as one page of the API has.
const PAGE: i32 = 200;

/// One page of a list, and whether there are more.
struct List<T> {
    items: Vec<T>,
    more: bool,
}

macro_rules! list {
    ($client:expr, $call:ident, $request:ident, $field:ident, $parent:expr) => {{
        let request = $request { parent: $parent.clone(), page_size: PAGE, ..$request::default() };
        let page = $client.$call(ask(request)).await?.into_inner();
        List { items: page.$field, more: !page.next_page_token.is_empty() }
    }};
}

/// Shows an account.
pub(super) async fn show(State(Console { bursar, .. }): State<Console>, Path(account): Path<String>) -> Page {
    let name = format!("accounts/{account}");
    let get = GetAccountRequest { name: name.clone() };
    let account = bursar.accounts().get_account(ask(get)).await?.into_inner().account.unwrap_or_default();
    let methods =
        list!(bursar.methods(), list_payment_methods, ListPaymentMethodsRequest, payment_methods, name);
    let invoices = list!(bursar.invoices(), list_invoices, ListInvoicesRequest, invoices, name);
    let payments = list!(bursar.payments(), list_payments, ListPaymentsRequest, payments, name);
    let refunds = list!(bursar.payments(), list_refunds, ListRefundsRequest, refunds, name);
    let periods = list!(bursar.usage(), list_usage_periods, ListUsagePeriodsRequest, usage_periods, name);
    let attempts = list!(bursar.methods(), list_link_attempts, ListLinkAttemptsRequest, link_attempts, name);
    let checks =
        list!(bursar.verifications(), list_verifications, ListVerificationsRequest, verifications, name);
    let messages = list!(bursar.accounts(), list_messages, ListMessagesRequest, messages, name);
    let clocks = bursar
        .clocks()
        .list_test_clocks(ask(ListTestClocksRequest { page_size: PAGE, ..ListTestClocksRequest::default() }))
        .await?
        .into_inner()
        .test_clocks;
    let transfers = transfer::section(&bursar, &account).await?;
    let title = if account.display_name.is_empty() { short(&name) } else { &account.display_name };
    let body = html! {
        p class="crumbs" { a href="/console" { "Accounts" } }
        h1 { (title) " " (state(account.state().as_str_name(), "ACCOUNT_STATE_")) }
        (facts(&account))
        (clock(&account, &clocks))
        (section("methods", "Payment methods", &methods, &["Method", "State", "Default", "Linked (UTC)", "Next"], &method_rows(&methods.items)))
        (section("payments", "Payments", &payments, &["Payment", "Amount", "State", "Tried", "Started (UTC)"], &payment_rows(&payments.items)))
        (section("refunds", "Refunds", &refunds, &["Refund", "Amount", "State", "Of", "Why", "Started (UTC)"], &refund_rows(&refunds.items)))
        (section("invoices", "Invoices", &invoices, &["Invoice", "Amount", "State", "What for", "Due (UTC)", "Payment"], &invoice_rows(&invoices.items)))
        (transfers)
        (section("usage", "Usage", &periods, &["Month from (UTC)", "State", "Used", "Not yet billed", "Products"], &period_rows(&periods.items)))
        (section("holds", "Verifications and their holds", &checks, &["Verification", "What for", "State", "Amount", "Hold", "Started (UTC)"], &check_rows(&checks.items)))
        (section("messages", "Messages", &messages, &["Subject", "Text", "Written (UTC)"], &message_rows(&messages.items)))
        (section("attempts", "Attempts to link", &attempts, &["What", "Result", "Why", "When (UTC)"], &attempt_rows(&attempts.items)))
    };
    Ok(frame(title, Place::Accounts, &body).into_response())
}

fn section<T>(id: &str, title: &str, list: &List<T>, heads: &[&str], rows: &Markup) -> Markup {
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (title) @if !list.items.is_empty() { " " span class="count" { (list.items.len()) @if list.more { "+" } } } }
            @if list.items.is_empty() { p class="empty" { "None." } } @else {
                (table(&format!("table-{id}"), "Oldest first", heads, rows))
                @if list.more { p class="soft" { "There are more; the list's RPC pages through them all." } }
            }
        }
    }
}

fn facts(account: &Account) -> Markup {
    let customer = match &account.profile {
        Some(Profile::Individual(person)) => format!("{}, {}", person.name, person.industry),
        Some(Profile::Enterprise(company)) => format!("{}, {}", company.name, company.industry),
        None => String::new(),
    };
    html! {
        dl class="facts" {
            dt { "Name" } dd { code class="long" { (account.name) } }
            dt { "Program" } dd { a href={ "/console?program=" (account.program) } { (account.program) } }
            dt { "Country" } dd { (account.region_code) " (" (account.region_group) ")" }
            dt { "Currency" } dd { (account.currency_code) }
            dt { "Registered" } dd { (time(account.create_time.as_ref())) }
            @if !customer.is_empty() { dt { "Customer" } dd { (customer) } }
            @if !account.email_address.is_empty() { dt { "E-mail" } dd { (account.email_address) } }
            @if !account.mobile_number.is_empty() { dt { "Mobile" } dd { (account.mobile_number) } }
            @if !account.products.is_empty() { dt { "Products" } dd { (account.products.join(", ")) } }
            @if let Some(terms) = &account.credit_terms { dt { "Credit" } dd { (money(terms.limit.as_ref())) @if !terms.approved { " (not approved)" } } }
            @if account.running_resource_count > 0 { dt { "Running" } dd { (account.running_resource_count) " resources" } }
        }
    }
}

fn clock(account: &Account, clocks: &[TestClock]) -> Markup {
    html! {
        section aria-labelledby="clock" {
            h2 id="clock" { "Clock" }
            @if account.test_clock.is_empty() { p { "It lives by the system's time." } }
            @else { p { "It is on " (link(&account.test_clock, account.test_clock.trim_start_matches("testClocks/"))) ". Move it there." } }
            @if clocks.is_empty() { p { "There is no test clock yet: " a href="/console/testClocks" { "make one" } "." } } @else {
                form class="line" method="post" action={ "/console/" (account.name) } {
                    label for="on" { "Put it on" }
                    select id="on" name="clock" {
                        @for clock in clocks { option value=(clock.name) selected[clock.name == account.test_clock] { (clock.name.trim_start_matches("testClocks/")) } }
                    }
                    button type="submit" { "Put on this clock" }
                }
            }
        }
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Attach {
    clock: String,
}

/// Puts an account on a clock.
pub(super) async fn attach(
    State(Console { bursar, .. }): State<Console>,
    Path(account): Path<String>,
    Form(Attach { clock }): Form<Attach>,
) -> Page {
    let name = format!("accounts/{account}");
    let request = AttachAccountRequest { account: name.clone(), test_clock: clock };
    bursar.clocks().attach_account(ask(request)).await?;
    Ok(Redirect::to(&format!("/console/{name}")).into_response())
}

fn method_rows(methods: &[PaymentMethod]) -> Markup {
    html! {
        @for it in methods {
            tr {
                th scope="row" { (method(it)) @if let Some(card) = &it.card { span class="soft block" { (card.expiry) ", " (card.funding.to_lowercase()) " " (card.issuer_region_code) } } }
                td { (state(it.state().as_str_name(), "PAYMENT_METHOD_STATE_")) @if let Some(failure) = &it.failure { span class="soft block" { (failure.advice) } } }
                td { @if it.is_default { "default" } }
                td class="number" { (time(it.create_time.as_ref())) }
                td { @if let Some(action) = &it.next_action { a href=(action.url) { "Customer's page" } } }
            }
        }
    }
}

fn payment_rows(payments: &[Payment]) -> Markup {
    html! {
        @for it in payments {
            tr {
                th scope="row" { (link(&it.name, short(&it.name))) }
                td class="number" { (money(it.amount.as_ref())) }
                td { (state(it.state().as_str_name(), "PAYMENT_STATE_")) @if let Some(failure) = &it.failure { span class="soft block" { (failure.advice) } } }
                td { (it.attempts.len()) @if it.attempts.len() == 1 { " time" } @else { " times" } }
                td class="number" { (time(it.create_time.as_ref())) }
            }
        }
    }
}

fn refund_rows(refunds: &[Refund]) -> Markup {
    html! {
        @for it in refunds {
            tr {
                th scope="row" { code { (short(&it.name)) } }
                td class="number" { (money(it.amount.as_ref())) }
                td { (state(it.state().as_str_name(), "REFUND_STATE_")) @if let Some(failure) = &it.failure { span class="soft block" { (failure.advice) } } }
                td { (link(&it.payment, short(&it.payment))) }
                td { (words(it.cause().as_str_name(), "REFUND_CAUSE_")) @if !it.reason.is_empty() { span class="soft block" { (it.reason) } } }
                td class="number" { (time(it.create_time.as_ref())) }
            }
        }
    }
}

fn invoice_rows(invoices: &[Invoice]) -> Markup {
    html! {
        @for it in invoices {
            tr {
                th scope="row" { code { (short(&it.name)) } }
                td class="number" { (money(it.amount.as_ref())) }
                td { (state(it.state().as_str_name(), "INVOICE_STATE_")) @if it.overdue { " " span class="state bad" { "overdue" } } }
                td { (words(it.kind().as_str_name(), "INVOICE_KIND_")) @if !it.description.is_empty() { span class="soft block" { (it.description) } } }
                td class="number" { (time(it.due_time.as_ref())) }
                td { (link(&it.payment, short(&it.payment))) }
            }
        }
    }
}

fn period_rows(periods: &[UsagePeriod]) -> Markup {
    html! {
        @for it in periods {
            tr {
                th scope="row" { (time(it.start_time.as_ref())) }
                td { (state(it.state().as_str_name(), "USAGE_PERIOD_STATE_")) }
                td class="number" { (money(it.total_amount.as_ref())) }
                td class="number" { (money(it.unbilled_amount.as_ref())) }
                td { @for product in &it.products { span class="block" { (product.product) " " (money(product.amount.as_ref())) } } }
            }
        }
    }
}

fn check_rows(checks: &[Verification]) -> Markup {
    html! {
        @for it in checks {
            tr {
                th scope="row" { code { (short(&it.name)) } }
                td { (words(it.purpose().as_str_name(), "VERIFICATION_PURPOSE_")) }
                td { (state(it.state().as_str_name(), "VERIFICATION_STATE_")) @if let Some(failure) = &it.failure { span class="soft block" { (failure.advice) } } }
                td class="number" { (money(it.hold.as_ref().and_then(|hold| hold.amount.as_ref()))) }
                td {
                    @if let Some(hold) = &it.hold {
                        (state(hold.state().as_str_name(), "HOLD_STATE_"))
                        @if hold.hold_until_time.is_some() { span class="soft block" { "until " (time(hold.hold_until_time.as_ref())) } }
                    }
                }
                td class="number" { (time(it.create_time.as_ref())) }
            }
        }
    }
}

fn message_rows(messages: &[Message]) -> Markup {
    html! {
        @for it in messages {
            tr {
                th scope="row" { (it.subject) }
                td class="what" { (it.text) @if !it.url.is_empty() { " " a href=(it.url) { "Open the link" } } }
                td class="number" { (time(it.create_time.as_ref())) }
            }
        }
    }
}

fn attempt_rows(attempts: &[LinkAttempt]) -> Markup {
    html! {
        @for it in attempts {
            tr {
                th scope="row" { @if it.last_four.is_empty() { (words(it.kind().as_str_name(), "PAYMENT_METHOD_KIND_")) } @else { (it.brand) " •••• " (it.last_four) } }
                td { (state(it.state().as_str_name(), "LINK_ATTEMPT_STATE_")) }
                td class="what" { (it.message) @if !it.rule_reason.is_empty() { " " code { (it.rule_reason) } } }
                td class="number" { (time(it.create_time.as_ref())) }
            }
        }
    }
}
