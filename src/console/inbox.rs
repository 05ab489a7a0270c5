//! What has arrived in customers' inboxes outside, one-time codes included.

use axum::{
    extract::{Query, State},
    response::IntoResponse as _,
};
use maud::html;
use serde::Deserialize;

use super::{
    Console,
    bursar::ask,
    layout::{Place, encoded, frame, more},
    shown::time,
    trouble::Page,
};
use crate::proto::sandbox::v1::ListInboxMessagesRequest;

/// Whose inbox.
#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    address: String,
    #[serde(default)]
    page_token: String,
}

/// Shows it.
pub(super) async fn show(
    State(Console { bursar, .. }): State<Console>,
    Query(Wanted { address, page_token }): Query<Wanted>,
) -> Page {
    let address = address.trim().to_owned();
    let request = ListInboxMessagesRequest { address: address.clone(), page_size: 50, page_token };
    let page = bursar.inboxes().list_inbox_messages(ask(request)).await?.into_inner();
    let next =
        format!("/console/inbox?address={}&page_token={}", encoded(&address), encoded(&page.next_page_token));
    let body = html! {
        h1 { "Inbox" }
        p { "What was sent by e-mail and SMS to anybody in this world, oldest first." }
        form class="line" method="get" action="/console/inbox" role="search" {
            label for="address" { "Address" }
            input id="address" name="address" value=(address) placeholder="all, or an e-mail address or mobile number" maxlength="254" autocapitalize="none";
            button type="submit" { "Show" }
        }
        @if page.messages.is_empty() { p class="empty" { "Nothing has arrived." } }
        ul class="cards" {
            @for message in &page.messages {
                li class="card" {
                    h2 { (if message.subject.is_empty() { &message.template } else { &message.subject }) }
                    p class="soft" { "To " strong { (message.address) } ", " (time(message.create_time.as_ref())) " UTC" }
                    p { (message.text) }
                    @if !message.code.is_empty() { p { "Code " code class="big" { (message.code) } } }
                    @if !message.url.is_empty() { p { a href=(message.url) { "Open the link in it" } } }
                }
            }
        }
        (more(&next, &page.next_page_token, "messages"))
    };
    Ok(frame("Inbox", Place::Inbox, &body).into_response())
}
