//! A payment: how it stands, what happened when, and why it was decided so.

use axum::{
    extract::{Path, Query, State},
    response::IntoResponse as _,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Console,
    bursar::ask,
    layout::{Place, encoded, frame, more, table},
    sequence,
    shown::{instant, link, method, money, short, state, time},
    trouble::Page,
};
use crate::proto::v1::{
    ExplainDecisionRequest, Explanation, GetPaymentMethodRequest, GetPaymentRequest,
    GetPaymentTimelineRequest, Payment, PaymentMethod, TimelineEntry,
};

/// Which page of the timeline.
#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    page_token: String,
}

/// Shows a payment.
pub(super) async fn show(
    State(Console { bursar, .. }): State<Console>,
    Path((account, payment)): Path<(String, String)>,
    Query(Wanted { page_token }): Query<Wanted>,
) -> Page {
    let name = format!("accounts/{account}/payments/{payment}");
    let get = GetPaymentRequest { name: name.clone() };
    let payment = bursar.payments().get_payment(ask(get)).await?.into_inner().payment.unwrap_or_default();
    let get = GetPaymentMethodRequest { name: payment.payment_method.clone() };
    let with = bursar.methods().get_payment_method(ask(get)).await?.into_inner().payment_method;
    let wanted = GetPaymentTimelineRequest { name: name.clone(), page_size: 0, page_token };
    let timeline = bursar.payments().get_payment_timeline(ask(wanted)).await?.into_inner();
    let why = bursar.events().explain_decision(ask(ExplainDecisionRequest { name: name.clone() })).await?;
    let explanation = why.into_inner().explanation.unwrap_or_default();
    let next = format!("/console/{name}?page_token={}", encoded(&timeline.next_page_token));
    let body = html! {
        p class="crumbs" { a href="/console" { "Accounts" } " / " (link(&format!("accounts/{account}"), short(&account))) }
        h1 { "Payment of " (money(payment.amount.as_ref())) " " (state(payment.state().as_str_name(), "PAYMENT_STATE_")) }
        (facts(&payment, &with.unwrap_or_default()))
        section aria-labelledby="happened" {
            h2 id="happened" { "What happened when" }
            div class="beside" {
                div class="drawing" { (sequence::draw(&timeline.entries)) }
                (happened(&timeline.entries))
            }
            (more(&next, &timeline.next_page_token, "of what happened"))
        }
        (explained(&explanation))
    };
    Ok(frame("Payment", Place::Accounts, &body).into_response())
}

fn facts(payment: &Payment, with: &PaymentMethod) -> Markup {
    html! {
        dl class="facts" {
            dt { "Name" } dd { code class="long" { (payment.name) } }
            dt { "Started" } dd { (time(payment.create_time.as_ref())) }
            @if payment.end_time.is_some() { dt { "Ended" } dd { (time(payment.end_time.as_ref())) } }
            dt { "Invoices" } dd { @for invoice in &payment.invoices { code { (short(invoice)) } " " } }
            dt { "Method" } dd { (method(with)) }
            @if let Some(back) = payment.refunded_amount.as_ref().filter(|back| back.units > 0 || back.nanos > 0) {
                dt { "Given back" } dd { (money(Some(back))) }
            }
            dt { "Rules" } dd { (payment.program_version) }
            @if !payment.challenge_rule.is_empty() { dt { "Challenged by" } dd { (payment.challenge_rule) } }
            @if let Some(action) = &payment.next_action {
                dt { "The customer's turn" }
                dd { a href=(action.url) { "Open the customer's page" } ", until " (time(action.expire_time.as_ref())) }
            }
            @if let Some(failure) = &payment.failure {
                dt { "Why" }
                dd { (failure.advice) @if !failure.network_code.is_empty() { span class="soft block" { "Code " (failure.network_code) ": " (failure.network_meaning) } } }
            }
            @if !payment.review_reason.is_empty() { dt { "A person looks" } dd { (payment.review_reason) } }
            @if !payment.conversion_notice.is_empty() { dt { "Notice" } dd { (payment.conversion_notice) } }
        }
    }
}

fn happened(entries: &[TimelineEntry]) -> Markup {
    let start = entries.first().and_then(|entry| instant(entry.time.as_ref()));
    let rows = html! {
        @for entry in entries {
            tr {
                td class="number" { (sequence::after(start, entry)) span class="soft block" { (time(entry.time.as_ref())) } }
                th scope="row" { (sequence::label(entry)) }
                td class="what" {
                    (entry.summary)
                    @if entry.due_time.is_some() { span class="soft block" { "Goes on by itself at " (time(entry.due_time.as_ref())) } }
                }
                td class="what" { (by(entry)) }
            }
        }
    };
    table(
        "table-happened",
        "Each step, with who caused it",
        &["Time (UTC)", "Step", "What", "Caused by"],
        &rows,
    )
}

fn by(entry: &TimelineEntry) -> Markup {
    html! {
        @if let Some(cause) = &entry.cause {
            (cause.method)
            @if !cause.principal.is_empty() { span class="block" { (cause.principal) } }
            @if !cause.request_id.is_empty() { span class="soft block" { "request " code class="long" { (cause.request_id) } } }
        }
    }
}

fn explained(explanation: &Explanation) -> Markup {
    let rows = html! {
        @for ground in &explanation.grounds {
            @let mut facts = ground.facts.iter().collect::<Vec<_>>();
            @let () = facts.sort();
            tr {
                th scope="row" { (ground.requirement) @if !ground.rule.is_empty() { " " code { (ground.rule) } } }
                td class="what" { (ground.statement) }
                td class="what" {
                    @for (name, value) in facts { span class="block" { span class="soft" { (name) " " } (value) } }
                }
            }
        }
    };
    html! {
        section aria-labelledby="why" {
            h2 id="why" { "Why it was decided so" }
            p { "Decided under " code { (explanation.program_version) } ", at " (time(explanation.decide_time.as_ref())) "." }
            (table("table-why", "Each rule and the facts it saw", &["Requirement", "What followed", "Facts"], &rows))
        }
    }
}
