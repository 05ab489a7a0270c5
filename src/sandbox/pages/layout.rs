//! The frame of every page.

use axum::response::Html;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

const STYLE: &str = include_str!("style.css");

/// How wide a page may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// A form.
    Narrow,
    /// A table.
    Wide,
}

/// Puts a page in its frame.
pub(super) fn frame(title: &str, width: Width, body: &Markup) -> Html<String> {
    let sheet = match width {
        Width::Narrow => "sheet",
        Width::Wide => "sheet wide",
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                div class=(sheet) {
                    header { strong { "Sandbox Bank" } span { "A world for testing. No money moves." } }
                    main { (body) }
                }
            }
        }
    };
    Html(page.into_string())
}

/// Nothing but the one style sheet above. There is no `form-action`: browsers apply it to the
/// redirect after a form, too, and that one goes to the merchant.
pub(super) fn content_security_policy() -> String {
    let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; frame-ancestors 'none'")
}
