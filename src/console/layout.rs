//! The frame of every page.

use axum::response::Html;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

const STYLE: &str = include_str!("style.css");

/// Which part of the console a page is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Accounts,
    Inbox,
    Ledger,
    Bank,
    Clocks,
    Elsewhere,
}

const PARTS: [(Place, &str, &str); 5] = [
    (Place::Accounts, "/console", "Accounts"),
    (Place::Inbox, "/console/inbox", "Inbox"),
    (Place::Ledger, "/console/ledger", "Ledger"),
    (Place::Bank, "/console/bank", "Bank"),
    (Place::Clocks, "/console/testClocks", "Test clocks"),
];

/// Puts a page in its frame.
pub(super) fn frame(title: &str, place: Place, body: &Markup) -> Html<String> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) " · bursar console" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a class="skip" href="#content" { "Skip to the content" }
                header {
                    p class="brand" { strong { "bursar console" } span { "A sandbox. No money moves." } }
                    nav aria-label="Console" {
                        ul {
                            @for (part, address, name) in PARTS {
                                li { a href=(address) aria-current=[(part == place).then_some("page")] { (name) } }
                            }
                            li { a href="/sandbox" { "Test cards" } }
                        }
                    }
                }
                main id="content" tabindex="-1" { (body) }
                footer { p { "Everything here is read and done through the public gRPC API." } }
            }
        }
    };
    Html(page.into_string())
}

/// A table that scrolls by itself where the screen is too narrow for it.
pub(super) fn table(id: &str, caption: &str, heads: &[&str], rows: &Markup) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-labelledby=(id) {
            table {
                caption id=(id) { (caption) }
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody { (rows) }
            }
        }
    }
}

/// The way to the next page of a list, if there is one.
pub(super) fn more(address: &str, token: &str, what: &str) -> Markup {
    html! {
        @if !token.is_empty() { p { a class="button" href=(address) { "More " (what) } } }
    }
}

/// A query's value.
pub(super) fn encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// Nothing but the one style sheet above, and forms that lead to these pages.
pub(super) fn content_security_policy() -> String {
    let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    )
}
